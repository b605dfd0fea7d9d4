"""The Pod of the chart, run with the ConfigMap of the chart: the binary, its user and rights, its volumes."""
import os
import re
import signal
import subprocess
import urllib.request

import pytest
from charts import only, template, variant
from pods import CAPABILITIES, FIELDS, FILES, Places, Pod


@pytest.fixture
def run_pod(folder):
    """run_pod(objects, ..): the Pod of these objects, ended with the test."""
    running = []

    def begin(objects, kind="Deployment", config_maps=None, place=folder, **more):
        spec = only(objects, kind)["spec"]["template"]["spec"]
        data = {"signpost": only(objects, "ConfigMap")["data"], **(config_maps or {})}
        running.append(Pod(place, spec, data, **more))
        return running[-1]

    yield begin
    for pod in running:
        pod.process.kill()  # nobody waits for the lame duck


@pytest.fixture
def places():
    return Places()


def test_the_pod_runs_with_what_it_is_given_and_no_more(run_pod, places):
    """Uid 65532, no capability, a read-only root; what NOTES.txt says to ask it works."""
    pod = run_pod(template(*FILES, *places.words))
    client = places.client(pod)
    assert client.set("cart.demo.internal") == {"10.1.0.1"}
    assert client.set("ns.dns.demo.internal") == {FIELDS["status.podIP"]}
    assert inside(pod, "dig", "@127.0.0.1", "-p", str(places.ports["dns"]), "+short", "ch", "txt", "id.server") == f'"{FIELDS["metadata.name"]}"'
    assert (places.status("health", "/health"), places.status("metrics", "/metrics")) == (200, 200)
    status = dict(line.split(":\t", 1) for line in open(f"/proc/{pod.process.pid}/status").read().splitlines() if ":\t" in line)
    assert status["Uid"].split() == ["65532"] * 4 and status["NoNewPrivs"] == "1"
    assert {status[name] for name in ("CapEff", "CapPrm", "CapBnd", "CapAmb")} == {"0" * 16}
    told = subprocess.run(pod.inside("/run/program", "status"), capture_output=True, text=True, timeout=20, check=False)
    assert told.returncode == 0 and "local" in told.stdout, told.stderr
    assert "warning" not in pod.process.output(), pod.process.output()


def test_the_end_of_a_pod(run_pod, places):
    """SIGTERM: not ready at once, answers go on for the lame duck, then 0."""
    pod = run_pod(template(*FILES, "--set", "config.lameduck=1s", *places.words))
    client = places.client(pod)
    pod.process.signal(signal.SIGTERM)
    pod.process.wait_ready(lambda: places.status("ready", "/ready") == 503, 5, "not ready")
    assert client.set("cart.demo.internal") == {"10.1.0.1"}
    assert pod.process.child.wait(10) == 0


def test_a_changed_config_map_is_read_without_a_restart(run_pod, places):
    """A zone, and a file beside signpost.yaml; the same process goes on."""
    pod = run_pod(template(*FILES, *places.words))
    client, before = places.client(pod), pod.process.pid
    more = ["--set", "config.zones[1].name=second.internal,config.zones[1].registry=local",
            "--set", "files.services\\.yaml.services[0].instances[1].address=10.1.0.2"]  # fmt: skip
    data = only(template(*FILES, *more, *places.words), "ConfigMap")["data"]
    pod.volumes["config"].write(data)
    client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.second.internal")
    client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.demo.internal")
    pod.volumes["config"].write({**data, "signpost.yaml": data["signpost.yaml"].replace("registry: local", "registry: lokal")})
    pod.process.wait_ready(lambda: "reload.refused" in pod.process.output(), 10, "the bad configuration is refused")
    assert client.set("cart.second.internal") == {"10.1.0.1", "10.1.0.2"}
    assert pod.process.alive() and pod.process.pid == before


