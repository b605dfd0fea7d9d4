"""The query log and dnstap of a running Signpost, read by dnstap-read and fstrm_capture."""
import json
import re
import shutil
import socket
import subprocess

import pytest
import yaml

from harness import dns, peers, process


def dnstap(path):
    """What dnstap-read makes of a file: [{type, message: {...}}]."""
    reader = shutil.which("dnstap-read")
    if not reader:
        peers.missing("dnstap-read (bind9-dnsutils)")
    done = subprocess.run([reader, "-y", path], capture_output=True, text=True, timeout=60, check=True)
    return [part for part in yaml.load_all(done.stdout, Loader=yaml.BaseLoader) if part]


def written(program, tap, outcome="written"):
    return program.metric("query_tap_total", tap=tap, outcome=outcome)


def test_query_log_says_what_was_asked(start, folder, until):
    program = start(query_log={"to": str(folder / "queries")}, workers=1)  # notes of two workers have no order
    assert program.client.ask("cart.demo.internal", "A").rcode == "NOERROR"
    assert program.client.ask("nope.demo.internal", "AAAA").rcode == "NXDOMAIN"
    with socket.create_connection(program.address, 5) as tcp:
        query = dns.query_bytes("cart.demo.internal", "SRV", 7)
        tcp.sendall(len(query).to_bytes(2, "big") + query)
        assert tcp.recv(2)
    until(lambda: written(program, "query_log") == 3, 10, "three lines")
    lines = (folder / "queries").read_text().splitlines()
    assert [re.sub(r"^\S+ info query client=127\.0\.0\.1:\d+ server=(\S+) ", "", line) for line in lines] == [
        f"proto=udp name=cart.demo.internal. type=A rcode=NOERROR answers=2 octets={size(lines[0])}",
        f"proto=udp name=nope.demo.internal. type=AAAA rcode=NXDOMAIN answers=0 octets={size(lines[1])}",
        f"proto=tcp name=cart.demo.internal. type=SRV rcode=NOERROR answers=3 octets={size(lines[2])}",
    ]
    assert all(f"server=127.0.0.1:{program.address[1]} " in line for line in lines)


def size(line):
    return re.search(r"octets=(\d+)", line)[1]


def test_query_log_is_sampled_and_follows_a_reload(start, folder, until):
    program = start(query_log={"to": str(folder / "queries"), "sample": "1/10"}, workers=1, log={"level": "info", "format": "text"})
    for _ in range(100):
        program.client.ask("cart.demo.internal", "A")
    until(lambda: written(program, "query_log") == 10, 10, "one of ten")
    assert len((folder / "queries").read_text().splitlines()) == 10
    config = json.loads(program.config_file.read_text())
    config["query_log"] = {"to": str(folder / "others")}
    program.config_file.write_text(json.dumps(config))
    assert program.command("reload")[0] == 0
    for _ in range(5):
        program.client.ask("cart.demo.internal", "A")
    until(lambda: written(program, "query_log") == 15, 10, "all of them")
    assert len((folder / "others").read_text().splitlines()) == 5
    del config["query_log"]
    program.config_file.write_text(json.dumps(config))
    assert program.command("reload")[0] == 0
    program.client.ask("cart.demo.internal", "A")
    program.stop()
    assert len((folder / "others").read_text().splitlines()) == 5


def test_dnstap_file_is_what_dnstap_read_reads(start, folder):
    program = start(dnstap={"to": str(folder / "tap")}, server={"id": "signpost-7"}, workers=1)
    answer = program.client.ask("cart.demo.internal", "A")
    program.client.ask("nope.demo.internal", "A")
    program.stop()
    parts = dnstap(folder / "tap")
    assert [part["message"]["type"] for part in parts] == ["AUTH_QUERY", "AUTH_RESPONSE"] * 2
    assert {part["identity"] for part in parts} == {"signpost-7"}
    query, response = parts[0]["message"], parts[1]["message"]
    assert query["query_address"] == response["query_address"] == "127.0.0.1"
    assert response["response_port"] == str(program.address[1])
    assert query["socket_protocol"] == "UDP" and query["socket_family"] == "INET"
    assert "cart.demo.internal. IN A" in json.dumps(query).replace("\\t", " ")
    assert all(address in json.dumps(response) for *_, address in answer.records)
    assert "NXDOMAIN" in json.dumps(parts[3])


