"""The chart, without a cluster: what helm makes of values, good and bad, and what is made from the chart."""
import json
import re

import charts
import jsonschema
import pytest
import yaml
from charts import CHART, DEPLOY, VARIANTS, only, template, variant
from harness import schema


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_well_formed(name, signpost, folder):
    """For helm's eyes, and its configuration for Signpost's."""
    done = charts.run("helm", "lint", "--strict", CHART, *variant(name))
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "secret").mkdir()
    for secret in ("password", "token"):
        (folder / "secret" / secret).write_text("word\n")
    for file, text in only(template(*variant(name)), "ConfigMap")["data"].items():
        (folder / file).write_text(text.replace("/etc/nacos", f"{folder}/secret"))
    checked = signpost("check", "--config", folder / "signpost.yaml")
    assert checked.returncode == 0, checked.stderr


# The words that helm is given, and what its message must hold: where, and what is wrong there.
WRONG = {
    "a misspelt value": (["--set", "replicaCont=3"], "'replicaCont' not allowed"),
    "a misspelt value below another": (["--set", "prometheus.monitor.enable=true"], "at '/prometheus/monitor': additional properties 'enable'"),
    "a text where a number belongs": (["--set-string", "replicaCount=two"], "at '/replicaCount': got string, want integer"),
    "a number where a text belongs": (["--set", "priorityClassName=7"], "at '/priorityClassName': got number, want string"),
    "a kind that is none": (["--set", "kind=StatefulSet"], "at '/kind': value must be one of 'Deployment', 'DaemonSet'"),
    "an option of the configuration that is none": (["--set", "config.lisen.dns=x"], "at '/config': additional properties 'lisen'"),
    "a port as words": (["--set", "config.listen.health=0.0.0.0:http"], "at '/config/listen/health': '0.0.0.0:http' does not match"),
    "a registry of no known type": (["--set", "config.registries.x.type=zookeeper"], "at '/config/registries/x/type': value must be one of"),
    "an option of another registry": (
        ["--set", "config.registries.x.type=file,config.registries.x.path=a,config.registries.x.servers={b}"],
        "at '/config/registries/x': additional properties 'servers'",
    ),
    "a zone of a registry that is not there": (
        ["--set", "config.zones[0].name=a.internal,config.zones[0].registry=naco,config.registries.nacos.type=nacos,config.registries.nacos.servers={n}"],
        'config.zones[0]: no registry "naco" in config.registries, which has: nacos',
    ),
    "a member of a registry that is not there": (
        ["--set-json", 'config.zones=[{"name":"a.internal","services":[{"name":"c","members":[{"registry":"x","service":"c"}]}]}]'],
        'config.zones[0].services: no registry "x"',
    ),
    "two that set the replicas": (["--set", "hpa.enabled=true,autoscaler.enabled=true"], "hpa.enabled and autoscaler.enabled: both"),
    "a DaemonSet with hpa": (["--set", "kind=DaemonSet,hpa.enabled=true"], "kind: a DaemonSet has one Pod on each node"),
    "a DaemonSet with the autoscaler": (["--set", "kind=DaemonSet,autoscaler.enabled=true"], "kind: a DaemonSet has one Pod on each node"),
    "one address of many Deployment Pods": (["--set", "nodeLocal.address=169.254.20.11"], "nodeLocal.address: only with kind: DaemonSet"),
    "an address that is not link-local": (["--set", "kind=DaemonSet,nodeLocal.address=10.0.0.1"], "at '/nodeLocal/address'"),
    "a login that nobody would use": (
        ["--set", "nodeLocal.image.pullSecrets={x}"], "at '/nodeLocal/image': additional properties 'pullSecrets' not allowed",
    ),
    "and none at all": (["--set", "kind=DaemonSet,nodeLocal.address=169.254.20.256"], "at '/nodeLocal/address'"),
    "a part of nothing": (["--set", "hpa.enabled=true,resources.requests.cpu=null"], "hpa.enabled: its default metric is a part of"),
    "a port of nodes for nobody": (["--set", "service.nodePort=30053"], "service.nodePort: only with serviceType"),
    "a section taken away": (["--set", "state=null"], "missing property 'state'"),
    "a name that no object can have": (["--set", "fullnameOverride=Signpost"], "at '/fullnameOverride': 'Signpost' does not match"),
    "a registry that stands here and elsewhere": (
        ["--set", "rbac.registries.cluster.type=kubernetes"], 'rbac.registries: "cluster" is in config.registries already',
    ),
    "a registry elsewhere of no known type": (["--set", "rbac.registries.x.type=zookeeper"], "at '/rbac/registries/x/type': value must be one of"),
    "a quota for no class": (["--set", "priorityQuota=true"], "priorityQuota: the Pods have no priority class"),
    "a ServiceMonitor that finds nothing": (["--set", "prometheus.monitor.enabled=true"], "prometheus.monitor.enabled: a ServiceMonitor finds"),
    "the state of two Pods in one place": (
        ["--set", "state.volume.persistentVolumeClaim.claimName=x"], "state.volume.persistentVolumeClaim: several Pods",
    ),
    "the state of a Deployment on its nodes": (["--set", "state.volume.hostPath.path=/x"], "state.volume.hostPath: two Pods may meet"),
    "two volumes in one": (["--set", "state.volume.hostPath.path=/x,state.volume.emptyDir.medium=Memory"], "at '/state/volume': maxProperties"),
    "an end that the kubelet cuts off": (["--set", "config.lameduck=30s"], "config.lameduck: 30s is not less than terminationGracePeriodSeconds: 30"),
    "a policy that has no power": (
        ["--set", "kind=DaemonSet,nodeLocal.address=169.254.20.11,networkPolicy.enabled=true"], "networkPolicy.enabled: a NetworkPolicy has no power",
    ),
    "the cluster's resolver, which the nodes' network has not": (
        ["--set", "kind=DaemonSet,nodeLocal.address=169.254.20.11,deployment.dnsPolicy=ClusterFirst"], "write ClusterFirstWithHostNet",
    ),
    "no resolver at all": (["--set", "deployment.dnsPolicy=None"], "deployment.dnsPolicy: None needs deployment.dnsConfig.nameservers"),
    "more replicas at least than at most": (["--set", "hpa.enabled=true,hpa.minReplicas=7"], "hpa.minReplicas: 7 is more than hpa.maxReplicas: 6"),
    "a state directory without a volume": (
        ["--set", "state.enabled=false,config.state_directory=/var/lib/signpost"], "config.state_directory: without state.enabled",
    ),
    "two on one port": (["--set", "config.listen.metrics=0.0.0.0:8080"], "config.listen.metrics: port 8080 is that of config.listen.health already"),
    "one everywhere, one at an address": (["--set", "config.listen.page=127.0.0.1:1053"], "config.listen.page: port 1053 is that of config.listen.dns"),
    "a port that nobody knows": (["--set", "config.listen.ready=0.0.0.0:0"], "config.listen.ready: port 0 is a free one"),
    "registries without zones": (
        ["--set", "config.registries.n.type=nacos,config.registries.n.servers={a}"], "config.zones: none is written, and the one that is served then",
    ),
    "a second port": (["--set", "config.listen.dns={0.0.0.0:1053,0.0.0.0:5353}"], "config.listen.dns: 0.0.0.0:5353 has another port than the first"),
    "and in minutes": (["--set", "config.lameduck=1m"], "config.lameduck: 1m is not less"),
    "and in hours": (["--set", "config.lameduck=1h"], "config.lameduck: 1h is not less"),
    "and in milliseconds": (["--set", "config.lameduck=30000ms"], "config.lameduck: 30000ms is not less"),
    "a file in the place of the configuration": (["--set", "files.signpost\\.yaml=x"], "files: signpost.yaml is made from `config`"),
    "a file name that a ConfigMap cannot have": (["--set", "files.conf\\.d/a=x"], "'conf.d/a'"),
}  # fmt: skip


