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
    return signpost.metric("registry_lists_total", reason="")


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


def test_outage_of_nacos(folder, figure):
    server = nacos.Nacos(folder)
    server.start()
    publisher = None
    try:
        # Persistent ones come back from the server's own disk, those of the SDK only when it registers them again.
        server.register("kept", "10.1.0.1", 80)
        server.register("kept", "10.1.0.2", 80)
        publisher = sdk.SdkPeer("python", server.address, folder)
        publisher.register("living", "10.1.0.3", 80)
        (folder / "s").mkdir()
        signpost = Signpost(
            folder / "s", {"n": registry(server, folder)}, [{"name": "nacos.internal", "registry": "n", "ttl": 5}]
        )
        questions = [
            ("kept.nacos.internal", "A", [["10.1.0.1", "10.1.0.2"]]),
            ("living.nacos.internal", "A", [["10.1.0.3"]]),
        ]
        try:
            signpost.wait_ready()
            for name, kind, allowed in questions:
                signpost.client.wait_for(set(allowed[0]), name, kind)
            for i in range(size("OUTAGE_ROUNDS", 1)):
                with under_load(signpost, questions, figure, "Nacos killed and restarted"):
                    server.kill()
                    stay_down()
                    assert signpost.http("health", "/health")[0] == 200
                    server.start()
                    waiting.until(lambda: server.hosts("living"), 60, "the SDK has registered again")
                    server.register("later", f"10.1.1.{i + 1}", 80)
                    _wait_contains(signpost, f"10.1.1.{i + 1}", "later.nacos.internal")
                publisher.register("living", "10.1.0.3", 80, weight=5 + i)
                waiting.until(
                    lambda: any(f" {5 + i} 80 " in t for t in signpost.client.ask("living.nacos.internal", "SRV").texts("SRV")),
                    60, "a change after the return",
                )  # fmt: skip
        finally:
            signpost.stop()
    finally:
        if publisher:
            publisher.stop()
        server.stop()


def _wait_contains(signpost, address, name):
    waiting.until(lambda: address in signpost.client.set(name), 60, f"{address} in {name}")
