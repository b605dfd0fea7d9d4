"""Each option of CoreDNS' kubernetes plugin beside ours, on the same objects: every row is asked of both. Where the two
differ on purpose the row says what CoreDNS says, and why."""
import contextlib
import subprocess

import pytest
from comparison.compare import plain
from conftest import size
from options_cases import CASES, HTTP, MISSING, SHOP, ZONE, make_world, ready
from test_kubernetes import kubernetes

from harness import explained, forwarders, kube, rights, waiting
from harness.process import now_ms
from harness.sections import Asker
from harness.signpost import Signpost


@pytest.fixture(scope="module")
def world(run_folder):
    """The objects of options_cases on a control plane of their own."""
    folder = run_folder / "options"
    folder.mkdir()
    roles = ("cluster.yaml", "cluster-pods.yaml", "cluster-nodes.yaml", "cluster-imports.yaml")
    cluster = kube.Cluster(folder, roles, manager=False)
    try:
        make_world(cluster)
        yield cluster
    finally:
        cluster.stop()


def told(reply):
    """Sorted data of the answer, SRV without its weight; or the code, where there is none."""
    found = [" ".join(data.split()[:1] + data.split()[2:]) if kind == "SRV" else data for _, _, kind, data in reply.answer]
    return sorted(found) or reply.rcode


@pytest.mark.parametrize("name", CASES)
def test_option(world, folder, name):
    case = CASES[name]
    with contextlib.ExitStack() as stack:
        registry = {**kubernetes(world), **case.registry}
        zones = [{"name": case.apex, "registry": "c", "ttl": 5, **case.zone}]
        signpost = Signpost(folder, {"c": registry}, zones).wait_ready()
        stack.callback(signpost.stop)
        apexes = [ZONE] if case.plugins or case.apex == ZONE else [ZONE, case.apex]
        coredns = forwarders.coredns_kubernetes(folder, apexes, world, kube.ADMIN, case.coredns, case.plugins)
        stack.callback(coredns.stop)
        ours, theirs = Asker(signpost.address), Asker(("127.0.0.1", coredns.port))
        wrong = waiting.until(lambda: _compared(case, ours, theirs, []), 10, "both have seen the services")
        assert not wrong[0], "\n".join(wrong[0])


def _compared(case, ours, theirs, kept):
    """([what is wrong],) once the first row is right in both, else None."""
    rows = []
    for question, expected, *differs in case.rows:
        words = question.split()
        ask = [(who, asker.ask(*words), wanted) for who, asker, wanted in (("signpost", ours, expected), ("coredns", theirs, (differs or [expected])[0]))]
        rows += [f"{question}: {who} says {told(reply)}, not {wanted}" for who, reply, wanted in ask if told(plain(reply)) != wanted]
        if "ttl" in case.zone:
            rows += [f"{question}: TTL {r[1]}" for who, reply, _ in ask if who == "signpost" for r in reply.answer if r[1] != case.zone["ttl"]]
        if rows and not kept and question == case.rows[0][0]:
            return None
    return (rows,)


@pytest.mark.rule("K17")
def test_roles_of_listed_namespaces_are_enough(folder, until):
    """No right for the cluster at all: a Role in each listed namespace (deploy/rbac/namespace.yaml). A namespace without
    one keeps nobody else from answering."""
    (folder / "k").mkdir()
    own = kube.Cluster(folder / "k", roles=(), manager=False)
    try:
        for name in ("shop", "team", "dark"):
            own.namespace(name)
            own.service(name, "cart", 80, clusterIP="None", selector=None)
            own.slice(name, "cart-a", "cart", ["10.6.0.1"])
        for name in ("shop", "team"):
            rights.apply(own.api, "namespace.yaml", name)
            until(lambda name=name: own.dns_may(f"/api/v1/namespaces/{name}/services?limit=1"), 20, "the role is known")
        registry = {**kubernetes(own), "namespaces": ["shop", "team"], "pods": "watch"}
        zone = {"name": ZONE, "registry": "c", "pod_names": "verified"}
        signpost = Signpost(folder, {"c": registry}, [zone]).wait_ready()
        try:
            for name in ("shop", "team"):
                assert signpost.client.set(f"cart.{name}.svc.{ZONE}") == {"10.6.0.1"}
            assert signpost.client.set(f"cart.dark.svc.{ZONE}") == MISSING
            own.slice_addresses("team", "cart-a", ["10.6.0.2"])
            signpost.client.wait_for({"10.6.0.2"}, f"cart.team.svc.{ZONE}")
            own.pod("shop", "one", "one", "10.6.1.1")
            signpost.client.wait_for({"10.6.1.1"}, f"10-6-1-1.shop.pod.{ZONE}")
            assert signpost.metric("registry_requests_failed_total", reason="403") == 0
        finally:
            signpost.stop()
    finally:
        own.stop()


def heard_from(signpost, source, name):
    """The addresses that a client at `source` hears."""
    host, port = signpost.address
    words = ["dig", f"@{host}", "-p", str(port), "-b", source, "+norecurse", "+short", "+time=5", "+tries=1", name, "A"]
    return set(subprocess.run(words, capture_output=True, text=True, timeout=20, check=True).stdout.split())


