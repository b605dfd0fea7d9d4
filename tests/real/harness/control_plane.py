"""The processes of a control plane: certificates, etcd, kube-apiserver, kube-controller-manager.

They are the newest minor, unless SIGNPOST_KUBE=older asks for the peers kube_older and etcd_older."""
import base64
import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess

from . import peers, ports
from .api import Api, ApiError
from .process import Process

ADMIN, CONTROLLER = "token-of-admin", "token-of-controller-manager"


def program(name):
    """A program of the control plane, of the minor that this run is about."""
    older = "_older" if os.environ.get("SIGNPOST_KUBE") == "older" else ""
    return peers.program(("etcd" if name == "etcd" else "kube") + older, f"bin/{name}")


class Certificates:
    """A CA, server certificates and the key that signs service accounts; 0.2 s with EC keys."""

    _CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]

    def __init__(self, folder):
        self.folder = folder
        self.ca, self.ca_key = folder / "ca.pem", folder / "ca.key"
        self.accounts = folder / "accounts.key"
        self.new_authority()
        self._run("genrsa", "-out", self.accounts, "2048")

    def new_authority(self):
        """Another CA takes the place of the one before; who trusts `ca` alone no longer trusts older certificates."""
        self._run("req", "-x509", *self._CURVE, "-subj", "/CN=signpost tests", "-keyout", self.ca_key, "-out", self.ca)

    def server(self, name, address):
        """Files of certificate and key for a server at `address`, made anew."""
        pair = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        self._run(
            "req", "-x509", *self._CURVE, "-subj", f"/CN={address}", "-addext", f"subjectAltName=IP:{address}",
            "-addext", "basicConstraints=critical,CA:FALSE", "-CA", self.ca, "-CAkey", self.ca_key,
            "-keyout", pair[1], "-out", pair[0],
        )  # fmt: skip
        return pair

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
        self._folder, self.data = folder, folder / "etcd"
        self._command = [
            program("etcd"), "--data-dir", self.data, "--quota-backend-bytes=8589934592",
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}",
        ]  # fmt: skip
        self.start()

    def start(self):
        self.process = Process(self._command, self._folder / "etcd.log")
        self.process.wait_ready(self._healthy, 20, "etcd healthy")

    def backup(self, name):
        """A copy of the data, made while nobody writes: the process is stopped for it."""
        self.process.stop()
        shutil.copytree(self.data, self._folder / name)
        self.start()

    def restore(self, name):
        """Goes back to a copy: revisions are lower again (K21). The apiserver is restarted by the caller."""
        self.process.stop()
        shutil.rmtree(self.data)
        shutil.copytree(self._folder / name, self.data)
        self.start()

    def call(self, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("POST" if body is not None else "GET", path, json.dumps(body) if body is not None else None)
            return json.loads(connection.getresponse().read())

    def _healthy(self):
        return str(self.call("/health").get("health")).lower() == "true"

    def compact(self):
        """Forgets all history, so that a watch from before answers 410 (K1, K28)."""
        key = base64.b64encode(b"compact").decode()
        revision = self.call("/v3/kv/put", {"key": key, "value": key})["header"]["revision"]
        self.call("/v3/kv/compaction", {"revision": revision, "physical": True})


class ApiServer:
    """kube-apiserver over the etcd; `start` again after `kill` keeps port and data. `more`: further flags."""

    def __init__(self, folder, etcd, certificates, tokens, name="apiserver", more=(), address="127.0.0.1"):
        self.folder, self.name, self.certificates, self.address = folder, name, certificates, address
        self.port = ports.free()
        self.url = f"https://{address}:{self.port}"
        c = certificates
        certificate, key = c.server(name, address)
        self.command = [
            program("kube-apiserver"),
            f"--etcd-servers={etcd.url}", "--etcd-compaction-interval=0",
            f"--bind-address={address}", f"--secure-port={self.port}",
            # Nobody routes to this address (RFC 5737); a loopback one is refused.
            "--advertise-address=192.0.2.1", "--endpoint-reconciler-type=none",
            f"--tls-cert-file={certificate}", f"--tls-private-key-file={key}", f"--client-ca-file={c.ca}",
            "--service-account-issuer=https://signpost.test", f"--service-account-key-file={c.accounts}",
            f"--service-account-signing-key-file={c.accounts}", f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC", "--service-cluster-ip-range=10.96.0.0/16,fd00:96::/108",
            "--enable-priority-and-fairness=false",
            # Pods would wait for their namespace's account, which a controller makes.
            "--disable-admission-plugins=ServiceAccount", *more,
        ]  # fmt: skip
        self.process, self.ready_path = None, "/readyz"

    def start(self):
        self.process = Process(self.command, self.folder / f"{self.name}.log")
        api = self.api(ADMIN)
        self.process.wait_ready(lambda: self._ready(api), 60, f"{self.name} ready")
        api.close()

    def _ready(self, api):
        try:
            return api.get(self.ready_path) == "ok"
        except ApiError:  # 403 until the roles are loaded, 500 while a check fails
            return False

    def kill(self):
        self.process.kill()

    def freeze(self):
        """Its connections stay open and nothing comes over them any more (K6)."""
        self.process.signal(signal.SIGSTOP)

    def thaw(self):
        self.process.signal(signal.SIGCONT)

    def api(self, token=ADMIN):
        return Api(self.port, self.certificates.ca, token, self.address)


def start_manager(folder, server, token=CONTROLLER):
    """kube-controller-manager with the two controllers that the scenarios need."""
    config = folder / "manager.kubeconfig"
    write_kubeconfig(config, server, token)
    return Process(
        [
            program("kube-controller-manager"), f"--kubeconfig={config}", "--leader-elect=false",
            "--secure-port=0", "--controllers=endpointslice-controller,namespace-controller",
            "--kube-api-qps=1000", "--kube-api-burst=1000",
        ],
        folder / "manager.log",
    )  # fmt: skip


def write_kubeconfig(path, server, token):
    """A kubeconfig with the one context `x`; JSON is YAML."""
    cluster = {"server": server.url, "certificate-authority": str(server.certificates.ca)}
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": {"token": token}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.write_text(json.dumps(config))