def test_dnstap_to_a_receiver_that_comes_and_goes(start, folder, until):
    """A receiver that is not there costs notes, never answers; it is found again, and told the end."""
    program = start(dnstap={"to": f"unix:{folder}/tap.sock", "messages": "responses"})
    program.client.ask("cart.demo.internal", "A")
    until(lambda: written(program, "dnstap", "lost") == 1, 10, "nobody listens")
    capture, environment = peers.unpacked("readers", "usr/bin/fstrm_capture")
    receiver = process.Process(
        [capture, "-t", "protobuf:dnstap.Dnstap", "-u", folder / "tap.sock", "-w", folder / "tap"],
        folder / "capture.log", environment,
    )
    until(lambda: (folder / "tap.sock").exists(), 10, "fstrm_capture listens")
    until(lambda: "dnstap.open" in program.process.output(), 10, "it is found")
    for _ in range(20):
        program.client.ask("cart.demo.internal", "A")
    until(lambda: written(program, "dnstap") == 20, 10, "all are written")
    program.stop()
    receiver.stop()
    parts = dnstap(folder / "tap")
    assert [part["message"]["type"] for part in parts] == ["AUTH_RESPONSE"] * 20


def test_a_receiver_that_reads_nothing_holds_no_answer_up(start, folder, until):
    """It accepts, shakes hands, and stops reading: the ring fills, notes are counted, answers go on."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(folder / "tap.sock"))
    listener.listen(4)
    listener.settimeout(20)
    program = start(dnstap={"to": f"unix:{folder}/tap.sock"})
    receiver, _ = listener.accept()
    receiver.recv(4096)  # READY
    content = b"protobuf:dnstap.Dnstap"
    body = (1).to_bytes(4, "big") * 2 + len(content).to_bytes(4, "big") + content
    receiver.sendall(bytes(4) + len(body).to_bytes(4, "big") + body)  # ACCEPT
    until(lambda: "dnstap.open" in program.process.output(), 10, "it is open")
    asked = 0
    while written(program, "dnstap", "dropped") + written(program, "dnstap", "lost") == 0:
        for _ in range(500):
            assert program.client.ask("cart.demo.internal", "A").rcode == "NOERROR"
        asked += 500
        assert asked < 200000
    counted = lambda: sum(written(program, "dnstap", outcome) for outcome in ("written", "dropped", "lost"))  # noqa: E731
    receiver.close()
    until(lambda: counted() >= asked, 20, "every query is counted")
    assert counted() == asked, "and once"
    listener.close()


@pytest.mark.parametrize("wrong, right", [
    ({"query_log": {"to": "stderr", "sample": "1/0"}}, "all, or 1/2 to 1/1000000"),
    ({"query_log": {"to": "stderr", "sample": "0.01"}}, "all, or 1/2 to 1/1000000"),
    ({"dnstap": {"to": "unix:"}}, "`unix:` and the path of a socket"),
    ({"dnstap": {"to": "unix:/" + "x" * 200}}, "107 octets"),
    ({"dnstap": {"messages": "all"}}, "`dnstap` writes nothing: it needs `to`"),
])
def test_mistakes_are_told_with_what_is_right(config, signpost, services, wrong, right):
    path = config({
        "registries": {"local": {"type": "file", "path": str(services())}},
        "zones": [{"name": "demo.internal", "registry": "local"}],
        **wrong,
    })
    done = signpost("check", "--config", path)
    assert right in done.stdout + done.stderr
