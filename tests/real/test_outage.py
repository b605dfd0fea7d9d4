"""Registries that die and return while applications keep asking: answers stay, and later changes are seen."""
import contextlib
import time

import pytest
from conftest import size
from test_kubernetes import kubernetes
from test_nacos import registry

from harness import kube, nacos, sdk, stats, waiting
from harness.load import Load
from harness.process import now_ms
from harness.signpost import Signpost

RATE = 2000


@contextlib.contextmanager
def under_load(signpost, questions, figure, what, rate=RATE):
    load = Load(signpost.address, rate, questions)
    try:
        yield
    finally:
        report = load.stop()
        report["shown"].append(f"the kernel turned away {signpost.turned_away()} at full receive queues")
        figure(f"{what}: {rate}/s asked", {key: report[key] for key in ("sent", "lost", "wrong", "rate")})
        assert report["lost"] == 0 and report["wrong"] == 0, report["shown"]
        assert report["rate"] > 0.95 * rate, "the load itself was too slow to judge by"


def stay_down(seconds=None):
    """An outage lasts: the length is the input of the scenario, not a wait for something to become true."""
    lasts = seconds or size("OUTAGE_SECONDS", 5)
    end = time.monotonic() + lasts
    waiting.until(lambda: time.monotonic() > end, lasts + 5, "the outage lasts")


@pytest.fixture
def own_cluster(folder):
    running = kube.Cluster(folder, manager=False)
    yield running
    running.stop()


def whole_lists(signpost):
    """Complete lists taken, of all resources. One that was refused (403, 410, 429 of a server that has just begun) costs
    nobody anything, and is asked for again."""
    return signpost.metric("registry_resource_lists_total")


RESOURCES = 3  # Services, EndpointSlices, Namespaces
RETURN_SECONDS = 2  # from the apiserver being ready again to the right answer


@pytest.mark.rule("K1", "K13", "K28")
def test_outage_of_the_apiserver(own_cluster, folder, figure):
    """Killed, for five seconds each time and once for a minute (campaign); every second time its history is compacted
    meanwhile. No query is lost, no answer changes, what changed meanwhile is seen soon after the return."""
    cluster = own_cluster
    cluster.namespace("shop")
    for service in ("stays", "moves", "goes"):
        cluster.service("shop", service, 80, clusterIP="None", selector=None)
    cluster.slice("shop", "stays-own", "stays", ["10.0.0.1", "10.0.0.2"])
    cluster.slice("shop", "moves-own", "moves", ["10.0.0.3"])
    cluster.slice("shop", "goes-own", "goes", ["10.0.0.4"])
    (folder / "s").mkdir()
    signpost = Signpost(folder / "s", {"c": kubernetes(cluster)}, [{"name": "cluster.local", "registry": "c"}])
    other = cluster.second_server()
    others_api = other.api()
    stays, moves, goes = (f"{service}.shop.svc.cluster.local" for service in ("stays", "moves", "goes"))
    questions = [(stays, "A", [["10.0.0.1", "10.0.0.2"]])]
    lengths = [size("OUTAGE_SECONDS", 5)] * size("OUTAGE_ROUNDS", 2) + [60] * size("OUTAGE_LONG", 0)
    late, lists = [], []
    try:
        signpost.wait_ready()
        signpost.client.wait_for({"10.0.0.1", "10.0.0.2"}, stays)
        signpost.client.wait_for({"10.0.0.4"}, goes)
        for i, length in enumerate(lengths):
            with under_load(signpost, questions, figure, f"apiserver killed for {length} s"):
                listed = whole_lists(signpost)
                cluster.server.kill()
                # Changed while nobody can tell Signpost.
                cluster.slice_addresses("shop", "moves-own", [f"10.0.1.{i + 1}"], others_api)
                if i % 2 == 0:
                    cluster.etcd.compact()
                stay_down(length)
                assert signpost.http("health", "/health")[0] == 200
                cluster.server.start()
                returned = now_ms()
                late.append((signpost.client.wait_for({f"10.0.1.{i + 1}"}, moves, seconds=60) - returned) / 1000)
                lists.append(whole_lists(signpost) - listed)
            cluster.slice_addresses("shop", "goes-own", [f"10.0.2.{i + 1}"], others_api)
            signpost.client.wait_for({f"10.0.2.{i + 1}"}, goes, seconds=60)
        figure("change during an outage seen after the return", stats.figures(late, "s"))
        figure(f"new lists in each outage, of {RESOURCES} resources", lists)
        assert max(late) <= RETURN_SECONDS
        assert max(lists) <= RESOURCES, "at most one list a resource"
    finally:
        signpost.stop()
        others_api.close()
        other.process.stop()


