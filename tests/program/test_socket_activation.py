"""Sockets that a service manager opened (sd_listen_fds(3)), with a manager of a few lines."""
import pathlib
import socket
import subprocess
import sys

ACTIVATOR = pathlib.Path(__file__).with_name("activator.py")
CART = {"10.1.0.1", "10.1.0.2"}


def activated(*sockets):
    return (sys.executable, str(ACTIVATOR), *sockets, "--")


def over_tcp(program):
    host, port = program.address
    words = ["dig", "+tcp", "+short", "+tries=1", "+time=2", f"@{host}", "-p", str(port), "cart.demo.internal", "A"]
    return set(subprocess.run(words, capture_output=True, text=True, timeout=20, check=True).stdout.split())


def inodes(pid, table, port):
    """Of the sockets that are bound to this port, by the kernel's table."""
    with open(f"/proc/{pid}/net/{table}") as file:
        rows = [line.split() for line in file][1:]
    return {row[9] for row in rows if row[1].endswith(f":{port:04X}") and row[2].endswith(":0000")}


def test_dns_sockets_are_taken_over(start):
    program = start(prefix=activated("dns:udp:127.0.0.1:0", "dns:tcp:127.0.0.1:0"), workers=2)
    assert program.client.set("cart.demo.internal") == CART
    assert over_tcp(program) == CART
    port = program.address[1]
    assert len(inodes(program.process.pid, "udp", port)) == 1, "two workers share it; no other is opened beside"
    assert "handed_down" not in program.process.output()
    program.reload()
    assert program.client.set("cart.demo.internal") == CART


def test_a_transport_that_was_not_handed_down_is_opened(start, folder):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = start(prefix=activated(f"dns:udp:127.0.0.1:{port}"), dns_listen=(f"127.0.0.1:{port}",))
    assert program.client.set("cart.demo.internal") == CART
    assert over_tcp(program) == CART


def test_doors_are_found_by_name(start):
    program = start(prefix=activated("health:tcp:127.0.0.1:0"))
    assert program.http("health", "/health")[0] == 200
    port = program.listeners()["health"][0].rpartition(":")[2]
    assert len(inodes(program.process.pid, "tcp", int(port))) == 1


def test_a_socket_that_no_listener_names_is_told_of(start):
    program = start(prefix=activated("other:udp:127.0.0.2:0"))
    output = program.process.output()
    line = next(line for line in output.splitlines() if "listen.handed_down_unused" in line)
    assert "127.0.0.2:" in line and "(UDP)" in line and "name=other" in line and "`listen`" in line
    assert program.client.set("cart.demo.internal") == CART


def test_sockets_of_another_process_are_left_alone(start, monkeypatch):
    monkeypatch.setenv("LISTEN_PID", "1")
    monkeypatch.setenv("LISTEN_FDS", "1")
    program = start()
    assert "LISTEN_PID is 1" in program.process.output()
    assert program.client.set("cart.demo.internal") == CART
