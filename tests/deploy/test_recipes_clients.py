"""deploy/recipes for clients: the resolvers of glibc, musl, Go and Java with the resolv.conf of a recipe, and
systemd-resolved with a link that has servers of its own."""
import dataclasses
import shutil
import sys
import time

import pytest
import yaml

from harness import peers, waiting
from harness.api import ApiError
from recipes import products
from recipes.mistakes import shows
from recipes.place import ELSEWHERE, SIGNPOST
from recipes.running import API, OUTSIDE, Running, queries_to

REAL = peers.REPOSITORY / "tests/real"


def java():
    if not shutil.which("java"):
        peers.missing("java")
    return ["java", "-Xmx128m", "-cp", peers.program("clients", "classes"), "Resolve"]


CLIENTS = {
    "glibc": lambda: [sys.executable, REAL / "python/resolve.py"],
    "musl": lambda: [peers.program("musl", "bin/resolve")],
    "Go": lambda: [peers.program("clients", "bin/resolve")],
    "Java": java,
}


def written_by_kubelet(dns_config, searches=(), servers=(), options=()):
    """A Pod's /etc/resolv.conf: what dnsPolicy gives comes first, the Pod's options replace those of the same name."""
    words = {option["name"]: option.get("value") for option in (*options, *dns_config.get("options", []))}
    yield f"search {' '.join((*searches, *dns_config.get('searches', [])))}\n"
    yield from (f"nameserver {server}\n" for server in (*servers, *dns_config.get("nameservers", [])))
    yield "options " + " ".join(name if value is None else f"{name}:{value}" for name, value in words.items()) + "\n"


CLUSTER_FIRST = {
    "searches": ["default.svc.cluster.local", "svc.cluster.local", "cluster.local"],
    "servers": ["10.96.0.10"],
    "options": [{"name": "ndots", "value": "5"}],
}


def pod():
    spec = yaml.safe_load(products.recipe("pod.yaml"))["spec"]
    assert spec["dnsPolicy"] == "None"
    return _client("".join(written_by_kubelet(spec["dnsConfig"])), products.coredns())


def pod_with_signpost_second():
    """A mistake: ClusterFirst puts the cluster's DNS in front, and who has its NXDOMAIN asks nobody else. It has no
    stub domain here, or nobody would notice."""
    cluster = dataclasses.replace(products.coredns(), zone="elsewhere.example", etc={"coredns/Corefile": products.cluster_corefile()})
    return _client("".join(written_by_kubelet({"nameservers": [SIGNPOST]}, **CLUSTER_FIRST)), cluster)


def pod_that_searches_signpost_only():
    config = yaml.safe_load(products.recipe("pod.yaml"))["spec"]["dnsConfig"]
    return _client("".join(written_by_kubelet({**config, "searches": ["shop.internal"]})), products.coredns())


def pod_with_defaults():
    return _client("".join(written_by_kubelet({}, **CLUSTER_FIRST)), products.coredns())


def machine():
    return _client(products.recipe("resolv.conf"), dataclasses.replace(products.coredns(), address=SIGNPOST))


def machine_alone():
    """As the page says for musl: Signpost alone."""
    return _client("".join(line for line in products.recipe("resolv.conf").splitlines(True) if ELSEWHERE not in line), products.coredns())


def _client(resolv_conf, product):
    etc = {**product.etc, "resolv.conf": resolv_conf, "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"}
    return dataclasses.replace(product, etc=etc)


MAKERS = {maker.__name__: maker for maker in (
    pod, pod_with_signpost_second, pod_that_searches_signpost_only, pod_with_defaults, machine, machine_alone, products.resolved,
)}  # fmt: skip
MAKERS["resolved_without_the_domain_of_the_link"] = products.resolved
MAKERS["resolved_that_searches"] = lambda: products.changed(products.resolved, lambda name, text: text.replace("Domains=~", "Domains="))


@pytest.fixture(scope="module")
def sides(run_folder):
    made = Running(run_folder / "clients", MAKERS, answers=False)
    yield made.sides
    made.stop()


def resolve(side, client, *names):
    """The addresses, or what the client says instead."""
    done = side.place.run(CLIENTS[client](), input="".join(f"{name}\n" for name in names))
    return done.stdout.split("\n")[:-1] if done.returncode == 0 else done.stderr.strip().split("\n")[-1]


