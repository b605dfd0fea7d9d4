"""A start from the state directory on a real apiserver: one that is down, one that refuses us, and one of another
cluster under the same configuration."""
import json

import pytest
from test_kubernetes import kubernetes

from harness import kube, waiting
from harness.signpost import Signpost

ZONES = [{"name": "cluster.local", "registry": "c", "ttl": 30}]
CART = "cart.shop.svc.cluster.local"


@pytest.fixture
def own_cluster(folder):
    running = kube.Cluster(folder, manager=False)
    yield running
    running.stop()


@pytest.fixture
def other_cluster(folder):
    (folder / "other").mkdir()
    running = kube.Cluster(folder / "other", manager=False)
    yield running
    running.stop()


def fill(cluster, service, address):
    cluster.namespace("shop")
    cluster.service("shop", service, 80, clusterIP="None", selector=None)
    cluster.slice("shop", f"{service}-own", service, [address])


def begin(folder, registry):
    (folder / "s" / "state").mkdir(parents=True, exist_ok=True)
    return Signpost(folder / "s", {"c": registry}, ZONES, state_directory=str(folder / "s" / "state"))


def live_once(folder, registry):
    """One life, until all is written; ended by SIGKILL."""
    signpost = begin(folder, registry)
    try:
        signpost.wait_ready()
        signpost.client.wait_for({"10.0.0.1"}, CART)
        waiting.until(lambda: signpost.metric("state_writes_total", registry="c") >= 1, 20, "a state file")
    finally:
        signpost.kill()


def expect_snapshot(signpost):
    signpost.wait_ready()
    answer = signpost.client.ask(CART)
    assert answer.texts("A") == ["10.0.0.1"] and {ttl for _, _, ttl, _ in answer.records} == {5}
    assert signpost.client.set("nope.shop.svc.cluster.local") == "NXDOMAIN"
    assert signpost.metric("registry_state", state="snapshot") == 1


@pytest.mark.rule("K28")
def test_the_apiserver_is_down_and_comes_back(own_cluster, folder):
    cluster = own_cluster
    fill(cluster, "cart", "10.0.0.1")
    live_once(folder, kubernetes(cluster))
    cluster.server.process.kill()
    signpost = begin(folder, kubernetes(cluster))
    try:
        expect_snapshot(signpost)
        cluster.server.start()
        waiting.until(lambda: signpost.metric("registry_listed") == 1, 60, "the registry has listed")
        assert {ttl for _, _, ttl, _ in signpost.client.ask(CART).records} == {30}
    finally:
        signpost.stop()


def test_an_account_without_rights_changes_no_answer(own_cluster, folder):
    """403 to everything: the state file goes on answering."""
    cluster = own_cluster
    fill(cluster, "cart", "10.0.0.1")
    live_once(folder, kubernetes(cluster))
    cluster.api.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/signpost", now=False)
    waiting.until(lambda: cluster.dns_may("/api/v1/services?limit=1") is None, 20, "the right is gone")
    signpost = begin(folder, kubernetes(cluster))
    try:
        waiting.until(lambda: "403" in signpost.process.output(), 20, "the refusal")
        expect_snapshot(signpost)
    finally:
        signpost.stop()


def kubeconfig(path, cluster):
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        "clusters": [{"name": "x", "cluster": {"server": cluster.server.url, "certificate-authority": str(cluster.ca_file)}}],
        "users": [{"name": "x", "user": {"tokenFile": str(cluster.dns_token_file)}}],
    }
    path.write_text(json.dumps(content))
    return {"type": "kubernetes", "required": True, "kubeconfig": str(path)}


def test_the_state_of_another_cluster_goes_as_soon_as_ours_is_known(own_cluster, other_cluster, folder):
    """The same configuration leads to another cluster, which the UID of its namespace kube-system tells."""
    fill(own_cluster, "cart", "10.0.0.1")
    fill(other_cluster, "wine", "10.0.0.2")
    live_once(folder, kubeconfig(folder / "kubeconfig", own_cluster))
    signpost = begin(folder, kubeconfig(folder / "kubeconfig", other_cluster))
    try:
        signpost.client.wait_for({"10.0.0.2"}, "wine.shop.svc.cluster.local", seconds=20)
        assert signpost.client.set(CART) == "NXDOMAIN"
        assert "state.dropped" in signpost.process.output()
    finally:
        signpost.stop()
