"""Signpost and CoreDNS over the same control plane: the same questions, the same answers.

Compared are response code and records; left out are TTLs, order, SRV weights (a decision: never 100/N) and TXT, which
CoreDNS does not have. Not asked is where the two differ on purpose: CoreDNS answers A and AAAA below `_port._proto`, SRV
at an endpoint's own name, and no CNAME when an ExternalName is asked for SRV (RFC 1034 section 3.6.2 wants it)."""
import ipaddress
import random

import pytest
from conftest import size
from test_kubernetes import ZONE, kubernetes

from harness import forwarders, kube
from harness.signpost import Signpost


@pytest.fixture(scope="module")
def pair(cluster, run_folder):
    """Both servers, on every namespace of the cluster."""
    folder = run_folder / "comparison"
    folder.mkdir()
    # Where a Pod has several names CoreDNS gives all of them.
    reverse = [{"name": name, "registry": "cluster", "ptr": "all"} for name in ("in-addr.arpa", "ip6.arpa")]
    zones = [{"name": ZONE, "registry": "cluster"}, *reverse]
    signpost = Signpost(folder, {"cluster": kubernetes(cluster)}, zones).wait_ready()
    coredns = forwarders.coredns_kubernetes(folder, ZONE, cluster, kube.ADMIN)
    client = coredns.client()
    yield signpost.client, client
    client.close()
    coredns.stop()
    signpost.stop()


def seen(client, name, kind):
    """Response code and records, without what is not compared."""
    answer = client.ask(name, kind)
    records = set()
    for owner, number, _, text in answer.records:
        if kind == "SRV" and number == 33:
            priority, _, port, target = text.split()
            text = (priority, port, target.lower())
        records.add((owner.lower(), number, text))
    return answer.rcode, frozenset(records)


class World:
    """Random services, endpoints of our own slices, and every question that makes sense about them."""

    def __init__(self, cluster, namespace, seed):
        self.cluster, self.namespace = cluster, namespace
        self.random = random.Random(seed)
        self.questions = set()
        self._used = 0

    def build(self, services):
        for i in range(services):
            kind = self.random.choice(["cluster", "headless", "headless", "dual", "external", "empty"])
            self._service(f"s{i}", kind)
        for name in ("nothing", f"a.b.{self.namespace}.svc", f"{self.namespace}.svc", "svc"):
            self._ask(f"{name}.{ZONE}")

    def _service(self, name, kind):
        owner = f"{name}.{self.namespace}.svc.{ZONE}"
        spec = {"selector": None}
        if kind in ("headless", "empty"):
            spec["clusterIP"] = "None"
        if kind == "dual":
            spec |= {"ipFamilyPolicy": "RequireDualStack"}
        if kind == "external":
            spec |= {"type": "ExternalName", "externalName": "www.example.org", "ports": None}
        made = self.cluster.service(self.namespace, name, 80, **spec)
        for address in made["spec"].get("clusterIPs") or []:
            if address != "None":
                self.questions.add((reverse(address), "PTR"))
        if kind != "external":
            self._slices(name, owner, kind)
        addresses = ("A", "AAAA")
        for below in (f"_http._tcp.{owner}", f"_http._udp.{owner}", f"_nope._tcp.{owner}"):
            self._ask(below, "SRV")
        self._ask(f"absent.{owner}")
        for spelling in (owner, owner.upper()):
            self._ask(spelling, *addresses, *(() if kind == "external" else ("SRV",)))

    def _slices(self, name, owner, kind):
        for part, family in enumerate(["IPv4", "IPv4", "IPv6"]):
            addresses = [self._address(family) for _ in range(0 if kind == "empty" else self.random.randrange(4))]
            self.cluster.slice(self.namespace, f"{name}-{part}", name, addresses, self.random.choice([80, 8080]), family)
            for address in addresses:
                self.questions.add((reverse(address), "PTR"))
                self._ask(f"{address.replace('.', '-').replace(':', '-')}.{owner}", "A", "AAAA")

    def _address(self, family):
        self._used += 1
        if family == "IPv4":
            return f"10.{20 + self._used // 60000}.{self._used // 250 % 240}.{1 + self._used % 250}"
        return f"fd00:20::{self._used:x}:1"

    def _ask(self, name, *kinds):
        self.questions |= {(name, kind) for kind in kinds or ("A", "AAAA", "SRV")}


def reverse(address):
    if ":" not in address:
        return ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    return ipaddress.ip_address(address).reverse_pointer


def test_comparison_with_coredns(cluster, namespace, pair, until, figure):
    signpost, coredns = pair
    seed = size("SEED", random.randrange(1 << 30))
    world = World(cluster, namespace, seed)
    world.build(size("COMPARED_SERVICES", 20))

    def differences():
        return [
            (name, kind, ours, theirs)
            for name, kind in sorted(world.questions)
            if (ours := seen(signpost, name, kind)) != (theirs := seen(coredns, name, kind))
        ]

    figure("questions put to Signpost and CoreDNS", f"{len(world.questions)}, seed {seed}")
    # Both follow the apiserver on their own, so they are given a moment to have seen the last write.
    try:
        until(lambda: not differences(), 10, "no difference")
    except AssertionError:
        left = differences()
        pytest.fail(f"seed {seed}, {len(left)} differences:\n" + "\n".join(map(str, left[:: max(1, len(left) // 40)])), pytrace=False)
