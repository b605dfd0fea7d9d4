"""What the chart's objects say of each other is so, and each value arrives in them. A real apiserver takes a Service that
finds no Pod, and a value that no template reads, without a word."""
import json
import re

import pytest
import yaml
from charts import CHART, DEPLOY, VARIANTS, by_name, only, template, variant

WORKLOADS = ("Deployment", "DaemonSet")


def of_kind(objects, *kinds):
    return [item for (kind, *_), item in objects.items() if kind in kinds]


def holds(labels, selector):
    return selector and selector.items() <= labels.items()


def metadata(item):
    return {key: value for key, value in item["metadata"].items() if key in ("name", "namespace")}


@pytest.mark.parametrize("name", VARIANTS)
def test_objects_fit_each_other(name):
    objects = template(*variant(name))
    (workload,) = (item for item in of_kind(objects, *WORKLOADS) if item["metadata"]["name"] == "signpost")
    pod = workload["spec"]["template"]
    labels = pod["metadata"]["labels"]
    (container,) = (one for one in pod["spec"]["containers"] if one["name"] == "signpost")
    ports = {port["name"]: port["protocol"] for port in container["ports"]}
    for item in of_kind(objects, "Service"):
        assert holds(labels, item["spec"]["selector"])
        assert all(port["name"] == port["targetPort"] and ports[port["name"]] == port["protocol"] for port in item["spec"]["ports"])
    for item in of_kind(objects, "ResourceQuota"):
        assert item["spec"]["scopeSelector"]["matchExpressions"][0]["values"] == [pod["spec"]["priorityClassName"]]
    for item in of_kind(objects, "PodDisruptionBudget"):
        assert holds(labels, item["spec"]["selector"]["matchLabels"])
    for item in of_kind(objects, "NetworkPolicy"):
        assert holds(labels, item["spec"]["podSelector"]["matchLabels"])
        let_in = {port["port"]: port["protocol"] for rule in item["spec"]["ingress"] for port in rule["ports"] if isinstance(port["port"], str)}
        assert let_in == ports
        assert not any("from" in rule for rule in item["spec"]["ingress"] if {port["port"] for port in rule["ports"]} & {"health", "ready"})
        assert item["spec"]["policyTypes"] == ["Ingress"] + ["Egress"] * ("egress" in item["spec"])
    for item in of_kind(objects, "ServiceMonitor"):
        (service,) = (one for one in of_kind(objects, "Service") if holds(one["metadata"]["labels"], item["spec"]["selector"]["matchLabels"]))
        assert [one["port"] for one in item["spec"]["endpoints"]] == [port["name"] for port in service["spec"]["ports"]]
        assert item["spec"]["namespaceSelector"]["matchNames"] == [service["metadata"]["namespace"]]
    for item in of_kind(objects, "HorizontalPodAutoscaler"):
        assert item["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": workload["metadata"]["name"]}
    listen = yaml.safe_load(only(objects, "ConfigMap")["data"]["signpost.yaml"])["listen"]
    for probe, name in (("livenessProbe", "health"), ("readinessProbe", "ready")):
        asked = container[probe]["httpGet"]
        assert listen[name] in (f"0.0.0.0:{asked['port']}", f"[::]:{asked['port']}", f"{asked.get('host')}:{asked['port']}")


@pytest.mark.parametrize("name", VARIANTS)
def test_what_pods_name_is_there(name):
    """Accounts, ConfigMaps, volumes; each volume is used; each binding is of a role here and an account here."""
    objects = template(*variant(name))
    accounts = [metadata(item) for item in of_kind(objects, "ServiceAccount")]
    for item in of_kind(objects, *WORKLOADS):
        pod = item["spec"]["template"]["spec"]
        assert {"name": pod["serviceAccountName"], "namespace": item["metadata"]["namespace"]} in accounts
        assert holds(item["spec"]["template"]["metadata"]["labels"], item["spec"]["selector"]["matchLabels"])
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        mounted = {mount["name"] for one in pod["containers"] for mount in one.get("volumeMounts", [])}
        assert volumes == mounted
        for volume in pod.get("volumes", []):
            config = volume.get("configMap", {"optional": True})
            assert config.get("optional") or ("ConfigMap", config["name"], item["metadata"]["namespace"]) in objects
        for word in pod["containers"][0].get("command", []):
            option, _, value = word.partition("=")
            if option == "--target":
                kind, _, name_of = value.partition("/")
                assert kind == "deployment" and only(objects, "Deployment", name_of)
            if option == "--configmap":
                assert only(objects, "ConfigMap", value)
    for item in of_kind(objects, "RoleBinding", "ClusterRoleBinding"):
        assert (item["roleRef"]["kind"], item["roleRef"]["name"], item["metadata"].get("namespace", "")) in objects
        assert item["kind"] == item["roleRef"]["kind"] + "Binding"
        assert all({key: one[key] for key in ("name", "namespace")} in accounts for one in item["subjects"])


