"""What helm says at the end: lines to paste, whatever the zones are, and what may not be meant. test_chart_release.py runs the
lines."""
import json
import re

import charts
import pytest
import yaml
from charts import DEPLOY, VARIANTS, variant


@pytest.fixture
def notes(folder):
    """notes(*words): what helm says of these values, with an image that a registry has."""
    return lambda *words: charts.notes(folder, "--set", "image.repository=registry.example.org/signpost", *words)


def pasted(text):
    """(the names of CoreDNS' block, kube-dns' stub domains, a Pod's search domains); None for what is not there."""
    block = re.search(r"^(\S.*) {\n(?: .*\n)+}$", text, re.M)
    stubs = re.search(r"^stubDomains: \|\n .*$", text, re.M)
    pod = re.search(r"^dnsPolicy: None\ndnsConfig:\n(?:  .*\n)+", text, re.M)
    return (
        block[1].split(), stubs and yaml.safe_load(yaml.safe_load(stubs[0])["stubDomains"]),
        pod and yaml.safe_load(pod[0])["dnsConfig"]["searches"],
    )  # fmt: skip


def cautions(text):
    """Lines of what may not be meant, each in one."""
    part = text.partition("Look at this first:\n")[2].partition("\n\n")[0]
    return [re.sub(r"\s+", " ", one) for one in re.findall(r"^- (.*(?:\n  .*)*)", part, re.M)]


def with_zones(*names, **more):
    zones = [{"name": name, **({"reverse_of": ["n.internal"]} if "/" in name else {"registry": "n"})} for name in names]
    return ["--set-json", f"config={json.dumps({'registries': {'n': {'type': 'file', 'path': 'n'}}, 'zones': zones, **more})}"]


CLUSTER = ["signpost.svc.cluster.local", "svc.cluster.local", "cluster.local"]
LINES = {  # the zones: what CoreDNS, kube-dns and a Pod are told
    "one": (["n.internal."], (["n.internal:53"], {"n.internal": ["CLUSTER-IP"]}, ["n.internal", *CLUSTER])),
    "the cluster's own": (["cluster.local"], (["cluster.local:53"], {"cluster.local": ["CLUSTER-IP"]}, ["cluster.local", *CLUSTER[:2]])),
    "the reverse first": (
        ["10.0.0.0/8", "n.internal"],
        (["10.in-addr.arpa:53", "n.internal:53"], {"10.in-addr.arpa": ["CLUSTER-IP"], "n.internal": ["CLUSTER-IP"]}, ["n.internal", *CLUSTER]),
    ),
    "prefixes of many zones": (
        ["n.internal", "fd00::/8", "10.16.0.0/12"],
        (["n.internal:53", "fd00::/8:53", "10.16.0.0/12:53"], {"n.internal": ["CLUSTER-IP"]}, ["n.internal", *CLUSTER]),
    ),
    "nothing but those": (["10.16.0.0/12"], (["10.16.0.0/12:53"], None, None)),
    "the root": (["."], ([".:53"], {".": ["CLUSTER-IP"]}, None)),
}


@pytest.mark.parametrize("zones, wanted", LINES.values(), ids=LINES)
def test_lines_to_paste(notes, zones, wanted):
    assert pasted(notes(*with_zones(*zones))) == wanted


@pytest.mark.parametrize("name", VARIANTS)
def test_lines_of_a_variant(notes, name):
    """Well formed, and nothing that a template left behind."""
    told = notes(*variant(name))
    assert all(pasted(told)) and "<" not in told and "map[" not in told and "  \n" not in told
    assert "networkPolicy" not in told  # the rules of `everything` are enough


def test_the_lines_are_those_of_the_recipes(notes):
    """Which tests/deploy/test_recipes.py runs by CoreDNS and by kube-dns' dnsmasq. Their comments stay there."""
    told = notes(*with_zones("shop.internal", "10.1.0.0/16"), "--set", "service.clusterIP=10.96.0.53")
    corefile = (DEPLOY / "recipes/coredns.Corefile").read_text()
    assert re.sub(r"^#.*\n| +#.*$", "", corefile, flags=re.M) in told
    stubs = yaml.safe_load((DEPLOY / "recipes/kube-dns.yaml").read_text())["data"]["stubDomains"]
    assert f"stubDomains: |\n  {stubs.strip()}\n" in told


