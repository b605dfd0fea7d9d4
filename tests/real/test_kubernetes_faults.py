"""What goes wrong with a real apiserver, made to happen: rights, tokens, certificates, silent connections, old data.

One control plane for the whole file; each test has a Signpost of its own and a service of its own, and leaves the control
plane as it was."""
import contextlib
import itertools
import time

import pytest
from test_kubernetes import kubernetes

from harness import kube, network, rights, waiting
from harness.process import now_ms
from harness.signpost import Signpost

ZONE = "cluster.local"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def broken(run_folder):
    """A control plane that only these tests break."""
    path = run_folder / "broken"
    path.mkdir()
    running = kube.Cluster(path, manager=False)
    running.namespace("shop")
    yield running
    running.stop()


class Shop:
    """One service with one address, watched by a Signpost; `move` changes the address."""

    def __init__(self, cluster, folder, server=None, **more):
        self.cluster = cluster
        self.number = next(_numbers)
        self.service = f"cart-{self.number}"
        self.name = f"{self.service}.shop.svc.{ZONE}"
        self._moves = 0
        cluster.service("shop", self.service, 80, clusterIP="None", selector=None)
        cluster.slice("shop", f"{self.service}-a", self.service, [self.address()])
        registry = {**kubernetes(cluster, server), **more.pop("registry", {})}
        self.signpost = Signpost(folder, {"c": registry}, [{"name": ZONE, "registry": "c"}], **more)
        self.signpost.wait_ready()
        self.client = self.signpost.client
        self.wait()

    def address(self):
        return f"10.{self.number}.{self._moves // 250}.{1 + self._moves % 250}"

    def move(self, api=None):
        self._moves += 1
        self.cluster.slice_addresses("shop", f"{self.service}-a", [self.address()], api)

    def wait(self, seconds=20):
        """Until the newest address answers; returns the time."""
        return self.client.wait_for({self.address()}, self.name, seconds=seconds)

    def still(self, address):
        assert self.client.set(self.name) == {address}

    def requests(self, kind):
        return self.signpost.metric("registry_requests_total", reason=kind)

    def failed(self, reason):
        return self.signpost.metric("registry_requests_failed_total", reason=reason)


@pytest.fixture
def shop(broken, folder):
    with contextlib.ExitStack() as stack:

        def start(cluster=broken, **more):
            made = Shop(cluster, folder, **more)
            stack.callback(made.signpost.stop)
            return made

        yield start


def restart(cluster):
    cluster.api.close()
    cluster.server.kill()
    cluster.server.start()


@pytest.mark.rule("K13", "K26")
@pytest.mark.parametrize("lists", ["pages", "stream"])
def test_watches_go_on_where_they_were(broken, shop, until, lists):
    """The apiserver is killed and back, and nothing of ours changed meanwhile: watches go on from their versions. A list is
    taken only where the server says 410: its cache begins at the newest version of etcd, which its own leases have moved.
    Two resources listed at once are told as one list."""
    made = shop(registry={"lists": lists})
    kind, other = ("list", "stream") if lists == "pages" else ("stream", "list")
    assert made.requests(kind) >= 2 and made.requests(other) == 0
    whole, watches = made.signpost.metric("registry_lists_total"), made.requests("watch")

    def forgotten(**reason):
        return made.signpost.metric("registry_relists_total", **reason)

    restart(broken)
    until(lambda: made.requests("watch") >= watches + 2, 30, "both resources are watched again")
    made.move()
    made.wait(2)

    def seen():
        """Lists told since the kill, and lists taken."""
        return made.signpost.metric("registry_lists_total") - whole, forgotten()

    until(lambda: bool(seen()[0]) == bool(seen()[1]), 10, "a list after a 410")
    assert seen()[0] <= seen()[1], f"lists told and taken: {seen()}"
    assert forgotten() == forgotten(reason="expired") and made.requests(other) == 0


@pytest.mark.rule("K17")
def test_rights_taken_away_and_given_back(broken, shop, until, figure):
    """A refused account keeps its answers; a 403 after a restart is retried, not believed."""
    made = shop()
    before = made.address()
    rights.remove(broken.api, "cluster.yaml")
    restart(broken)  # an open watch is not asked again for its rights
    try:
        until(lambda: made.failed("403") > 0, 30, "Signpost is refused")
        made.still(before)
        assert made.signpost.http("ready", "/ready")[0] == 200
    finally:
        rights.apply(broken.api, "cluster.yaml")
        broken.etcd.compact()
    made.move()
    until(lambda: broken.dns_may("/api/v1/services?limit=1"), 20, "the rights are known")
    returned = now_ms()
    figure("change seen after the rights are back", f"{(made.wait(65) - returned) / 1000:.2f} s")