@pytest.mark.parametrize("words, told", WRONG.values(), ids=WRONG)
def test_wrong_values_are_named(words, told):
    assert told in charts.refusal(*words)


@pytest.mark.parametrize("lameduck", ["29", "29s", "29999ms"])
def test_an_end_before_the_kubelet_cuts_it_off(lameduck):
    assert template("--set", f"config.lameduck={lameduck}")


def test_what_is_made_from_the_chart_is_in_step():
    done = charts.render("--check")
    assert done.returncode == 0, f"deploy/chart/render would change:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("overlay", ["base", "overlays/stub-domain", "overlays/cluster-dns", "overlays/nodelocal"])
def test_kustomize_makes_the_objects_of_the_chart(overlay):
    name = overlay.split("/")[-1]
    built = charts.run("kubectl", "kustomize", DEPLOY / "kustomize" / overlay)
    assert built.returncode == 0, built.stderr
    objects = charts.by_name(built.stdout)
    if name != "base":
        assert objects == charts.by_name((DEPLOY / f"manifests/{name}.yaml").read_text())
    made = template(*variant("default" if name == "base" else name))
    for item in made.values():
        for label in ("helm.sh/chart", "app.kubernetes.io/managed-by"):
            del item["metadata"]["labels"][label]
    assert made == {one: item for one, item in objects.items() if one[0] != "Namespace"}


