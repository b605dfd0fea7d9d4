"""H12 to H21: names, records behind the question, types and classes."""
import struct

import pytest
import wire
import world
from wire import A, CH, RD, SOA, TXT, header, opt, query, question, record

ONE = "one.demo.test"
FORMERR = "FORMERR; no question; 0/0/0"
EXTRA = record("x", A, b"\xc0\0\2\1")
SHORT = struct.pack("!HH", A, 1)

BROKEN = {
    "no name at all": header(),
    "cut in a label": header() + b"\5ab",
    "cut before the type": header() + wire.name(ONE),
    "cut in the class": header() + wire.name(ONE) + b"\0\1\0",
    # With as many octets as a length of that size would want, so that only the type is wrong.
    "label type 0x40": header() + b"\x40" + b"a" * 0x40 + b"\0" + SHORT,
    "label type 0x41": header() + b"\x41" + b"a" * 0x41 + b"\0" + SHORT,
    "label type 0x80": header() + b"\x80" + b"a" * 0x80 + b"\0" + SHORT,
    "label type 0xbf": header() + b"\xbf" + b"a" * 0xBF + b"\0" + SHORT,
    "label type 0x41, and no more": header() + b"\x41a\0" + SHORT,
    "pointer to itself": header() + b"\xc0\x0c" + SHORT,
    "pointer to the header": header() + b"\xc0\x02" + SHORT,
    "pointer forward": header() + b"\xc0\x12" + SHORT + b"\0\0",
    "pointer behind a label": header() + b"\1a\xc0\x0c" + SHORT,
    "256 octets": header() + (b"\x3f" + b"x" * 63) * 3 + b"\x3e" + b"y" * 62 + b"\0" + SHORT,
    "a name without end": header() + (b"\x3f" + b"x" * 63) * 4 + SHORT,
    "a record that is not there": header(ar=1) + question(ONE, A),
    "a record cut in its owner": header(ar=1) + question(ONE, A) + b"\3ab",
    "a record cut in its data": header(ar=1) + question(ONE, A) + EXTRA[:-1],
    "65535 additional records": header(ar=65535) + question(ONE, A) + EXTRA,
    "65535 answers": header(an=65535) + question(ONE, A),
}


@pytest.mark.rule("H12")
@pytest.mark.parametrize("what", BROKEN)
def test_H12_broken_questions(road, what):
    reply = road.ask(BROKEN[what])
    assert reply.told() == FORMERR
    assert len(reply.message) == 12


@pytest.mark.rule("H13")
def test_H13_the_longest_names(road):
    longest = (b"\x3f" + b"x" * 63) * 3 + b"\x33" + b"y" * 51 + wire.name("demo.test")
    assert len(longest) == 255
    assert road.told(query(longest)) == "NXDOMAIN aa; 0/1/0"
    deepest = b"\1a" * 122 + wire.name("demo.test")
    assert len(deepest) == 255
    assert road.told(query(deepest)) == "NXDOMAIN aa; 0/1/0"
    assert road.told(query(b"\1a" * 127 + b"\0")) == "REFUSED; 0/0/0"


@pytest.mark.rule("H14")
def test_H14_odd_octets_are_octets(road):
    for octet in (0, 1, ord("."), ord(" "), ord("\\"), ord('"'), ord("*"), 0x7F, 0x80, 0xC0, 0xFF):
        odd = bytes([3, ord("a"), octet, ord("b")]) + wire.name("demo.test")
        reply = road.ask(query(odd))
        assert reply.told() == "NXDOMAIN aa; 0/1/0", octet
        assert reply.question == question(odd, A)
    dotted = b"\x08one.demo" + wire.name("test")  # the text of a name is not the name
    assert road.told(query(dotted)) == "REFUSED; 0/0/0"
    assert road.told(query(b"\x0done.demo.test" + b"\0")) == "REFUSED; 0/0/0"


