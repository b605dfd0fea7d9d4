"""What the servers under test serve: one large configuration for the rules, one with narrow limits."""
import contextlib
import json
import pathlib

from harness import signpost as harness

ID = "conformance-1"
SECRET, OTHER_SECRET = bytes.fromhex("e5e973e5a6b2a43f48e7dc849e37bfcf"), bytes.fromhex("445536bcd2513298075a5d379663c962")
LARGE = 40  # instances of `many`: more than fit 512 octets
HUGE = 5000  # of `huge`: more than fit any message
# A reply of exactly 512 octets without EDNS, and one of 513: 12, the question of 36 or 37, 29 addresses of 16.
FIT, OVER, FITTING = "f" * 20, "o" * 21, 29


def instances(count, network="10.9", port=8080):
    return [{"address": f"{network}.{i // 250}.{i % 250 + 1}", "port": port} for i in range(count)]


SERVICES = {
    "services": [
        {
            "name": "cart",
            "ports": [{"name": "http", "port": 8080}],
            "instances": [
                {"address": "10.1.0.1", "weight": 2},
                {"address": "10.1.0.2", "weight": 1},
                {"address": "10.1.0.3", "weight": 0},
                {"address": "10.1.0.4", "healthy": False},
                {"address": "fd00::3", "weight": 3},
            ],
        },
        {"name": "one", "instances": [{"address": "10.1.1.1", "port": 80}]},
        {"name": "zero", "instances": [{"address": "10.1.2.1", "weight": 0}, {"address": "10.1.2.2", "weight": 0}]},
        {"name": "twice", "instances": [{"address": "10.1.3.1", "port": 80}, {"address": "10.1.3.1", "port": 81}]},
        {"name": "empty", "instances": []},
        {"name": "deep.down.below", "instances": [{"address": "10.1.4.1"}]},
        {"name": "many", "ports": [{"name": "http", "port": 80}], "instances": [
            {"address": f"10.2.0.{i + 1}"} for i in range(LARGE)]},
        {"name": "glue", "ports": [{"name": "http", "port": 80}], "instances": [
            {"address": f"10.3.0.{i + 1}"} for i in range(9)]},
        *({"name": name, "instances": instances(FITTING, network)} for name, network in ((FIT, "10.4"), (OVER, "10.5"))),
        {"name": "huge", "instances": instances(HUGE)},
        {"name": "three", "instances": [{"address": f"10.1.6.{i}"} for i in (1, 2, 3)]},
        {"name": "strings", "metadata": {"team": "shop"}, "instances": [{"address": "10.1.5.1"}]},
    ]
}


def main():
    """The configuration of the server that nearly all tests ask, and its files."""
    files = {
        "services.yaml": json.dumps(SERVICES),
        "cookie": f"{SECRET.hex()}\n{OTHER_SECRET.hex()}\n",
        "static.zone": (pathlib.Path(__file__).parent / "static.zone").read_text(),
    }
    config = {
        "workers": 2,
        "server": {"id": ID},
        "cookies": {"secret_file": "cookie"},
        "registries": {
            "local": {"type": "file", "path": "services.yaml", "required": True},
            "cold": {"type": "file", "path": "never.yaml"},
        },
        "zones": [
            {"name": "demo.test", "registry": "local", "ttl": 7, "negative_ttl": 3, "txt_metadata": ["team"]},
            {"name": "short.test", "registry": "local", "ttl": 2, "negative_ttl": 30, "answer": "sample 1"},
            {"name": "cold.test", "registry": "cold"},
            {"name": "static.test", "file": "static.zone"},
            {"name": "10.in-addr.arpa", "registry": "local"},
            {"name": "0.0.d.f.ip6.arpa", "registry": "local"},
        ],
    }
    return config, files


def strict():
    """Narrow limits, and wildcard addresses, of which each must answer as itself (H3)."""
    config = {
        "workers": 1,
        "dns_listen": ("0.0.0.0:0", "[::]:0"),
        "tcp": {"idle": "1500ms", "clients": 8, "per_source": 4},
        "registries": {"local": {"type": "file", "path": "services.yaml", "required": True}},
        "zones": [{"name": "demo.test", "registry": "local"}],
    }
    return config, {"services.yaml": json.dumps(SERVICES)}


RATE = 40  # queries a second of one network, at the server of `limited`


def limited():
    """Rate limits on, with the secret of `main`: they know each other's cookies."""
    config = {
        "workers": 1,
        "cookies": {"secret_file": "cookie"},
        "rate_limit": {"per_network": RATE, "slip": 2},
        "registries": {"local": {"type": "file", "path": "services.yaml", "required": True}},
        "zones": [{"name": "demo.test", "registry": "local"}],
    }
    return config, {"services.yaml": json.dumps(SERVICES), "cookie": SECRET.hex() + "\n"}


def forwarded():
    """Client subnets are believed from loopback, and in two zones answers depend on them."""
    config = {
        "workers": 1,
        "clients": {
            "ecs_from": ["127.0.0.0/8", "::1/128"],
            "zones": {"a": ["192.0.2.0/24", "2001:db8::/32"], "b": ["198.51.100.0/24"]},
        },
        "registries": {"local": {"type": "file", "path": "services.yaml", "required": True}},
        "zones": [
            {"name": "demo.test", "registry": "local"},
            {"name": "near.test", "registry": "local", "locality": "prefer"},
            {"name": "sticky.test", "registry": "local", "answer": "sticky"},
        ],
    }
    zoned = {"name": "zoned", "instances": [{"address": f"10.7.{zone}.{i}", "zone": "ab"[zone]} for zone in (0, 1) for i in (1, 2)]}
    return config, {"services.yaml": json.dumps({"services": [*SERVICES["services"], zoned]})}


class Server:
    """A running program, its addresses by family, and its counters."""

    def __init__(self, program):
        self.program = program
        (v4, v4_port), (v6, v6_port) = program.addresses()
        loopback = {"0.0.0.0": "127.0.0.1", "::": "::1"}
        self.addresses = {"v4": (loopback.get(v4, v4), v4_port), "v6": (loopback.get(v6, v6), v6_port)}

    def count(self, sample):
        """One sample of /metrics, such as signpost_dns_dropped_total{reason="short"}."""
        status, text = self.program.http("metrics", "/metrics")
        assert status == 200
        found = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(sample + " ")]
        assert len(found) == 1, f"{sample} is not on the page"
        return float(found[0])


@contextlib.contextmanager
def started(folder, made):
    config, files = made
    folder.mkdir()
    for name, content in files.items():
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(folder / name, mode) as file:
            file.write(content)
    config = {"dns_listen": ("127.0.0.1:0", "[::1]:0"), **config}
    program = harness.Signpost(folder, config.pop("registries"), config.pop("zones"), **config)
    try:
        yield Server(program.wait_ready())
    finally:
        assert program.stop() == 0, program.process.output()[-2000:]
