"""The options of CoreDNS' kubernetes plugin and ours, and what each answers about the same services."""
import dataclasses

ZONE = "cluster.local"
HTTP = [{"name": "http", "port": 80, "protocol": "TCP"}]
MISSING = "NXDOMAIN"
EMPTY = "NOERROR"


@dataclasses.dataclass
class Options:
    """`registry` and `zone` are ours, `coredns` lines of its plugin and `plugins` further ones; `rows`: (question, answer)
    or (question, answer, what CoreDNS says). Answers are the data of the records, sorted, SRV without its weight."""

    registry: dict
    zone: dict
    coredns: list
    rows: list
    plugins: tuple = ()
    apex: str = ZONE


def head(name, endpoints, ports=HTTP, **spec):
    return name, {"clusterIP": "None", "ports": ports, **spec}, endpoints


def ready(address, **more):
    return {"addresses": [address], "conditions": {"ready": True}, **more}


def pod_of(name):
    return {"targetRef": {"kind": "Pod", "name": name, "namespace": "shop"}}


LONG = "p" * 64
SERVICES = [
    head("pool", [ready("10.1.0.1", **pod_of("pool-a"), zone="a"), ready("10.1.0.2", hostname="named", **pod_of("pool-b"), zone="b"),
                  ready("10.1.0.3", **pod_of(LONG), zone="b")]),
    ("web", {"clusterIP": "10.96.5.1", "ports": HTTP}, [ready("10.1.0.4")]),
    ("idle", {"clusterIP": "10.96.5.2", "ports": HTTP}, [{"addresses": ["10.1.0.5"], "conditions": {"ready": False}}]),
    head("none", []),
    ("ext", {"type": "ExternalName", "externalName": "www.example.org"}, None),
    ("front", {"type": "LoadBalancer", "clusterIP": "10.96.5.3", "ports": HTTP, "externalIPs": ["198.51.100.7"]}, [ready("10.1.0.6")]),
]  # fmt: skip


def make_world(cluster):
    """The services above in namespace shop, a Pod there, a service and a Pod in namespace dark, ServiceImports."""
    cluster.namespace("shop", dns="on", team="a")
    cluster.namespace("dark", team="b")
    for name, spec, endpoints in SERVICES:
        cluster.api.create("/api/v1/namespaces/shop/services", {"metadata": {"name": name}, "spec": spec})
        if endpoints is not None:
            cluster.whole_slice("shop", f"{name}-a", name, "IPv4", endpoints, HTTP)
    ingress = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}
    cluster.api.patch("/api/v1/namespaces/shop/services/front/status", ingress)
    cluster.service("dark", "cart", 80, clusterIP="10.96.5.9", selector=None)
    cluster.pod("shop", "one", "one", "10.2.0.1", "fd00:2::1")
    cluster.pod("dark", "two", "two", "10.2.0.2")
    cluster.define_imports()
    cluster.import_service("shop", "cart", "ClusterSetIP", ["10.42.0.1"])
    cluster.import_service("shop", "pool", "Headless")
    for name in ("c1", "c2"):
        endpoints = [ready(f"10.4{name[1]}.0.1"), ready(f"10.4{name[1]}.0.2", hostname="twin")]
        cluster.imported_slice("shop", f"pool-{name}", "pool", name, endpoints)


def srv(port, *targets):
    return [f"0 {port} {target}." for target in targets]


