"""N1 to N5, N10, N12, N14 to N17, N19: what names of services answer."""
import collections
import itertools
import struct

import pytest
import wire
from harness import stats
from wire import A, AAAA, ANY, MX, PTR, SOA, SRV, TXT, opt, query, question, shown, soas

CART = "cart.demo.test"


def spellings(name, count=32):
    """The same name in other case: 0x20 in patterns."""
    octets = wire.name(name)
    for pattern in range(count):
        yield bytes(
            c ^ 0x20 if chr(c).isalpha() and pattern >> (i % 5) & 1 else c for i, c in enumerate(octets)
        )


@pytest.mark.rule("N1")
def test_N1_case_is_kept_and_does_not_matter(road):
    for spelling in spellings("one.demo.test"):
        reply = road.ask(query(spelling))
        assert reply.told() == "NOERROR aa; 1/0/0"
        assert reply.question == question(spelling, A)
        assert reply.answer[0].pointed and reply.answer[0].owner == spelling
        missing = road.ask(query(b"\4nope" + spelling))
        assert missing.told() == "NXDOMAIN aa; 0/1/0"


@pytest.mark.rule("N1")
def test_N1_only_letters_of_ascii_have_case(road):
    rest = wire.name("one.demo.test")
    assert road.told(query(b"\x0810-1-1-1" + rest)) == "NOERROR aa; 1/0/0"
    for at, octet in enumerate(b"10-1-1-1"):
        for flip in (0x20, 0x80):  # digits and `-` differ in the bit of case from octets that are something else
            label = bytearray(b"10-1-1-1")
            label[at] = octet ^ flip
            assert road.told(query(b"\x08" + bytes(label) + rest)) == "NXDOMAIN aa; 0/1/0", bytes(label)
    for label in (b"\xefne", b"o\xcee", b"on\xe5", b"on\xc5"):
        assert road.told(query(b"\x03" + label + wire.name("demo.test"))) == "NXDOMAIN aa; 0/1/0", label


@pytest.mark.rule("N2", "N4")
def test_N2_known_name_other_type(road):
    for name, ttl in (("demo.test", 3), ("short.test", 2)):
        for host in (f"one.{name}", f"empty.{name}", f"10-1-1-1.one.{name}", f"_http._tcp.cart.{name}", name):
            reply = road.ask(query(host, MX))
            assert reply.told() == "NOERROR aa; 0/1/0", host
            assert soas(reply) == [(name + ".", ttl)], host


@pytest.mark.rule("N3", "N4")
def test_N3_unknown_name(road):
    for name, ttl in (("demo.test", 3), ("short.test", 2)):
        for host in ("nope", "a.b.c.d", "nope.one", "_nope._tcp.cart", "_http._udp.cart", "10-1-1-9.one", "_"):
            reply = road.ask(query(f"{host}.{name}"))
            assert reply.told() == "NXDOMAIN aa; 0/1/0", host
            assert soas(reply) == [(name + ".", ttl)], host


@pytest.mark.rule("N4")
def test_N4_the_smaller_of_ttl_and_minimum(road):
    for name, ttl, minimum in (("demo.test", 7, 3), ("short.test", 2, 30)):
        soa = road.ask(query(name, SOA)).answer[0]
        assert (soa.ttl, int(soa.text().split()[-1])) == (ttl, minimum)
        negative = road.ask(query(f"nope.{name}")).authority[0]
        assert negative.ttl == min(ttl, minimum)
        assert int(negative.text().split()[-1]) == minimum, "MINIMUM itself does not change"


@pytest.mark.rule("N5")
def test_N5_empty_non_terminals_exist(road):
    for host in ("_tcp.cart", "down.below", "below", "dns"):
        for kind in (A, TXT, SOA, ANY):
            assert road.told(query(f"{host}.demo.test", kind)) == "NOERROR aa; 0/1/0", (host, kind)
    assert road.told(query("deep.down.below.demo.test")) == "NOERROR aa; 1/0/0"
    assert road.told(query("_udp.cart.demo.test")) == "NXDOMAIN aa; 0/1/0", "no port is UDP"
    assert road.told(query("_tcp.one.demo.test")) == "NXDOMAIN aa; 0/1/0", "its port has no name"


