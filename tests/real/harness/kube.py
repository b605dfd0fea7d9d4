"""A real control plane: etcd, kube-apiserver, kube-controller-manager. No kubelet: the tests set the Pods' status."""
import base64
import contextlib
import http.client
import json
import pathlib
import ssl
import subprocess

from . import peers, ports
from .process import Process
from .waiting import until

ADMIN, CONTROLLER, DNS = "token-of-admin", "token-of-controller-manager", "token-of-signpost"


class ApiError(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body[:500]}")
        self.status = status


class Api:
    """One connection to an apiserver; one thread at a time. Paths are full: /api/v1/namespaces/shop/services."""

    def __init__(self, port, ca_file, token):
        self._port, self._token = port, token
        self._tls = ssl.create_default_context(cafile=str(ca_file))
        self._connection = None

    def call(self, method, path, body=None, kind="application/json"):
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": kind, "Accept": "application/json"}
        if self._connection is None:
            self._connection = http.client.HTTPSConnection("127.0.0.1", self._port, context=self._tls, timeout=30)
        try:
            self._connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = self._connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as broken:
            self.close()
            raise OSError(f"{method} {path}: {broken!r}") from broken
        if response.status >= 300:
            raise ApiError(response.status, text.decode(errors="replace"))
        return json.loads(text) if text.startswith(b"{") else text.decode()

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def get(self, path):
        return self.call("GET", path)

    def create(self, path, item):
        return self.call("POST", path, item)

    def patch(self, path, change):
        """A JSON merge patch (RFC 7386): members are replaced, null removes, lists are replaced whole."""
        return self.call("PATCH", path, change, "application/merge-patch+json")

    def delete(self, path, now=True):
        """`now`: without a grace period, as if the kubelet had confirmed."""
        return self.call("DELETE", path + ("?gracePeriodSeconds=0" if now else ""))


class Certificates:
    """A CA, a server certificate for 127.0.0.1 and the key that signs service accounts; 0.2 s with EC keys."""

    def __init__(self, folder):
        self.folder = folder
        self.ca, self.ca_key = folder / "ca.pem", folder / "ca.key"
        self.server, self.server_key = folder / "server.pem", folder / "server.key"
        self.accounts = folder / "accounts.key"
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        self._run("req", "-x509", *curve, "-subj", "/CN=signpost tests", "-keyout", self.ca_key, "-out", self.ca)
        self._run(
            "req", "-x509", *curve, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
            "-addext", "basicConstraints=critical,CA:FALSE", "-CA", self.ca, "-CAkey", self.ca_key,
            "-keyout", self.server_key, "-out", self.server,
        )  # fmt: skip
        self._run("genrsa", "-out", self.accounts, "2048")

    @staticmethod
    def _run(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr}")


