"""Metadata that the official Python SDK registers, as DNS: port names, protocols, versions, zones, tags, TXT."""
import subprocess

import pytest
from harness.sections import Asker
from harness.signpost import Signpost

ZONE = "nacos.internal"
FIRST = {"port_name": "http", "version": "v2", "zone": "a", "tags": "canary,fast", "team": "shop", "IPv6": "fd00::61"}
SECOND = {"port_name": "Admin", "transport": "udp", "version": "v1", "zone": "b", "team": "x" * 300}


@pytest.fixture(scope="module")
def signpost(nacos_server, run_folder):
    folder = run_folder / "nacos-metadata"
    folder.mkdir()
    registry = {"type": "nacos", "required": True, "servers": [nacos_server.address], "list_interval": "1s"}
    zone = {"name": ZONE, "registry": "nacos", "ttl": 5, "txt_metadata": ["team", "version"]}
    running = Signpost(folder, {"nacos": registry}, [zone]).wait_ready()
    yield running
    running.stop()


def test_metadata_of_the_python_sdk(signpost, sdk_peer):
    # A connection has one instance of a service (facts: Nacos 3.5).
    sdk_peer("python").register("meta", "10.6.0.1", 8080, metadata=FIRST)
    sdk_peer("python").register("meta", "10.6.0.2", 8081, metadata=SECOND)
    ask, name = signpost.client, f"meta.{ZONE}"
    ask.wait_for({"10.6.0.1", "10.6.0.2"}, name)
    http, admin = f"0 1 8080 10-6-0-1.{name}.", f"0 1 8081 10-6-0-2.{name}."
    assert ask.set(name, "SRV") == {http, admin}
    assert ask.set(f"_http._tcp.{name}", "SRV") == {http}
    assert ask.set(f"_admin._udp.{name}", "SRV") == {admin}
    assert ask.set(f"_admin._tcp.{name}", "SRV") == "NXDOMAIN"
    assert ask.set(name, "AAAA") == {"fd00::61"}
    for selector, answer in (
        ("v2._version", {"10.6.0.1"}),
        ("v1._version", {"10.6.0.2"}),
        ("v3._version", "NXDOMAIN"),
        ("a.pin._zone", {"10.6.0.1"}),
        ("b.pin._zone", {"10.6.0.2"}),
        ("canary._tag", {"10.6.0.1"}),
        ("fast._tag.v2._version", {"10.6.0.1"}),
    ):
        assert ask.set(f"{selector}.{name}") == answer, selector


def test_txt_of_metadata(signpost, sdk_peer):
    sdk_peer("python").register("texts", "10.6.1.1", 8080, metadata=FIRST)
    sdk_peer("python").register("texts", "10.6.1.2", 8081, metadata=SECOND)
    name = f"texts.{ZONE}"
    signpost.client.wait_for({"10.6.1.1", "10.6.1.2"}, name)
    asker = Asker(signpost.address)
    first = asker.ask(f"10-6-1-1-p8080.{name}.", "TXT").told()
    assert '"weight=1" "health=up" "port=8080" "team=shop" "version=v2"' in first
    second = asker.ask(f"10-6-1-2-p8081.{name}.", "TXT").told()
    assert second.endswith('"weight=1" "health=up" "port=8081" "version=v1"'), "what is too long is left out"
    status, text = signpost.command("explain", f"{name}.", "A")
    assert status == 0
    assert "TXT leaves out team of " in text and "(305 octets): a string has 255 octets at most" in text, text


def test_a_dubbo_interface_by_dig(signpost, sdk_peer):
    """What Dubbo registers: a name with colons, its URL's parameters as metadata."""
    parameters = {"interface": "com.acme.Pay", "protocol": "tri", "version": "1.0", "side": "provider",
                  "methods": ",".join(f"pay{i}" for i in range(80))}  # fmt: skip
    sdk_peer("python").register("providers:com.acme.Pay:1.0:", "10.6.2.1", 20880, metadata=parameters)
    sdk_peer("python").register("providers:com.acme.Pay:2.0:", "10.6.2.2", 20880, metadata=parameters | {"version": "2.0"})
    host, port = signpost.address

    def dig(*question):
        command = ["dig", f"@{host}", "-p", str(port), "+short", "+tries=1", *question]
        return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout.split("\n")[:-1]

    for version, ip in (("1.0", "10.6.2.1"), ("2.0", "10.6.2.2")):
        signpost.client.wait_for({ip}, f"com.acme.pay-{version}.{ZONE}")
        assert dig(f"com.acme.Pay-{version}.{ZONE}") == [ip]
        assert dig(f"providers-com.acme.pay-{version}.{ZONE}") == [ip]
    assert dig(f"com.acme.pay.{ZONE}") == ["10.6.2.1"]
    assert dig(f"_tri._tcp.com.acme.pay.{ZONE}", "SRV") == [f"0 1 20880 10-6-2-1.com.acme.pay.{ZONE}."]