# Every value whose words go into objects as they are, with words and numbers that nothing else has.
MARKED = {
    "image": {"repository": "m-image", "tag": "m-tag", "pullPolicy": "Always", "pullSecrets": ["m-login"]},
    "replicaCount": 1001,
    "resources": {"limits": {"memory": "1002Mi"}, "requests": {"cpu": "1003m", "memory": "1004Mi"}},
    "rollingUpdate": {"maxUnavailable": 1005, "maxSurge": 1006},
    "terminationGracePeriodSeconds": 1007,
    "customConfigMap": "m-custom",
    "state": {"volume": {"emptyDir": {"sizeLimit": "1008Mi"}}},
    "podAnnotations": {"m-pod-annotation": "m-1"},
    "podLabels": {"m-pod-label": "m-2"},
    "customLabels": {"m-label": "m-3"},
    "customAnnotations": {"m-annotation": "m-4"},
    "nameOverride": "m-name",
    "fullnameOverride": "m-full",
    "serviceType": "LoadBalancer",
    "service": {
        "name": "m-service", "clusterIP": "10.96.0.101", "clusterIPs": ["10.96.0.102"], "ipFamilyPolicy": "RequireDualStack",
        "loadBalancerIP": "192.0.2.103", "loadBalancerClass": "m-class", "externalIPs": ["192.0.2.104"], "externalTrafficPolicy": "Local",
        "internalTrafficPolicy": "Cluster", "trafficDistribution": "PreferClose", "annotations": {"m-service-annotation": "m-5"},
        "selector": {"m-service-selector": "m-6"}, "nodePort": 30107,
    },
    "prometheus": {
        "service": {"enabled": True, "annotations": {"m-metrics": "m-7"}, "selector": {"m-metrics-selector": "m-8"}},
        "monitor": {
            "enabled": True, "namespace": "m-monitoring", "interval": "1009s", "scrapeTimeout": "1008s", "honorLabels": True,
            "additionalLabels": {"m-monitor": "m-9"}, "relabelings": [{"targetLabel": "m-10"}], "metricRelabelings": [{"targetLabel": "m-11"}],
            "selector": {"m-monitor-selector": "m-12"},
        },
    },
    "serviceAccount": {"name": "m-account", "annotations": {"m-account-annotation": "m-13"}},
    "clusterRole": {"nameOverride": "m-role"},
    "priorityClassName": "m-priority",
    "podSecurityContext": {"runAsUser": 1010, "runAsGroup": 1011, "fsGroup": 1012, "seccompProfile": {"type": "Localhost", "localhostProfile": "m-14"}},
    "securityContext": {"runAsUser": 1013},
    "livenessProbe": {"initialDelaySeconds": 1014, "periodSeconds": 1015, "timeoutSeconds": 1016, "failureThreshold": 1017, "successThreshold": 1},
    "readinessProbe": {"initialDelaySeconds": 1019, "periodSeconds": 1020, "timeoutSeconds": 1021, "failureThreshold": 1022, "successThreshold": 1023},
    "env": [{"name": "M_15", "value": "m-16"}],
    "affinity": {"m-affinity": "m-17"},
    "topologySpreadConstraints": [{"topologyKey": "m-18"}],
    "nodeSelector": {"m-node": "m-19"},
    "tolerations": [{"key": "m-20"}],
    "podDisruptionBudget": {"maxUnavailable": 1024},
    "networkPolicy": {"enabled": True, "from": [{"m-from": {}}], "metricsFrom": [{"m-metrics-from": {}}], "ingress": [{"m-ingress": "m-43"}], "egress": [{"m-egress": "m-21"}]},
    "extraVolumes": [{"name": "m-22"}],
    "extraVolumeMounts": [{"name": "m-23"}],
    "extraContainers": [{"name": "m-24"}],
    "initContainers": [{"name": "m-25"}],
    "extraSecrets": [{"name": "m-26", "mountPath": "/m-27", "defaultMode": 256}],
    "deployment": {
        "name": "m-deployment", "annotations": {"m-deployment-annotation": "m-28"}, "selector": {"m-deployment-selector": "m-29"},
        "dnsPolicy": "None", "dnsConfig": {"nameservers": ["192.0.2.105"]},
    },
}  # fmt: skip
SCALED = {
    "hpa": {"enabled": True, "minReplicas": 1025, "maxReplicas": 1026, "metrics": [{"type": "m-30"}]},
}
BY_SIZE = {
    "autoscaler": {
        "enabled": True, "coresPerReplica": 1027, "nodesPerReplica": 1028, "min": 1029, "max": 1030, "includeUnschedulableNodes": True,
        "preventSinglePointFailure": False, "image": {"repository": "m-31", "tag": "m-32", "pullPolicy": "Always"},
        "resources": {"requests": {"cpu": "1031m", "memory": "1032Mi"}, "limits": {"cpu": "1033m", "memory": "1034Mi"}},
        "podAnnotations": {"m-33": "m-34"}, "affinity": {"m-35": "m-36"}, "nodeSelector": {"m-37": "m-38"}, "tolerations": [{"key": "m-39"}],
        "priorityClassName": "m-40",
    },
}  # fmt: skip
ON_NODES = {
    "kind": "DaemonSet",
    "nodeLocal": {"address": "169.254.20.106", "image": {"repository": "m-41", "tag": "m-42", "pullPolicy": "Always"}},
    "state": {"volume": {"hostPath": {"path": "/m-44"}}, "image": {"repository": "m-45", "tag": "m-46", "pullPolicy": "Always"}},
}
# What chooses between objects; test_chart*.py has each by its effect.
CHOICES = {
    "config", "files", "isClusterService", "priorityQuota", "rbac", "serviceAccount.create", "state.enabled", "livenessProbe.enabled", "readinessProbe.enabled",
    "deployment.enabled", "deployment.skipConfig", "securityContext", "podSecurityContext", "prometheus.service.annotations",
}  # fmt: skip