def test_true_and_false_are_the_words_that_they_are_everywhere_else():
    """The chart writes on and off for all options but those that take true and false, in the program's own schema."""
    truths = set()

    def look(node):
        if isinstance(node, dict):
            truths.update(key for key, one in node.get("properties", {}).items() if isinstance(one, dict) and one.get("type") == "boolean")
            node = list(node.values())
        if isinstance(node, list):
            for one in node:
                look(one)

    look(json.loads((CHART / "values.schema.json").read_text())["properties"]["config"])
    listed = re.search(r'\$truths := list (.*?) -}}', (CHART / "templates/_config.tpl").read_text())[1]
    assert set(re.findall(r'"(\w+)"', listed)) == truths


def test_every_option_arrives_as_it_was_written(folder):
    """deploy/signpost.yaml, which has them all, below `config`: through helm's YAML 1.1, and still the same in Signpost's."""
    written = (DEPLOY / "signpost.yaml").read_text()
    (folder / "values.yaml").write_text("config:\n" + re.sub("^", "  ", written, flags=re.M))
    rendered = only(template("--values", folder / "values.yaml"), "ConfigMap")["data"]["signpost.yaml"]
    assert yaml.load(rendered, schema.Loader) == yaml.load(written, schema.Loader)  # noqa: S506