def test_the_address_of_the_lines(notes):
    assert "forward . 10.96.0.9\n" in notes("--set", "service.clusterIP=10.96.0.9")
    assert "forward . 169.254.20.11\n" in notes(*variant("nodelocal"))
    headless = notes("--set", "service.clusterIP=None")
    assert "The Service is headless" in headless and "kubectl get service" not in headless and "forward . CLUSTER-IP\n" in headless


def test_the_page_for_people(notes):
    assert "port-forward" not in notes()
    told = notes("--set", "config.listen.page=127.0.0.1:8053", "--set", "kind=DaemonSet")
    assert "http://127.0.0.1:8053/" in told and "kubectl port-forward --namespace signpost daemonset/signpost 8053\n" in told


def test_an_image_that_no_registry_has(notes):
    assert not cautions(notes())
    (told,) = cautions(notes("--set", "image.repository=signpost,image.tag=mine"))
    assert told.startswith("The image signpost:mine is in no registry")


def nacos(**more):
    return {"type": "nacos", **({} if "address_server" in more else {"servers": ["192.0.2.1:8848"]}), **more}


def test_what_is_said_of_zones_and_of_maps_of_ones_own(notes):
    assert cautions(notes(*with_zones("n.internal", "fd00::/8", "10.0.0.0/8", "10.16.0.0/12"))) == [
        "kube-dns takes no prefix: its lines want the zones of fd00::/8 10.16.0.0/12 instead, which `signpost status` lists."
    ]
    assert "ConfigMap teams brings is not known here" in cautions(notes("--set", "customConfigMap=teams"))[0]
    assert "ConfigMap signpost is yours" in cautions(notes("--set", "deployment.skipConfig=true"))[0]


def test_names_for_the_nodes_resolver(notes):
    registries = {
        "n": nacos(servers=["nacos-0.nacos:8848", "192.0.2.1:8848", "[fd00::a]:8848"]), "m": nacos(address_server="http://list.nacos/x"),
        "k": {"type": "kubernetes", "url": "https://api.example.org:6443"},
    }  # fmt: skip
    words = with_zones("n.internal", registries=registries)
    (told,) = cautions(notes(*words))
    assert told.startswith("The node's resolver is asked for api.example.org list.nacos nacos-0.nacos: if") and told.endswith("to ClusterFirst.")
    (told,) = cautions(notes(*words, *variant("nodelocal")))
    assert told.endswith("to ClusterFirstWithHostNet.")  # what the chart takes there
    assert not cautions(notes(*words, "--set", "deployment.dnsPolicy=ClusterFirst"))
    assert not cautions(notes(*words, "--set-json", 'deployment.dnsConfig={"nameservers":["192.0.2.53"]}'))


def port(number, protocol="TCP", **more):
    return {"ports": [{"port": number, "protocol": protocol, **more}]}


