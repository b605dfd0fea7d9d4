"""N1, N6 to N9, N11 to N16, N18: what a master file says."""
import pytest
import wire
from wire import A, AAAA, ANY, CNAME, DS, HTTPS, MX, NS, SOA, SRV, SVCB, TXT, opt, query, shown, soas

ZONE = "static.test"


def at(label):
    return f"{label}.{ZONE}"


def data(road, name, kind):
    """The answer's data for a name in the zone, which must be there."""
    reply = road.ask(query(at(name), kind))
    assert reply.rcode == 0 and reply.flags & wire.AA, (name, reply.told())
    return reply.texts()


@pytest.mark.rule("N1")
def test_N1_octets_that_differ_in_the_bit_of_case_only(road):
    """`[` and `{`, `@` and the grave accent, 0xC4 and 0xE4: names of their own."""
    for octet, address in ((0x5B, "192.0.2.91"), (0x7B, "192.0.2.123"), (0xC4, "192.0.2.196")):
        reply = road.ask(query(bytes([2, ord("x"), octet]) + wire.name(ZONE)))
        assert reply.texts() == [address]
    assert road.told(query(bytes([2, ord("x"), 0xE4]) + wire.name(ZONE))) == "NXDOMAIN aa; 0/1/0"


@pytest.mark.rule("N4")
def test_N4_soa_of_a_file(road):
    """Its TTL is 300 at most, its MINIMUM 60."""
    assert soas(road.ask(query(at("host"), MX))) == [(ZONE + ".", 60)]
    assert soas(road.ask(query(at("nope.host")))) == [(ZONE + ".", 60)]


@pytest.mark.rule("N6")
def test_N6_the_example_of_rfc_4592(road):
    """Section 2.2.1, under wild.static.test."""
    wild = "wild"
    assert data(road, f"host3.{wild}", MX) == ["10 host1.wild.static.test."]
    assert road.told(query(at(f"host3.{wild}"), A)) == "NOERROR aa; 0/1/0"
    assert data(road, f"foo.bar.{wild}", TXT) == ['"this is a wildcard"']
    assert road.told(query(at(f"host1.{wild}"), MX)) == "NOERROR aa; 0/1/0", "it exists"
    assert road.told(query(at(f"sub.*.{wild}"), MX)) == "NOERROR aa; 0/1/0", "it exists"
    assert road.told(query(at(f"_telnet._tcp.host1.{wild}"), SRV)) == "NXDOMAIN aa; 0/1/0", "its encloser exists"
    assert road.told(query(at(f"host.subdel.{wild}"), A)) == "NOERROR; 0/1/0", "a delegation"
    assert road.told(query(at(f"ghost.*.{wild}"), MX)) == "NXDOMAIN aa; 0/1/0", "*.*.wild does not exist"


@pytest.mark.rule("N6")
def test_N6_what_blocks_and_what_matches(road):
    assert road.told(query(at("host2.wild"), MX)) == "NOERROR aa; 0/1/0", "an empty non-terminal blocks"
    assert road.told(query(at("_tcp.host2.wild"), MX)) == "NOERROR aa; 0/1/0"
    assert road.told(query(at("x.host2.wild"), MX)) == "NXDOMAIN aa; 0/1/0", "and encloses"
    literal = road.ask(query(at("*.wild"), MX))
    assert [shown(r.owner) for r in literal.answer] == [at("*.wild") + "."] and literal.flags & wire.AA
    assert data(road, "sub.*.wild", TXT) == ['"this is not a wildcard"']
    assert road.told(query(at("x.sub.*.wild"), TXT)) == "NXDOMAIN aa; 0/1/0"
    assert road.told(query(at("_svc._tcp.x.wild"), SRV)) == "NOERROR aa; 0/1/0", "*.wild has no SRV"
    reply = road.ask(query(at("HoSt9.Wild"), MX))
    assert shown(reply.answer[0].owner) == "HoSt9.Wild.static.test.", "the owner is the name that was asked"


