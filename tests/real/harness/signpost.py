"""The program under test: a configuration is written, the binary started, its ports read from its own log."""
import json
import os
import pathlib
import re
import signal
import subprocess
import urllib.error
import urllib.request

from . import dns, peers
from .process import Process
from .waiting import until

_LISTENS = re.compile(r"listen\.ready.*?kind=(\w+).*?address=(\S+)")


def binary():
    """SIGNPOST_BINARY, or the one that tests/run built."""
    path = pathlib.Path(os.environ.get("SIGNPOST_BINARY", peers.REPOSITORY / "build/dns/signpost"))
    if not path.exists():
        peers.missing(f"the signpost binary ({path})")
    return path


class Signpost:
    """`registries` and `zones` as in DESIGN.md section 5; every listener gets a free port of loopback.
    `prefix` is a command that ends by becoming the program, such as `unshare --net`; `host` is where the HTTP
    listeners are then. `run` are the words before `--config`, `program` another file than binary()."""

    def __init__(
        self, folder, registries, zones, dns_listen=("127.0.0.1:0",), prefix=(), host="127.0.0.1", run=("run",),
        program=None, **more
    ):  # fmt: skip
        self.folder = pathlib.Path(folder)
        self.config_file = self.folder / "signpost.yaml"
        self.admin_socket = self.folder / "admin.sock"
        self._config = {
            "listen": {
                "dns": list(dns_listen),
                "health": f"{host}:0",
                "ready": f"{host}:0",
                "metrics": f"{host}:0",
                "page": f"{host}:0",
                "admin": f"unix:{self.admin_socket}",
            },
            "log": {"level": "debug"},
            "registries": registries,
            "zones": zones,
            **more,
        }
        self.write_config()
        self.process = Process([*prefix, program or binary(), *run, "--config", self.config_file], self.folder / "signpost.log")
        self.process.wait_ready(lambda: len(self.listeners()) >= 6, 10, "signpost listens")
        self.address = self._address("dns")
        self.client = dns.Client(self.address)

    def write_config(self, zones=None):
        """JSON is YAML. `zones` replaces those of the start; `reload` makes the program read it."""
        if zones is not None:
            self._config["zones"] = zones
        self.config_file.write_text(json.dumps(self._config, indent=1))

    def reload(self):
        self.process.signal(signal.SIGHUP)

    def listeners(self):
        """{kind: [address text]} from the log lines `listen.ready kind=dns address=127.0.0.1:5300`."""
        found = {}
        for kind, address in _LISTENS.findall(self.process.output()):
            addresses = found.setdefault(kind, [])
            if address not in addresses:
                addresses.append(address)
        return found

    def _address(self, kind, index=0):
        host, _, port = self.listeners()[kind][index].rpartition(":")
        return host.strip("[]"), int(port)

    def addresses(self):
        """Every DNS listener as (host, port)."""
        return [self._address("dns", i) for i in range(len(self.listeners()["dns"]))]

    def turned_away(self):
        """Datagrams that the kernel dropped at the DNS sockets, full receive queues; None where it is in another network."""
        ports = {f":{port:04X}" for _, port in self.addresses()}
        with open("/proc/net/udp") as file:
            rows = [line.split() for line in file][1:]
        found = [int(row[-1]) for row in rows if row[1][-5:] in ports]
        return sum(found) if found else None

    def http(self, kind, path):
        """Status and text of GET on the health, ready, metrics or page listener."""
        host, port = self._address(kind)
        try:
            with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def metric(self, name, **labels):
        """The sum of a metric over all its rows with these labels, e.g. metric("registry_lists_total"); 0 without any."""
        total = 0.0
        for line in self.http("metrics", "/metrics")[1].splitlines():
            found, _, value = line.rpartition(" ")
            family, _, words = found.partition("{")
            if family == f"signpost_{name}" and all(f'{key}="{word}"' in words for key, word in labels.items()):
                total += float(value)
        return total

    def wait_ready(self, seconds=20):
        """Until /ready says that every required registry was complete once."""
        until(lambda: self.http("ready", "/ready")[0] == 200, seconds, "signpost ready")
        return self

    def command(self, *words):
        """An operator's command over the admin socket, such as command("explain", NAME, "A"): (status, output)."""
        done = subprocess.run(
            [binary(), *words, "--config", self.config_file], capture_output=True, text=True, timeout=20, check=False
        )
        return done.returncode, done.stdout + done.stderr

    def stop(self):
        self.client.close()
        return self.process.stop()

    def kill(self):
        self.client.close()
        self.process.kill()
