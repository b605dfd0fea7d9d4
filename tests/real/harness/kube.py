"""A real control plane and what scenarios write into it. No kubelet: the tests set the Pods' status."""
import pathlib

from . import rights
from .api import Api, ApiError
from .control_plane import ADMIN, CONTROLLER, ApiServer, Certificates, Etcd, start_manager
from .waiting import until

SLICES = "/apis/discovery.k8s.io/v1/namespaces/{}/endpointslices"


class Cluster:
    """The whole control plane in one folder. `dns_token_file` holds a token of the account of deploy/rbac, with the
    rights of `roles` (files of that folder) and no others; `more`: flags of the apiserver."""

    def __init__(self, folder, roles=("cluster.yaml",), more=(), manager=True, ready="/readyz"):
        self.folder = pathlib.Path(folder)
        self.certificates = Certificates(self.folder)
        self.ca_file = self.certificates.ca
        self.tokens = self.folder / "tokens.csv"
        self.tokens.write_text(
            f'{ADMIN},admin,1,"system:masters"\n{CONTROLLER},system:kube-controller-manager,2,"system:masters"\n'
        )
        self.etcd = Etcd(self.folder)
        self.server = ApiServer(self.folder, self.etcd, self.certificates, self.tokens, more=more)
        self.server.ready_path = ready
        self.server.start()
        self.api = self.server.api()
        self._allow_dns(roles)
        # The slice controller leaves out pods whose node it does not know.
        self.api.create("/api/v1/nodes", {"metadata": {"name": "node-1", "labels": {"topology.kubernetes.io/zone": "a"}}})
        self.manager = start_manager(self.folder, self.server) if manager else None

    def second_server(self, address="127.0.0.1"):
        """Another apiserver over the same etcd: changes things while the first is down."""
        server = ApiServer(self.folder, self.etcd, self.certificates, self.tokens, "apiserver-2", address=address)
        server.start()
        return server

    def _allow_dns(self, roles):
        for file in ("account.yaml", *roles):
            rights.apply(self.api, file)
        self.dns_token_file = self.folder / "dns-token"
        self.new_dns_token()
        if "cluster.yaml" in roles:
            until(lambda: self.dns_may("/api/v1/services?limit=1"), 20, "the DNS account may list services")

    def new_dns_token(self, seconds=7200):
        """Another token in the file, as a rotation by the kubelet does it: by a rename."""
        self.dns_token = rights.token(self.api, seconds)
        fresh = self.folder / "dns-token.new"
        fresh.write_text(self.dns_token)
        fresh.rename(self.dns_token_file)

    def dns_may(self, path):
        """May the account of deploy/rbac get this path, by the rights that the apiserver knows now?"""
        account = self.server.api(self.dns_token)
        try:
            return account.get(path)
        except ApiError as refused:
            if refused.status != 403:
                raise
            return None
        finally:
            account.close()

    def define_imports(self):
        """The definition of ServiceImport, with nothing of it checked."""
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
        names = {"plural": "serviceimports", "singular": "serviceimport", "kind": "ServiceImport"}
        item = {
            "metadata": {"name": "serviceimports.multicluster.x-k8s.io", "annotations": {"api-approved.kubernetes.io": "unapproved"}},
            "spec": {"group": "multicluster.x-k8s.io", "scope": "Namespaced", "names": names, "versions": [version]},
        }
        self.api.create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", item)
        path = "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports"
        until(lambda: self._served(path), 20, "ServiceImports are served")

    def _served(self, path):
        try:
            return self.api.get(path)
        except ApiError as not_yet:
            if not_yet.status not in (404, 429):
                raise
            return None

    def stop(self):
        self.api.close()
        for process in (self.manager, self.server.process, self.etcd.process):
            if process:
                process.stop()

    # What the scenarios write, in their words.

    def namespace(self, name, **labels):
        self.api.create("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})

    def delete_namespace(self, name):
        self.api.delete(f"/api/v1/namespaces/{name}", now=False)

    def service(self, namespace, name, port, target_port=None, **spec):
        """A service that selects the pods labelled app=`name`; `spec` overrides, e.g. clusterIP="None"."""
        ports_of = [{"name": "http", "port": port, "targetPort": target_port or port, "protocol": "TCP"}]
        item = {"metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": ports_of, **spec}}
        return self.api.create(f"/api/v1/namespaces/{namespace}/services", item)

    def pod(self, namespace, name, app, *addresses, ready=True, **metadata):
        """A pod as the kubelet would report it: running at `addresses`, ready or not."""
        spec = {"nodeName": "node-1", "containers": [{"name": "main", "image": "none"}]}
        labels = {"app": app, **metadata.pop("labels", {})}
        item = {"metadata": {"name": name, "labels": labels, **metadata}, "spec": spec}
        self.api.create(f"/api/v1/namespaces/{namespace}/pods", item)
        self.pod_status(namespace, name, ready, *addresses)

    def pod_status(self, namespace, name, ready, *addresses):
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]}
        if addresses:
            status |= {"podIP": addresses[0], "podIPs": [{"ip": address} for address in addresses]}
        self.api.patch(f"/api/v1/namespaces/{namespace}/pods/{name}/status", {"status": status})

    def delete_pod(self, namespace, name, now=True):
        self.api.delete(f"/api/v1/namespaces/{namespace}/pods/{name}", now)

    def import_service(self, namespace, name, kind, addresses=(), port=80):
        """A ServiceImport of KEP-1645, as a controller of clusters would make it; `kind`: ClusterSetIP or Headless."""
        item = {
            "apiVersion": "multicluster.x-k8s.io/v1alpha1",
            "kind": "ServiceImport",
            "metadata": {"name": name},
            "spec": {"type": kind, "ips": list(addresses), "ports": [{"name": "http", "port": port, "protocol": "TCP"}]},
        }
        self.api.create(f"/apis/multicluster.x-k8s.io/v1alpha1/namespaces/{namespace}/serviceimports", item)

    def imported_slice(self, namespace, name, service, cluster, endpoints, port=80):
        """A slice of another cluster's endpoints."""
        item = slice_of(name, service, "IPv4", endpoints, [{"name": "http", "port": port, "protocol": "TCP"}])
        item["metadata"]["labels"] = {
            "multicluster.kubernetes.io/service-name": service,
            "multicluster.kubernetes.io/source-cluster": cluster,
        }
        self.api.create(SLICES.format(namespace), item)

    def slice(self, namespace, name, service, addresses, port=8080, family="IPv4"):
        """An EndpointSlice of our own, not the controller's; every address ready."""
        ports_of = [{"name": "http", "port": port, "protocol": "TCP"}]
        return self.whole_slice(namespace, name, service, family, endpoints_of(addresses), ports_of)

    def whole_slice(self, namespace, name, service, family, endpoints, ports):
        """The same with endpoints and ports as the API has them; None leaves `ports` out."""
        item = slice_of(name, service, family, endpoints, ports)
        return self.api.create(SLICES.format(namespace), item)

    def slice_addresses(self, namespace, name, addresses, api=None):
        """Replaces the addresses of a slice; returns when the apiserver has acknowledged."""
        (api or self.api).patch(f"{SLICES.format(namespace)}/{name}", {"endpoints": endpoints_of(addresses)})


def endpoints_of(addresses):
    return [{"addresses": [address], "conditions": {"ready": True}} for address in addresses]


def slice_of(name, service, family, endpoints, ports):
    item = {
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
        "addressType": family,
        "endpoints": endpoints,
    }
    return item if ports is None else {**item, "ports": ports}
