"""r-nacos: a Nacos server that we did not write. What it is too forgiving about is tested against our strict fake."""
import contextlib
import http.client
import json
import shutil
import urllib.parse

from . import peers, ports
from .process import Process
from .waiting import TimedOut, until

USER, PASSWORD = "admin", "tests-password"


class Nacos:
    """The server on a pair of ports (HTTP, gRPC = HTTP + 1000); `start` again after `kill` keeps ports and data."""

    def __init__(self, folder, auth=False):
        self.folder, self.auth = folder, auth
        # HTTP + 1000 is where every client looks for gRPC; the console gets any other port.
        self.port = ports.free(1000)
        self.address = f"127.0.0.1:{self.port}"
        self._console = ports.free()
        self.process = None
        self._token = ""
        self._has_data = False

    def start(self):
        """About one start in eight is broken for good: a thread panics while the process stays. Seen, it is repeated;
        the data of a broken first start is broken too."""
        for _ in range(8):
            self.process = Process([peers.program("rnacos", "bin/rnacos")], self.folder / "rnacos.log", self._settings())
            try:
                self.process.wait_ready(self._ready, 15, "r-nacos ready")
                self._has_data = True
                return
            except (_Broken, RuntimeError, TimedOut):
                self.process.kill()
                if not self._has_data:
                    shutil.rmtree(self.folder / "rnacos", ignore_errors=True)
        raise RuntimeError("r-nacos did not start in 8 tries")

    def _settings(self):
        grpc = self.port + 1000
        settings = {
            "RNACOS_HTTP_PORT": str(self.port),
            "RNACOS_GRPC_PORT": str(grpc),
            "RNACOS_HTTP_CONSOLE_PORT": str(self._console),
            "RNACOS_DATA_DIR": str(self.folder / "rnacos"),
            "RNACOS_RAFT_NODE_ADDR": f"127.0.0.1:{grpc}",
            "RNACOS_RAFT_AUTO_INIT": "true",
            "RUST_LOG": "warn",
            # It probes the ports of persistent instances, which in the tests exist on paper only: not within a run.
            "RNACOS_NAMING_PERPETUAL_INSTANCE_PROBE_INTERVAL_SECOND": "86400",
        }
        if self.auth:
            settings |= {
                "RNACOS_ENABLE_OPEN_API_AUTH": "true",
                "RNACOS_INIT_ADMIN_USERNAME": USER,
                "RNACOS_INIT_ADMIN_PASSWORD": PASSWORD,
                "RNACOS_API_LOGIN_ONE_MINUTE_LIMIT": "1000",
            }
        return settings

    def _ready(self):
        if "panicked at" in self.process.output():
            raise _Broken()
        if self.auth:
            self._token = ""
            body = json.loads(self._send("POST", "/nacos/v1/auth/login", username=USER, password=PASSWORD))
            self._token = body.get("accessToken", "")
            return bool(self._token)
        # A write needs the raft leader, which a list does not: ready is when a service can be registered.
        self.register("ready-probe", "127.0.0.1", 1, ephemeral=True)
        self.deregister("ready-probe", "127.0.0.1", 1, ephemeral=True)
        return True

    def kill(self):
        self.process.kill()

    def forget(self):
        """After `kill`: the next start knows nothing, as a server with a lost disk."""
        shutil.rmtree(self.folder / "rnacos", ignore_errors=True)
        self._has_data = False

    def stop(self):
        self.process.stop()

    def _send(self, method, path, **fields):
        if self._token:
            fields["accessToken"] = self._token
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(connection):
            form = urllib.parse.urlencode(fields)
            if method in ("POST", "PUT"):
                connection.request(method, path, form, {"Content-Type": "application/x-www-form-urlencoded"})
            else:
                connection.request(method, f"{path}?{form}")
            response = connection.getresponse()
            text = response.read().decode()
        if response.status != 200:
            raise OSError(f"{method} {path}: {response.status} {text[:300]}")
        return text

    # HTTP v1, the way of the old clients.

    def _instance(self, method, service, ip, port, ephemeral, **more):
        text = self._send(
            method, "/nacos/v1/ns/instance", serviceName=service, ip=ip, port=port, ephemeral=str(ephemeral).lower(), **more
        )  # fmt: skip
        if text != "ok":
            raise OSError(f"{method} {service}: {text[:300]}")

    def register(self, service, ip, port, weight=1, enabled=True, ephemeral=False, group="DEFAULT_GROUP", **more):
        self._instance("POST", service, ip, port, ephemeral, groupName=group, weight=weight,
                       enabled=str(enabled).lower(), healthy="true", **more)  # fmt: skip

    def change(self, service, ip, port, weight=1, enabled=True, ephemeral=False, group="DEFAULT_GROUP", **more):
        self._instance("PUT", service, ip, port, ephemeral, groupName=group, weight=weight,
                       enabled=str(enabled).lower(), **more)  # fmt: skip

    def deregister(self, service, ip, port, ephemeral=False, group="DEFAULT_GROUP"):
        self._instance("DELETE", service, ip, port, ephemeral, groupName=group)

    def hosts(self, service, group="DEFAULT_GROUP"):
        """What the server itself lists: {(ip, port): host}."""
        text = self._send("GET", "/nacos/v1/ns/instance/list", serviceName=service, groupName=group)
        return {(host["ip"], host["port"]): host for host in json.loads(text).get("hosts") or []}


class _Broken(Exception):
    pass