def tokens(value):
    """The words of all keys and scalars; an image is two."""
    return set(re.findall(r"[\w.-]+", json.dumps(value).replace("\\n", " ")))


def leaves(value, path=""):
    """{path: scalar, list or empty section}."""
    if not isinstance(value, dict) or not value:
        return {path: value}
    return {one: leaf for key, item in value.items() for one, leaf in leaves(item, f"{path}.{key}".lstrip(".")).items()}


@pytest.mark.parametrize("values", [MARKED, SCALED, BY_SIZE, ON_NODES], ids=["all", "hpa", "autoscaler", "nodes"])
def test_values_arrive(values, folder):
    (folder / "values.yaml").write_text(yaml.safe_dump(values))
    objects = list(template("--values", folder / "values.yaml").values())
    found, pairs = tokens(objects), set(re.findall(r'"(\w+)": ?(true|false)', json.dumps(objects).replace("\\", "")))
    for path, value in leaves(values).items():
        key = path.rpartition(".")[2]
        if isinstance(value, bool) and key != "enabled":
            assert (key, json.dumps(value)) in pairs, path
        missing = (tokens(value) | {key} if key.startswith("m-") else set() if isinstance(value, bool) else tokens(value)) - found
        assert not missing, f"{path}: {missing}"


def test_no_value_is_left_out_above():
    marked = set().union(*(leaves(values) for values in (MARKED, SCALED, BY_SIZE, ON_NODES)))
    there = leaves(yaml.safe_load((CHART / "values.yaml").read_text()))
    left = [path for path in there if not any(one == path or one.startswith(f"{path}.") for one in marked)]
    assert not [path for path in left if not any(path == one or path.startswith(f"{one}.") for one in CHOICES)]


def test_what_is_spread_are_the_pods_of_this_release():
    """A constraint that selects nothing spreads nothing. One that says itself whom it counts is left as it is."""
    spread = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
    mine = {**spread, "labelSelector": {"matchLabels": {"a": "b"}}}
    pod = only(template("--set-json", f"topologySpreadConstraints={json.dumps([spread, mine])}"), "Deployment")["spec"]["template"]
    ours, theirs = pod["spec"]["topologySpreadConstraints"]
    assert holds(pod["metadata"]["labels"], ours["labelSelector"]["matchLabels"]) and spread.items() <= ours.items()
    assert theirs == mine


def test_a_node_local_server_runs_on_every_node():
    objects = template(*variant("nodelocal"))
    assert {"operator": "Exists"} in only(objects, "DaemonSet")["spec"]["template"]["spec"]["tolerations"]


@pytest.mark.parametrize("file", sorted((DEPLOY / "manifests").iterdir()), ids=lambda file: file.stem)
def test_what_is_the_readers_to_write_is_called_so(file):
    """An address of a cluster, a registry that is not the cluster itself, and its zone."""
    objects = by_name(file.read_text())
    config = yaml.safe_load(only(objects, "ConfigMap")["data"]["signpost.yaml"])
    elsewhere = any(one["type"] != "kubernetes" for one in config["registries"].values())
    wanted = ["the ClusterIP"] * any("clusterIP" in item["spec"] for item in of_kind(objects, "Service")) + ["the servers", "the zone"] * elsewhere
    said = re.search(r"^# Yours to write: (.*)\.$", file.read_text(), re.M)
    assert wanted == (said[1].split(", ") if said else [])


def test_a_cluster_service_is_labelled_as_one():
    words = [item["metadata"]["labels"].get("kubernetes.io/cluster-service") for name in ("cluster-dns", "default")
             for item in of_kind(template(*variant(name)), "Service") if item["metadata"]["name"] == "signpost"]
    assert words == ["true", None]


def test_every_pod_has_the_login_for_its_images():
    for item in of_kind(template(*variant("autoscaler"), "--set", "image.pullSecrets={login}"), *WORKLOADS):
        assert item["spec"]["template"]["spec"]["imagePullSecrets"] == [{"name": "login"}], item["metadata"]["name"]


@pytest.mark.parametrize("word", ["true", "false"])
def test_the_autoscaler_counts_the_nodes_that_it_is_told_to(word):
    objects = template(*variant("autoscaler"), "--set", f"autoscaler.includeUnschedulableNodes={word}")
    (rule,) = (json.loads(item["data"]["linear"]) for item in of_kind(objects, "ConfigMap") if "linear" in item["data"])
    assert rule["includeUnschedulableNodes"] is (word == "true")