@pytest.mark.rule("H15")
def test_H15_records_of_a_reply_in_a_query(road):
    a = question(ONE, A)
    assert road.told(header(an=1) + a + EXTRA) == FORMERR
    assert road.told(header(ns=1) + a + EXTRA) == FORMERR
    assert road.told(header(an=1, ar=1) + a + EXTRA + opt()) == FORMERR + "; opt 1232"
    assert road.told(header(ns=2) + question("demo.test", wire.IXFR) + record("demo.test", SOA, bytes(22)) * 2) == FORMERR
    assert road.told(header(ar=4) + a + EXTRA * 4) == "NOERROR aa; 1/0/0"
    assert road.told(header(ar=5) + a + EXTRA * 5) == FORMERR
    assert road.told(header(ar=5) + a + EXTRA * 4 + opt()) == FORMERR + "; opt 1232"


@pytest.mark.rule("H16")
def test_H16_octets_behind_the_end(road):
    for stray in (b"\0", b"\xff", b"ab", EXTRA, bytes(400)):
        assert road.told(query(ONE) + stray) == FORMERR
        assert road.told(query(ONE, edns=opt()) + stray) == FORMERR + "; opt 1232"
    assert road.told(query(ONE, edns=opt(flags=wire.DO)) + b"\0") == FORMERR + "; opt 1232 do"


@pytest.mark.rule("H17")
def test_H17_types_that_never_are_data(road):
    for kind in (wire.OPT, wire.TSIG, wire.TKEY, wire.NXNAME):
        for name in (ONE, "nope.demo.test", "demo.test"):
            assert road.told(query(name, kind)).startswith("FORMERR; 0/0/0")
            assert road.told(query(name, kind, edns=opt())) == "FORMERR; 0/0/0; opt 1232 ede 30"


@pytest.mark.rule("H17")
def test_H17_any_other_type_is_a_type(road):
    for kind in (0, 3, 99, 127, 129, 248, wire.MAILA, wire.MAILB, 256, 666, 1000, 32768, 65280, 65535):
        assert road.told(query(ONE, kind)) == "NOERROR aa; 0/1/0", kind
        assert road.told(query("nope.demo.test", kind)) == "NXDOMAIN aa; 0/1/0", kind


@pytest.mark.rule("H18")
def test_H18_classes(road):
    for klass in (wire.CLASS_ANY, wire.HS, 0, 2, wire.NONE, 65535):
        for name in (ONE, "nope.demo.test", "example.org"):
            assert road.told(query(name, klass=klass)) == "REFUSED; 0/0/0", klass
            assert road.told(query(name, klass=klass, edns=opt())) == "REFUSED; 0/0/0; opt 1232 ede 21", klass
    assert road.ask(query(ONE, klass=CH)).rcode == 5


@pytest.mark.rule("H19")
def test_H19_chaos(road):
    for name in ("version.bind", "version.server"):
        assert road.told(query(name, TXT, klass=CH)) == "REFUSED; 0/0/0"
    for name in ("id.server", "hostname.bind", "ID.Server"):
        reply = road.ask(query(name, TXT, klass=CH))
        assert reply.rcode == 0 and reply.texts() == [f'"{world.ID}"']
        assert [r.klass for r in reply.answer] == [CH]
    for name in ("authors.bind", "x.id.server", "server", "."):
        assert road.ask(query(name, TXT, klass=CH)).rcode == 5


@pytest.mark.rule("H20")
def test_H20_outside_all_zones(road):
    for name in (".", "test", "example.org", "xdemo.test", "emo.test", "demo.test.example", "11.in-addr.arpa"):
        for flags in (0, RD):
            reply = road.ask(query(name, flags=flags))
            assert reply.told() == ("REFUSED rd; 0/0/0" if flags else "REFUSED; 0/0/0"), name
            assert len(reply.message) == 12 + len(question(name, A))
        assert road.told(query(name, wire.NS, edns=opt())) == "REFUSED; 0/0/0; opt 1232 ede 20", name


@pytest.mark.rule("H21")
def test_H21_recursion_is_not_offered(road):
    for name in (ONE, "nope.demo.test", "empty.demo.test", "example.org", "demo.test"):
        for kind in (A, SOA):
            plain, asked = road.ask(query(name, kind)), road.ask(query(name, kind, flags=RD))
            assert asked.flags == plain.flags | RD
            assert asked.canonical()[1:] == plain.canonical()[1:]
