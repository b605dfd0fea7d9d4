"""The real servers by themselves: what a scenario takes for granted, shown before Signpost comes into it."""
import dns.message
import dns.query
import pytest

from harness import forwarders, kube, nacos, rights
from harness.load import Load


def slices(cluster, namespace, service):
    """{address: ready} over all slices of a service, as the apiserver has them."""
    path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    found = cluster.api.get(f"{path}?labelSelector=kubernetes.io/service-name%3D{service}")
    return {
        address: endpoint["conditions"]["ready"]
        for item in found["items"]
        for endpoint in item["endpoints"] or []
        for address in endpoint["addresses"]
    }


def test_pods_become_endpoint_slices(cluster, namespace, until):
    cluster.service(namespace, "cart", 80, 8080)
    cluster.pod(namespace, "cart-1", "cart", "10.0.0.1")
    cluster.pod(namespace, "cart-2", "cart", "10.0.0.2", ready=False)
    until(lambda: slices(cluster, namespace, "cart") == {"10.0.0.1": True, "10.0.0.2": False}, 20, "both pods in slices")
    cluster.delete_pod(namespace, "cart-1")
    until(lambda: slices(cluster, namespace, "cart") == {"10.0.0.2": False}, 20, "the deleted pod is gone")


def test_deleted_namespace_is_emptied(cluster, namespace, until):
    cluster.service(namespace, "cart", 80)
    cluster.delete_namespace(namespace)

    def gone():
        with pytest.raises(kube.ApiError) as refused:
            cluster.api.get(f"/api/v1/namespaces/{namespace}")
        return refused.value.status == 404

    until(lambda: _fails(gone), 30, "namespace gone")


def _fails(check):
    try:
        return check()
    except BaseException:  # pytest.raises fails with its own kind while the namespace is still there
        return False


SERVICES = "/api/v1/{}services?limit=1"
SLICES = "/apis/discovery.k8s.io/v1/{}endpointslices?limit=1"
REFUSED = (
    "/api/v1/secrets", "/api/v1/configmaps", "/api/v1/nodes", "/api/v1/endpoints",
    "/api/v1/namespaces/default", "/api/v1/namespaces/default/services/kubernetes", "/apis/apps/v1/deployments",
)  # fmt: skip


def test_account_of_cluster_yaml_may_list_and_nothing_else(cluster):
    """deploy/rbac/cluster.yaml: all namespaces, no single objects, no Pods, no Secrets, no writes."""
    for path in (SERVICES.format(""), SLICES.format(""), "/api/v1/namespaces?limit=1"):
        assert cluster.dns_may(path), path
    for path in (*REFUSED, "/api/v1/pods"):
        assert not cluster.dns_may(path), path
    account = cluster.server.api(cluster.dns_token)
    with pytest.raises(kube.ApiError) as refused:
        account.create("/api/v1/namespaces/default/services", {"metadata": {"name": "x"}, "spec": {"ports": [{"port": 1}]}})
    assert refused.value.status == 403
    account.close()


def test_account_of_namespace_yaml_may_list_one_namespace(folder, until):
    """deploy/rbac/namespace.yaml: what is in one namespace, and nothing of the cluster."""
    own = kube.Cluster(folder, roles=(), manager=False)
    try:
        for name in ("shop", "dark"):
            own.namespace(name)
        rights.apply(own.api, "namespace.yaml", "shop")
        until(lambda: own.dns_may(SERVICES.format("namespaces/shop/")), 20, "the role is known")
        for resource in (SLICES.format("namespaces/shop/"), "/api/v1/namespaces/shop/pods?limit=1"):
            assert own.dns_may(resource), resource
        everywhere = (SERVICES.format(""), SLICES.format(""), "/api/v1/namespaces", "/api/v1/pods")
        for path in (*REFUSED, *everywhere, SERVICES.format("namespaces/dark/"), "/api/v1/namespaces/shop/secrets"):
            assert not own.dns_may(path), path
    finally:
        own.stop()


