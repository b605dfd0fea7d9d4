"""A cluster of the chart's own, its administrator, and releases that a test installs."""
import json

import charts
import pytest
from charts import CHART, DEPLOY, variant
from harness import control_plane, kube
from pods import Places, Pod

LEVELS = {"nodelocal": "privileged", "disk": "privileged"}  # PodSecurity; all others: restricted

# The class `limited` is only where a quota names it, as GKE has it with the critical ones.
LIMITED = {"resource": "pods", "matchScopes": [{"scopeName": "PriorityClass", "operator": "In", "values": ["limited"]}]}
QUOTA = {"apiVersion": "apiserver.config.k8s.io/v1", "kind": "ResourceQuotaConfiguration", "limitedResources": [LIMITED]}
ADMISSION = {
    "apiVersion": "apiserver.config.k8s.io/v1",
    "kind": "AdmissionConfiguration",
    "plugins": [{"name": "ResourceQuota", "configuration": QUOTA}],
}


class Administrator:
    """helm and kubectl with a kubeconfig of the administrator."""

    def __init__(self, cluster, folder):
        self.cluster, self._config = cluster, folder / "kubeconfig"
        control_plane.write_kubeconfig(self._config, cluster.server, control_plane.ADMIN)

    def run(self, name, *words):
        environment = {"KUBECONFIG": str(self._config), "HELM_CACHE_HOME": str(self._config.parent), "HELM_CONFIG_HOME": str(self._config.parent)}
        return charts.run(name, *words, environment=environment)

    def well(self, name, *words):
        done = self.run(name, *words)
        assert done.returncode == 0, f"{name} {' '.join(map(str, words))}\n{done.stdout}{done.stderr}"
        return done.stdout

    def namespace(self, name, level="restricted"):
        """One in which PodSecurity is enforced; emptied of the release before."""
        item = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"pod-security.kubernetes.io/enforce": level}}}
        self.cluster.api.call("PATCH", f"/api/v1/namespaces/{name}?fieldManager=tests&force=true", item, "application/apply-patch+yaml")
        return name


@pytest.fixture(scope="session")
def administrator(run_folder):
    """Of a cluster that is this module's: what deploy/rbac makes in the others has the chart's names."""
    folder = run_folder / "chart"
    folder.mkdir()
    (folder / "admission.json").write_text(json.dumps(ADMISSION))
    cluster = kube.Cluster(folder, roles=(), manager=False, more=[f"--admission-control-config-file={folder}/admission.json"])
    made = Administrator(cluster, folder)
    made.well("kubectl", "delete", "serviceaccount", "signpost", "--namespace", "signpost")
    made.well("kubectl", "apply", "-f", DEPLOY.parent / "tests/deploy/monitor_crd.yaml")
    made.well("kubectl", "wait", "--for=condition=Established", "crd/servicemonitors.monitoring.coreos.com", "--timeout=20s")
    for team in ("shop", "web"):
        made.namespace(team)
    yield made
    cluster.stop()


@pytest.fixture
def installed(administrator):
    """installed(variant, *words): the release signpost in a namespace of the variant's name, until the test ends."""
    there = []

    def install(name, *words):
        namespace = administrator.namespace(name, LEVELS.get(name, "restricted"))
        told = administrator.well("helm", "install", "signpost", CHART, "--namespace", namespace, *variant(name), *words)
        there.append(namespace)
        return told

    yield install
    for namespace in there:
        administrator.well("helm", "uninstall", "signpost", "--namespace", namespace)


@pytest.fixture
def run_release(administrator, installed, folder):
    """run_release(variant, *words): installed, and its Pod run with the ConfigMap and a token that the apiserver gives: the Pod
    and the Places of its listeners. `config_maps`: more of them, as Pod has them."""
    running = []

    def begin(name, *words, config_maps=None):
        places, cluster = Places(), administrator.cluster
        installed(name, *words, *places.words)

        def there(kind):
            return json.loads(administrator.well("kubectl", "get", kind, "signpost", "--namespace", name, "--output=json"))

        token = administrator.well("kubectl", "create", "token", "signpost", "--namespace", name)
        pod = Pod(
            folder, there("deployment")["spec"]["template"]["spec"], {"signpost": there("configmap")["data"], **(config_maps or {})},
            account={"token": token, "ca.crt": cluster.ca_file.read_text(), "namespace": name},
            environment={"KUBERNETES_SERVICE_HOST": cluster.server.address, "KUBERNETES_SERVICE_PORT": str(cluster.server.port)},
        )  # fmt: skip
        running.append(pod)

        def upgrade(*others):
            administrator.well("helm", "upgrade", "signpost", CHART, "--namespace", name, *variant(name), *others, *places.words)
            pod.volumes["config"].write(there("configmap")["data"])

        pod.upgrade = upgrade
        return pod, places

    yield begin
    for pod in running:
        pod.process.kill()