@pytest.mark.rule("N7")
def test_N7_a_chain_in_our_zones(road):
    reply = road.ask(query(at("c1"), A))
    assert reply.told() == "NOERROR aa; 4/0/0"
    assert [(shown(r.owner), r.kind) for r in reply.answer[:2]] == [(at("c1") + ".", CNAME), (at("c2") + ".", CNAME)]
    assert {(shown(r.owner), r.text()) for r in reply.answer[2:]} == {(at("host") + ".", "192.0.2.10"), (at("host") + ".", "192.0.2.11")}
    for kind in (CNAME, ANY):
        assert road.ask(query(at("c1"), kind)).texts() == [at("c2") + "."]
    over = road.ask(query(at("over"), A))
    assert {r.text() for r in over.answer} == {"one.demo.test.", "10.1.1.1"} and over.flags & wire.AA


@pytest.mark.rule("N7")
def test_N7_the_end_decides(road):
    for name, kind, told, zone in (
        ("dangling", A, "NXDOMAIN aa; 1/1/0", ZONE),
        ("c1", MX, "NOERROR aa; 2/1/0", ZONE),
        ("over", MX, "NOERROR aa; 1/1/0", "demo.test"),
        ("overnope", A, "NXDOMAIN aa; 1/1/0", "demo.test"),
    ):
        reply = road.ask(query(at(name), kind))
        assert reply.told() == told, name
        assert [owner for owner, _ in soas(reply)] == [zone + "."], name


@pytest.mark.rule("N8")
def test_N8_loops(road):
    for name in ("loop1", "loop2", "self"):
        reply = road.ask(query(at(name), A, edns=opt()))
        assert wire.RCODES[reply.rcode] == "SERVFAIL" and reply.ede == 0, name


@pytest.mark.rule("N8")
def test_N8_long_chains(road):
    """Sixteen times an alias is followed; who asked goes on from the seventeenth."""
    assert road.told(query(at("long4"), A, edns=opt())) == "NOERROR aa; 17/0/0; opt 1232", "sixteen aliases and an address"
    for name in ("long3", "long0"):
        reply = road.ask(query(at(name), A, edns=opt()))
        assert reply.told() == "NOERROR aa; 17/0/0; opt 1232" and {r.kind for r in reply.answer} == {CNAME}, name


@pytest.mark.rule("N9")
def test_N9_out_of_our_zones(road):
    for kind in (A, AAAA, MX, TXT):
        reply = road.ask(query(at("away"), kind))
        assert reply.told() == "NOERROR aa; 1/0/0"
        assert reply.answer[0].kind == CNAME and reply.texts() == ["www.example.org."]


@pytest.mark.rule("N11")
def test_N11_unknown_types(road):
    for kind in (65280, 62347):
        reply = road.ask(query(at("unknown"), kind))
        assert [r.rdata for r in reply.answer] == [bytes.fromhex("034142430473746174c00c00ffABCDEF".lower())], kind
    assert road.told(query(at("unknown"), 65281)) == "NOERROR aa; 0/1/0"
    assert [r.rdata for r in road.ask(query(at("unknown"), 731)).answer] == [b""]


@pytest.mark.rule("N12")
def test_N12_of_different_ttls_the_lowest(road):
    reply = road.ask(query(at("ttls"), A))
    assert len(reply.answer) == 2 and {r.ttl for r in reply.answer} == {30}
    assert data(road, "same", A) == ["192.0.2.20"], "written twice, and once as 192.0.2.020 would be"


@pytest.mark.rule("N13")
def test_N13_delegation(road):
    for name in ("sub", "x.sub", "a.b.sub"):
        for kind in (A, NS, SOA, TXT):
            reply = road.ask(query(at(name), kind))
            assert reply.rcode == 0 and not reply.flags & wire.AA and not reply.answer, name
            assert {(shown(r.owner), r.kind) for r in reply.authority} == {(at("sub") + ".", NS)}
            assert reply.texts("authority") == ["ns.else.example.", "ns.sub.static.test."]
            assert reply.texts("additional") == ["192.0.2.40", "2001:db8::40"]
    assert road.told(query(at("sub"), DS)) == "NOERROR aa; 0/1/0", "the parent's to say"
    assert data(road, "signed", DS) == ["1 8 2 " + "ab" * 32]
    assert road.told(query(at("x.signed"), DS)) == "NOERROR; 0/1/0", "not the parent's"


