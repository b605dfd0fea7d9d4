"""The resolvers that people have: dig, nslookup and glibc, over UDP, TCP and IPv6; and the operator's own view."""
import shutil
import subprocess

import pytest

from harness import dns, network, peers, ports
from harness.process import Process
from harness.signpost import Signpost

DEPLOY = peers.REPOSITORY / "deploy"


@pytest.fixture
def shop(folder):
    """The services of deploy/shop.yaml, in a copy that the test may edit."""
    shutil.copy(DEPLOY / "shop.yaml", folder / "shop.yaml")
    registries = {"shop": {"type": "file", "path": "shop.yaml", "required": True}}
    zones = [{"name": "demo.internal", "registry": "shop", "ttl": 5}]
    running = Signpost(folder, registries, zones, dns_listen=["127.0.0.1:0", "[::1]:0"]).wait_ready()
    yield running
    running.stop()


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("index", [0, 1], ids=["ipv4", "ipv6"])
@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_dig(shop, index, transport):
    host, port = shop.addresses()[index]

    def dig(*question):
        return sorted(run("dig", f"@{host}", "-p", port, "+short", "+tries=1", transport, *question).split("\n"))[1:]

    assert dig("cart.demo.internal") == ["10.1.0.1", "10.1.0.2"]
    assert dig("pay.demo.internal") == ["10.2.0.1", "10.2.0.3"], "the unhealthy one is left out"
    assert dig("web.demo.internal", "AAAA") == ["fd00:3::1", "fd00:3::2"]
    assert dig("_http._tcp.cart.demo.internal", "SRV") == [
        "0 1 8080 10-1-0-2.cart.demo.internal.", "0 3 8080 10-1-0-1.cart.demo.internal.",
    ]  # fmt: skip
    assert dig("10-1-0-1.cart.demo.internal") == ["10.1.0.1"]


def test_dig_sees_a_clean_response(shop):
    host, port = shop.address
    text = run("dig", f"@{host}", "-p", port, "+norecurse", "nothing.demo.internal")
    assert "status: NXDOMAIN" in text and " aa" in text and "SOA" in text and "WARNING" not in text
    assert "status: NOERROR" in run("dig", f"@{host}", "-p", port, "cart.demo.internal", "MX")
    assert "status: REFUSED" in run("dig", f"@{host}", "-p", port, "example.org")


def test_nslookup(shop):
    host, port = shop.address
    text = run("nslookup", f"-port={port}", "web.demo.internal", host)
    assert {"10.3.0.1", "fd00:3::1", "fd00:3::2"} <= set(text.split())


def test_edited_file_is_seen_and_a_bad_edit_changes_nothing(shop, folder, until):
    file = folder / "shop.yaml"
    good = file.read_text()
    file.write_text(good.replace("10.1.0.2", "10.1.0.99"))
    shop.client.wait_for({"10.1.0.1", "10.1.0.99"}, "cart.demo.internal")
    file.write_text(good.replace("weight: 3", "weight: much"))
    until(lambda: "shop.yaml:" in shop.process.output(), 10, "the bad edit is reported with its place")
    assert shop.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.99"}
    file.write_text(good)
    shop.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.demo.internal")


def test_reload_of_zones(shop):
    shop.write_config([{"name": "demo.internal", "registry": "shop"}, {"name": "other.internal", "registry": "shop"}])
    assert shop.client.set("cart.other.internal") == "REFUSED"
    shop.reload()
    shop.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.other.internal")
    good = shop.config_file.read_text()
    shop.config_file.write_text(good.replace('"registry"', '"registri"'))
    code, text = shop.command("check")
    assert code == 1 and "signpost.yaml:" in text and "registri" in text
    shop.reload()
    assert shop.client.set("cart.other.internal") == {"10.1.0.1", "10.1.0.2"}


def test_operators_view(shop):
    assert shop.http("health", "/health")[0] == 200
    status, metrics = shop.http("metrics", "/metrics")
    assert status == 200 and "# TYPE" in metrics
    code, text = shop.command("explain", "pay.demo.internal", "A")
    assert code == 0 and "10.2.0.2" in text, "explain names the instance that is left out"
    code, text = shop.command("dump", "demo.internal")
    assert code == 0 and "10.3.0.1" in text
    assert shop.command("status")[0] == 0


@pytest.fixture
def port_53(folder):
    """Signpost on port 53 in a network and mount namespace of its own, whose resolv.conf names it."""
    inside = network.Resolving(folder, search="demo.internal")
    shutil.copy(DEPLOY / "shop.yaml", folder / "shop.yaml")
    registries = {"shop": {"type": "file", "path": "shop.yaml", "required": True}}
    running = Signpost(
        folder, registries, [{"name": "demo.internal", "registry": "shop"}], dns_listen=["127.0.0.1:53"],
        prefix=inside.prefix,
    )  # fmt: skip
    yield inside.prefix
    running.stop()
    inside.stop()


def test_getent(port_53, until):
    def ahosts(name, database="ahosts"):
        done = subprocess.run([*port_53, "getent", database, name], capture_output=True, text=True, check=False)
        return {line.split()[0] for line in done.stdout.splitlines()}

    until(lambda: ahosts("cart.demo.internal"), 10, "glibc resolves")
    assert ahosts("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    assert ahosts("web") == {"10.3.0.1", "fd00:3::1", "fd00:3::2"}, "short name through the search list"
    assert ahosts("web.demo.internal", "hosts") == {"fd00:3::1", "fd00:3::2"}, "the old interface asks for IPv6 first"
    assert ahosts("nothing.demo.internal") == set()


def test_quickstart_runs_and_answers(folder, until):
    """The command of the README with a configuration of free ports; build and packages are there, so it is quick."""
    if not (peers.REPOSITORY / "build/build.ninja").exists():
        peers.missing("a configured build/ (tests/run --stage build)")
    port = ports.free()
    config = (DEPLOY / "quickstart.yaml").read_text().replace("5300", str(port))
    for fixed in ("5308", "5380", "5381", "5391"):
        config = config.replace(f"127.0.0.1:{fixed}", "127.0.0.1:0")
    config = config.replace("../build/run/admin.sock", "admin.sock")
    shutil.copy(DEPLOY / "shop.yaml", folder / "shop.yaml")
    (folder / "quickstart.yaml").write_text(config)
    process = Process([DEPLOY / "quickstart", "--config", folder / "quickstart.yaml"], folder / "quickstart.log")
    client = dns.Client(("127.0.0.1", port))
    try:
        process.wait_ready(lambda: client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}, 300, "quickstart answers")
        assert client.set("1.0.1.10.in-addr.arpa", "PTR") == {"10-1-0-1.cart.demo.internal."}
    finally:
        client.close()
        process.stop()
