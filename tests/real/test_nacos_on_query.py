"""`on_query` before r-nacos, over both protocols: services of groups that nobody lists are found by asking for their names."""
import os
import re
import subprocess

import pytest
from harness import nacos, peers
from harness.network import Namespace
from harness.signpost import Signpost
from harness.waiting import until

ZONE = "nacos.internal"
PAY = f"pay.orders.{ZONE}"


def settings(address, protocol, **on_query):
    return {"type": "nacos", "required": True, "servers": [address], "protocol": protocol, "fuzzy_watch": "off",
            "list_interval": "1s", "on_query": on_query}  # fmt: skip


@pytest.fixture
def server(folder):
    running = nacos.Nacos(folder)
    running.start()
    running.register("pay", "10.1.0.1", 8080, group="orders")
    yield running
    running.stop()


@pytest.fixture(params=["grpc", "http"])
def signpost(server, folder, request):
    inside = folder / "signpost"
    inside.mkdir()
    registry = settings(server.address, request.param, budget="2s")
    running = Signpost(inside, {"nacos": registry}, [{"name": ZONE, "registry": "nacos", "ttl": 5}]).wait_ready()
    yield running
    running.stop()


def dig(signpost, name, kind="A", *words):
    """(status, extended errors, data of the answer)"""
    host, port = signpost.address
    done = subprocess.run(
        ["dig", f"@{host}", "-p", str(port), "+norecurse", "+tries=1", "+time=8", *words, name, kind],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    status = re.search(r"status: (\w+)", done.stdout)
    assert status, done.stdout
    data = re.findall(rf"\bIN[ \t]+{kind}[ \t]+(.+)", done.stdout)
    return status[1], re.findall(r"; EDE: (\d+)", done.stdout), data


def test_the_first_query_finds_it(server, signpost):
    assert dig(signpost, PAY) == ("NOERROR", [], ["10.1.0.1"])
    server.register("Ledger.v2", "10.1.0.9", 80, group="orders")  # a name in DNS has no capitals: it is not found
    server.register("ledger", "10.1.0.2", 9000, group="orders", metadata='{"protocol":"rest"}')
    assert dig(signpost, f"_rest._tcp.ledger.orders.{ZONE}", "SRV", "+tcp") == (
        "NOERROR", [], [f"0 1 9000 10-1-0-2.ledger.orders.{ZONE}."])  # fmt: skip
    assert dig(signpost, f"ledger.v2.orders.{ZONE}")[0] == "NXDOMAIN"
    assert dig(signpost, f"nobody.{ZONE}")[0] == "NXDOMAIN", "the group that is listed"


def test_what_is_found_is_followed(server, signpost):
    assert dig(signpost, f"later.orders.{ZONE}")[0] == "NXDOMAIN"
    assert dig(signpost, PAY)[0] == "NOERROR"
    server.register("pay", "10.1.0.3", 8080, group="orders")
    signpost.client.wait_for({"10.1.0.1", "10.1.0.3"}, PAY, seconds=20)
    server.register("later", "10.1.0.4", 80, group="orders")
    until(lambda: dig(signpost, f"later.orders.{ZONE}")[2] == ["10.1.0.4"], 20, "what was not there yet is shown when it comes")
    assert signpost.metric("registry_on_query_names", registry="nacos", state="there") >= 1


def test_without_the_server(server, signpost):
    """What was found goes on answering; of the rest nobody knows, which is an error and no denial."""
    assert dig(signpost, PAY)[0] == "NOERROR"
    server.kill()
    assert dig(signpost, PAY) == ("NOERROR", [], ["10.1.0.1"])
    assert dig(signpost, f"new.orders.{ZONE}")[:2] == ("SERVFAIL", ["23"])
    assert signpost.metric("registry_on_query_total", registry="nacos", reason="expired") >= 1
    assert dig(signpost, PAY) == ("NOERROR", [], ["10.1.0.1"])
    server.start()
    server.register("new", "10.1.0.5", 80, group="orders")
    until(lambda: dig(signpost, f"new.orders.{ZONE}")[2] == ["10.1.0.5"], 40, "found once the server is back")


def test_getent(server, folder):
    """An application's first look-up, by glibc, in a network whose resolver we are."""
    if os.geteuid() != 0:
        peers.missing("root, for a mount namespace with its own resolv.conf")
    inside = folder / "signpost"
    inside.mkdir()
    (inside / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    (inside / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: dns\n")
    script = inside / "inside"
    script.write_text(
        "#!/bin/sh -e\n"
        f"mount --bind {inside}/resolv.conf /etc/resolv.conf\nmount --bind {inside}/nsswitch.conf /etc/nsswitch.conf\n"
        'exec "$@"\n'
    )
    script.chmod(0o755)
    with Namespace() as network:
        registry = settings(f"{network.host_address}:{server.port}", "grpc")
        prefix = [*network.prefix, "unshare", "--mount", script]
        running = Signpost(
            inside, {"nacos": registry}, [{"name": ZONE, "registry": "nacos"}], ["127.0.0.1:53"], prefix, network.address
        )
        try:
            running.wait_ready()
            enter = ["nsenter", "--target", str(running.process.pid), "--net", "--mount", "--root"]
            done = subprocess.run([*enter, "getent", "ahosts", PAY], capture_output=True, text=True, check=False)
            assert {line.split()[0] for line in done.stdout.splitlines()} == {"10.1.0.1"}, done
        finally:
            running.stop()