def test_nodes_say_where_clients_are(world, folder, until):
    """The networks of a Node's Pods are in the zone of its label; endpoints are in theirs, or where their hints send clients."""
    for node, zone in (("n1", "a"), ("n2", "b")):
        network = f"127.0.{node[1]}.0/24"
        labels = {"topology.kubernetes.io/zone": zone}
        world.api.create("/api/v1/nodes", {"metadata": {"name": node, "labels": labels}, "spec": {"podCIDR": network, "podCIDRs": [network]}})
    endpoints = [{**ready(f"10.8.{i}.1"), "zone": zone} for i, zone in enumerate("ab")]
    world.api.create("/api/v1/namespaces/shop/services", {"metadata": {"name": "zoned"}, "spec": {"clusterIP": "None", "ports": [{"port": 80}]}})
    world.whole_slice("shop", "zoned-a", "zoned", "IPv4", endpoints, HTTP)
    zone = {"name": ZONE, "registry": "c", "locality": "prefer"}
    signpost = Signpost(folder, {"c": kubernetes(world)}, [zone], clients={"nodes": ["c"]}).wait_ready()
    try:
        name = f"zoned.shop.svc.{ZONE}"
        until(lambda: heard_from(signpost, "127.0.1.7", name) == {"10.8.0.1"}, 10, "a Pod of n1 is answered from zone a")
        assert heard_from(signpost, "127.0.2.7", name) == {"10.8.1.1"}
        assert heard_from(signpost, "127.0.3.7", name) == {"10.8.0.1", "10.8.1.1"}
        world.api.patch("/api/v1/nodes/n1", {"metadata": {"labels": {"topology.kubernetes.io/zone": "b"}}})
        until(lambda: heard_from(signpost, "127.0.1.7", name) == {"10.8.1.1"}, 10, "the Node's label says another zone")
        hinted = [{**one, "hints": {"forZones": [{"name": "ba"[i]}]}} for i, one in enumerate(endpoints)]
        world.api.patch("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/zoned-a", {"endpoints": hinted})
        until(lambda: heard_from(signpost, "127.0.1.7", name) == {"10.8.0.1"}, 10, "its hint sends clients of zone b there")
        world.api.delete("/api/v1/nodes/n1")
        until(lambda: len(heard_from(signpost, "127.0.1.7", name)) == 2, 10, "nobody knows where the client is")
        assert "127.0.2.7 is in zone b, where 1 of 1 known instances may answer" in signpost.command("explain", name, "--client", "127.0.2.7")[1]
    finally:
        signpost.stop()


@pytest.mark.rule("K33")
def test_objects_that_leave_a_selector_are_gone(world, folder):
    """`labels` of Services and slices, `namespace_labels` of namespaces; what leaves and comes back, while watched."""
    labelled = {"labels": {"dns": "yes"}}
    world.namespace("select", dns="off")
    services = "/api/v1/namespaces/select/services"
    world.api.create(services, {"metadata": {"name": "cart", **labelled}, "spec": {"clusterIP": "10.96.6.1", "ports": HTTP}})
    registry = {**kubernetes(world), "labels": "dns=yes", "namespace_labels": "dns!=off"}
    signpost = Signpost(folder, {"c": registry}, [{"name": ZONE, "registry": "c"}]).wait_ready()
    name, ask = f"cart.select.svc.{ZONE}", signpost.client
    try:
        assert ask.set(name) == MISSING
        world.api.patch("/api/v1/namespaces/select", {"metadata": {"labels": {"dns": "on"}}})
        ask.wait_for({"10.96.6.1"}, name)
        world.api.patch(f"{services}/cart", {"metadata": {"labels": {"dns": "no"}}})
        ask.wait_for(MISSING, name)
        world.api.patch(f"{services}/cart", {"metadata": {"labels": {"dns": "yes"}}})
        ask.wait_for({"10.96.6.1"}, name)
        world.api.patch("/api/v1/namespaces/select", {"metadata": {"labels": {"dns": "off"}}})
        ask.wait_for(MISSING, name)
        assert ask.set(f"web.{SHOP}") == MISSING, "without the label"
    finally:
        signpost.stop()