@pytest.mark.rule("N13", "E10")
def test_N13_glue_that_does_not_fit(road):
    reply = road.ask(query(at("x.big"), A), same=False)
    assert reply.told() == ("NOERROR; 0/12/24" if road.tcp else "NOERROR tc; 0/0/0")
    assert road.told(query(at("x.big"), A, edns=opt(1232))) == "NOERROR; 0/12/24; opt 1232"


@pytest.mark.rule("N14")
def test_N14_srv_of_a_file(road):
    reply = road.ask(query(at("_off._tcp"), SRV))
    assert reply.told() == "NOERROR aa; 1/0/0" and reply.answer[0].rdata == b"\0\0\0\0\0\0\0", "deliberately not there"
    reply = road.ask(query(at("_two._tcp"), SRV))
    assert reply.answer[0].rdata[6:] == wire.name(at("host")), "whole, not compressed"
    assert reply.texts("additional") == ["192.0.2.10", "192.0.2.11", "2001:db8::10"]


@pytest.mark.rule("N15")
def test_N15_whole_rrsets_or_nothing(udp):
    """Six SRV point to a host with two A and one AAAA: 32 and 28 octets. The question's length moves what is left of
    512: room for both, for one of them, for none."""
    seen = set()
    for extra in range(1, 64):
        name = ".".join(["q" * 60, "q" * 60, "q" * 50, "r" * extra, "pad"])
        reply = udp.ask(query(at(name), SRV))
        texts = reply.texts("additional")
        assert not reply.flags & wire.TC and len(reply.answer) == 6 and len(reply.message) <= 512
        assert ("192.0.2.10" in texts) == ("192.0.2.11" in texts), extra
        seen.add(len(texts))
    assert {3, 2} <= seen and seen <= {0, 1, 2, 3}


@pytest.mark.rule("N16")
def test_N16_strings(road):
    reply = road.ask(query(at("strings"), TXT))
    assert [r.rdata for r in reply.answer] == [b"\5first\0\6second\xff" + b"x" * 255 + b"\1z"]
    assert [r.rdata for r in road.ask(query(at("nothing"), TXT)).answer] == [b"\0"]


@pytest.mark.rule("N18")
def test_N18_svcb_and_https(road):
    reply = road.ask(query(at("web"), HTTPS))
    rdata, keys = reply.answer[0].rdata, []
    assert rdata[:2] == b"\0\1"
    target = wire.name(at("host"))
    assert rdata[2 : 2 + len(target)] == target, "whole, not compressed"
    at_octet = 2 + len(target)
    while at_octet < len(rdata):
        keys.append(int.from_bytes(rdata[at_octet : at_octet + 2], "big"))
        at_octet += 4 + int.from_bytes(rdata[at_octet + 2 : at_octet + 4], "big")
    assert rdata[2 + len(target) :].startswith(b"\0\0\0\4\0\1\0\3"), "mandatory keys ascending too"
    assert at_octet == len(rdata) and keys == [0, 1, 3], "mandatory, alpn, port: ascending, whatever the file's order"
    assert reply.texts("additional") == ["192.0.2.10", "192.0.2.11", "2001:db8::10"]
    alias = road.ask(query(at("alias"), HTTPS))
    assert alias.answer[0].rdata == b"\0\0" + wire.name(at("web")), "AliasMode has no parameters"
    assert [r.kind for r in alias.additional if r.kind == HTTPS], "the target's own HTTPS comes with it"
    assert road.ask(query(at("svc"), SVCB)).answer[0].rdata[:3] == b"\0\1\0"
