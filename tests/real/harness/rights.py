"""The account of deploy/rbac: the very files that people apply, and tokens of that account."""
import yaml

from . import peers
from .api import ApiError

RBAC = peers.REPOSITORY / "deploy/rbac"
_GROUP = "/apis/rbac.authorization.k8s.io/v1"
_CLUSTER_WIDE = {
    "Namespace": "/api/v1/namespaces",
    "ClusterRole": f"{_GROUP}/clusterroles",
    "ClusterRoleBinding": f"{_GROUP}/clusterrolebindings",
}
_NAMESPACED = {
    "ServiceAccount": ("/api/v1", "serviceaccounts"),
    "Role": (_GROUP, "roles"),
    "RoleBinding": (_GROUP, "rolebindings"),
}


def _items(file, namespace):
    """(collection path, item) of each object in a file of deploy/rbac."""
    for item in yaml.safe_load_all((RBAC / file).read_text()):
        kind = item["kind"]
        if kind in _CLUSTER_WIDE:
            yield _CLUSTER_WIDE[kind], item
        else:
            group, resource = _NAMESPACED[kind]
            yield f"{group}/namespaces/{item['metadata'].get('namespace', namespace)}/{resource}", item


def apply(api, file, namespace=None):
    """As kubectl apply [--namespace NAMESPACE] -f FILE does with objects that are not there yet."""
    for path, item in _items(file, namespace):
        try:
            api.create(path, item)
        except ApiError as refused:
            if refused.status != 409:
                raise


def remove(api, file, namespace=None):
    for path, item in _items(file, namespace):
        api.delete(f"{path}/{item['metadata']['name']}")


def token(api, seconds=7200):
    """A token of the account, as the kubelet gets it for a Pod: through TokenRequest."""
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": seconds}}
    return api.create("/api/v1/namespaces/signpost/serviceaccounts/signpost/token", request)["status"]["token"]