def test_weights_of_annotations(world, folder):
    """signpost.dns/weight of Pods, and signpost.dns/weights of a Service by the Pods' version; SRV shows them."""
    world.namespace("weighed")
    for i, (weight, version) in enumerate([("5", "v1"), ("1", "v1"), ("junk", "v2")]):
        annotations = {"signpost.dns/weight": weight}
        world.pod("weighed", f"p{i}", "cart", f"10.7.0.{i + 1}", labels={"version": version}, annotations=annotations)
    endpoints = [ready(f"10.7.0.{i + 1}", targetRef={"kind": "Pod", "name": f"p{i}", "namespace": "weighed"}) for i in range(3)]
    for name, annotations in (("plain", {}), ("grouped", {"signpost.dns/weights": "version: v1=90, v2=10"})):
        item = {"metadata": {"name": name, "annotations": annotations}, "spec": {"clusterIP": "None", "ports": HTTP}}
        world.api.create("/api/v1/namespaces/weighed/services", item)
        world.whole_slice("weighed", f"{name}-a", name, "IPv4", endpoints, HTTP)
    registry = {**kubernetes(world), "pods": "watch"}
    signpost = Signpost(folder, {"c": registry}, [{"name": ZONE, "registry": "c"}]).wait_ready()
    try:
        def weights(service):
            found = (text.split() for text in signpost.client.ask(f"_http._tcp.{service}.weighed.svc.{ZONE}", "SRV").texts("SRV"))
            return {target.split(".")[0]: int(weight) for _, weight, _, target in found}

        waiting.until(lambda: weights("plain") == {"10-7-0-1": 5, "10-7-0-2": 1, "10-7-0-3": 1}, 10, "the Pods' weights")
        grouped = weights("grouped")
        v1, v2 = grouped["10-7-0-1"] + grouped["10-7-0-2"], grouped["10-7-0-3"]
        assert abs(v1 / (v1 + v2) - 0.9) < 0.01, grouped
        assert abs(grouped["10-7-0-1"] / grouped["10-7-0-2"] - 5) < 0.1, grouped
        world.api.patch("/api/v1/namespaces/weighed/pods/p1", {"metadata": {"annotations": {"signpost.dns/weight": "3"}}})
        waiting.until(lambda: weights("plain")["10-7-0-2"] == 3, 10, "the new weight")
        only = f"v2._version.plain.weighed.svc.{ZONE}"
        assert signpost.client.set(only) == {"10.7.0.3"}
    finally:
        signpost.stop()


def test_canary_moves_by_annotation(world, folder, figure):
    """As `kubectl annotate --overwrite` writes it: nobody gets the new version, then 1 %, half, everybody. The share is
    counted over answers of one address; when it holds is read from the SRV weights of a second zone."""
    draws = size("CANARY_DRAWS", 30000)  # of 1 %: 0.3 points are five standard deviations; of 100,000 nine
    world.namespace("canary")
    for i, version in enumerate(("v1", "v1", "v1", "v2")):
        world.pod("canary", f"p{i}", "cart", f"10.8.0.{i + 1}", labels={"version": version})
    endpoints = [ready(f"10.8.0.{i + 1}", targetRef={"kind": "Pod", "name": f"p{i}", "namespace": "canary"}) for i in range(4)]
    annotations = {"signpost.dns/weights": "version: v1=100, v2=0"}
    item = {"metadata": {"name": "cart", "annotations": annotations}, "spec": {"clusterIP": "None", "ports": HTTP}}
    world.api.create("/api/v1/namespaces/canary/services", item)
    world.whole_slice("canary", "cart-a", "cart", "IPv4", endpoints, HTTP)
    zones = [{"name": "sampled.test", "registry": "c", "answer": "sample 1"}, {"name": "ordered.test", "registry": "c"}]
    signpost = Signpost(folder, {"c": {**kubernetes(world), "pods": "watch"}}, zones, log={"level": "info"}).wait_ready()
    ordered = "_http._tcp.cart.canary.svc.ordered.test"

    def published():
        """The part of the SRV weights that is the new version's, in percent."""
        weights = {text.split()[3][:8]: int(text.split()[1]) for text in signpost.client.ask(ordered, "SRV").texts("SRV")}
        return 100 * weights.get("10-8-0-4", 0) / sum(weights.values()) if weights else None

    def moved(percent):
        change = {"metadata": {"annotations": {"signpost.dns/weights": f"version: v1={100 - percent}, v2={percent}"}}}
        begun = now_ms()
        world.api.patch("/api/v1/namespaces/canary/services/cart", change)
        acknowledged = now_ms()
        waiting.until(lambda: abs(published() - percent) < 0.01, 10, f"{percent} % are published", pause=0)
        return f"{now_ms() - begun:.1f} ms after the write began, {now_ms() - acknowledged:.1f} after it was acknowledged"

    try:
        waiting.until(lambda: published() == 0, 10, "the old version alone")
        for percent in (0, 1, 50, 100):
            taken = moved(percent)
            answers = signpost.client.many("cart.canary.svc.sampled.test", "A", draws)
            seen = 100 * sum(answer.texts("A") == ["10.8.0.4"] for answer in answers) / draws
            figure(f"canary of {percent} %, {draws} draws", f"{seen:.2f} %, published {taken}")
            assert all(len(answer.texts("A")) == 1 for answer in answers)
            deviation = 100 * (percent / 100 * (1 - percent / 100) / draws) ** 0.5
            assert abs(seen - percent) <= (0.3 if percent == 1 else 5 * deviation), (percent, seen)
            if percent == 50:  # grouped: the explained shares are those of answers
                assert not explained.disagreements(signpost, "cart.canary.svc.sampled.test", "sample 1", draws)
    finally:
        signpost.stop()