@pytest.mark.rule("K15", "K16")
def test_token_refused_and_rotated(broken, shop, until, figure):
    """The account is deleted and made again: the old token is refused, the file has a new one."""
    made = shop()
    before = made.address()
    path = "/api/v1/namespaces/signpost/serviceaccounts/signpost"
    broken.api.delete(path)
    restart(broken)
    until(lambda: made.failed("401") > 0, 30, "the token is refused")
    made.still(before)
    rights.apply(broken.api, "account.yaml")
    broken.new_dns_token()
    made.move()
    rotated = now_ms()
    figure("change seen after the token is rotated", f"{(made.wait(65) - rotated) / 1000:.2f} s")


@pytest.mark.rule("K18")
def test_another_certificate_authority(broken, shop, folder, until, figure):
    """The authority is another one at the server first; the file follows later, at first with nonsense."""
    own = folder / "ca.pem"  # not the one that the control plane itself reads
    own.write_text(broken.ca_file.read_text())
    made = shop(registry={"ca_file": str(own)})
    before = made.address()
    broken.api.close()
    broken.server.kill()
    broken.certificates.new_authority()
    broken.certificates.server(broken.server.name, broken.server.address)
    broken.server.start()
    broken.api = broken.server.api()
    failures = made.failed("connection")
    until(lambda: made.failed("connection") > failures + 2, 30, "the server is not trusted")
    made.still(before)
    own.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n")
    made.move()
    failures = made.failed("connection")
    until(lambda: made.failed("connection") > failures + 2, 30, "nor with nonsense")
    made.still(before)
    own.write_text(broken.ca_file.read_text())
    rotated = now_ms()
    late = (made.wait() - rotated) / 1000
    figure("change seen after the authorities' file is right", f"{late:.2f} s")
    assert late <= 5


@pytest.mark.rule("K28", "K1", "K26")
@pytest.mark.parametrize("lists", ["pages", "stream"])
def test_compacted_while_disconnected(broken, shop, figure, lists):
    """A service and a slice deleted, another made, while the apiserver is away; the history is gone when it is back."""
    made = shop(registry={"lists": lists})
    kind = "list" if lists == "pages" else "stream"
    before = made.requests(kind)
    other = broken.second_server()
    api = other.api()
    try:
        broken.api.close()
        broken.server.kill()
        api.delete(f"/api/v1/namespaces/shop/services/{made.service}")
        item = {"metadata": {"name": f"new-{made.number}"}, "spec": {"clusterIP": "None"}}
        api.create("/api/v1/namespaces/shop/services", item)
        endpoints = kube.endpoints_of(["10.200.0.1"])
        api.create(kube.SLICES.format("shop"), kube.slice_of(f"new-{made.number}", item["metadata"]["name"], "IPv4", endpoints, None))
        broken.etcd.compact()
        broken.server.start()
        returned = now_ms()
        gone = made.client.wait_for("NXDOMAIN", made.name, seconds=30)
        here = made.client.wait_for({"10.200.0.1"}, f"new-{made.number}.shop.svc.{ZONE}", seconds=30)
        late = (max(gone, here) - returned) / 1000
        figure(f"right after a compaction, {lists}", f"{late:.2f} s after the return")
        assert late <= 2
        assert made.requests(kind) > before and made.signpost.metric("registry_fallbacks_total") == 0
    finally:
        api.close()
        other.process.stop()


@pytest.mark.rule("K1", "K33")
def test_a_list_that_lost_much_is_held_until_released(broken, shop, until, figure):
    """25 services are deleted while nobody looks, and the history with them: what a list alone says is held (G3), shown
    as before, and given up when the operator says so, one service first."""
    made = shop()
    names = [f"held-{i}" for i in range(25)]
    services = "/api/v1/namespaces/shop/services"
    for i, name in enumerate(names):
        broken.service("shop", name, 80, clusterIP="None", selector=None)
        broken.slice("shop", f"{name}-a", name, [f"10.201.0.{i + 1}"])

    def answer(i):
        return made.client.set(f"{names[i]}.shop.svc.{ZONE}")

    for i in range(25):
        until(lambda i=i: answer(i) == {f"10.201.0.{i + 1}"}, 5, "all are seen")
    other = broken.second_server()
    api = other.api()
    try:
        broken.api.close()
        broken.server.kill()
        for name in names:
            api.delete(f"{services}/{name}")
            api.delete(f"{kube.SLICES.format('shop')}/{name}-a")
        broken.etcd.compact()
        broken.server.start()
        until(lambda: made.signpost.metric("guard_held_services", registry="c") >= 25, 10, "the guard holds")
        assert all(answer(i) == {f"10.201.0.{i + 1}"} for i in range(25))
        status, text = made.signpost.command("release", f"c/shop/{names[0]}")
        assert (status, text) == (0, f"released 1 service\n  c/shop/{names[0]}\n")
        assert answer(0) == "NXDOMAIN" and answer(1) == {"10.201.0.2"}
        assert made.signpost.command("release", "c")[0] == 0
        assert all(answer(i) == "NXDOMAIN" for i in range(25))
        assert made.signpost.metric("guard_released_total", reason="operator") >= 25
        made.move(api)
        made.wait(5)
    finally:
        api.close()
        other.process.stop()


