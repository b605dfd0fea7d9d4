"""Random services of all kinds with slices of our own, from a seed."""
import dataclasses
import random

from harness import kube

from .questions import label, reverse

KINDS = {  # how often each comes
    "cluster4": 3, "cluster6": 1, "dual": 2, "headless4": 4, "headless6": 1, "headless-dual": 3, "headless-portless": 1,
    "headless-unready": 1, "headless-empty": 1, "tolerant": 1, "cluster-unready": 1, "external": 2,
}  # fmt: skip
# What an ExternalName may be, odd ones too: a name of the cluster, an address, one label, a final dot, 63 octets.
EXTERNAL = ("www.example.org", "s1.{ns}.svc.{zone}", "s2.{ns}.svc.{zone}", "missing.{ns}.svc.{zone}", "10.1.2.3",
            "localhost", "db.example.org.", "x" * 63 + ".example.org", "1.2.3.4.example")  # fmt: skip
PORTS = (("http", 80, "TCP"), ("https", 443, "TCP"), ("dns", 53, "UDP"), ("dns-tcp", 53, "TCP"), ("sig", 5060, "SCTP"),
         ("web-1", 8080, "TCP"))  # fmt: skip
HOSTS = ("a", "b", "db-0", "db-1", "0", "twin", "x" * 63)


@dataclasses.dataclass
class Service:
    name: str
    kind: str
    spec: dict
    slices: list = dataclasses.field(default_factory=list)  # (family, endpoints, ports)

    def addresses(self):
        return [endpoint["addresses"][0] for _, endpoints, _ in self.slices for endpoint in endpoints]

    def hosts(self):
        return sorted({e["hostname"] for _, endpoints, _ in self.slices for e in endpoints if "hostname" in e})

    def is_there(self):
        """Is any endpoint ready?"""
        return any((e.get("conditions") or {}).get("ready", True) for _, endpoints, _ in self.slices for e in endpoints)

    def of_two_names(self):
        """Addresses that are an endpoint with a host name here, and one without or with another there, as when they move
        between slices; and these host names."""
        known = {}
        for _, endpoints, _ in self.slices:
            for endpoint in endpoints:
                known.setdefault(endpoint["addresses"][0], set()).add(endpoint.get("hostname", ""))
        return {address: hosts - {""} for address, hosts in known.items() if len(hosts) > 1}

    def ports(self):
        """(name, protocol) as the service or its slices have them; names may be empty."""
        lists = [self.spec.get("ports") or [], *(ports or [] for _, _, ports in self.slices)]
        return sorted({(p.get("name", ""), p["protocol"].lower()) for ports in lists for p in ports})


PINS = "pins"
_HTTP = [{"name": "http", "port": 80, "protocol": "TCP"}]


def pinned(zone):
    """Services that every world has: classes of difference are pinned to them."""
    headless = {"clusterIP": "None", "ports": _HTTP}
    pool = [{"addresses": ["10.30.0.1"], "hostname": "a"}, {"addresses": ["10.30.0.2"]}]
    wide = [{"addresses": [f"10.30.1.{i}"], "hostname": f"{i:02}" + "x" * 61} for i in range(1, 11)]
    moving = [{"addresses": ["10.30.0.9"]}], [{"addresses": ["10.30.0.9"], "hostname": "moved"}]

    def external(name, target):
        return Service(name, "external", {"type": "ExternalName", "externalName": target})

    return [
        Service("web", "cluster4", {"ports": _HTTP}, [("IPv4", [{"addresses": ["10.30.0.3"]}], _HTTP)]),
        Service("pool", "headless4", headless, [("IPv4", pool, _HTTP)]),
        Service("moving", "headless4", headless, [("IPv4", endpoints, _HTTP) for endpoints in moving]),
        Service("void", "headless4", headless),
        Service("wide", "headless4", headless, [("IPv4", wide, _HTTP)]),
        external("ext", "www.example.org"),
        external("ext-address", "10.1.2.3"),
        external("ext-missing", f"missing.{PINS}.svc.{zone}"),
    ]