def test_a_teams_config_map_may_come_later(run_pod, places):
    """`customConfigMap`: nobody waits for it, and its zones are there when it is. Only *.yaml is configuration: a zone's file
    and a page for people stand beside it."""
    pod = run_pod(template(*FILES, "--set", "customConfigMap=team", *places.words))
    client = places.client(pod)
    assert client.set("www.team.internal") == "REFUSED"
    zone = "@ 300 SOA ns hostmaster 1 7200 900 1209600 300\n@ 300 NS ns\nns 300 A 192.0.2.1\nwww 300 A 192.0.2.80\n"
    team = {"team.yaml": "zones: [{name: team.internal, file: team.zone}]\n", "team.zone": zone, "README.md": "[who to ask"}
    pod.volumes["custom-config"].write(team)
    client.wait_for({"192.0.2.80"}, "www.team.internal")
    pod.volumes["custom-config"].write({})
    client.wait_for("REFUSED", "www.team.internal")


def test_a_registry_without_a_token_stops_nobody(run_pod, places):
    """One that a team's ConfigMap brings, and rbac.registries does not name: the log says what it lacks."""
    team = {"team.yaml": "registries: {shop: {type: kubernetes}}\nzones: [{name: team.internal, registry: shop}]\n"}
    objects = template(*FILES, "--set", "customConfigMap=team", *places.words)
    pod = run_pod(objects, config_maps={"team": team}, environment={"KUBERNETES_SERVICE_HOST": "192.0.2.1", "KUBERNETES_SERVICE_PORT": "443"})
    client = places.client(pod)
    assert client.set("cart.demo.internal") == {"10.1.0.1"} and client.set("cart.shop.svc.team.internal") == "SERVFAIL"
    pod.process.wait_ready(lambda: "serviceaccount/token: No such file" in pod.process.output(), 10, "the log says it")


def test_a_missing_configuration_is_said(folder, run_pod, places):
    """skipConfig with a ConfigMap that lacks the file; one that is not there at all keeps the kubelet waiting."""
    objects = template(*FILES, *places.words)
    pod = run_pod(objects, config_maps={"signpost": {"other.yaml": ""}})
    assert pod.process.child.wait(20) == 1
    assert "error: /etc/signpost/signpost.yaml: cannot be read: No such file or directory" in pod.process.output()
    with pytest.raises(FileNotFoundError, match="ConfigMap signpost"):
        Pod(folder / "volumes", only(objects, "Deployment")["spec"]["template"]["spec"], {})


def own_network(folder, *lines):
    """A command that runs what follows it in a network with loopback and what `lines` make."""
    script = folder / "network"
    script.write_text("\n".join(["#!/bin/sh -e", "ip link set lo up", *lines, 'exec "$@"', ""]))
    script.chmod(0o755)
    return ["unshare", "--net", script]


def inside(pod, *words):
    return subprocess.run(pod.inside(*words), capture_output=True, text=True, timeout=20, check=False).stdout.strip()


def probed(pod, probe):
    """A command that asks what the probe asks, and prints the status."""
    there = pod.container[probe]["httpGet"]
    return ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"http://{there.get('host', '127.0.0.1')}:{there['port']}{there['path']}"]


def wait_for_answer(pod, server, *words):
    ask = ["dig", f"@{server}", "cart.demo.internal", "+short", "+tries=1", "+time=1", *words]
    pod.process.wait_ready(lambda: "10.1.0.1" in inside(pod, *ask), 20, "an answer")


def effective(pod):
    """The capabilities in force, as a number."""
    return int(re.search(r"^CapEff:\t(\w+)$", open(f"/proc/{pod.process.pid}/status").read(), re.M)[1], 16)