CART = {"10.1.0.1", "10.1.0.2"}


@pytest.mark.parametrize("client", CLIENTS)
def test_pod_finds_services_the_cluster_and_the_world(sides, client, until):
    until(lambda: resolve(sides["pod"], client, "late.shop.internal") == ["10.1.0.31"], 15, "the cluster's DNS answers")
    inside, short, api, outside = resolve(sides["pod"], client, "cart.shop.internal", "cart", "kubernetes.default", "elsewhere.example")
    assert {inside, short} <= CART and (api, outside) == (API, OUTSIDE)


@pytest.mark.parametrize("client", ["glibc", "Go", "Java"])
def test_machine_asks_signpost_and_then_its_resolver(sides, client):
    """Signpost refuses names of others, and these clients go on to the next server then."""
    inside, short, outside = resolve(sides["machine"], client, "cart.shop.internal", "cart", "elsewhere.example")
    assert {inside, short} <= CART and outside == OUTSIDE


def test_musl_on_a_machine_has_signpost_alone(sides):
    """musl asks all servers at once and takes what comes first, so others must not say NXDOMAIN."""
    inside, short = resolve(sides["machine_alone"], "musl", "cart.shop.internal", "cart")
    assert {inside, short} <= CART


@shows("pod.md 1", "resolv-conf.md 2")
@pytest.mark.parametrize("client", ["glibc", "Go", "Java"])
def test_second_server_is_not_asked_after_nxdomain(sides, client, until):
    side = sides["pod_with_signpost_second"]
    until(lambda: resolve(side, client, "elsewhere.example") == [OUTSIDE], 15, "the cluster's DNS answers")
    assert not CART & set(resolve(side, client, "cart.shop.internal"))
    assert side.status("cart.shop.internal") == "NXDOMAIN" and SIGNPOST in side.place.run(["cat", "/etc/resolv.conf"]).stdout


@shows("pod.md 2", "coredns.md 6")
@pytest.mark.parametrize("client", CLIENTS)
def test_ndots_is_questions(sides, client, until):
    """With ndots:5 every search domain comes before the name itself; a dot at the end, or ndots of the recipe, ends that."""
    def searched(side, name):
        until(lambda: resolve(side, client, "late.shop.internal.") == ["10.1.0.31"], 15, "the cluster's DNS answers")
        before = side.elsewhere.output().count(f"{name}.default.svc.cluster.local")
        assert set(resolve(side, client, f"{name}.")) <= {"10.1.0.11"}
        with_dot = side.elsewhere.output().count(f"{name}.default.svc.cluster.local")
        assert set(resolve(side, client, name)) <= {"10.1.0.11"}
        return with_dot - before, side.elsewhere.output().count(f"{name}.default.svc.cluster.local") - with_dot

    spelled = "".join(char.upper() if bit == "1" else char for char, bit in zip("moving", f"{list(CLIENTS).index(client) + 1:06b}"))
    by_default = searched(sides["pod_with_defaults"], f"{spelled}.shop.internal")
    assert by_default[0] == 0 and by_default[1] > 0
    assert searched(sides["pod"], f"{spelled}.shop.internal") == (0, 0)


def asked_of_signpost(packets):
    return {str(question.name).lower() for query in queries_to(SIGNPOST, packets) for question in query.question}


@shows("resolved.md 1")
def test_resolved_keeps_the_servers_of_a_link(sides):
    """Names of the routing domains go to Signpost, all others to the link's server and nowhere else, so that a Signpost
    that is silent is no matter to them."""
    side = sides["resolved"]
    assert side.status("elsewhere.example") == "REFUSED", "no link has a server yet: Signpost is asked for everything"
    side.uplink(products.for_the_uplink())
    with side.place.overheard() as packets:
        assert resolve(side, "glibc", "elsewhere.example") == [OUTSIDE]
        assert set(resolve(side, "glibc", "cart.shop.internal")) <= CART
        assert side.client.ask("1.0.1.10.in-addr.arpa", "PTR", recursion=True).texts("PTR") == ["10-1-0-1.cart.shop.internal."]
        with side.silenced():
            assert side.status("nope.example") == "NXDOMAIN"
    assert asked_of_signpost(packets) == {"cart.shop.internal.", "1.0.1.10.in-addr.arpa."}
    assert "cart.shop.internal" not in side.elsewhere.output()


