"""Reloads of `tcp`: connections that are open go by the new limits."""
import contextlib
import socket
import struct

import pytest

from harness import dns


def ask_over_tcp(connection, name="cart.demo.internal"):
    """One query; what came back, empty when the other side has closed."""
    query = dns.query_bytes(name, "A", 1)
    connection.sendall(struct.pack("!H", len(query)) + query)
    return connection.recv(4096)


@contextlib.contextmanager
def open_connections(program, count):
    with contextlib.ExitStack() as stack:
        opened = [stack.enter_context(socket.create_connection(program.address, timeout=10)) for _ in range(count)]
        for each in opened:
            assert ask_over_tcp(each)
        yield opened


def reload_tcp(program, **tcp):
    program._config["tcp"] = tcp
    program.write_config()
    status, text = program.command("reload")
    assert status == 0 and "warning:" not in text, text


def test_open_tcp_connections_go_by_the_new_limits(start):
    """Fewer places: those that were idle longest go, at once; the others, and newcomers, are answered."""
    program = start(tcp={"idle": "1h"}, workers=1)
    with open_connections(program, 4) as connections:
        assert ask_over_tcp(connections[0])
        reload_tcp(program, idle="1h", clients=2)
        for each in connections[1:3]:
            assert each.recv(1) == b"", "it was idle for longer than the others"
        for each in (connections[0], connections[3]):
            assert ask_over_tcp(each)
        with open_connections(program, 1):
            assert connections[0].recv(1) == b"", "a newcomer takes the place of the one that was idle longest"
            assert ask_over_tcp(connections[3])
            reload_tcp(program, idle="1h", clients=100)
            with open_connections(program, 5):
                assert ask_over_tcp(connections[3])


def test_the_idle_time_of_open_connections_changes(start):
    program = start(tcp={"idle": "1h"})
    with open_connections(program, 3) as connections:
        reload_tcp(program, idle="300ms")
        for each in connections:
            assert each.recv(1) == b"", "one hour was the idle time when it was opened"
    reload_tcp(program, idle="1h")
    with open_connections(program, 1) as (one,):
        one.settimeout(1)
        with pytest.raises(TimeoutError):
            one.recv(1)
        assert ask_over_tcp(one)


def test_a_source_that_has_more_than_a_new_limit_gives_them_back(start):
    program = start(tcp={"idle": "1h"}, workers=1)
    with open_connections(program, 6) as connections:
        reload_tcp(program, idle="1h", per_source=3)
        for each in connections:
            assert ask_over_tcp(each), "who is there stays until the source wants one more"
        with open_connections(program, 1):
            for each in connections[:4]:
                assert each.recv(1) == b""
            for each in connections[4:]:
                assert ask_over_tcp(each)


def test_more_connections_than_descriptors_is_a_warning(start):
    program = start(prefix=("prlimit", "--nofile=1000:1000"), tcp={"clients": 100})
    program._config["tcp"] = {"clients": 5000}
    program.write_config()
    status, text = program.command("reload")
    assert status == 0
    assert "  tcp.clients: 100 -> 5000\n" in text
    assert "warning: tcp.clients: 5000 connections do not fit into the 1000 descriptors that this process may have" in text
