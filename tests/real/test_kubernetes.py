"""Pods, Services and namespaces of a real control plane, each change followed by the question an application asks."""
import pytest
from conftest import size

from harness import stats
from harness.process import now_ms
from harness.signpost import Signpost

ZONE = "cluster.local"


@pytest.fixture(scope="module")
def signpost(cluster, run_folder):
    folder = run_folder / "kubernetes"
    folder.mkdir()
    running = Signpost(folder, {"cluster": kubernetes(cluster)}, [{"name": ZONE, "registry": "cluster", "ttl": 5}])
    running.wait_ready()
    yield running
    running.stop()


def kubernetes(cluster, server=None):
    return {
        "type": "kubernetes",
        "required": True,
        "url": (server or cluster.server).url,
        "token_file": str(cluster.dns_token_file),
        "ca_file": str(cluster.ca_file),
    }


def service_name(namespace, service):
    return f"{service}.{namespace}.svc.{ZONE}"


def test_pod_ready_unready_deleted(cluster, namespace, signpost):
    cluster.service(namespace, "cart", 80, 8080, clusterIP="None")
    name, ask = service_name(namespace, "cart"), signpost.client
    cluster.pod(namespace, "cart-1", "cart", "10.0.1.1")
    ask.wait_for({"10.0.1.1"}, name)
    cluster.pod(namespace, "cart-2", "cart", "10.0.1.2", ready=False)
    cluster.pod(namespace, "cart-3", "cart", "10.0.1.3")
    ask.wait_for({"10.0.1.1", "10.0.1.3"}, name)
    cluster.pod_status(namespace, "cart-2", True)
    ask.wait_for({"10.0.1.1", "10.0.1.2", "10.0.1.3"}, name)
    cluster.pod_status(namespace, "cart-1", False)
    ask.wait_for({"10.0.1.2", "10.0.1.3"}, name)
    # Terminating: the kubelet has been told, the pod is still there and no longer ready for newcomers.
    cluster.delete_pod(namespace, "cart-2", now=False)
    ask.wait_for({"10.0.1.3"}, name)
    cluster.delete_pod(namespace, "cart-3")
    cluster.delete_pod(namespace, "cart-2")
    cluster.delete_pod(namespace, "cart-1")
    # CoreDNS: a headless service without endpoints is NXDOMAIN at its name (facts: kubernetes.md section 3).
    ask.wait_for("NXDOMAIN", name)


def test_service_changes_port(cluster, namespace, signpost, until):
    made = cluster.service(namespace, "cart", 80, 8080)
    ask, service = signpost.client, service_name(namespace, "cart")
    name = f"_http._tcp.{service}"

    def srv():
        """Port and target; the weight of a single record says nothing."""
        return [tuple(text.split()[2:]) for text in ask.ask(name, "SRV").texts("SRV")]

    ask.wait_for({made["spec"]["clusterIP"]}, service)
    until(lambda: srv() == [("80", service + ".")], 10, "the service's port")
    ports = [{"name": "http", "port": 81, "targetPort": 8080, "protocol": "TCP"}]
    cluster.api.patch(f"/api/v1/namespaces/{namespace}/services/cart", {"spec": {"ports": ports}})
    until(lambda: srv() == [("81", service + ".")], 10, "the new port")
    ports[0]["name"] = "web"
    cluster.api.patch(f"/api/v1/namespaces/{namespace}/services/cart", {"spec": {"ports": ports}})
    ask.wait_for("NXDOMAIN", name, "SRV")


def test_headless_target_port_and_both_families(cluster, namespace, signpost):
    cluster.service(namespace, "web", 443, 8443, clusterIP="None", ipFamilyPolicy="RequireDualStack",
                    ipFamilies=["IPv4", "IPv6"])  # fmt: skip
    cluster.pod(namespace, "web-1", "web", "10.0.2.1", "fd00:2::1")
    ask, name = signpost.client, service_name(namespace, "web")
    ask.wait_for({"10.0.2.1"}, name)
    ask.wait_for({"fd00:2::1"}, name, "AAAA")
    ports = {text.split()[2] for text in ask.ask(f"_http._tcp.{name}", "SRV").texts("SRV")}
    assert ports == {"8443"}, "endpoints listen on the target port"


