"""HTTP v1 naming as servers of 1.x have it (4.2): lists, registration, beats, and what goes wrong on demand."""

import json
import time

PREFIX = "/nacos/v1/ns/"


def info(fake, key, clusters="", healthy_only=False):
    """A service as HTTP v1 and its pushes spell it."""
    told = fake.info(key, clusters, healthy_only)
    told["name"], told["dom"] = f"{key[1]}@@{key[2]}", key[2]
    told["allIPs"] = told.pop("allIps")
    told["cacheMillis"] = fake.config["cache_millis"]
    return told


class NamingV1:
    """Answers (status, body); a body that is text is sent as it is. Runs on the fake's loop."""

    def __init__(self, fake):
        self.fake = fake

    def answer(self, method, path, given, token, agent):
        fake, config = self.fake, self.fake.config
        call = f"{method} {path.removeprefix(PREFIX)}"
        fake.requests["v1 " + call] += 1
        if config["v1_state"] != "UP":
            return 503, "server is DOWN now, please try again later!"
        order = fake.ordered("v1 " + call)
        if order:
            return order.get("status", 200), order["body"]
        if config["user"]:
            from_header = token if config["v1_token"] != "query" else None
            if fake.tokens.get(from_header or given.get("accessToken"), 0) < time.monotonic():
                return 403, "authorization failed!"
        if call == "GET instance/list" and given.get("serviceName"):
            fake.udp.subscribe(self.key(given), given, agent)
        handler = {"GET service/list": self.list, "GET instance/list": self.instances, "POST instance": self.register,
                   "PUT instance": self.register, "DELETE instance": self.deregister,
                   "PUT instance/beat": self.beat}.get(call)
        if handler is None:
            return 404, "not here"
        try:
            return 200, handler(given)
        except (KeyError, ValueError) as wrong:
            return 400, f"Param check invalid: {wrong}"

    @staticmethod
    def key(given):
        group, joined, name = given["serviceName"].partition("@@")
        if not joined:
            group, name = given.get("groupName") or "DEFAULT_GROUP", group
        return given.get("namespaceId") or "public", group, name

    def list(self, given):
        size, page = int(given["pageSize"]), int(given["pageNo"])
        names = self.fake.registry.names(given.get("namespaceId") or "public",
                                         given.get("groupName") or "DEFAULT_GROUP")
        return {"count": len(names), "doms": names[(page - 1) * size:page * size]}

    def instances(self, given):
        return info(self.fake, self.key(given), given.get("clusters", ""), given.get("healthyOnly") == "true")

    def register(self, given):
        fields = {"ip": given["ip"], "port": int(given["port"]), "clusterName": given.get("clusterName", ""),
                  "weight": float(given.get("weight", 1)), "enabled": given.get("enabled", "true") == "true",
                  "healthy": given.get("healthy", "true") == "true", "metadata": json.loads(given.get("metadata", "{}"))}
        if not 0 <= fields["weight"] <= 10000:
            raise ValueError("weight")
        self.fake.registry.publish(self.key(given), "v1", [fields], replace=False)
        return "ok"

    def deregister(self, given):
        which = given["ip"], int(given["port"]), given.get("clusterName") or "DEFAULT"
        self.fake.registry.withdraw(self.key(given), "v1", which)
        return "ok"

    def beat(self, given):
        light = json.loads(given.get("beat") or "{}")
        service = self.fake.registry.find(self.key({**given, **light}))
        where = (light.get("ip") or given.get("ip"), int(light.get("port") or given.get("port")))
        known = service and any((each["ip"], each["port"]) == where for each in service.instances())
        return {"clientBeatInterval": 5000, "code": 10200 if known else 20404, "lightBeatEnabled": True}
