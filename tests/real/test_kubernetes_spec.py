"""The DNS specification of Kubernetes on a real apiserver: each object made through its API, each answer whole."""
import ipaddress

import pytest
from harness import kube
from harness.sections import Asker
from harness.signpost import Signpost
from spec_cases import BASE, NAMESPACE, ROWS, ZONE, services, slices
from test_kubernetes import kubernetes


@pytest.fixture(scope="module")
def world(cluster, run_folder):
    """A Signpost that has seen all of it; `ask(question)` gives the Reply."""
    cluster.namespace(NAMESPACE)
    for name, spec in services():
        cluster.api.create(f"/api/v1/namespaces/{NAMESPACE}/services", {"metadata": {"name": name}, "spec": spec})
    for made in slices():
        cluster.whole_slice(NAMESPACE, *made)
    folder = run_folder / "spec"
    folder.mkdir()
    reverse = ("10.96.0.0/16", "172.16.0.0/16", "fd00::/8", "5678:abcd::/32")
    zones = [{"name": name, "registry": "cluster"} for name in (ZONE, *reverse)]
    signpost = Signpost(folder, {"cluster": kubernetes(cluster)}, zones).wait_ready()
    yield World(signpost, zones)
    signpost.stop()


class World:
    def __init__(self, signpost, zones):
        self.signpost, self.zones = signpost, zones
        self._asker = Asker(signpost.address)

    def ask(self, question):
        name, kind = question.split()
        return self._asker.ask(name if name.endswith(".") else f"{name}.{BASE}", kind)

    def told(self, question):
        return self.ask(question).told().replace(f".{BASE}", "").replace(BASE, "@")


def _parameters():
    for ids, question, answer in ROWS:
        if answer is not None:
            yield pytest.param(question, answer, id=f"{ids}: {question}", marks=pytest.mark.rule(*ids.split()))


@pytest.mark.parametrize("question,answer", _parameters())
def test_row(world, question, answer):
    assert world.told(question) == answer


@pytest.mark.rule("SC6", "SH7", "SH5", "O13")
@pytest.mark.parametrize(
    "question,addresses",
    [
        ("_http._tcp.web SRV", {"10.96.1.1"}),
        ("_http._tcp.dual SRV", {"10.96.1.3", "fd00:96::1:3"}),
        ("dual SRV", {"10.96.1.3", "fd00:96::1:3"}),
        ("_http._tcp.pool4 SRV", {"172.16.1.2"}),
    ],
)
def test_addresses_come_along(world, question, addresses):
    reply = world.ask(question)
    targets = {data.split()[-1] for _, _, _, data in reply.answer}
    assert {(owner, data) for owner, _, _, data in reply.additional} == {(t, a) for t in targets for a in addresses}


@pytest.mark.rule("SH5", "SH7", "SH4")
def test_srv_of_a_headless_service_of_both_families(world):
    """Six targets for seven endpoints: two share their host name."""
    reply = world.ask("_http._tcp.pool SRV")
    targets = {data.split()[-1].removesuffix(f".pool.{BASE}") for _, _, _, data in reply.answer}
    assert targets == {"172-16-0-2", "172-16-0-3", "twin", "5678-abcd--1", "5678-abcd--0", "0--abcd-0-0-5"}
    assert {data.split()[0] + data.split()[2] for _, _, _, data in reply.answer} == {"080"}
    along = {(owner.removesuffix(f".pool.{BASE}"), data) for owner, _, _, data in reply.additional}
    assert along == {
        ("172-16-0-2", "172.16.0.2"), ("172-16-0-3", "172.16.0.3"), ("twin", "172.16.0.4"), ("twin", "172.16.0.5"),
        ("5678-abcd--1", "5678:abcd::1"), ("5678-abcd--0", "5678:abcd::"), ("0--abcd-0-0-5", "::abcd:0:0:5"),
    }  # fmt: skip


@pytest.mark.rule("SC8")
def test_pointer_of_an_ipv6_cluster_ip(world):
    owner = ipaddress.ip_address("fd00:96::1:1").reverse_pointer
    assert world.told(f"{owner}. PTR") == f"NOERROR aa | {owner}. 5 PTR web6"
    fewer = owner.split(".", 4)[-1]
    assert world.told(f"{fewer}. PTR") == "NOERROR aa | SOA d.f.ip6.arpa."