@pytest.mark.rule("K6")
def test_silently_dead_connection(broken, folder, figure):
    """Packets from the apiserver vanish: nothing is closed, nothing comes. Signpost lives in a network of its own, so
    that the route back can be taken away; it is asked at another address there."""
    with network.Namespace() as net:
        front = broken.second_server(net.host_address)
        try:
            _dead_connection(broken, folder, figure, net, front)
        finally:
            front.process.stop()


def _dead_connection(broken, folder, figure, net, front):
    listen = [f"{net.other_address}:0"]
    made = Shop(broken, folder, front, dns_listen=listen, prefix=net.prefix, host=net.other_address)
    try:
        before = made.address()
        net.cut()
        cut = time.monotonic()
        made.move()
        waiting.until(lambda: "registry.lost_contact" in made.signpost.process.output(), 60, "the dead connection is noticed")
        noticed = time.monotonic() - cut
        made.still(before)
        net.mend()
        mended = now_ms()
        late = (made.wait(40) - mended) / 1000
        figure("a connection that died silently", f"noticed after {noticed:.1f} s; right {late:.2f} s after the mend")
        assert noticed <= 30
    finally:
        made.signpost.stop()


@pytest.mark.rule("K21")
@pytest.mark.campaign("SLOW_FAULTS")
def test_etcd_restored_from_an_older_state(broken, shop, until, figure):
    """Revisions are lower for good: rejected at first, believed once two lists agree (guard G3)."""
    made = shop()
    before = made.address()
    broken.server.kill()
    broken.etcd.backup("older")
    broken.server.start()
    for _ in range(20):
        made.move()
    made.wait()
    after = made.address()
    broken.api.close()
    broken.server.kill()
    broken.etcd.restore("older")
    broken.server.start()
    returned = now_ms()
    made.still(after)
    back = made.client.wait_for({before}, made.name, seconds=400)
    figure("an older etcd is believed after", f"{(back - returned) / 1000:.1f} s")
    made.move()
    made.wait(10)


@pytest.mark.rule("K30")
def test_server_without_endpoint_slices(folder, until):
    """discovery.k8s.io/v1 is not served: Endpoints are followed, with the right to them (cluster-endpoints.yaml)."""
    (folder / "k").mkdir()
    roles = ("cluster.yaml", "cluster-endpoints.yaml")
    own = kube.Cluster(folder / "k", roles, more=("--runtime-config=discovery.k8s.io/v1=false",), manager=False, ready="/livez")
    try:
        own.namespace("shop")
        own.service("shop", "cart", 80, clusterIP="None", selector=None)
        subsets = [{"addresses": [{"ip": "10.1.0.1", "hostname": "a"}], "notReadyAddresses": [{"ip": "10.1.0.2"}], "ports": [{"port": 80}]}]
        path = "/api/v1/namespaces/shop/endpoints"
        own.api.create(path, {"metadata": {"name": "cart"}, "subsets": subsets})
        signpost = Signpost(folder, {"c": kubernetes(own)}, [{"name": ZONE, "registry": "c"}]).wait_ready(60)
        try:
            signpost.client.wait_for({"10.1.0.1"}, f"cart.shop.svc.{ZONE}")
            signpost.client.wait_for({"10.1.0.1"}, f"a.cart.shop.svc.{ZONE}")
            subsets[0]["notReadyAddresses"] = None
            subsets[0]["addresses"].append({"ip": "10.1.0.2"})
            own.api.patch(f"{path}/cart", {"subsets": subsets})
            signpost.client.wait_for({"10.1.0.1", "10.1.0.2"}, f"cart.shop.svc.{ZONE}")
        finally:
            signpost.stop()
    finally:
        own.stop()