@pytest.mark.rule("N5")
def test_N5_below_nxdomain_all_is_nxdomain(road):
    for host in ("nope", "other.below", "nope.cart", "_nope.cart", "x.10-1-1-1.one"):
        for below in ("", "a.", "_tcp.", "_http._tcp.", "10-1-1-1.", "x.y.z."):
            assert road.told(query(f"{below}{host}.demo.test")) == "NXDOMAIN aa; 0/1/0", below + host


@pytest.mark.rule("N10")
def test_N10_any_is_one_rrset(road):
    for host in ("cart", "one", "10-1-1-1.one", "_http._tcp.cart"):
        reply = road.ask(query(f"{host}.demo.test", ANY))
        assert reply.rcode == 0 and reply.flags & wire.AA and not reply.authority
        assert len({r.kind for r in reply.answer}) == 1, host
    assert len({r.kind for r in road.ask(query("demo.test", ANY)).answer}) == 1
    assert road.told(query("empty.demo.test", ANY)).startswith("NOERROR aa; ")
    assert road.told(query("nope.demo.test", ANY)) == "NXDOMAIN aa; 0/1/0"


@pytest.mark.rule("N12")
def test_N12_one_ttl_and_no_duplicates(road):
    hosts = {"cart": (A, AAAA, SRV, TXT), "twice": (A, SRV, ANY), "many": (A, SRV), "zero": (A, SRV), "": (wire.NS, SOA)}
    for host, kinds in hosts.items():
        for kind in kinds:
            reply = road.ask(query(f"{host}.demo.test".lstrip("."), kind, edns=opt()), same=False)
            for section in (reply.answer, reply.additional):
                sets = collections.defaultdict(set)
                for record in section:
                    sets[record.owner.lower(), record.kind].add(record.ttl)
                assert all(len(ttls) == 1 for ttls in sets.values())
                data = [(r.owner.lower(), r.kind, r.text()) for r in section]
                assert len(data) == len(set(data)), (host, kind)
    assert road.ask(query("twice.demo.test")).texts() == ["10.1.3.1"]
    assert {r.ttl for r in road.ask(query(CART)).answer} == {7}


@pytest.mark.rule("N14")
def test_N14_srv(road):
    reply = road.ask(query("_http._tcp." + CART, SRV))
    assert sorted(t.split()[:3] for t in reply.texts()) == [["0", "1", "8080"], ["0", "2", "8080"], ["0", "3", "8080"]]
    for record in reply.answer:
        target = record.rdata[6:]
        assert shown(target).endswith(".cart.demo.test."), "whole, not compressed"
        assert len(target) == len(wire.name(shown(target)))
        addresses = [r for r in reply.additional if r.owner == target]
        assert len(addresses) == 1 and addresses[0].kind in (A, AAAA), "not an alias, and its address comes with it"
        direct = road.ask(query(target, addresses[0].kind))
        assert direct.texts() == [addresses[0].text()]
    assert len(reply.additional) == 3


@pytest.mark.rule("N15")
def test_N15_addresses_that_do_not_fit_go_silently(udp, server):
    # Nine SRV of 18 + 29 octets leave little of 512: some glue, or none, but never TC.
    reply = udp.ask(query("glue.demo.test", SRV), same=False)
    assert not reply.flags & wire.TC and len(reply.answer) == 9
    assert 0 <= len(reply.additional) < 9
    assert len(reply.message) <= 512
    whole = udp.ask(query("glue.demo.test", SRV, edns=opt(1232)), same=False)
    assert (len(whole.answer), len(whole.additional)) == (9, 9)
    targets = {r.rdata[6:] for r in reply.answer}
    assert {r.owner for r in reply.additional} <= targets
    # One SRV with two addresses: both or none, at every size between.
    for size in range(512, 1233, 8):
        part = udp.ask(query("glue.demo.test", SRV, edns=opt(size)), same=False)
        assert len(part.message) <= size and not part.flags & wire.TC and len(part.answer) == 9