HOLD_SECONDS, HOLD_SECONDS_MAX = 30, 90  # zones/guard, for Nacos: from the last growth on; at most


def test_outage_of_nacos(folder, figure):
    """Killed, restarted empty, refilled by the publishers that live. Their services, and one that lost a publisher of
    two, are answered all the time; what nobody publishes any more is gone after its hold and not before."""
    server = nacos.Nacos(folder)
    server.start()
    peers = []
    try:
        for language, service, ip in (
            ("python", "one", "10.1.0.1"), ("java", "two", "10.1.0.2"),
            ("python", "pair", "10.1.0.3"), ("python", "pair", "10.1.0.4"),
        ):  # fmt: skip
            peers.append(sdk.SdkPeer(language, server.address, folder))
            peers[-1].register(service, ip, 80)
        (folder / "s").mkdir()
        zone = {"name": "nacos.internal", "registry": "n", "ttl": 5}
        signpost = Signpost(folder / "s", {"n": registry(server, folder)}, [zone])
        living = [
            ("one.nacos.internal", "A", [["10.1.0.1"]]),
            ("two.nacos.internal", "A", [["10.1.0.2"]]),
            ("pair.nacos.internal", "A", [["10.1.0.3", "10.1.0.4"], ["10.1.0.3"]]),
        ]
        try:
            signpost.wait_ready()
            for name, kind, allowed in living:
                signpost.client.wait_for(set(allowed[0]), name, kind)
            held = []
            for i in range(size("OUTAGE_ROUNDS", 1)):
                held.append(_outage(server, signpost, peers, living, figure, f"10.1.1.{i + 1}", 5 + i))
            figure("a service without a publisher, gone after the restart began", stats.figures(held, "s"))
            assert min(held) >= HOLD_SECONDS and max(held) <= HOLD_SECONDS_MAX
        finally:
            signpost.stop()
    finally:
        for peer in peers:
            peer.stop()
        server.stop()


def _outage(server, signpost, peers, living, figure, gone, weight):
    """One of them; returns how many seconds after the restart the dead one, at the address `gone`, was no more. Afterwards
    a change to `weight` is seen."""
    ask, dead = signpost.client, "dead.nacos.internal"
    server.register("dead", gone, 80)
    ask.wait_for({gone}, dead)
    with under_load(signpost, living, figure, "Nacos killed and restarted empty", rate=500):
        server.kill()
        server.forget()
        peers[3].kill()
        stay_down()
        assert signpost.http("health", "/health")[0] == 200
        assert ask.set(dead) == {gone}
        began = now_ms()
        server.start()
        waiting.until(lambda: all(map(server.hosts, ("one", "two", "pair"))), 60, "the SDKs have registered again")
        waiting.until(lambda: ask.set(dead) != {gone}, HOLD_SECONDS_MAX + 10, "the dead one is gone", pause=0.1)
        ended = now_ms()
        assert ask.set(dead) in ("NXDOMAIN", set())
        ask.wait_for({"10.1.0.3"}, "pair.nacos.internal", seconds=HOLD_SECONDS_MAX)
    peers[0].register("one", "10.1.0.1", 80, weight=weight)
    ask.wait_for({f"0 {weight} 80 10-1-0-1.one.nacos.internal."}, "one.nacos.internal", "SRV", seconds=60)
    return (ended - began) / 1000
