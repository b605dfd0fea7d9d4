"""The chart on a real apiserver: it takes every object, strictly; the account may do what is listed here; PodSecurity
takes the Pod."""
import re
import shlex

import pytest
import yaml
from charts import CHART, DEPLOY, VARIANTS, only, template, variant
from harness.api import ApiError
from releases import LEVELS

MANIFESTS = ("stub-domain.yaml", "cluster-dns.yaml", "nodelocal.yaml")
OVERLAYS = ("base", "overlays/stub-domain", "overlays/cluster-dns", "overlays/nodelocal")


@pytest.mark.parametrize("name", VARIANTS)
def test_the_apiserver_takes_a_variant(administrator, installed, folder, name):
    """Dry and strictly, then by helm; each object is there afterwards."""
    namespace = administrator.namespace(name, LEVELS.get(name, "restricted"))
    objects = template(*variant(name), namespace=namespace)
    (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects.values()))
    told = administrator.well("kubectl", "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", folder / "objects.yaml")
    assert len(told.splitlines()) == len(objects) and "Warning" not in told
    installed(name)
    there = administrator.well("kubectl", "get", "-f", folder / "objects.yaml", "--output=name").splitlines()
    assert len(there) == len(objects)


def test_what_the_apiserver_would_not_take_is_seen(administrator, folder):
    """The strictness of the test before: a misspelt field, and a ServiceMonitor's."""
    objects = template(*variant("everything"), namespace=administrator.namespace("everything"))
    only(objects, "Deployment")["spec"]["template"]["spec"]["dnsPolisy"] = "Default"
    only(objects, "ServiceMonitor")["spec"]["endpoints"][0]["intervall"] = "30s"
    for kind, field in (("Deployment", "dnsPolisy"), ("ServiceMonitor", "intervall")):
        (folder / "object.yaml").write_text(yaml.safe_dump(only(objects, kind)))
        refused = administrator.run("kubectl", "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", folder / "object.yaml")
        assert refused.returncode != 0 and field in refused.stderr


# `kubectl auth can-i --list` for the account: resources, resource names, verbs. What every account may has been taken out.
ACCOUNT_MAY = {
    "default": {("namespaces", "list watch"), ("services", "list watch"), ("endpointslices.discovery.k8s.io", "list watch")},
    "stub-domain": set(),
    "cluster-dns": {
        ("namespaces", "list watch"), ("pods", "list watch"), ("services", "list watch"), ("endpointslices.discovery.k8s.io", "list watch"),
    },
    "nodelocal": {("namespaces", "list watch"), ("services", "list watch"), ("endpointslices.discovery.k8s.io", "list watch")},
    "everything": {
        ("namespaces", "list watch"), ("nodes", "list watch"), ("pods", "list watch"), ("services", "list watch"),
        ("endpointslices.discovery.k8s.io", "list watch"), ("serviceimports.multicluster.x-k8s.io", "list watch"),
    },
    "namespaces": set(),
    "teams": set(),
}  # fmt: skip
IN_A_TEAMS_NAMESPACE = {("pods", "list watch"), ("services", "list watch"), ("endpointslices.discovery.k8s.io", "list watch")}


def rights(administrator, account, namespace):
    """The rows of can-i --list without paths, and without what an account nobody gave rights to has as well."""

    def rows(name):
        told = administrator.well("kubectl", "auth", "can-i", "--list", "--namespace", namespace, f"--as=system:serviceaccount:{name}")
        found = set()
        for line in told.splitlines()[1:]:
            resource, _, names, verbs = re.fullmatch(r"(\S*) +\[(.*?)\] +\[(.*?)\] +\[(.*?)\]", line).groups()
            if resource:
                found.add((resource + (f"/{names}" if names else ""), " ".join(sorted(verbs.split()))))
        return found

    return rows(account) - rows("default:nobody")


@pytest.mark.parametrize("name", ACCOUNT_MAY)
def test_the_account_may_do_what_is_reviewed_and_no_more(administrator, installed, until, name):
    installed(name)
    account = only(template(*variant(name), namespace=name), "ServiceAccount")["metadata"]["name"]
    until(lambda: rights(administrator, f"{name}:{account}", name) == ACCOUNT_MAY[name], 10, f"{name}: {ACCOUNT_MAY[name]}")
    there = IN_A_TEAMS_NAMESPACE if name in ("namespaces", "teams") else ACCOUNT_MAY[name]
    until(lambda: rights(administrator, f"{name}:{account}", "shop") == there, 10, f"in shop: {there}")