def test_namespace_deleted(cluster, namespace, signpost):
    made = cluster.service(namespace, "cart", 80)
    ask, name = signpost.client, service_name(namespace, "cart")
    ask.wait_for({made["spec"]["clusterIP"]}, name)
    cluster.delete_namespace(namespace)
    ask.wait_for("NXDOMAIN", name, seconds=60)
    ask.wait_for("NXDOMAIN", f"{namespace}.svc.{ZONE}", seconds=60)


def test_latency_of_slice_writes(cluster, namespace, signpost, figure):
    """From the apiserver's acknowledgement of an EndpointSlice write to the first right answer."""
    cluster.service(namespace, "cart", 80, clusterIP="None", selector=None)
    cluster.slice(namespace, "cart-own", "cart", ["10.9.0.1"])
    name, ask = service_name(namespace, "cart"), signpost.client
    ask.wait_for({"10.9.0.1"}, name)
    taken = []
    for i in range(size("CHURN_WRITES", 150)):
        address = f"10.9.{1 + i // 250}.{1 + i % 250}"
        cluster.slice_addresses(namespace, "cart-own", [address])
        acknowledged = now_ms()
        taken.append(ask.wait_for({address}, name) - acknowledged)
    figure("slice write acknowledged -> right answer", stats.figures(taken))
    assert stats.percentile(taken, 50) <= (5 if size("STRICT", 0) else 50)


def test_latency_of_the_pod_road(cluster, namespace, signpost, figure):
    """The same from a Pod's status, through the real slice controller, whose own time is in the figure. Each Pod changes
    8 times at most: over 10 in a minute are guard G6's, which lets one pass in 2 s."""
    changes = size("CHURN_CHANGES", 20)
    pods = {f"cart-{n}": f"10.8.{n // 250}.{1 + n % 250}" for n in range(1 + changes // 8)}
    cluster.service(namespace, "cart", 80, clusterIP="None")
    cluster.pod(namespace, "cart-stays", "cart", "10.9.0.1")
    for pod, address in pods.items():
        cluster.pod(namespace, pod, "cart", address)
    everybody = {"10.9.0.1", *pods.values()}
    name, ask = service_name(namespace, "cart"), signpost.client
    ask.wait_for(everybody, name)
    taken = []
    for i in range(changes):
        ready, pod = i % 2 == 1, list(pods)[i // 2 % len(pods)]
        cluster.pod_status(namespace, pod, ready)
        acknowledged = now_ms()
        taken.append(ask.wait_for(everybody if ready else everybody - {pods[pod]}, name) - acknowledged)
    figure("pod status acknowledged -> right answer (with the slice controller)", stats.figures(taken))
    assert stats.percentile(taken, 50) <= 5000


def test_churn_ends_in_the_truth(cluster, namespace, signpost):
    """Many services written without waiting; at the end every one of them answers what was written last."""
    services = 20
    for s in range(services):
        cluster.service(namespace, f"s{s}", 80, clusterIP="None", selector=None)
        cluster.slice(namespace, f"s{s}-own", f"s{s}", [f"10.7.0.{s + 1}"])
    last = {}
    for i in range(size("CHURN_WRITES", 150) * 2):
        s = i * 7 % services
        last[s] = [f"10.7.{1 + i // 250}.{1 + i % 250}", f"10.6.{1 + i // 250}.{1 + i % 250}"]
        cluster.slice_addresses(namespace, f"s{s}-own", last[s])
    for s, addresses in last.items():
        signpost.client.wait_for(set(addresses), service_name(namespace, f"s{s}"))


def test_dns_version(signpost):
    assert signpost.client.ask(f"dns-version.{ZONE}", "TXT").texts("TXT") == [b"\x051.1.0"]