@pytest.mark.rule("N16")
def test_N16_txt_of_a_service(road):
    reply = road.ask(query("strings.demo.test", TXT))
    assert reply.told() == "NOERROR aa; 1/0/0"
    strings, at, data = [], 0, reply.answer[0].rdata
    while at < len(data):
        strings.append(data[at + 1 : at + 1 + data[at]].decode())
        at += 1 + data[at]
    assert at == len(data)
    assert [s.split("=")[0] for s in strings] == ["registry", "service", "instances", "team"]
    assert strings[0] == "registry=local" and strings[3] == "team=shop"


@pytest.mark.rule("N17")
def test_N17_ptr_points_to_what_points_back(road):
    for address in ("10.1.1.1", "10.1.0.1", "10.1.3.1", "fd00::3"):
        reply = road.ask(query(wire.reverse_name(address), PTR))
        assert reply.rcode == 0 and reply.flags & wire.AA and reply.answer, address
        kind = AAAA if ":" in address else A
        back = [road.ask(query(text, kind)).texts() for text in reply.texts()]
        assert [address] in back
    assert road.told(query(wire.reverse_name("10.1.1.2"), PTR)) == "NXDOMAIN aa; 0/1/0"
    assert road.told(query("1.1.10.in-addr.arpa", PTR)) == "NOERROR aa; 0/1/0", "half an address that goes on"
    assert road.told(query(wire.reverse_name("10.1.1.1"), A)) == "NOERROR aa; 0/1/0"


@pytest.mark.rule("N17")
def test_N17_wrong_nibbles_are_no_names(road):
    v6 = wire.reverse_name("fd00::3")
    for name in ("x." + v6, "0." + v6, "30" + v6[1:], "g" + v6[1:], "1.1.1.1.10.in-addr.arpa", "01.1.1.10.in-addr.arpa",
                 "256.1.1.10.in-addr.arpa", "x.1.1.10.in-addr.arpa", "1.01.1.10.in-addr.arpa", "*.1.1.10.in-addr.arpa"):
        assert road.told(query(name, PTR)) == "NXDOMAIN aa; 0/1/0", name
    assert road.told(query(v6[2:], PTR)) == "NOERROR aa; 0/1/0", "31 nibbles: the tree goes on"
    assert road.told(query("1" + v6[1:], PTR)) == "NXDOMAIN aa; 0/1/0"


def draws(road, name, count, kind=A):
    """The order of the answer's data in `count` replies."""
    link = road.connect()
    message = query(name, kind)
    for number in range(count):
        link.send(struct.pack("!H", number & 0xFFFF) + message)
        yield [r.text() for r in wire.Reply(link.receive()).answer]


@pytest.mark.rule("N19")
def test_N19_order_is_a_weighted_draw(road):
    firsts = collections.Counter()
    for order in draws(road, CART, 900):
        assert sorted(order) == ["10.1.0.1", "10.1.0.2"], "all of positive weight; 0 and unhealthy never"
        firsts[order[0]] += 1
    assert stats.fit([firsts["10.1.0.1"], firsts["10.1.0.2"]], [2 / 3, 1 / 3]) > 1e-6, firsts
    assert {text for order in draws(road, "zero.demo.test", 50) for text in order} == {"10.1.2.1", "10.1.2.2"}


@pytest.mark.rule("N19")
def test_N19_order_of_equals_is_every_permutation(road):
    seen = collections.Counter(tuple(order) for order in draws(road, "three.demo.test", 900))
    assert set(seen) == set(itertools.permutations(["10.1.6.1", "10.1.6.2", "10.1.6.3"]))
    assert stats.fit(list(seen.values()), [1 / 6] * 6) > 1e-6, seen


@pytest.mark.rule("N19")
def test_N19_a_sample_has_each_with_its_share(road):
    seen = collections.Counter()
    for drawn in draws(road, "cart.short.test", 900):
        assert len(drawn) == 1
        seen[drawn[0]] += 1
    assert set(seen) == {"10.1.0.1", "10.1.0.2"}
    assert stats.fit([seen["10.1.0.1"], seen["10.1.0.2"]], [2 / 3, 1 / 3]) > 1e-6, seen
    weights = {t.split()[1] for t in road.ask(query("_http._tcp.cart.short.test", SRV), same=False).texts()}
    assert len(weights) == 1, "the draw has spent the weight"