def test_port_53_of_a_pod(folder, run_pod):
    """Uid 65532 with the capability that the chart adds; it ends where that is taken away, and the sysctl is another way."""
    objects = template(*variant("files"))
    pod = run_pod(objects, prefix=own_network(folder))
    wait_for_answer(pod, "127.0.0.1")
    wait_for_answer(pod, "127.0.0.1", "+tcp")
    assert effective(pod) == 1 << CAPABILITIES["NET_BIND_SERVICE"]
    spec = only(objects, "Deployment")["spec"]["template"]["spec"]
    del spec["containers"][0]["securityContext"]["capabilities"]["add"]
    (folder / "without").mkdir()
    without = run_pod(objects, place=folder / "without", prefix=own_network(folder))
    assert without.process.child.wait(20) == 1 and "NET_BIND_SERVICE" in without.process.output()
    spec["securityContext"]["sysctls"] = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
    (folder / "sysctl").mkdir()
    another = run_pod(objects, place=folder / "sysctl", prefix=own_network(folder))
    wait_for_answer(another, "127.0.0.1")
    assert effective(another) == 0


def test_a_node_local_address(folder, run_pod):
    """Init container and Pod of the DaemonSet in a network of their own, with the ports and the one capability that it asks
    for. The image busybox was not at hand: its `ip` is iproute2's here."""
    objects = template(*variant("nodelocal"), *FILES)
    spec = only(objects, "DaemonSet")["spec"]["template"]["spec"]
    assert spec["hostNetwork"] and not [one for one in objects if one[0] in ("Service", "PodDisruptionBudget")]
    pod = run_pod(objects, kind="DaemonSet", prefix=own_network(folder))
    wait_for_answer(pod, "169.254.20.11")
    assert inside(pod, "dig", "@169.254.20.11", "+short", "ns.dns.demo.internal") == "169.254.20.11"
    for probe in ("livenessProbe", "readinessProbe"):
        assert inside(pod, *probed(pod, probe)) == "200"
    assert effective(pod) == 1 << CAPABILITIES["NET_BIND_SERVICE"]
    # A Pod that follows another finds the address there.
    again = subprocess.run(pod.inside(*pod.first("address")), capture_output=True, text=True, timeout=20, check=False)
    assert again.returncode == 0, again.stderr


def test_a_directory_of_the_node(folder, run_pod):
    """A hostPath is root's, and the Pod's when it has run; the next Pod goes on there. One with something of somebody else in
    it stays as it is, and the init container says what to do."""
    objects, on_node = template(*variant("disk"), *FILES, "--set", "config.lameduck=0s"), folder / "node"
    on_node.mkdir()
    for i in range(2):
        (folder / str(i)).mkdir()
        pod = run_pod(objects, kind="DaemonSet", place=folder / str(i), prefix=own_network(folder), on_node=on_node)
        pod.process.wait_ready(lambda pod=pod: inside(pod, *probed(pod, "readinessProbe")) == "200", 20, "the Pod is ready")
        pod.process.signal(signal.SIGTERM)
        assert pod.process.child.wait(20) == 0 and "state." not in pod.process.output(), pod.process.output()
        assert (on_node / "local.a").stat().st_uid == 65532
    os.chown(on_node, 0, 0)
    (folder / "refused").mkdir()
    refused = run_pod(objects, kind="DaemonSet", place=folder / "refused", on_node=on_node)
    assert refused.process.child.wait(20) == 1 and on_node.stat().st_uid == 0
    assert "/var/lib/signpost of this node is neither empty nor of user 65532: chown it there" in refused.process.output()


def test_replicas_that_differ_are_seen(folder):
    """Two Pods of one release, of which one has the ConfigMap of before: what the alert SignpostConfigurationsDiffer goes by."""
    places, seen = Places(), []
    for i, more in enumerate(([], [], ["--set", "config.zones[0].ttl=30"])):
        own = folder / str(i)
        own.mkdir()
        objects = template(*FILES, *more, *places.words)
        pod = Pod(own, only(objects, "Deployment")["spec"]["template"]["spec"], {"signpost": only(objects, "ConfigMap")["data"]})
        try:
            places.client(pod)
            with urllib.request.urlopen(f"http://127.0.0.1:{places.ports['metrics']}/metrics") as page:
                seen += re.findall(r'^signpost_reload_version_info{.*?value="(\w+)"', page.read().decode(), re.M)
        finally:
            pod.process.kill()
    assert seen[0] == seen[1] != seen[2]
