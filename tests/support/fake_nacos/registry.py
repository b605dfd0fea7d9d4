"""What the fake knows: services, instances, who published them. One asyncio loop owns it; no locks."""

import time


def milliseconds():
    return int(time.time() * 1000)


class Service:
    def __init__(self, key):
        self.key = key  # (namespace, group, name)
        self.publishers = {}  # publisher -> {(ip, port, cluster): instance}
        self.emptied_at = time.monotonic()
        self.threshold = None  # protectThreshold, once somebody has set it (3.4)
        self.view = None  # the hosts that everybody sees (L2: one cache)

    def instances(self):
        merged = {}
        for published in self.publishers.values():
            merged.update(published)
        return [merged[key] for key in sorted(merged)]

    def refresh(self):
        """Makes the latest instances visible, as the server does with each push (L2)."""
        self.view = [dict(each) for each in self.instances()]

    def info(self, clusters="", healthy_only=False):
        """ServiceInfo as gRPC spells it (3.3), with the order of filters of 3.4."""
        wanted = [name for name in clusters.split(",") if name]
        hosts = [dict(host) for host in self.view or []
                 if host["enabled"] and (not wanted or host["clusterName"] in wanted)]
        if healthy_only:
            hosts = [host for host in hosts if host["healthy"]]
        protected = False
        if self.threshold is not None and hosts:
            healthy = sum(1 for host in hosts if host["healthy"])
            protected = healthy / len(hosts) <= max(self.threshold, 0)
            if protected:
                for host in hosts:
                    host["healthy"] = True
        _, group, name = self.key
        return {"name": name, "groupName": group, "clusters": clusters, "cacheMillis": 10000, "hosts": hosts,
                "lastRefTime": milliseconds(), "checksum": "", "allIps": False,
                "reachProtectionThreshold": protected, "valid": True}


def complete(instance, key):
    """An instance with every default of 3.2; refuses what the server refuses (L17)."""
    _, group, name = key
    ip, port = str(instance.get("ip", "")), instance.get("port", 0)
    if not ip or any(letter.isspace() for letter in ip):
        raise ValueError("Param check invalid: ip")
    if not isinstance(port, int) or not 0 <= port <= 65535:
        raise ValueError("Param check invalid: port")
    cluster = instance.get("clusterName") or "DEFAULT"
    full = {"instanceId": f"{ip}#{port}#{cluster}#{group}@@{name}", "ip": ip, "port": port, "weight": 1.0,
            "healthy": True, "enabled": True, "ephemeral": True, "clusterName": cluster,
            "serviceName": f"{group}@@{name}", "metadata": {}, "instanceHeartBeatInterval": 5000,
            "instanceHeartBeatTimeOut": 15000, "ipDeleteTimeout": 30000, "instanceIdGenerator": "simple"}
    full.update({name: value for name, value in instance.items() if value is not None and value != ""})
    full["serviceName"] = f"{group}@@{name}"
    return full


class Registry:
    """Tells `changed(service, came_or_went)`; came_or_went is "ADD_SERVICE", "DELETE_SERVICE" or None."""

    def __init__(self, changed):
        self.services = {}
        self.changed = changed

    def find(self, key):
        return self.services.get(key)

    def names(self, namespace, group):
        return [name for space, each, name in self.services if (space, each) == (namespace, group)]

    def alive(self):
        """Keys of the services with instances: what a fuzzy watch shows (L5)."""
        return [key for key, service in self.services.items() if service.emptied_at is None]

    def publish(self, key, publisher, instances, replace):
        """`replace`: the whole set of this publisher (one connection, one set; 3.5)."""
        full = [complete(each, key) for each in instances]
        is_new = key not in self.services
        service = self.services.setdefault(key, Service(key))
        held = service.publishers.setdefault(publisher, {})
        if replace:
            held.clear()
        for each in full:
            held[each["ip"], each["port"], each["clusterName"]] = each
        self._settle(service)
        if is_new:
            service.refresh()

    def withdraw(self, key, publisher, which=None):
        """`which` is (ip, port, cluster); None: everything of this publisher."""
        service = self.services.get(key)
        if service is None or publisher not in service.publishers:
            return
        if which is None:
            del service.publishers[publisher]
        else:
            service.publishers[publisher].pop(which, None)
        self._settle(service)

    def _settle(self, service):
        empty = not service.instances()
        news = None
        if empty and service.emptied_at is None:
            service.emptied_at, news = time.monotonic(), "DELETE_SERVICE"
        elif not empty and service.emptied_at is not None:
            service.emptied_at, news = None, "ADD_SERVICE"
        self.changed(service, news)

    def drop(self, key):
        """Removes a service at once, as the operator's delete does."""
        service = self.services.pop(key, None)
        if service and service.emptied_at is None:
            self.changed(service, "DELETE_SERVICE")

    def clean(self, after):
        """Services vanish some time after their last instance (3.5)."""
        now = time.monotonic()
        for key, service in list(self.services.items()):
            if service.emptied_at is not None and now - service.emptied_at > after:
                del self.services[key]