def test_every_value_is_in_the_schema_and_the_readme():
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    rules = json.loads((CHART / "values.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(rules)  # what helm before 3.18 understands
    assert not list(jsonschema.Draft7Validator(rules).iter_errors(values))
    assert set(values) | {"global"} == set(rules["properties"])
    told = (CHART / "README.md").read_text()
    assert not [key for key in values if f"| `{key}" not in told]


def test_the_values_of_the_coredns_chart_have_its_names():
    """facts/operations.md 1.1."""
    values = yaml.safe_load((CHART / "values.yaml").read_text())
    for path in (
        "image.repository image.tag image.pullPolicy image.pullSecrets replicaCount resources rollingUpdate deployment.skipConfig deployment.enabled"
        " deployment.name deployment.annotations deployment.selector podAnnotations podLabels serviceType service.clusterIP service.annotations"
        " service.ipFamilyPolicy prometheus.service.enabled prometheus.monitor.enabled prometheus.monitor.interval prometheus.monitor.additionalLabels"
        " prometheus.monitor.relabelings serviceAccount.create serviceAccount.name serviceAccount.annotations rbac.create priorityClassName"
        " podSecurityContext securityContext livenessProbe readinessProbe env affinity topologySpreadConstraints nodeSelector tolerations"
        " podDisruptionBudget extraVolumes extraVolumeMounts extraContainers extraSecrets initContainers hpa autoscaler"
    ).split():
        here = values
        for key in path.split("."):
            here = here[key]


def test_bounds_of_the_pod():
    """What operations.md 1 asks of the Pod, on the default."""
    objects = template()
    deployment = only(objects, "Deployment")["spec"]
    pod = deployment["template"]["spec"]
    (container,) = pod["containers"]
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert only(objects, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1
    assert pod["dnsPolicy"] == "Default" and pod["terminationGracePeriodSeconds"] == 30
    assert yaml.safe_load(only(objects, "ConfigMap")["data"]["signpost.yaml"])["lameduck"] == "10s"
    assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": 8080}
    assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": 8181}
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    ports = {port["name"]: (port["containerPort"], port["protocol"]) for port in container["ports"]}
    assert ports == {"dns": (1053, "UDP"), "dns-tcp": (1053, "TCP"), "health": (8080, "TCP"), "ready": (8181, "TCP"), "metrics": (9153, "TCP")}
    assert {port["targetPort"] for port in only(objects, "Service")["spec"]["ports"]} == {"dns", "dns-tcp"}
    assert "checksum" not in json.dumps(deployment["template"]["metadata"])  # a changed ConfigMap is read, not a reason to restart


def test_port_53_brings_its_capability_and_no_other_port_does():
    def security(kind, *words):
        return only(template(*words), kind)["spec"]["template"]["spec"]["containers"][0]["securityContext"]

    plain = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
    able = {**plain, "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}}
    assert security("Deployment", "--set", "config.listen.dns={0.0.0.0:53,[::]:53}") == able
    assert security("DaemonSet", *variant("nodelocal")) == able
    assert security("Deployment", "--set", "config.listen.dns={0.0.0.0:5353}") == plain


def test_what_one_pod_alone_may_have_is_given_up_first():
    """A disk, the node's ports, the node's directory."""
    assert only(template(*variant("files")), "Deployment")["spec"]["strategy"] == {"type": "Recreate"}
    gone_first = {"maxUnavailable": 1, "maxSurge": 0}
    for words in (variant("nodelocal"), ["--set", "kind=DaemonSet,state.volume.hostPath.path=/var/lib/signpost"]):
        assert only(template(*words), "DaemonSet")["spec"]["updateStrategy"]["rollingUpdate"] == gone_first
    assert only(template("--set", "kind=DaemonSet"), "DaemonSet")["spec"]["updateStrategy"]["rollingUpdate"]["maxSurge"] == 1


def test_the_priority_follows_from_the_part_it_plays():
    def priority(kind, *words):
        return only(template(*words), kind)["spec"]["template"]["spec"].get("priorityClassName")

    assert priority("Deployment") is None
    assert priority("Deployment", "--set", "isClusterService=true") == "system-cluster-critical"
    assert priority("DaemonSet", *variant("nodelocal")) == "system-node-critical"
    assert priority("DaemonSet", *variant("nodelocal"), "--set", "priorityClassName=mine") == "mine"
    assert priority("DaemonSet", *variant("nodelocal"), "--set", "priorityClassName=null,priorityQuota=false") is None


RULES = {  # variant: (token, what may be read where); reviewed by hand
    "stub-domain": (False, {}),
    "files": (False, {}),
    "default": (True, {"*": {"services", "namespaces", "endpointslices"}}),
    "cluster-dns": (True, {"*": {"services", "namespaces", "endpointslices", "pods"}}),
    "namespaces": (True, {space: {"services", "endpointslices", "pods"} for space in ("shop", "web")}),
    "everything": (True, {"*": {"services", "namespaces", "endpointslices", "pods", "nodes", "serviceimports"}}),
    "teams": (True, {"shop": {"services", "endpointslices", "pods"}}),
}


@pytest.mark.parametrize("name", RULES)
def test_rights_are_those_of_the_registries_in_use(name):
    objects = template(*variant(name))
    found = {}
    for (kind, *_), item in objects.items():
        if kind in ("Role", "ClusterRole"):
            assert all(rule["verbs"] == ["list", "watch"] for rule in item["rules"])
            found[item["metadata"].get("namespace", "*")] = {word for rule in item["rules"] for word in rule["resources"]}
    token, wanted = RULES[name]
    assert found == wanted
    assert only(objects, "Deployment")["spec"]["template"]["spec"]["automountServiceAccountToken"] is token
    assert only(objects, "ServiceAccount")["automountServiceAccountToken"] is False
    without = template(*variant(name), "--set", "rbac.create=false")
    assert not [kind for kind, *_ in without if "Role" in kind]


def test_rights_of_a_registry_elsewhere_are_read_like_the_others():
    """A bare `off` is none for helm, which makes it false."""
    words = ["--set-json", 'rbac.registries={"b":{"type":"kubernetes","endpoints":false},"c":{"type":"nacos","servers":["n"]}}', "--set", "config.clients.nodes={b}"]
    objects = template(*words, "--set-json", 'config.registries={"a":{"type":"file","path":"a"}}', "--set-json", 'config.zones=[{"name":"z","registry":"a"}]',
                       "--set", "customConfigMap=teams")  # fmt: skip
    assert [rule["resources"] for rule in only(objects, "ClusterRole")["rules"]] == [["namespaces", "nodes", "services"]]
    assert "c" not in yaml.safe_load(only(objects, "ConfigMap")["data"]["signpost.yaml"])["registries"]


@pytest.mark.parametrize("mine", [None, "a.yaml", ["a.yaml", "b/*.yaml"]])
def test_a_teams_config_map_is_joined_after_ones_own_files(mine):
    """Its *.yaml and no other file, from where it is mounted."""
    objects = template("--set", "customConfigMap=teams", *(["--set-json", f"config.include={json.dumps(mine)}"] if mine else []))
    (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
    (mount,) = (one for one in container["volumeMounts"] if one["name"] == "custom-config")
    written = [mine] if isinstance(mine, str) else mine or []
    assert yaml.safe_load(only(objects, "ConfigMap")["data"]["signpost.yaml"])["include"] == [*written, f"{mount['mountPath']}/*.yaml"]


def test_workers_of_a_pod_without_a_limit():
    """Not as many as the node has processors."""

    def workers(*words):
        return yaml.safe_load(only(template(*words), "ConfigMap")["data"]["signpost.yaml"]).get("workers")

    assert (workers(), workers("--set", "resources.limits.cpu=3"), workers("--set", "config.workers=auto")) == (2, None, "auto")


def test_a_config_map_of_ones_own():
    objects = template("--set", "deployment.skipConfig=true")
    assert not [kind for kind, *_ in objects if kind == "ConfigMap"]
    volumes = only(objects, "Deployment")["spec"]["template"]["spec"]["volumes"]
    assert volumes[0] == {"name": "config", "configMap": {"name": "signpost"}}


def test_files_arrive_as_they_are():
    """Also those that begin with spaces, and names that YAML would read as something else."""
    files = {"a.zone": "  ; a comment\n@ 300 NS ns\n", "on": "text\n", "1": "\n\ntext\n"}
    data = only(template("--set-json", f"files={json.dumps(files)}"), "ConfigMap")["data"]
    assert {name: data[name] for name in files} == files


def test_prometheus_is_sent_to_the_port_that_listens():
    """By the annotation, by the Service, and by the container that the two mean."""
    for words, port in (([], 9153), (["--set", "config.listen.metrics=0.0.0.0:9253"], 9253)):
        objects = template("--set", "prometheus.service.enabled=true", *words)
        service = only(objects, "Service", "signpost-metrics")
        assert service["metadata"]["annotations"] == {"prometheus.io/scrape": "true", "prometheus.io/port": str(port)}
        assert service["spec"]["ports"] == [{"name": "metrics", "port": port, "protocol": "TCP", "targetPort": "metrics"}]
        (container,) = only(objects, "Deployment")["spec"]["template"]["spec"]["containers"]
        assert {"name": "metrics", "containerPort": port, "protocol": "TCP"} in container["ports"]


def test_the_annotations_of_prometheus_are_ones_own():
    def annotations(*words):
        return only(template("--set", "prometheus.service.enabled=true", *words), "Service", "signpost-metrics")["metadata"].get("annotations")

    assert annotations("--set-string", "prometheus.service.annotations.prometheus\\.io/port=8443")["prometheus.io/port"] == "8443"
    assert annotations("--set", "prometheus.service.annotations=null") is None


def test_replicas_are_left_to_who_sets_them():
    for words in (["--set", "hpa.enabled=true"], variant("autoscaler")):
        assert "replicas" not in only(template(*words), "Deployment")["spec"]


def test_a_default_is_taken_away_by_null():
    """helm merges maps: {} would change nothing."""
    gone = "resources podSecurityContext securityContext files config state.volume service.annotations customAnnotations podDisruptionBudget"
    words = [word for key in gone.split() for word in ("--set", f"{key}=null")]
    objects = template(*words)
    pod = only(objects, "Deployment")["spec"]["template"]["spec"]
    assert "securityContext" not in pod and "resources" not in pod["containers"][0] and pod["containers"][0]["securityContext"] == {}
    assert not [kind for kind, *_ in objects if kind == "PodDisruptionBudget"]
    assert only(template(*variant("nodelocal"), *words), "DaemonSet")


def test_labels_and_annotations_of_all_objects():
    words = ["--set", "customLabels.a=b,customAnnotations.c=d"]
    for name in ("everything", "autoscaler", "namespaces", "nodelocal"):
        for one, item in template(*variant(name), *words).items():
            assert item["metadata"]["labels"]["a"] == "b" and item["metadata"].get("annotations", {}).get("c") == "d", one


def test_either_bound_of_a_disruption_budget():
    budget = only(template("--set", "podDisruptionBudget.minAvailable=1"), "PodDisruptionBudget")["spec"]
    assert budget["minAvailable"] == 1 and "maxUnavailable" not in budget
