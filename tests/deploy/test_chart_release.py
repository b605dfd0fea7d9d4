"""Signpost, run with the ConfigMap and the token that a real apiserver has after `helm install`: its rights are enough, it
answers, and the lines that helm printed send names to it. No kubelet runs the Pods: pods.py does."""
import re

import pytest
import yaml
from charts import only, template
from harness import forwarders, peers, ports
from pods import FILES, Places, Pod


@pytest.fixture(scope="module")
def shop(administrator):
    """A headless Service in the namespace shop, with an address; ServiceImports can be there."""
    administrator.cluster.define_imports()
    administrator.cluster.service("shop", "cart", 80, 8080, clusterIP="None")
    administrator.cluster.slice("shop", "cart-1", "cart", ["10.1.0.1"])
    return administrator.cluster


def test_it_answers_with_what_the_cluster_gives_it(run_release, shop):
    """A changed Service is seen, and a changed ConfigMap by `helm upgrade`, in the same process."""
    pod, places = run_release("default")
    client = places.client(pod)
    client.wait_for({"10.1.0.1"}, "cart.shop.svc.cluster.internal")
    shop.slice_addresses("shop", "cart-1", ["10.1.0.3"])
    client.wait_for({"10.1.0.3"}, "cart.shop.svc.cluster.internal")
    shop.slice_addresses("shop", "cart-1", ["10.1.0.1"])
    zones = 'config.zones=[{"name":"cluster.internal","registry":"cluster"},{"name":"second.internal","registry":"cluster"}]'
    pod.upgrade("--set-json", zones, "--set", "config.registries.cluster.type=kubernetes,config.registries.cluster.required=true")
    client.wait_for({"10.1.0.1"}, "cart.shop.svc.second.internal")


REFUSED = "HTTP 403"
WATCHING = {  # what a registry reads, by its options
    "all of it": (
        "default",
        ["--set-json", 'config.registries={"cluster":{"type":"kubernetes","required":true,"pods":"watch","multicluster":"on"}}',
         "--set-json", 'config.zones=[{"name":"cluster.internal","registry":"cluster"}]', "--set", "config.clients.nodes={cluster}"],
        "cart.shop.svc.cluster.internal",
    ),
    "listed namespaces": ("namespaces", [], "cart.shop.svc.teams.internal"),
    "no endpoints": (
        "default",
        ["--set-json", 'config.registries={"cluster":{"type":"kubernetes","required":true,"endpoints":"off"}}',
         "--set-json", 'config.zones=[{"name":"cluster.internal","registry":"cluster"}]'],
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name, words, cart", WATCHING.values(), ids=WATCHING)
def test_the_rights_are_enough(run_release, shop, name, words, cart):
    """Ready, and nothing refused on the way, not even what would be excused."""
    pod, places = run_release(name, *words)
    client = places.client(pod)
    if cart:
        client.wait_for({"10.1.0.1"}, cart)
    log = pod.process.output()
    assert REFUSED not in log and "registry.without" not in log, log


def test_rights_that_are_missing_are_seen(run_release):
    """By the log lines that the test before looks for."""
    pod, places = run_release("default", "--set", "rbac.create=false")
    pod.process.wait_ready(lambda: REFUSED in pod.process.output(), 20, "a refusal")
    assert places.status("ready", "/ready") == 503


TEAM = {"team.yaml": "registries: {shop: {type: kubernetes, namespaces: [shop]}}\nzones: [{name: team.internal, registry: shop}]\n"}


def test_a_registry_of_a_teams_config_map(run_release, shop):
    """It has the rights and the token that rbac.registries asks for."""
    words = [*FILES, "--set", "customConfigMap=team"]
    pod, places = run_release("default", *words, "--set", "rbac.registries.shop.type=kubernetes,rbac.registries.shop.namespaces={shop}",
                              config_maps={"team": TEAM})  # fmt: skip
    places.client(pod).wait_for({"10.1.0.1"}, "cart.shop.svc.team.internal")
    assert REFUSED not in pod.process.output() and "registry.without" not in pod.process.output(), pod.process.output()


def test_the_lines_of_the_notes_work(installed, folder):
    """What they say for CoreDNS, run by CoreDNS in front of the Pod, at free ports; forward and reverse. The other lines say
    the same zones and address (tests/deploy/test_recipes.py runs their like)."""
    places, port = Places(), ports.free()
    reverse = ["--set", "config.zones[1].name=10.0.0.0/8,config.zones[1].reverse_of={demo.internal}", "--set", "service.clusterIP=10.96.0.77",
               "--set", "config.zones[2].name=fd00::/8,config.zones[2].reverse_of={demo.internal}",
               "--set", "files.services\\.yaml.services[0].instances[1].address=fd00::1"]  # fmt: skip
    told = installed("default", *FILES, *reverse)
    zones = {"demo.internal": ["10.96.0.77"], "10.in-addr.arpa": ["10.96.0.77"]}
    assert yaml.safe_load(yaml.safe_load(re.search(r"^stubDomains: \|\n .*$", told, re.M)[0])["stubDomains"]) == zones
    pod_dns = yaml.safe_load(re.search(r"^dnsPolicy: None\ndnsConfig:\n(  .*\n)+", told, re.M)[0])
    assert pod_dns["dnsConfig"]["searches"][0] == "demo.internal" and pod_dns["dnsConfig"]["nameservers"] == ["CLUSTER-DNS-IP"]
    block = re.search(r"^\S+:53 .*{\n(?: .*\n)+}$", told, re.M)[0]
    block = block.replace(":53", f":{port}").replace("10.96.0.77", f"127.0.0.1:{places.ports['dns']}")
    (folder / "Corefile").write_text(block.replace("errors\n", "errors\n    bind 127.0.0.1\n", 1))
    objects = template(*FILES, *reverse, *places.words)
    pod = Pod(folder, only(objects, "Deployment")["spec"]["template"]["spec"], {"signpost": only(objects, "ConfigMap")["data"]})
    coredns = None
    try:
        places.client(pod)
        command = [peers.program("coredns", "bin/coredns"), "-conf", folder / "Corefile"]
        coredns = forwarders.Forwarder(command, folder / "coredns.log", port, "demo.internal")
        client = coredns.client()
        assert client.set("cart.demo.internal") == {"10.1.0.1"}
        assert client.set("1.0.1.10.in-addr.arpa", "PTR") == {"10-1-0-1.cart.demo.internal."}
        assert client.set("1." + "0." * 27 + "0.0.d.f.ip6.arpa", "PTR") == {"fd00--1.cart.demo.internal."}
    finally:
        pod.process.kill()
        if coredns:
            coredns.stop()
