"""Two Nacos servers, one of which came back empty: what the other one says decides (A5, A7)."""
import re

import pytest

from harness.fake_nacos import FakeNacos
from test_serving import short


@pytest.fixture
def servers(folder):
    running = []
    for name in ("old", "fresh"):
        (folder / name).mkdir()
        running.append(FakeNacos(folder / name, push_delay=0.05, watch_delay=0.05))
    yield running
    for server in running:
        server.stop()


def register(server, service, ip):
    server.control("register", service=service, instances=[{"ip": ip, "port": 80}])


def followed(server):
    return bool(server.state()["connections"])


def send_away(server, to):
    server.control("reset", host="127.0.0.1", port=to.port)


def follow(start, servers, until, seconds=10):
    """A program that follows the first of the servers, for all three services of it."""
    old, fresh = servers
    for number, service in enumerate(("cart", "pay", "api")):
        register(old, service, f"10.0.0.{number + 1}")
    registry = {"type": "nacos", "servers": [each.address for each in servers], "required": True, "list_interval": "1s"}
    program = start(registries={"nacos": registry}, zones=[{"name": "n.internal", "registry": "nacos"}])
    if followed(fresh):
        send_away(fresh, old)
    until(lambda: followed(old) and not followed(fresh), seconds, "the first server is followed")
    until(lambda: short(program, "cart.n.internal", "A") == ["10.0.0.1"], seconds, "its services")
    return program


def lines(program, event):
    return [line for line in program.process.output().splitlines() if event in line]


def test_A7_an_empty_list_is_refused_while_another_server_still_tells_what_is_missing(start, servers, until):
    old, fresh = servers
    program = follow(start, servers, until)
    send_away(old, fresh)
    until(lambda: lines(program, "guard.second_opinion"), 30, "the other server's word")
    line = lines(program, "guard.second_opinion")[0]
    assert "warning" in line and f'text="{old.address}: 0 gone there too, 3 still there' in line, line
    assert "it names 3 of 3 services" in line, line
    text = program.command("status")[1]
    assert f"another server of nacos was asked: {old.address}: 0 gone there too, 3 still there" in text, text
    assert f"{old.address} still tells what is missing" in program.command("explain", "cart.n.internal", "A")[1]
    assert program.metric("guard_second_opinions_total", registry="nacos", outcome="still_there") == 3
    left = re.search(r"^  nacos\s+service_shrink\s+3\s+3\s+\S+\s+(\d+)s\s", text, re.M)
    assert left and 25 <= int(left[1]) <= 30, "it counts as growth: 30 s from here on\n" + text
    assert short(program, "cart.n.internal", "A") == ["10.0.0.1"]
    for number, service in enumerate(("cart", "pay", "api")):
        register(fresh, service, f"10.0.0.{number + 1}")
    until(lambda: program.metric("guard_released_total", reason="returned") == 3, 10, "the end of the hold")


def test_A5_what_another_server_that_did_not_restart_lacks_too_goes_before_its_time(start, servers, until):
    """The server must be known for 90 s."""
    old, fresh = servers
    program = follow(start, servers, until)
    until(lambda: old.state()["requests"]["ServiceListRequest"] > 93, 150, "93 lists, one a second")
    old.control("drop", service="cart")
    send_away(old, fresh)
    until(lambda: short(program, "cart.n.internal", "A") == [], 25, "the other server's word")
    assert program.metric("guard_released_total", reason="second_opinion") == 1
    assert short(program, "pay.n.internal", "A") == ["10.0.0.2"]
    line = lines(program, "guard.second_opinion")[0]
    assert "1 gone there too, 2 still there, 0 in doubt; it names 2 of 3 services" in line, line
