"""`on_query` of the real binary before our fake Nacos: services of a group that nobody lists."""
import json
import re
import socket
import subprocess
import time

import pytest
from harness import dns
from harness.fake_nacos import FakeNacos


@pytest.fixture
def nacos(folder):
    fake = FakeNacos(folder, fuzzy_watch=False, push_delay=0.05)
    yield fake
    fake.stop()


@pytest.fixture
def begin(start, nacos):
    def run(**on_query):
        registry = {"type": "nacos", "servers": [nacos.address], "required": True, "on_query": on_query}
        zone = {"name": "nacos.internal", "registry": "nacos", "ttl": 5}
        return start(registries={"nacos": registry}, zones=[zone])

    return run


def dig(program, name, *words):
    """(status, extended errors, addresses, seconds)"""
    host, port = program.address
    began = time.monotonic()
    done = subprocess.run(
        ["dig", f"@{host}", "-p", str(port), "+norecurse", "+time=5", "+tries=1", *words, name, "A"],
        capture_output=True, text=True, timeout=20, check=False,
    )
    seconds = time.monotonic() - began
    status = re.search(r"status: (\w+)", done.stdout)
    assert status, done.stdout
    addresses = re.findall(r"\bIN[ \t]+A[ \t]+(\S+)", done.stdout)
    return status[1], re.findall(r"; EDE: (\d+)", done.stdout), addresses, seconds


def register(nacos, service, *addresses, group="orders"):
    instances = [{"ip": address, "port": 80} for address in addresses]
    nacos.control("register", service=service, group=group, instances=instances)


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_the_first_query_is_answered_from_the_reply(begin, nacos, transport):
    register(nacos, "pay", "10.1.0.1")
    program = begin()
    assert dig(program, "pay.orders.nacos.internal", transport)[:3] == ("NOERROR", [], ["10.1.0.1"])
    assert dig(program, "10-1-0-1.pay.orders.nacos.internal", transport)[:3] == ("NOERROR", [], ["10.1.0.1"])
    assert dig(program, "10-1-0-9.pay.orders.nacos.internal", transport)[0] == "NXDOMAIN"


def test_a_derived_name_may_come_first(begin, nacos):
    register(nacos, "pay", "10.1.0.1")
    program = begin()
    assert dig(program, "10-1-0-1.pay.orders.public.nacos.internal")[:3] == ("NOERROR", [], ["10.1.0.1"])


def test_unknown_is_denied_and_then_appears(begin, nacos, until):
    program = begin()
    assert dig(program, "pay.orders.nacos.internal")[:2] == ("NXDOMAIN", [])
    assert dig(program, "nobody.nacos.internal")[:2] == ("NXDOMAIN", [])
    before = nacos.state()["connections"][0]["subscriptions"]
    assert dig(program, "pay.orders.nacos.internal")[0] == "NXDOMAIN"
    assert nacos.state()["connections"][0]["subscriptions"] == before, "remembered: nobody is asked twice"
    register(nacos, "pay", "10.1.0.1")
    until(lambda: dig(program, "pay.orders.nacos.internal")[0] == "NOERROR", 10, "the service that appeared")


def test_a_silent_server_costs_the_budget(begin, nacos):
    program = begin(budget="700ms")
    nacos.control("order", type="SubscribeServiceRequest", delay=30, count=1000)
    status, errors, _, seconds = dig(program, "pay.orders.nacos.internal")
    assert (status, errors) == ("SERVFAIL", ["23"])
    assert 0.65 < seconds < 1.7, seconds


def test_random_names_hinder_nobody(begin, nacos):
    register(nacos, "pay", "10.1.0.1")
    program = begin(services=64)
    assert dig(program, "pay.orders.nacos.internal")[0] == "NOERROR"
    client = dns.Client(program.address)
    flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    flood.connect(tuple(program.address))
    end = time.monotonic() + 3
    asked, slow, number = 0, 0, 0
    try:
        while time.monotonic() < end:
            for _ in range(50):
                number += 1
                flood.send(dns.query_bytes(f"x{number}.orders.nacos.internal", "A", number & 0xFFFF))
            began = time.monotonic()
            assert client.ask("pay.orders.nacos.internal").texts("A") == ["10.1.0.1"]
            slow += time.monotonic() - began > 0.25
            asked += 1
            time.sleep(max(0.0, 0.05 - (time.monotonic() - began)))
    finally:
        client.close()
        flood.close()
    assert number > 1000 and asked > 20
    assert slow <= asked // 20
    assert len(nacos.state()["connections"][0]["subscriptions"]) <= 64 + 64 + 8
    assert program.metric("registry_on_query_total", registry="nacos", reason="there") == 1


def said(program, *words):
    return json.loads(program.command(*words, "--json")[1])


def explained(program, name):
    return said(program, "explain", name)["notes"]


def test_status_and_explain_tell_of_it(begin, nacos):
    register(nacos, "pay", "10.1.0.1")
    program = begin()
    name = "pay.orders.nacos.internal"
    assert any("not asked for yet" in note and "nacos/public/orders/pay" in note for note in explained(program, name))
    assert dig(program, name)[0] == "NOERROR"
    assert any("was subscribed on first query at 20" in note for note in explained(program, f"_http._tcp.{name}"))
    assert dig(program, "none.orders.nacos.internal")[0] == "NXDOMAIN"
    assert any("does not have" in note for note in explained(program, "none.orders.nacos.internal"))
    assert not any("on_query" in note for note in explained(program, "none.nacos.internal")), "a list would name it"
    (registry,) = said(program, "status")["registries"]
    assert registry["on_query"] == {"asking": 0, "there": 1, "absent": 1, "subscriptions": 2}
    assert program.metric("registry_on_query_names", registry="nacos", state="there") == 1


def test_a_reload_keeps_what_was_asked_for(begin, nacos, until):
    """Other options start the registry anew: its names go on answering, and are followed again."""
    register(nacos, "pay", "10.1.0.1")
    program = begin()
    name = "pay.orders.nacos.internal"
    assert dig(program, name)[0] == "NOERROR"
    config = json.loads(program.config_file.read_text())
    config["registries"]["nacos"]["list_interval"] = "9s"
    program.config_file.write_text(json.dumps(config))
    nacos.control("order", type="SubscribeServiceRequest", delay=0.2, count=1000)
    program.reload()
    for _ in range(10):
        assert dig(program, name)[::2] == ("NOERROR", ["10.1.0.1"])
    register(nacos, "pay", "10.1.0.2")
    until(lambda: "10.1.0.2" in dig(program, name)[2], 10, "and it is followed")