def test_second_apiserver_sees_the_same_world(cluster, namespace):
    second = cluster.second_server()
    try:
        cluster.service(namespace, "cart", 80)
        assert second.api().get(f"/api/v1/namespaces/{namespace}/services/cart")["spec"]["ports"][0]["port"] == 80
    finally:
        second.process.stop()


@pytest.mark.parametrize("language", ["python", "java"])
def test_sdk_publishes_and_listens(nacos_server, sdk_peer, until, language):
    service = f"peer-{language}"
    listener = sdk_peer("python")
    listener.subscribe(service)
    publisher = sdk_peer(language)
    publisher.register(service, "10.1.0.1", 8080, weight=2.5)
    until(lambda: nacos_server.hosts(service).get(("10.1.0.1", 8080), {}).get("weight") == 2.5, 10, "listed")
    seen = {}

    def told():
        while not listener.events.empty():
            seen.update(listener.events.get()[2])
        return seen.get("10.1.0.1:8080", (0,))[0] == 2.5

    until(told, 10, "the listening SDK is told")
    publisher.kill()
    until(lambda: not nacos_server.hosts(service), 30, "the killed publisher's instance is gone")


def test_http_v1_instance_survives_a_restart(folder, until):
    def listed():
        return server.hosts("kept").get(("10.1.0.9", 80), {}).get("weight") == 3

    server = nacos.Nacos(folder)
    server.start()
    try:
        server.register("kept", "10.1.0.9", 80, weight=3)
        until(listed, 10, "registered")
        server.process.stop()  # in an orderly way: what a crash leaves of the last write is its own affair
        server.start()
        until(listed, 30, "the persistent instance is back after the restart")
    finally:
        server.stop()


def test_login_is_asked_for(folder):
    server = nacos.Nacos(folder, auth=True)
    server.start()
    try:
        server.register("locked", "10.1.0.9", 80)
        server._token = ""
        with pytest.raises(OSError, match="403"):
            server.hosts("locked")
    finally:
        server.stop()


@pytest.mark.parametrize("make", [forwarders.coredns, forwarders.dnsmasq], ids=["coredns", "dnsmasq"])
def test_forwarder_forwards(folder, make):
    """A forwarder in front of another real server; Signpost takes that place in test_forwarders.py."""
    zone = folder / "zone"
    zone.write_text(
        "@ 60 IN SOA ns.test. host.test. 1 60 60 60 60\n@ 60 IN NS ns.test.\nns 60 IN A 127.0.0.1\na 60 IN A 192.0.2.7\n"
    )
    origin = forwarders.coredns_zone(folder, "test", zone)
    forwarder = make(folder, "test", ("127.0.0.1", origin.port))
    try:
        answer = dns.query.udp(dns.message.make_query("a.test.", "A"), "127.0.0.1", port=forwarder.port, timeout=3)
        assert [record.address for record in answer.answer[0]] == ["192.0.2.7"]
    finally:
        forwarder.stop()
        origin.stop()


def test_load_reports_wrong_answers(folder):
    """The judge of the outage scenarios can say no: one right expectation, one wrong, one name that is not there."""
    zone = folder / "zone"
    zone.write_text("@ 60 IN SOA ns.test. host.test. 1 60 60 60 60\n@ 60 IN NS ns.test.\na 60 IN A 192.0.2.7\n")
    origin = forwarders.coredns_zone(folder, "test", zone)
    try:
        right, wrong = ("a.test", "A", [["192.0.2.7"]]), ("a.test", "A", [["192.0.2.8"]])
        absent = ("b.test", "A", [["192.0.2.7"]])
        for questions, expect_wrong in (([right], False), ([right, wrong], True), ([absent], True)):
            report = Load(("127.0.0.1", origin.port), 2000, questions, least=500).stop()
            assert report["lost"] == 0 and report["answered"] == report["sent"] >= 500
            assert (report["wrong"] > 0) == expect_wrong, report
        origin.stop()
        report = Load(("127.0.0.1", origin.port), 2000, [right], least=500).stop()
        assert report["lost"] == report["sent"] >= 500
    finally:
        origin.stop()
