"""A cluster's size: how many octets an endpoint takes, what a new list costs, how long a start takes; beside CoreDNS.

Slices are written directly, 20 endpoints in each as the slice controller writes them (node, zone, targetRef). One worker,
no queries. Both servers are measured by Pss; the peak is that of the resident size while they list anew."""
import time
import uuid

import pytest
from conftest import size
from test_kubernetes import ZONE, kubernetes

from harness import bulk, forwarders, kube, memory, waiting
from harness.process import now_ms
from harness.sections import Asker
from harness.signpost import Signpost

PER_SERVICE = 20
ENDPOINTS = size("ENDPOINTS", 10_000)
SERVICES = ENDPOINTS // PER_SERVICE
NAMESPACES = [f"team-{i}" for i in range(10)]
LAST = f"s{SERVICES - 1}.{NAMESPACES[(SERVICES - 1) % 10]}.svc.{ZONE}"


def address(service, endpoint):
    n = service * PER_SERVICE + endpoint
    return f"10.{100 + n // 62500}.{n // 250 % 250}.{1 + n % 250}"


def a_slice(service):
    namespace, name = NAMESPACES[service % 10], f"s{service}"
    endpoints = [
        {
            "addresses": [address(service, i)],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "nodeName": f"node-{(service + i) % 500}.example.internal",
            "zone": f"zone-{'abc'[i % 3]}",
            "targetRef": {"kind": "Pod", "namespace": namespace, "name": f"{name}-{i}", "uid": str(uuid.UUID(int=service << 8 | i))},
        }
        for i in range(PER_SERVICE)
    ]
    made = kube.slice_of(f"{name}-a", name, "IPv4", endpoints, [{"name": "http", "port": 8080, "protocol": "TCP"}])
    return kube.SLICES.format(namespace), made


def a_service(service):
    spec = {"clusterIP": "None", "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]}
    return f"/api/v1/namespaces/{NAMESPACES[service % 10]}/services", {"metadata": {"name": f"s{service}"}, "spec": spec}


class Server:
    """Signpost or CoreDNS: started, measured, ended. `seconds`: from its start to the right answer for LAST."""

    def __init__(self, name, start):
        began = now_ms()
        self.name, self.running = name, start()
        self.process = self.running.process
        self._asker = Asker(self.running.address if name == "signpost" else ("127.0.0.1", self.running.port))
        self._began = began

    def wait_complete(self, expected, seconds=120):
        waiting.until(lambda: self.addresses(LAST) == expected, seconds, f"{self.name} has seen everything", pause=0.002)
        return (now_ms() - self._began) / 1000

    def addresses(self, name):
        return {data for _, _, kind, data in self._asker.ask(name).answer if kind == "A"}

    def stop(self):
        self._asker.close()
        self.running.stop()


def starters(cluster, folder):
    """{name: a function that starts the server}"""
    (folder / "s").mkdir()
    registry = {**kubernetes(cluster), "audit_interval": "24h"}

    def signpost():
        return Signpost(folder / "s", {"c": registry}, [{"name": ZONE, "registry": "c"}], workers=1, log={"level": "info"})

    return {"signpost": signpost, "coredns": lambda: forwarders.coredns_kubernetes(folder, [ZONE], cluster, kube.ADMIN)}


@pytest.fixture
def loaded(folder, figure):
    """The cluster with everything in it, functions that start the servers, and {name: octets} held while it was empty."""
    (folder / "k").mkdir()
    cluster = kube.Cluster(folder / "k", manager=False)
    try:
        start, empty = starters(cluster, folder), {}
        for name, function in start.items():
            server = Server(name, function)
            waiting.until(lambda server=server: server._asker.ask(f"kubernetes.default.svc.{ZONE}").answer, 20, f"{name} answers")
            empty[name] = memory.settled(server.process.pid)
            server.stop()
        for namespace in NAMESPACES:
            cluster.namespace(namespace)
        began = time.monotonic()
        bulk.create(cluster.server, map(a_service, range(SERVICES)))
        bulk.create(cluster.server, map(a_slice, range(SERVICES)))
        figure("endpoints written", f"{ENDPOINTS} in {time.monotonic() - began:.0f} s")
        yield cluster, start, empty
    finally:
        cluster.stop()


def list_again(cluster, servers, round_number):
    """The apiserver restarts and its history is gone, so everybody lists; something has changed, which shows when it is
    done."""
    cluster.api.close()
    addresses = [address(SERVICES - 1, i) for i in range(PER_SERVICE - 1)] + [f"10.99.0.{round_number + 1}"]
    service = SERVICES - 1
    cluster.slice_addresses(NAMESPACES[service % 10], f"s{service}-a", addresses)
    cluster.api.close()
    cluster.server.kill()
    cluster.etcd.compact()
    cluster.server.start()
    cluster.slice_addresses(NAMESPACES[service % 10], f"s{service}-a", addresses[1:])
    for server in servers:
        waiting.until(lambda server=server: server.addresses(LAST) == set(addresses[1:]), 90, f"{server.name} has listed again")


def test_size(loaded, figure):
    cluster, start, empty = loaded
    servers, expected = [], {address(SERVICES - 1, i) for i in range(PER_SERVICE)}
    held, ratio = {}, {}
    try:
        for name, function in start.items():
            server = Server(name, function)
            servers.append(server)
            seconds = server.wait_complete(expected)
            held[name] = (memory.settled(server.process.pid) - empty[name]) / ENDPOINTS
            figure(f"{name} at {ENDPOINTS} endpoints", f"{held[name]:.0f} octets an endpoint, complete {seconds:.2f} s after its start")
        steady = {server.name: memory.resident(server.process.pid) for server in servers}
        for server in servers:
            memory.forget_peak(server.process.pid)
        lists = servers[0].running.metric("registry_requests_total", reason="list")
        for i in range(size("RELISTS", 2)):
            list_again(cluster, servers, i)
        figure("pages of lists asked for by signpost", servers[0].running.metric("registry_requests_total", reason="list") - lists)
        for server in servers:
            ratio[server.name] = memory.peak(server.process.pid) / steady[server.name]
            after = memory.settled(server.process.pid) - empty[server.name]
            figure(
                f"{server.name} while listing again {size('RELISTS', 2)} times",
                f"peak {ratio[server.name]:.2f} x steady, {after / ENDPOINTS:.0f} octets an endpoint after it",
            )
    finally:
        for server in servers:
            server.stop()
    # A small cluster shows code that is touched for the first time, too: some 2 MiB.
    strict = size("STRICT", 0)
    assert held["signpost"] <= (150 if strict else 360), "octets an endpoint"
    assert ratio["signpost"] <= (1.2 if strict else 1.3), "peak over steady"
    assert held["signpost"] < held["coredns"]