def test_the_autoscaler_may_scale_one_deployment(administrator, installed, until):
    installed("autoscaler")
    wanted = {
        ("nodes", "list watch"), ("configmaps/signpost-autoscaler", "get"), ("deployments.apps/scale/signpost", "get update"),
    }  # fmt: skip
    until(lambda: rights(administrator, "autoscaler:signpost-autoscaler", "autoscaler") == wanted, 10, wanted)


def pod_of(name, *words):
    objects = template(*variant(name), *words, namespace=name)
    (workload,) = (item for (kind, called, _), item in objects.items() if kind in ("Deployment", "DaemonSet") and called == "signpost")
    body = workload["spec"]["template"]
    return {"apiVersion": "v1", "kind": "Pod", **body, "metadata": {**body["metadata"], "name": "signpost-0"}}


@pytest.mark.parametrize("name", VARIANTS)
def test_pod_security_takes_the_pod(administrator, name):
    """`restricted` all but those that touch the node, which are refused there and need `privileged`."""
    api, level = administrator.cluster.api, LEVELS.get(name, "restricted")
    api.create(f"/api/v1/namespaces/{administrator.namespace(name, level)}/pods?dryRun=All", pod_of(name))
    wrong = pod_of(name)
    if level == "restricted":
        (one,) = (container for container in wrong["spec"]["containers"] if container["name"] == "signpost")
        one["securityContext"]["capabilities"] = {"drop": []}
    # A namespace of its own: where the level is changed, the apiserver may go by the old one for a while.
    strict = administrator.namespace(f"{name}-restricted", "restricted")
    with pytest.raises(ApiError, match="violates PodSecurity") as refused:
        api.create(f"/api/v1/namespaces/{strict}/pods?dryRun=All", wrong)
    assert refused.value.status == 403


# What NodeLocal DNSCache has of every node, by its published manifest: its listeners are at addresses of its own, and yet no
# port has a hostIP.
DNSCACHE = [{"containerPort": port, "protocol": protocol} for port, protocol in ((53, "UDP"), (53, "TCP"), (9253, "TCP"))]


def claims(administrator, pod):
    """(address, protocol, port) of the node that a Pod has for itself, as the apiserver fills them in."""
    pods = f"/api/v1/namespaces/{administrator.namespace('nodelocal', 'privileged')}/pods?dryRun=All"
    made = administrator.cluster.api.create(pods, pod)["spec"]
    there = [port for one in made["containers"] for port in one.get("ports", []) if "hostPort" in port]
    return {(port.get("hostIP", "0.0.0.0"), port["protocol"], port["hostPort"]) for port in there}


def collisions(ours, theirs):
    """What the scheduler's filter NodePorts (HostPortInfo.CheckConflict) finds, whichever Pod is there first."""
    return {one for one in ours for other in theirs if one[1:] == other[1:] and (one[0] == other[0] or "0.0.0.0" in (one[0], other[0]))}


def test_a_node_has_room_for_us_and_for_nodelocal_dnscache(administrator):
    """Two that name one port would never be on one node. All that is claimed is claimed by a listener at every address."""
    theirs = {**pod_of("nodelocal"), "spec": {"hostNetwork": True, "containers": [{"name": "node-cache", "image": "none", "ports": DNSCACHE}]}}
    theirs = claims(administrator, theirs)
    assert theirs == {("0.0.0.0", "UDP", 53), ("0.0.0.0", "TCP", 53), ("0.0.0.0", "TCP", 9253)}
    assert claims(administrator, pod_of("nodelocal")) == {("0.0.0.0", "TCP", 9153)}
    assert not collisions(claims(administrator, pod_of("nodelocal")), theirs)
    everywhere = claims(administrator, pod_of("nodelocal", "--set", "config.listen.dns={[::]:53},config.listen.ready=0.0.0.0:8181"))
    assert everywhere == {("0.0.0.0", "UDP", 53), ("0.0.0.0", "TCP", 53), ("0.0.0.0", "TCP", 8181), ("0.0.0.0", "TCP", 9153)}
    assert collisions(everywhere, theirs) == {("0.0.0.0", "UDP", 53), ("0.0.0.0", "TCP", 53)}