class World:
    def __init__(self, seed, count, namespaces, zone):
        self.random = random.Random(seed)
        self.namespaces, self.zone = [PINS, *namespaces], zone
        self.cluster_ips = {}  # (service, namespace) -> addresses
        self._used = []  # addresses, some of which come again
        self.services = {namespace: [] for namespace in self.namespaces}
        self.services[PINS] = pinned(zone)
        for i in range(count):
            namespace = namespaces[i % len(namespaces)]
            self.services[namespace].append(self._service(f"s{i}", namespace))

    def learn(self, services):
        """The services as the API lists them: which cluster IPs they have been given."""
        for item in services:
            key = item["metadata"]["name"], item["metadata"]["namespace"]
            self.cluster_ips[key] = [a for a in item["spec"].get("clusterIPs") or [] if a != "None"]
        self.index()

    def index(self):
        """What the names of the zones are, for `service_of`, `has`, `has_below` and `is_of_two_names`."""
        self._owners = {f"{s.name}.{namespace}.svc.{self.zone}": s for namespace, s in self.all()}
        https = {"ports": [{"name": "https", "port": 443, "protocol": "TCP"}]}
        self._owners[f"kubernetes.default.svc.{self.zone}"] = Service("kubernetes", "cluster4", https)
        addresses = [a for _, s in self.all() for a in s.addresses()] + [a for ips in self.cluster_ips.values() for a in ips]
        self._names = {reverse(address) for address in addresses} | {f"dns-version.{self.zone}", f"ns.dns.{self.zone}"}
        self._two = set()
        for owner, service in self._owners.items():
            self._names |= {owner, *(f"_{name}._{protocol}.{owner}" for name, protocol in service.ports() if name)}
            self._names |= {f"{host}.{owner}" for host in service.hosts()}
            if service.spec.get("clusterIP") == "None" and service.is_there():
                self._names |= {f"a.{how}._zone.{owner}" for how in ("pin", "prefer")}
            for address, hosts in service.of_two_names().items():
                self._two |= {reverse(address), *(f"{word}.{owner}" for word in {label(address), *hosts})}
                self._two |= {f"{zone}.{how}._zone.{owner}" for zone in "abc" for how in ("pin", "prefer")}
                self._two |= {owner, *(f"_{name}._{protocol}.{owner}" for name, protocol in service.ports() if name)}
        self._above = {name.split(".", i)[-1] for name in self._names for i in range(1, name.count(".") + 1)}

    def is_of_two_names(self, name):
        return name.lower().rstrip(".") in self._two

    def service_of(self, name):
        """(owner, Service) of the service at or above a name; None without one."""
        words = name.lower().rstrip(".").split(".")
        for i in range(len(words)):
            owner = ".".join(words[i:])
            if owner in self._owners:
                return owner, self._owners[owner]
        return None

    def has(self, name):
        return name.lower().rstrip(".") in self._names

    def has_below(self, name):
        return name.lower().rstrip(".") in self._above

    def all(self):
        return [(namespace, service) for namespace in self.namespaces for service in self.services[namespace]]

    def items(self):
        """(collection path, item) for harness.bulk.create: services first, then slices."""
        for namespace, service in self.all():
            item = {"metadata": {"name": service.name}, "spec": service.spec}
            yield f"/api/v1/namespaces/{namespace}/services", item
        for namespace, service in self.all():
            for number, (family, endpoints, ports) in enumerate(service.slices):
                made = kube.slice_of(f"{service.name}-{number}", service.name, family, endpoints, ports)
                yield kube.SLICES.format(namespace), made

    def _service(self, name, namespace):
        kind = self.random.choices(list(KINDS), KINDS.values())[0]
        if kind == "external":
            target = self.random.choice(EXTERNAL).format(ns=namespace, zone=self.zone)
            return Service(name, kind, {"type": "ExternalName", "externalName": target})
        ports = self._ports(kind)
        spec = {"ports": ports} if ports else {}
        if kind.startswith("headless") or kind == "tolerant":
            spec["clusterIP"] = "None"
        if kind == "tolerant":
            spec["publishNotReadyAddresses"] = True
        if kind == "cluster6":
            spec["ipFamilies"] = ["IPv6"]
        if kind in ("dual", "headless-dual"):
            spec |= {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": self.random.sample(["IPv4", "IPv6"], 2)}
        made = Service(name, kind, spec)
        self._slices(made, ports)
        return made

    def _ports(self, kind):
        if kind == "headless-portless":
            return []
        if self.random.random() < 0.15:
            return [{"port": 80, "protocol": "TCP"}]  # one port may go without a name
        chosen = self.random.sample(PORTS, self.random.choice((1, 1, 1, 2, 3)))
        return [{"name": name, "port": port, "protocol": protocol} for name, port, protocol in chosen]

    def _slices(self, service, ports):
        families = {"cluster6": ["IPv6"], "headless6": ["IPv6"], "dual": ["IPv4", "IPv6"], "headless-dual": ["IPv4", "IPv6"]}
        # Endpoints listen where they like: the number in the slice is the target port.
        target = [{**port, "port": self.random.choice((port["port"], 9000))} for port in ports] or None
        for family in families.get(service.kind, ["IPv4"]):
            for _ in range(0 if service.kind == "headless-empty" else self.random.choice((1, 1, 2))):
                endpoints = [self._endpoint(service, family) for _ in range(self.random.randrange(5))]
                service.slices.append((family, endpoints, target))
        if service.slices and self.random.random() < 0.2:  # a slice on its way into another: the same once more
            family, endpoints, target = service.slices[0]
            service.slices.append((family, [dict(endpoint) for endpoint in endpoints[:2]], target))

    def _endpoint(self, service, family):
        unready = service.kind.endswith("unready") or (service.kind != "tolerant" and self.random.random() < 0.15)
        made = {"addresses": [self._address(family)]}
        if unready:
            made["conditions"] = {"ready": False}
        elif self.random.random() < 0.9:  # absent conditions are ready
            made["conditions"] = {"ready": True}
        if self.random.random() < 0.6:
            made["zone"] = self.random.choice("ab")
        if self.random.random() < 0.4:
            made["hostname"] = self.random.choice(HOSTS)
        return made

    def _address(self, family):
        """A new one, or in one of ten cases one that a service has already."""
        used = [address for address in self._used if (":" in address) == (family == "IPv6")]
        if used and self.random.random() < 0.1:
            return self.random.choice(used[-50:])
        n = len(self._used)
        if family == "IPv4":
            address = f"10.{20 + n // 60000}.{n // 250 % 240}.{1 + n % 250}"
        else:
            address = self.random.choice((f"fd00:20::{n + 1:x}:1", f"fd00:20:{n + 1:x}::", f"fd00:20:{n + 1:x}:0:1::5"))
        self._used.append(address)
        return address