SHOP = f"shop.svc.{ZONE}"
CASES = {
    "namespaces": Options(
        {"namespaces": ["shop"]}, {}, ["namespaces shop"],
        [(f"web.{SHOP} A", ["10.96.5.1"]), (f"cart.dark.svc.{ZONE} A", MISSING), (f"dark.svc.{ZONE} A", MISSING),
         (f"pool.{SHOP} A", ["10.1.0.1", "10.1.0.2", "10.1.0.3"])],
    ),
    "namespace_labels": Options(
        {"namespace_labels": "dns=on"}, {}, ["namespace_labels dns=on"],
        [(f"web.{SHOP} A", ["10.96.5.1"]), (f"cart.dark.svc.{ZONE} A", MISSING), (f"dark.svc.{ZONE} A", MISSING)],
    ),
    "pods insecure": Options(
        {"pods": "watch"}, {"pod_names": "insecure"}, ["pods insecure"],
        [(f"10-240-0-1.shop.pod.{ZONE} A", ["10.240.0.1"]), (f"10-240-0-1.shop.pod.{ZONE} AAAA", EMPTY),
         (f"fd00--9.shop.pod.{ZONE} AAAA", ["fd00::9"]), (f"blah.shop.pod.{ZONE} A", MISSING),
         (f"10-240-0-1.absent.pod.{ZONE} A", MISSING), (f"shop.pod.{ZONE} A", EMPTY), (f"absent.pod.{ZONE} A", MISSING),
         (f"pod.{ZONE} A", EMPTY)],
    ),
    "pods verified": Options(
        {"pods": "watch"}, {"pod_names": "verified"}, ["pods verified"],
        [(f"10-2-0-1.shop.pod.{ZONE} A", ["10.2.0.1"]), (f"10-2-0-2.shop.pod.{ZONE} A", MISSING),
         (f"10-2-0-2.dark.pod.{ZONE} A", ["10.2.0.2"]), (f"10-2-0-9.shop.pod.{ZONE} A", MISSING),
         (f"fd00-2--1.shop.pod.{ZONE} AAAA", ["fd00:2::1"]),
         (f"10-2-0-1.absent.pod.{ZONE} A", MISSING), (f"shop.pod.{ZONE} A", EMPTY)],
    ),
    "endpoint_pod_names": Options(
        {"endpoint_names": "pod"}, {}, ["endpoint_pod_names"],
        [(f"pool-a.pool.{SHOP} A", ["10.1.0.1"]), (f"named.pool.{SHOP} A", ["10.1.0.2"]), (f"pool-b.pool.{SHOP} A", MISSING),
         (f"10-1-0-3.pool.{SHOP} A", ["10.1.0.3"]), (f"10-1-0-1.pool.{SHOP} A", MISSING),
         (f"_http._tcp.pool.{SHOP} SRV", srv(80, f"10-1-0-3.pool.{SHOP}", f"named.pool.{SHOP}", f"pool-a.pool.{SHOP}"))],
    ),
    "noendpoints": Options(
        {"endpoints": "off"}, {}, ["noendpoints"],
        [(f"web.{SHOP} A", ["10.96.5.1"]), (f"idle.{SHOP} A", ["10.96.5.2"]), (f"pool.{SHOP} A", MISSING),
         (f"10-1-0-4.web.{SHOP} A", MISSING), (f"_http._tcp.web.{SHOP} SRV", srv(80, f"web.{SHOP}")),
         (f"ext.{SHOP} CNAME", ["www.example.org."])],
    ),
    "ignore empty_service": Options(
        {}, {"empty_services": "hide"}, ["ignore empty_service"],
        [(f"idle.{SHOP} A", MISSING), (f"_http._tcp.idle.{SHOP} SRV", MISSING), (f"web.{SHOP} A", ["10.96.5.1"]),
         (f"none.{SHOP} A", MISSING), (f"ext.{SHOP} CNAME", ["www.example.org."])],
    ),
    "ttl": Options(
        {}, {"ttl": 30}, ["ttl 30"],
        [(f"web.{SHOP} A", ["10.96.5.1"]), (f"pool.{SHOP} A", ["10.1.0.1", "10.1.0.2", "10.1.0.3"])],
    ),
    "zonal": Options(
        {}, {"topology": "on"}, ["zonal"],
        [(f"a.pin._zone.pool.{SHOP} A", ["10.1.0.1"]), (f"b.pin._zone.pool.{SHOP} A", ["10.1.0.2", "10.1.0.3"]),
         (f"c.pin._zone.pool.{SHOP} A", EMPTY), (f"a.prefer._zone.pool.{SHOP} A", ["10.1.0.1"]),
         (f"c.prefer._zone.pool.{SHOP} A", ["10.1.0.1", "10.1.0.2", "10.1.0.3"]),
         (f"b.pin._zone.pool.{SHOP} SRV", srv(80, f"10-1-0-3.pool.{SHOP}", f"named.pool.{SHOP}")),
         (f"a.other._zone.pool.{SHOP} A", MISSING), (f"a.pin._zone.web.{SHOP} A", MISSING),
         (f"a.pin._zone.absent.{SHOP} A", MISSING)],
    ),
    "zonal off": Options(
        {}, {"topology": "off"}, [],
        [(f"a.pin._zone.pool.{SHOP} A", MISSING), (f"c.prefer._zone.pool.{SHOP} A", MISSING)],
    ),
    "multicluster": Options(
        {"multicluster": "on"}, {"layout": "clusterset"}, ["multicluster clusterset.local"],
        [("cart.shop.svc.clusterset.local A", ["10.42.0.1"]), ("_http._tcp.cart.shop.svc.clusterset.local SRV", srv(80, "cart.shop.svc.clusterset.local")),
         ("pool.shop.svc.clusterset.local A", ["10.41.0.1", "10.41.0.2", "10.42.0.1", "10.42.0.2"]),
         ("10-41-0-1.c1.pool.shop.svc.clusterset.local A", ["10.41.0.1"]), ("twin.c2.pool.shop.svc.clusterset.local A", ["10.42.0.2"]),
         ("twin.pool.shop.svc.clusterset.local A", MISSING), ("10-41-0-1.pool.shop.svc.clusterset.local A", MISSING),
         ("web.shop.svc.clusterset.local A", MISSING), ("10-41-0-1.c2.pool.shop.svc.clusterset.local A", MISSING)],
        apex="clusterset.local",
    ),
    "k8s_external": Options(
        {}, {"layout": "external", "external_headless": "on"}, [],
        [("front.shop.ext.test A", ["198.51.100.7", "203.0.113.9"]), ("front.shop.ext.test AAAA", EMPTY),
         ("_http._tcp.front.shop.ext.test SRV", srv(80, "front.shop.ext.test")), ("web.shop.ext.test A", MISSING),
         ("_http._udp.front.shop.ext.test SRV", MISSING), ("shop.ext.test A", EMPTY), ("absent.ext.test A", MISSING),
         ("pool.shop.ext.test A", ["10.1.0.1", "10.1.0.2", "10.1.0.3"]), ("named.pool.shop.ext.test A", ["10.1.0.2"])],
        plugins=("k8s_external ext.test {\n        headless\n    }",), apex="ext.test",
    ),
}  # fmt: skip