def test_a_priority_that_is_limited(administrator, installed, until):
    """The Pod of a class that needs a quota, without one and with the chart's, whose controller we are."""
    api, words = administrator.cluster.api, ["--set", "priorityClassName=limited"]
    api.create("/apis/scheduling.k8s.io/v1/priorityclasses", {"metadata": {"name": "limited"}, "value": 1000})
    spaced = f"/api/v1/namespaces/{administrator.namespace('default')}"

    def refusal():
        try:
            api.create(f"{spaced}/pods?dryRun=All", pod_of("default", *words))
        except ApiError as refused:
            return str(refused)
        return ""

    assert "insufficient quota to match these scopes" in refusal()
    installed("default", *words, "--set", "priorityQuota=true")
    hard = api.get(f"{spaced}/resourcequotas/signpost")["spec"]["hard"]
    api.patch(f"{spaced}/resourcequotas/signpost/status", {"status": {"hard": hard, "used": {"pods": "0"}}})
    until(lambda: not refusal(), 10, "the Pod is taken")


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_taken(administrator, folder, name):
    path = DEPLOY / "manifests" / name
    applied(administrator, folder, path.read_text(), "-f", path)


@pytest.mark.parametrize("name", OVERLAYS)
def test_a_kustomization_is_taken(administrator, folder, name):
    path = DEPLOY / "kustomize" / name
    applied(administrator, folder, administrator.well("kubectl", "kustomize", path), "-k", path)


def applied(administrator, folder, text, option, path):
    """Strictly, and gone again; the namespace stays, since one takes seconds to go."""
    told = administrator.well("kubectl", "apply", "--validate=strict", option, path)
    assert "configmap/signpost created" in told and "Warning" not in told, told
    rest = [item for item in yaml.safe_load_all(text) if item["kind"] != "Namespace"]
    (folder / "rest.yaml").write_text(yaml.safe_dump_all(rest))
    administrator.well("kubectl", "delete", "-f", folder / "rest.yaml")


def test_the_readmes_lines_install_it(administrator):
    """What deploy/chart/signpost/README.md says, in its order, each block pasted whole; the table names the files that there are."""
    text = (CHART / "README.md").read_text()
    with_helm, without = (block.splitlines() for block in re.findall(r"```sh\n(.*?)```", text, re.S))
    told = [administrator.well(*shlex.split(line.replace("deploy/", f"{DEPLOY}/"))) for line in with_helm]
    for one, address in zip(told, ("CLUSTER-IP", r"10\.96\.\d+\.\d+"), strict=True):
        assert "cluster.internal:53 {" in one and re.search(rf"forward \. {address}\n", one)
    administrator.well("helm", "uninstall", "signpost", "--namespace", "signpost")
    # One set of objects, none of it the reader's to write, as it is with those that the table says to write in.
    (line,) = without
    assert [f"deploy/kustomize/{name}" for name in OVERLAYS if line == f"kubectl apply -k deploy/kustomize/{name}"]
    for file in (DEPLOY.parent / line.split()[-1]).iterdir():
        assert "Yours" not in file.read_text()
    rows = {name: made.strip("` ") for name, made in re.findall(r"^\| `ci/(.*)-values\.yaml` \|(.*?)\|", text, re.M)}
    assert sorted(rows) == VARIANTS
    made = {name for name in rows.values() if name}
    assert made == {name.removeprefix("overlays/") for name in OVERLAYS} == {name.removesuffix(".yaml") for name in MANIFESTS} | {"base"}


def test_the_notes_name_an_address_that_is_not_known_yet(installed):
    """It is the cluster's choice until it is set; the line says how to see it."""
    told = installed("default")
    assert "forward . CLUSTER-IP" in told and "kubectl get service signpost --namespace default --output" in told
    assert "The image signpost:0.1.0 is in no registry" in told and "headless" not in told