@pytest.mark.rule("SH8", "O12")
def test_pointer_of_an_ipv6_endpoint(world):
    owner = ipaddress.ip_address("5678:abcd::1").reverse_pointer
    assert world.told(f"{owner}. PTR") == f"NOERROR aa | {owner}. 5 PTR 5678-abcd--1.pool"


def test_streamed_lists_say_the_same(cluster, world, folder):
    """All of it again, by a Signpost whose lists come as streams."""
    registry = {**kubernetes(cluster), "lists": "stream"}
    signpost = Signpost(folder, {"cluster": registry}, world.zones).wait_ready()
    try:
        assert signpost.metric("registry_requests_total", reason="stream") >= 3
        assert signpost.metric("registry_requests_total", reason="list") == 0
        streamed = World(signpost, world.zones)
        rows = [(question, answer) for _, question, answer in ROWS if answer is not None]
        assert [(question, streamed.told(question)) for question, _ in rows] == rows
    finally:
        signpost.stop()


@pytest.mark.rule("O11")
def test_slices_of_names_are_counted(world):
    metrics = world.signpost.http("metrics", "/metrics")[1]
    counted = [line for line in metrics.splitlines() if "skipped" in line and "fqdn" in line.lower()]
    assert counted and float(counted[0].split()[-1]) >= 1, "counted as skipped"


@pytest.mark.rule("SG5", "O15")
def test_pods_that_are_not_ready(cluster, namespace, world):
    """Made by the real slice controller: publishNotReadyAddresses, host names of Pods, terminating ones."""
    owner = f"db.{namespace}.svc.{ZONE}"
    ask = world.signpost.client
    cluster.service(namespace, "db", 5432, clusterIP="None", publishNotReadyAddresses=True)
    spec = {"nodeName": "node-1", "hostname": "db-0", "subdomain": "db", "containers": [{"name": "m", "image": "none"}]}
    path = f"/api/v1/namespaces/{namespace}/pods"
    cluster.api.create(path, {"metadata": {"name": "db-0", "labels": {"app": "db"}}, "spec": spec})
    cluster.pod_status(namespace, "db-0", False, "10.0.5.1")
    ask.wait_for({"10.0.5.1"}, owner)
    ask.wait_for({"10.0.5.1"}, f"db-0.{owner}")
    cluster.api.patch(f"/api/v1/namespaces/{namespace}/services/db", {"spec": {"publishNotReadyAddresses": False}})
    ask.wait_for("NXDOMAIN", owner)
    ask.wait_for("NXDOMAIN", f"db-0.{owner}")
    cluster.pod_status(namespace, "db-0", True)
    ask.wait_for({"10.0.5.1"}, f"db-0.{owner}")
    cluster.delete_pod(namespace, "db-0", now=False)
    ask.wait_for("NXDOMAIN", f"db-0.{owner}")


@pytest.mark.rule("O17", "SH3", "K23")
def test_made_deleted_and_made_again(cluster, namespace, world):
    """One name, three lives: headless, ClusterIP, headless again; nothing of the one before stays."""
    owner, ask = f"cart.{namespace}.svc.{ZONE}", world.signpost.client
    for address in ("10.0.6.1", "10.0.6.2"):
        cluster.service(namespace, "cart", 80, clusterIP="None", selector=None)
        ask.wait_for("NXDOMAIN", owner)
        cluster.slice(namespace, "cart-a", "cart", [address])
        ask.wait_for({address}, owner)
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/services/cart")
        ask.wait_for("NXDOMAIN", owner)
        made = cluster.service(namespace, "cart", 80, selector=None)["spec"]["clusterIP"]
        ask.wait_for({made}, owner)
        ask.wait_for({address}, f"{address.replace('.', '-')}.{owner}")
        cluster.api.delete(f"{kube.SLICES.format(namespace)}/cart-a")
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/services/cart")
        ask.wait_for("NXDOMAIN", owner)
