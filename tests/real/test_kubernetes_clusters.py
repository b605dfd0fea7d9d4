"""Two clusters behind one zone: the first that knows a name answers for it."""
import pytest
from test_kubernetes import kubernetes

from harness import kube
from harness.signpost import Signpost

ZONE = "cluster.local"


@pytest.fixture
def west(folder):
    """A control plane of its own beside the session's."""
    (folder / "west").mkdir()
    running = kube.Cluster(folder / "west", manager=False)
    yield running
    running.stop()


def test_two_clusters_in_one_zone(cluster, west, namespace, folder, until):
    west.namespace(namespace)

    def put(where, service, address):
        where.service(namespace, service, 80, clusterIP="None", selector=None)
        where.slice(namespace, f"{service}-a", service, [address])

    put(cluster, "web", "10.1.0.1")
    put(west, "web", "10.2.0.1")
    put(west, "only", "10.2.0.2")
    zones = [{"name": ZONE, "registries": ["east", "west"]}, {"name": "10.0.0.0/8", "reverse_of": [ZONE]}]
    signpost = Signpost(folder, {"east": kubernetes(cluster), "west": kubernetes(west)}, zones).wait_ready()
    try:
        ask, name = signpost.client, f"{{}}.{namespace}.svc.{ZONE}".format
        assert ask.set(name("web")) == {"10.1.0.1"}, "east comes first"
        assert ask.set(name("only")) == {"10.2.0.2"}
        cluster.api.delete(f"/api/v1/namespaces/{namespace}/services/web")
        ask.wait_for({"10.2.0.1"}, name("web"))
        west.slice_addresses(namespace, "web-a", ["10.2.0.3"])
        ask.wait_for({"10.2.0.3"}, name("web"))
        west.server.kill()
        put(cluster, "new", "10.1.0.3")
        ask.wait_for({"10.1.0.3"}, name("new"))
        assert ask.set(name("only")) == {"10.2.0.2"}, "what the lost one said stays"
        until(lambda: signpost.metric("registry_lost_contact_total", registry="west") > 0, 10, "west is missed")
        assert signpost.metric("registry_lost_contact_total", registry="east") == 0
        west.server.start()
        cluster.service(namespace, "web", 80, clusterIP="None", selector=None)
        ask.wait_for({"10.1.0.1"}, name("web"))
        west.slice_addresses(namespace, "only-a", ["10.2.0.4"])
        ask.wait_for({"10.2.0.4"}, name("only"))
    finally:
        signpost.stop()
