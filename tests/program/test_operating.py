"""explain, status, dump and reload: what an operator asks a running Signpost."""
import contextlib
import json
import os
import pathlib
import re
import socket
import subprocess

import dns.rdatatype
import dns.zone
import pytest


def test_status_as_text_and_json(start):
    program = start()
    status, text = program.command("status")
    assert status == 0
    assert re.match(r"signpost \d+\.\d+\.\d+, ready, up \S+, \d+ workers?\n", text)
    assert re.search(r"^  local \(required\)\s+file\s+live\s+\S+\s+2\s+5\s+3\s+-$", text, re.M), text
    assert re.search(r"^  demo\.internal\.\s+\d+\s+2\s+0\s+0\s+answering$", text, re.M), text
    status, text = program.command("status", "--json")
    assert status == 0
    told = json.loads(text)
    assert told["ready"] is True
    assert {"kind": "admin", "address": f"unix:{program.admin_socket}"} in told["listeners"]
    assert told["registries"][0]["state"] == "live"
    assert told["zones"][0]["name"] == "demo.internal."


def test_the_socket_is_usable_with_curl(start):
    program = start()
    done = subprocess.run(
        ["curl", "-sS", "--unix-socket", str(program.admin_socket), "http://signpost/status"],
        capture_output=True, text=True, timeout=20, check=True,
    )
    assert json.loads(done.stdout)["registries"][0]["name"] == "local"


def test_explain_names_every_instance_and_its_reason(start):
    program = start()
    status, text = program.command("explain", "cart.demo.internal", "A")
    assert status == 0
    for address in ("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "fd00::3"):
        assert address in text, text
    status, text = program.command("explain", "cart.demo.internal", "A", "--json")
    assert status == 0
    told = json.loads(text)
    instances = {each["addresses"]: each for each in told["services"][0]["instances"]}
    assert instances["10.1.0.1"]["eligible"] and not instances["10.1.0.3"]["eligible"]
    assert "down" in instances["10.1.0.3"]["health"] or "health" in instances["10.1.0.3"]["why"]
    assert "disabled" in instances["10.1.0.4"]["why"]
    assert abs(sum(each["share_percent"] for each in instances.values()) - 100) < 0.1
    records = {line.split()[-1] for line in told["records"]}
    assert records == {"10.1.0.1", "10.1.0.2"}


def test_explain_of_a_name_that_is_not_there(start):
    program = start()
    status, text = program.command("explain", "nope.demo.internal", "A")
    assert status == 0
    assert "NXDOMAIN" in text and "did you mean" not in text
    assert "REFUSED" in program.command("explain", "example.org", "A")[1]
    for slip in ("crat.demo.internal", "cart", "cart.demo.intrenal"):
        assert "\n  note: did you mean `cart.demo.internal.`?\n" in program.command("explain", slip, "A")[1], slip
    told = json.loads(program.command("explain", "crat.demo.internal", "--json")[1])
    assert "did you mean `cart.demo.internal.`?" in told["notes"]


def test_explain_refuses_what_is_no_question(start):
    program = start()
    for words in (["a..b", "A"], ["cart.demo.internal", "NOPE"], ["cart.demo.internal", "A", "--client", "here"]):
        status, text = program.command("explain", *words)
        assert status == 1, text


def test_explain_says_what_access_makes_of_a_client(start):
    program = start(access=[{"refuse": "192.0.2.0/24", "zones": ["demo.internal"]}])
    for client, words in (
        ("192.0.2.1", "192.0.2.1 gets REFUSED (EDE 18) in its place: `access` keeps it from cart.demo.internal."),
        ("10.0.0.1", "10.0.0.1 may ask, and is answered as everybody is"),
    ):
        status, text = program.command("explain", "cart.demo.internal", "A", "--client", client)
        assert status == 0 and words in text, text


def test_dump_is_a_zone_file_that_others_read(start):
    program = start()
    status, text = program.command("dump", "demo.internal")
    assert status == 0
    zone = dns.zone.from_text(text, origin="demo.internal.", relativize=False, check_origin=True)
    cart = dns.name.from_text("cart.demo.internal.")
    addresses = zone.find_rdataset(cart, dns.rdatatype.A)
    assert {rdata.address for rdata in addresses} == {"10.1.0.1", "10.1.0.2"}
    assert addresses.ttl == 7
    assert zone.find_rdataset("_http._tcp.cart.demo.internal.", dns.rdatatype.SRV)


def test_who_looks_comes_behind_who_asks(start):
    program = start()
    assert program.command("dump", "demo.internal")[0] == 0
    tasks = pathlib.Path(f"/proc/{program.process.pid}/task")
    classes = {(task / "comm").read_text().strip(): os.sched_getscheduler(int(task.name)) for task in tasks.iterdir()}
    assert classes["helper"] == os.SCHED_IDLE
    assert [name for name, scheduled in classes.items() if scheduled == os.SCHED_IDLE] == ["helper"]


def test_dump_of_a_zone_that_is_not_there(start):
    program = start()
    status, text = program.command("dump", "nope.internal")
    assert status == 1
    assert "nope.internal" in text


@pytest.mark.parametrize(
    "head", ["Content-Length: 1000000000", "Transfer-Encoding: chunked", "X-Long: "], ids=["announced", "chunked", "header"]
)
def test_a_request_of_a_gigabyte_is_cut_off(start, head):
    """It is refused long before it is whole, costs no memory, and others are served."""
    program = start()
    before = resident_octets(program)
    piece = b"x" * 65536
    chunk = b"10000\r\n" + piece + b"\r\n" if "chunked" in head else piece
    sent = 0
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(20)
        client.connect(str(program.admin_socket))
        client.sendall(f"POST /reload HTTP/1.1\r\nHost: signpost\r\n{head}".encode() + (b"" if "X-Long" in head else b"\r\n\r\n"))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            while sent < 1_000_000_000:
                client.sendall(chunk)
                sent += len(chunk)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(65536)[9:12] in (b"413", b"431", b"")
    assert sent < 10_000_000
    assert resident_octets(program) - before < 4_000_000
    assert program.command("status")[0] == 0
    assert json.loads(program.command("status", "--json")[1])["reload"]["accepted"] == 0


def resident_octets(program):
    with open(f"/proc/{program.process.pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:")) * 1024