class Etcd:
    def __init__(self, folder):
        self.port, peer_port = ports.free(), ports.free()
        client, peer = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{peer_port}"
        self.url = client
        self.process = Process(
            [
                peers.program("etcd", "usr/bin/etcd"), "--data-dir", folder / "etcd",
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
            ],
            folder / "etcd.log",
        )  # fmt: skip
        self.process.wait_ready(self._healthy, 20, "etcd healthy")

    def call(self, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST" if body is not None else "GET", path, json.dumps(body) if body is not None else None)
            return json.loads(connection.getresponse().read())

    def _healthy(self):
        return self.call("/health").get("health") == "true"

    def compact(self):
        """Forgets all history, so that a watch from before answers 410 (K1, K28)."""
        key = base64.b64encode(b"compact").decode()
        revision = self.call("/v3/kv/put", {"key": key, "value": key})["header"]["revision"]
        self.call("/v3/kv/compaction", {"revision": revision, "physical": True})


class ApiServer:
    """kube-apiserver over the etcd; `start` again after `kill` keeps port and data."""

    def __init__(self, folder, etcd, certificates, tokens, name="apiserver"):
        self.folder, self.name, self.certificates = folder, name, certificates
        self.port = ports.free()
        self.url = f"https://127.0.0.1:{self.port}"
        c = certificates
        self.command = [
            peers.program("kube", "bin/kube-apiserver"),
            f"--etcd-servers={etcd.url}", "--etcd-compaction-interval=0",
            "--bind-address=127.0.0.1", f"--secure-port={self.port}",
            # Nobody routes to this address (RFC 5737); a loopback one is refused.
            "--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none",
            f"--tls-cert-file={c.server}", f"--tls-private-key-file={c.server_key}", f"--client-ca-file={c.ca}",
            "--service-account-issuer=https://signpost.test", f"--service-account-key-file={c.accounts}",
            f"--service-account-signing-key-file={c.accounts}", f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/108",
            "--enable-priority-and-fairness=false",
            # Pods would wait for their namespace's account, which a controller makes.
            "--disable-admission-plugins=ServiceAccount",
        ]  # fmt: skip
        self.process = None

    def start(self):
        self.process = Process(self.command, self.folder / f"{self.name}.log")
        api = self.api(ADMIN)
        self.process.wait_ready(lambda: self._ready(api), 60, f"{self.name} ready")
        api.close()

    def _ready(self, api):
        try:
            return api.get("/readyz") == "ok"
        except ApiError:  # 403 until the roles are loaded, 500 while a check fails
            return False

    def kill(self):
        self.process.kill()

    def api(self, token=ADMIN):
        return Api(self.port, self.certificates.ca, token)


class Cluster:
    """The whole control plane in one folder. `dns_token_file` is an account with list and watch on services and
    endpointslices, and nothing else."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificates = Certificates(self.folder)
        self.ca_file = self.certificates.ca
        self.tokens = self.folder / "tokens.csv"
        self.tokens.write_text(
            f'{ADMIN},admin,1,"system:masters"\n'
            f'{CONTROLLER},system:kube-controller-manager,2,"system:masters"\n'
            f"{DNS},signpost,3\n"
        )
        self.dns_token_file = self.folder / "dns-token"
        self.dns_token_file.write_text(DNS)
        self.etcd = Etcd(self.folder)
        self.server = ApiServer(self.folder, self.etcd, self.certificates, self.tokens)
        self.server.start()
        self.api = self.server.api()
        self._allow_dns()
        # The slice controller leaves out pods whose node it does not know.
        self.api.create("/api/v1/nodes", {"metadata": {"name": "node-1", "labels": {"topology.kubernetes.io/zone": "a"}}})
        self.manager = self._start_manager()

    def second_server(self):
        """Another apiserver over the same etcd: changes things while the first is down."""
        server = ApiServer(self.folder, self.etcd, self.certificates, self.tokens, "apiserver-2")
        server.start()
        return server

    def _allow_dns(self):
        rights = "/apis/rbac.authorization.k8s.io/v1/"
        verbs = ["list", "watch"]
        self.api.create(
            rights + "clusterroles",
            {
                "metadata": {"name": "signpost"},
                "rules": [
                    {"apiGroups": [""], "resources": ["services"], "verbs": verbs},
                    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": verbs},
                ],
            },
        )
        self.api.create(
            rights + "clusterrolebindings",
            {
                "metadata": {"name": "signpost"},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "signpost"},
                "subjects": [{"kind": "User", "name": "signpost"}],
            },
        )
        dns = self.server.api(DNS)

        def may_list():
            try:
                return dns.get("/api/v1/services?limit=1")
            except ApiError:
                return None

        until(may_list, 20, "the DNS account may list services")
        dns.close()

    def _start_manager(self):
        config = self.folder / "manager.kubeconfig"
        config.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [
                        {"name": "c", "cluster": {"server": self.server.url, "certificate-authority": str(self.ca_file)}}
                    ],
                    "users": [{"name": "u", "user": {"token": CONTROLLER}}],
                    "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                    "current-context": "x",
                }
            )
        )
        return Process(
            [
                peers.program("kube", "bin/kube-controller-manager"), f"--kubeconfig={config}", "--leader-elect=false",
                "--secure-port=0", "--controllers=endpointslice-controller,namespace-controller",
                "--kube-api-qps=1000", "--kube-api-burst=1000",
            ],
            self.folder / "manager.log",
        )  # fmt: skip

    def stop(self):
        self.api.close()
        for process in (self.manager, self.server.process, self.etcd.process):
            process.stop()

    # What the scenarios write, in their words.

    def namespace(self, name):
        self.api.create("/api/v1/namespaces", {"metadata": {"name": name}})

    def delete_namespace(self, name):
        self.api.delete(f"/api/v1/namespaces/{name}", now=False)

    def service(self, namespace, name, port, target_port=None, **spec):
        """A service that selects the pods labelled app=`name`; `spec` overrides, e.g. clusterIP="None"."""
        ports_of = [{"name": "http", "port": port, "targetPort": target_port or port, "protocol": "TCP"}]
        item = {"metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": ports_of, **spec}}
        return self.api.create(f"/api/v1/namespaces/{namespace}/services", item)

    def pod(self, namespace, name, app, *addresses, ready=True):
        """A pod as the kubelet would report it: running at `addresses`, ready or not."""
        spec = {"nodeName": "node-1", "containers": [{"name": "main", "image": "none"}]}
        item = {"metadata": {"name": name, "labels": {"app": app}}, "spec": spec}
        self.api.create(f"/api/v1/namespaces/{namespace}/pods", item)
        self.pod_status(namespace, name, ready, *addresses)

    def pod_status(self, namespace, name, ready, *addresses):
        status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True" if ready else "False"}]}
        if addresses:
            status |= {"podIP": addresses[0], "podIPs": [{"ip": address} for address in addresses]}
        self.api.patch(f"/api/v1/namespaces/{namespace}/pods/{name}/status", {"status": status})

    def delete_pod(self, namespace, name, now=True):
        self.api.delete(f"/api/v1/namespaces/{namespace}/pods/{name}", now)

    def slice(self, namespace, name, service, addresses, port=8080, family="IPv4"):
        """An EndpointSlice of our own, not the controller's; every address ready."""
        return self.api.create(f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices",
                               slice_of(name, service, addresses, port, family))  # fmt: skip

    def slice_addresses(self, namespace, name, addresses, api=None):
        """Replaces the addresses of a slice; returns when the apiserver has acknowledged."""
        path = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices/{name}"
        (api or self.api).patch(path, {"endpoints": endpoints_of(addresses)})


def endpoints_of(addresses):
    return [{"addresses": [address], "conditions": {"ready": True}} for address in addresses]


def slice_of(name, service, addresses, port, family):
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
        "addressType": family,
        "endpoints": endpoints_of(addresses),
        "ports": [{"name": "http", "port": port, "protocol": "TCP"}],
    }
