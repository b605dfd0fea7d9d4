"""Reverse zones with dig -x: from addresses to names and back, through reloads and a cold start."""
import ipaddress
import json

import dns.reversename
import dns.zone
import pytest
from test_serving import dig, short

SERVICES = {
    "services": [
        {
            "name": "cart",
            "ports": [{"name": "http", "port": 8080}],
            "instances": [{"address": "10.1.0.1"}, {"address": "10.1.0.2"}, {"address": "10.1.0.3", "healthy": False},
                          {"address": "172.31.255.1"}, {"address": "fd00::3"}],
        },
        {"name": "pay", "instances": [{"address": "10.1.0.2"}, {"address": "172.32.0.1"}]},
    ]
}
MORE = {"services": [{"name": "zeta", "instances": [{"address": "10.1.0.1"}, {"address": "10.7.0.1"}]}]}


@pytest.fixture
def zones():
    """zones(**changes of the reverse zones)."""

    def make(listed=("demo.internal", "more.internal"), **changes):
        return [
            {"name": "demo.internal", "registry": "local"},
            {"name": "more.internal", "registry": "more"},
            *({"name": prefix, "reverse_of": list(listed), **changes}
              for prefix in ("10.0.0.0/8", "172.16.0.0/12", "fd00::/8")),
        ]

    return make


@pytest.fixture
def registries(folder, services):
    """Two file registries; the second one's file is there when `there`."""

    def make(there=True):
        services(SERVICES)
        more = folder / "more.yaml"
        if there:
            more.write_text(json.dumps(MORE))
        return {
            "local": {"type": "file", "path": str(services()), "required": True},
            "more": {"type": "file", "path": str(more), "required": there},
        }

    return make


def test_names_of_addresses_and_back(start, zones, registries):
    program = start(zones(), registries())
    expected = {
        "10.1.0.1": "10-1-0-1.cart.demo.internal.",  # more.internal has it too, but is listed later
        "10.1.0.2": "10-1-0-2.cart.demo.internal.",  # pay has it too
        "10.7.0.1": "10-7-0-1.zeta.more.internal.",
        "172.31.255.1": "172-31-255-1.cart.demo.internal.",
        "fd00::3": "fd00--3.cart.demo.internal.",
    }
    for address, name in expected.items():
        assert short(program, "-x", address) == [name]
        assert short(program, name, "AAAA" if ":" in address else "A") == [address]
    assert "status: NXDOMAIN" in dig(program, "-x", "10.1.0.3"), "it is down"
    assert "status: REFUSED" in dig(program, "-x", "172.32.0.1"), "not in the prefix"
    nodata = dig(program, "1.10.in-addr.arpa", "PTR")
    assert "status: NOERROR" in nodata and "ANSWER: 0" in nodata
    assert len(short(program, "16.172.in-addr.arpa", "SOA")) == 1


def test_a_reload_changes_whose_names_and_how_many(start, zones, registries, until):
    program = start(zones(), registries())
    program.write_config(zones(ptr="all"))
    program.reload()
    both = ["10-1-0-1.cart.demo.internal.", "10-1-0-1.zeta.more.internal."]
    until(lambda: short(program, "-x", "10.1.0.1") == both, 10, "every name")
    program.write_config(zones(listed=["more.internal"]))
    program.reload()
    until(lambda: short(program, "-x", "10.1.0.1") == both[1:], 10, "the names of one zone")
    assert "status: NXDOMAIN" in dig(program, "-x", "10.1.0.2")


def test_cold_while_one_listed_zone_is(start, zones, registries, folder, until):
    program = start(zones(), registries(there=False))
    assert short(program, "pay.demo.internal", "A") == ["10.1.0.2", "172.32.0.1"]
    for words in (["-x", "10.1.0.2"], ["-x", "10.9.9.9"]):
        answer = dig(program, *words)
        assert "status: SERVFAIL" in answer and "EDE: 14" in answer
    aside = folder / "more.new"
    aside.write_text(json.dumps(MORE))
    aside.rename(folder / "more.yaml")
    until(lambda: short(program, "-x", "10.1.0.2") == ["10-1-0-2.cart.demo.internal."], 10, "the second registry")
    assert "status: NXDOMAIN" in dig(program, "-x", "10.9.9.9")


def test_explain_says_whose_name_and_why_not_the_others(start, zones, registries):
    program = start(zones(), registries())
    status, text = program.command("explain", "1.0.1.10.in-addr.arpa", "PTR")
    assert status == 0
    assert program.command("explain", "10.1.0.1") == (0, text)
    for words in (
        "10.in-addr.arpa. gives the best name of an address, from demo.internal., more.internal.",
        "PTR 10-1-0-1.cart.demo.internal.",
        "10-1-0-1.zeta.more.internal. is not given: a zone listed earlier comes first",
        "local/cart in zone demo.internal",
        "more/zeta in zone more.internal",
    ):
        assert words in text, text
    assert "10.1.0.2" not in text, "only the instances with the address"
    status, text = program.command("explain", "3.0.1.10.in-addr.arpa", "PTR")
    assert status == 0 and "no service of these zones answers with 10.1.0.3" in text, text
    assert "below it are those from 10.1.0.0 to 10.1.255.255" in program.command("explain", "1.10.in-addr.arpa", "A")[1]
    assert "no address is written so" in program.command("explain", "01.10.in-addr.arpa", "PTR")[1]


def test_dump_is_a_zone_file_of_its_addresses(start, zones, registries):
    program = start(zones(), registries())
    status, text = program.command("dump", "10.in-addr.arpa")
    assert status == 0
    zone = dns.zone.from_text(text, origin="10.in-addr.arpa.", relativize=False, check_origin=True)
    found = {dns.reversename.to_address(owner): str(rdata.target) for owner, _, rdata in zone.iterate_rdatas("PTR")}
    assert found == {
        "10.1.0.1": "10-1-0-1.cart.demo.internal.",
        "10.1.0.2": "10-1-0-2.cart.demo.internal.",
        "10.7.0.1": "10-7-0-1.zeta.more.internal.",
    }
    status, text = program.command("dump", "31.172.in-addr.arpa")
    assert status == 0 and "1.255.31.172.in-addr.arpa. 5 IN PTR 172-31-255-1.cart.demo.internal." in text
    status, text = program.command("dump", "172.16.0.0/12")
    assert status == 0 and text.count(" IN SOA ") == 16 and text.count(" IN PTR ") == 1
    status, text = program.command("dump", "172.0.0.0/8")
    assert status == 1 and "172.in-addr.arpa. is not a zone of this server" in text
    owner = ipaddress.ip_address("fd00::3").reverse_pointer
    assert f"{owner}. 5 IN PTR fd00--3.cart.demo.internal." in program.command("dump", "d.f.ip6.arpa")[1]