@shows("resolved.md 2")
def test_resolved_without_the_domain_of_the_link(sides):
    """A mistake: then no routing domain fits, and resolved asks the file's server as well, and waits for it."""
    side = sides["resolved_without_the_domain_of_the_link"]
    side.uplink()
    with side.place.overheard() as packets:
        assert side.status("elsewhere.example") == "NOERROR"
        with side.silenced():
            assert side.status("nope.example") == "silence"
    assert asked_of_signpost(packets) == {"elsewhere.example.", "nope.example."}


@shows("resolved.md 3")
def test_resolved_searches_where_no_tilde_is(sides, until):
    def searched(name):
        return sides[name].place.run(["grep", "^search", "/run/systemd/resolve/stub-resolv.conf"]).stdout.split()[1:]

    until(lambda: "shop.internal" in searched("resolved_that_searches"), 10, "the stub's resolv.conf searches in it")
    assert "shop.internal" not in searched("resolved")


@shows("resolved.md 5")
def test_getent_does_not_ask_the_stub_where_resolv_conf_is_another(sides):
    side = sides["resolved_that_searches"]
    assert side.status("cart.shop.internal") == "NOERROR"
    assert set(resolve(side, "glibc", "cart.shop.internal")) <= CART
    assert side.place.run(["sh", "-c", f"echo nameserver {ELSEWHERE} >/etc/resolv.conf"]).returncode == 0
    assert not CART & set(resolve(side, "glibc", "cart.shop.internal"))
    assert side.status("cart.shop.internal") == "NOERROR"


@shows("resolv-conf.md 1")
def test_each_look_up_waits_while_signpost_is_silent(sides):
    side = sides["machine"]
    with side.silenced():
        start = time.monotonic()
        assert resolve(side, "glibc", "elsewhere.example") == [OUTSIDE]
        assert time.monotonic() - start >= 1, "timeout:1 of the file"


@shows("pod.md 3")
def test_names_of_the_cluster_need_its_search_domains(sides):
    assert API not in resolve(sides["pod_that_searches_signpost_only"], "glibc", "kubernetes.default")
    assert resolve(sides["pod_that_searches_signpost_only"], "glibc", "kubernetes.default.svc.cluster.local") == [API]


@shows("pod.md 4")
def test_signpost_alone_refuses_names_of_the_world(sides):
    side = sides["machine_alone"]
    assert OUTSIDE not in resolve(side, "glibc", "elsewhere.example")
    assert "status: REFUSED" in side.place.run(["dig", "+tries=1", "elsewhere.example"]).stdout


@shows("pod.md 5")
def test_musl_takes_the_first_answer(sides):
    """Of a machine with two servers: the other one knows no name of Signpost's and says so first."""
    side = sides["machine"]
    with side.silenced():
        start = time.monotonic()
        assert not CART & set(resolve(side, "musl", "cart.shop.internal"))
        assert time.monotonic() - start < 1, "it did not wait for Signpost"
    assert set(resolve(side, "musl", "elsewhere.example")) == {OUTSIDE}


@shows("pod.md 6")
def test_the_api_server_takes_what_is_pasted(cluster, namespace):
    """And refuses a Pod with a fourth server, as the page says."""
    pods, strict = f"/api/v1/namespaces/{namespace}/pods", "?dryRun=All&fieldValidation=Strict"
    pod = yaml.safe_load(products.recipe("pod.yaml"))
    waiting.until(lambda: _taken(cluster.api, pods + strict, pod), 20, "the namespace has its account, and the Pod is taken")
    cluster.api.create(f"/api/v1/namespaces/kube-system/configmaps{strict}", yaml.safe_load(products.recipe("kube-dns.yaml")))
    pod["spec"]["dnsConfig"]["nameservers"] = [f"10.96.0.{i}" for i in range(10, 14)]
    with pytest.raises(ApiError, match="must not have more than 3"):
        cluster.api.create(pods + strict, pod)


def _taken(api, path, item):
    try:
        return api.create(path, item)
    except ApiError as refused:
        if refused.status != 403:  # the account of a new namespace comes a moment later
            raise
        return None