API, ALL = "TCP 443 or 6443 (the API server)", [{"to": [{"namespaceSelector": {}}]}]
CHECKED = {"zones": [{"name": "z", "registry": "n", "checks": [{"services": ["*"]}, {"services": ["a"], "port": 8080}]}]}
EGRESS = {  # registries (or more of a configuration), rules: what they do not let out to
    "no rules": ({"n": nacos()}, [], None),
    "no rules with ports": ({"n": nacos(), "k": {"type": "kubernetes"}, **CHECKED}, ALL, None),
    "no port of the API server": ({"k": {"type": "kubernetes"}}, [port(53, "UDP"), port(8080)], API),
    "one of them": ({"k": {"type": "kubernetes"}}, [port(53, "UDP"), port(6443)], None),
    "the other": ({"k": {"type": "kubernetes"}}, [{"ports": [{"port": 443}]}], None),
    "of UDP": ({"k": {"type": "kubernetes"}}, [port(443, "UDP")], API),
    "another API server": ({"k": {"type": "kubernetes", "url": "https://192.0.2.9"}}, [port(6443)], "TCP 443 (a URL of k)"),
    "its port": ({"k": {"type": "kubernetes", "url": "https://192.0.2.9:6443/x"}}, [port(443)], "TCP 6443 (a URL of k)"),
    "a name": ({"k": {"type": "kubernetes", "url": "https://api.x"}}, [port(443), port(53)], "UDP 53 (names of servers)"),
    "and its port": ({"k": {"type": "kubernetes", "url": "https://api.x"}}, [port(443), port(53, "UDP")], None),
    "gRPC": ({"n": nacos()}, [port(8848)], "TCP 9848 (gRPC of n)"),
    "HTTP beside it for the login alone": ({"n": nacos(username="a")}, [port(9848)], "TCP 8848 (HTTP of n)"),
    "gRPC within a range": ({"n": nacos()}, [port(9000, endPort=9848)], None),
    "gRPC behind a range": ({"n": nacos()}, [port(9000, endPort=9847)], "TCP 9848 (gRPC of n)"),
    "gRPC by a name": ({"n": nacos()}, [port("grpc")], None),
    "gRPC elsewhere": ({"n": nacos(grpc_port=7000)}, [port(9848)], "TCP 7000 (gRPC of n)"),
    "gRPC beside its port": ({"n": nacos(grpc_port_offset=0)}, [port(9848)], "TCP 8848 (gRPC of n)"),
    "HTTP": ({"n": nacos(protocol="http", servers=["192.0.2.1"])}, [port(9848)], "TCP 8848 (HTTP of n)"),
    "an address server": (
        {"n": nacos(address_server="http://192.0.2.1:8080/x")}, [port(8848)], "TCP 8080 (a URL of n), TCP 9848 (gRPC of n)",
    ),
    "of two the same": ({"n": nacos(servers=["192.0.2.1:8848", "192.0.2.2:8848"])}, [port(53)], "TCP 9848 (gRPC of n)"),
    "checks": ({"n": nacos(), **CHECKED}, [port(9848)], "TCP of instances (checks of z), TCP 8080 (checks of z)"),
    "files": ({"n": {"type": "file", "path": "n"}}, [port(1)], None),
}  # fmt: skip


@pytest.mark.parametrize("registries, rules, wanted", EGRESS.values(), ids=EGRESS)
def test_egress_that_leads_to_no_registry(notes, registries, rules, wanted):
    config = {"registries": {key: one for key, one in registries.items() if key != "zones"}, "zones": [{"name": "z", "registry": next(iter(registries))}]}
    words = ["--set-json", f"config={json.dumps({**config, **({'zones': registries['zones']} if 'zones' in registries else {})})}"]
    words += ["--set-json", f"networkPolicy={json.dumps({'enabled': True, 'egress': rules, 'ingress': [port(1, 'UDP', endPort=65535)]})}"]
    told = [one for one in cautions(notes(*words, "--set", "deployment.dnsPolicy=ClusterFirst")) if "networkPolicy.egress" in one]
    assert [re.search(r"lets out to (.*?)\. Rules", one)[1] for one in told] == ([wanted] if wanted else [])


def test_rules_of_a_policy_that_is_off_say_nothing(notes):
    assert not cautions(notes("--set-json", 'networkPolicy={"egress":[{"ports":[{"port":1}]}]}'))


UNHEARD = {  # a registry of Nacos, rules of networkPolicy.ingress: whether a Nacos 1.x is said to be unheard
    "none": (nacos(), [], True),
    "asked by HTTP": (nacos(protocol="http"), [], True),
    "never asked so": (nacos(protocol="grpc"), [], False),
    "no pushes wanted": (nacos(udp_push=False), [], False),
    "a range": (nacos(), [port(32768, "UDP", endPort=60999)], False),
    "one of TCP": (nacos(), [port(32768, endPort=60999)], True),
}


@pytest.mark.parametrize("registry, rules, wanted", UNHEARD.values(), ids=UNHEARD)
def test_pushes_of_an_old_nacos(notes, registry, rules, wanted):
    words = with_zones("n.internal", registries={"n": registry})
    assert not cautions(notes(*words))
    told = cautions(notes(*words, "--set-json", f"networkPolicy={json.dumps({'enabled': True, 'ingress': rules})}"))
    assert [one.startswith("If n is a Nacos of 1.x, the NetworkPolicy keeps its UDP pushes out") for one in told] == [True] * wanted
