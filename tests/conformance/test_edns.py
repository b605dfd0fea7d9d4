"""E2 to E6, E18: the shape of OPT, its version, and options that nobody knows."""
import struct

import pytest
import wire
from wire import A, DO, header, opt, option, query, question, record

ONE = "one.demo.test"
FORMERR = "FORMERR; no question; 0/0/0"
GOOD = "NOERROR aa; 1/0/0; opt 1232"
OVERRUN = struct.pack("!HH", wire.COOKIE, 9) + bytes(8)
UNKNOWN = option(65001, b"hello")
# Options that the program gives no meaning: experimental, unassigned, and those of others.
FOREIGN = [1, 2, 4, 5, 6, 7, wire.EXPIRE, wire.PADDING, 13, 14, 16, 17, 18, 20, 100, 26946, 65001, 65534, 65535]


def asked(edns):
    return query(ONE, edns=edns)


@pytest.mark.rule("E2")
def test_E2_one_opt_at_the_root_in_its_section(road):
    a = question(ONE, A)
    assert road.told(header(ar=2) + a + opt() + opt()) == FORMERR + "; opt 1232"
    assert road.told(header(ar=2) + a + opt(flags=DO) + opt()) == FORMERR + "; opt 1232 do", "the first one counts"
    assert road.told(header(an=1) + a + opt()) == FORMERR
    assert road.told(header(ns=1) + a + opt()) == FORMERR
    assert road.told(header(an=1, ar=1) + a + opt() + opt()) == FORMERR + "; opt 1232"
    assert road.told(asked(record("x", wire.OPT, klass=1232))) == FORMERR + "; opt 1232"
    assert road.told(asked(b"\xc0\x0c" + record("", wire.OPT, klass=1232)[1:])) == FORMERR + "; opt 1232"
    extra = record("x", A, b"\xc0\0\2\1")
    assert road.told(header(ar=2) + a + extra + opt()) == GOOD, "anywhere in its section"
    assert road.told(header(ar=2) + a + opt() + extra) == GOOD


@pytest.mark.rule("E3")
def test_E3_broken_options_are_formerr_with_opt(road):
    for stray in range(1, 4):
        assert road.told(asked(opt(options=bytes(stray)))) == FORMERR + "; opt 1232"
        assert road.told(asked(opt(options=UNKNOWN + bytes(stray)))) == FORMERR + "; opt 1232"
    for broken in (OVERRUN, UNKNOWN + OVERRUN, struct.pack("!HH", 65001, 65535), struct.pack("!HH", wire.NSID, 1)):
        assert road.told(asked(opt(options=broken))) == FORMERR + "; opt 1232"
        assert road.told(asked(opt(flags=DO, options=broken))) == FORMERR + "; opt 1232 do"
    for missing in (1, 4, 65535 - 11):
        overrun = wire.name(".") + struct.pack("!HHIH", wire.OPT, 1232, 0, len(UNKNOWN) + missing) + UNKNOWN
        assert road.told(asked(overrun)) == FORMERR + "; opt 1232"


@pytest.mark.rule("E4")
def test_E4_versions_above_0(road):
    for version in (1, 2, 128, 255):
        for name in (ONE, "nope.demo.test", "example.org", "x.cold.test"):
            for flags in (0, DO):
                told = "BADVERS; 0/0/0; opt 1232" + (" do" if flags else "")
                assert road.told(query(name, edns=opt(flags=flags, version=version))) == told
    for options in (UNKNOWN, option(wire.NSID), option(wire.COOKIE, bytes(8)), option(wire.ECS, b"\0\1\0\0"), b"\0", OVERRUN):
        reply = road.ask(asked(opt(options=options, version=1)))
        assert reply.told().startswith("BADVERS; 0/0/0; opt 1232") and reply.opt.ttl == 1 << 24
    for flags in (0x0080, 0x0040, 0x4000):
        assert road.told(asked(opt(flags=flags, version=1))) == "BADVERS; 0/0/0; opt 1232"
    assert road.told(query(ONE, klass=wire.CH, edns=opt(version=1))) == "BADVERS; 0/0/0; opt 1232"


@pytest.mark.rule("E5")
def test_E5_unknown_options_are_not_there(road):
    for code in FOREIGN:
        for value in (b"", b"\0", b"hello", bytes(100)):
            assert road.told(asked(opt(options=option(code, value)))) == GOOD, code
    many = b"".join(option(65001 + i % 500, bytes(i % 3)) for i in range(300))
    assert road.told(asked(opt(options=many))) == GOOD
    for name, told in (("nope.demo.test", "NXDOMAIN aa; 0/1/0; opt 1232"), ("example.org", "REFUSED; 0/0/0; opt 1232 ede 20")):
        assert road.told(query(name, edns=opt(options=many))) == told


@pytest.mark.rule("E5")
def test_E5_behind_64_options_nothing_is_read(road):
    """The cap is on work, so what is behind it is neither honoured nor an error."""
    many = b"".join(option(65001) for _ in range(64))
    assert road.told(asked(opt(options=many + option(wire.NSID)))) == GOOD
    assert road.told(asked(opt(options=many + OVERRUN))) == GOOD


@pytest.mark.rule("E6")
def test_E6_a_repeated_unknown_option(road):
    for count in (2, 3, 64):
        assert road.told(asked(opt(options=UNKNOWN * count))) == GOOD


@pytest.mark.rule("E18")
def test_E18_client_subnet_of_others_means_nothing(road):
    for value in (b"\0\1\x18\0\xc0\0\2", b"\0\1\0\0", b"\0\2\x38\0" + bytes(7), b"\0\1\x18\x18\xc0\0\2", b"\0\1\x20\0\1", b"", b"\0\7\0\0"):
        assert road.told(asked(opt(options=option(wire.ECS, value)))) == GOOD
    plain = road.ask(query("cart.demo.test", edns=opt()))
    subnet = road.ask(query("cart.demo.test", edns=opt(options=option(wire.ECS, b"\0\1\x18\0\xc0\0\2"))))
    assert plain.texts() == subnet.texts()


def subnet(family, bits, address, scope=0):
    return struct.pack("!HBB", family, bits, scope) + bytes(address)


@pytest.mark.rule("E18")
def test_E18_client_subnet_of_a_listed_forwarder_comes_back(forwarded):
    """Family, length and address as they came; scope 0, since these answers are for everybody (RFC 7871, 7.2.1)."""
    good = [subnet(1, 24, (192, 0, 2)), subnet(1, 32, (192, 0, 2, 1)), subnet(1, 23, (192, 0, 2)), subnet(1, 0, ()),
            subnet(2, 56, (0x20, 1, 0xD, 0xB8, 0, 0, 1)), subnet(2, 128, bytes(16)), subnet(2, 0, ())]
    for road in forwarded:
        for value in good:
            for name in ("one.demo.test", "cart.demo.test", "nope.demo.test", "example.org"):
                reply = road.ask(query(name, edns=opt(options=option(wire.ECS, value))), False)
                assert reply.option(wire.ECS) == value, (road.name, name, value)


@pytest.mark.rule("E18")
def test_E18_a_malformed_client_subnet_of_a_listed_forwarder_is_FORMERR(forwarded):
    """Lengths, octets behind them, bits behind them, families, and a scope in a query (RFC 7871, section 6)."""
    bad = [b"", b"\0\1\0", subnet(1, 33, bytes(5)), subnet(2, 129, bytes(17)), subnet(1, 24, (192, 0)), subnet(1, 24, (192, 0, 2, 0)),
           subnet(1, 23, (192, 0, 3)), subnet(1, 24, (192, 0, 2), scope=24), subnet(3, 24, (1, 2, 3)), subnet(0, 8, (1,)), subnet(1, 0, (0,))]
    for road in forwarded:
        for value in bad:
            twice = option(wire.ECS, value) + option(wire.ECS, subnet(1, 0, ()))
            for options in (option(wire.ECS, value), twice):
                assert road.told(asked(opt(options=options)), False) == FORMERR + "; opt 1232", (road.name, value)
            assert road.told(asked(opt(version=1, options=twice)), False).startswith("BADVERS")


@pytest.mark.rule("E18")
def test_E18_scope_says_on_how_much_of_the_subnet_the_answer_depended(forwarded):
    """The prefix that tells a client's zone from its neighbours', and the network that sticks; nothing for everybody's answers."""
    cases = [
        ("zoned.near.test", (1, 24, (192, 0, 2)), 24), ("zoned.near.test", (1, 32, (192, 0, 2, 7)), 24),
        ("zoned.near.test", (1, 16, (192, 0)), 23),  # too short to say a zone: so many bits keep it apart from that of zone a
        ("zoned.near.test", (1, 24, (203, 0, 113)), 5), ("zoned.near.test", (2, 48, (0x20, 1, 0xD, 0xB8, 0, 1)), 32),
        ("zoned.sticky.test", (1, 24, (192, 0, 2)), 24), ("zoned.sticky.test", (1, 32, (192, 0, 2, 7)), 24),
        ("zoned.sticky.test", (1, 20, (192, 0, 0)), 20), ("zoned.sticky.test", (1, 0, ()), 0),
        ("zoned.sticky.test", (2, 128, bytes(16)), 56), ("zoned.sticky.test", (2, 56, bytes(7)), 56),
        ("zoned.demo.test", (1, 24, (192, 0, 2)), 0), ("one.sticky.test", (1, 24, (192, 0, 2)), 0), ("no.near.test", (1, 24, (192, 0, 2)), 0),
    ]  # fmt: skip
    for road in forwarded:
        for name, (family, bits, address), scope in cases:
            reply = road.ask(query(name, edns=opt(options=option(wire.ECS, subnet(family, bits, address)))), False)
            assert reply.option(wire.ECS) == subnet(family, bits, address, scope), (road.name, name, bits)


@pytest.mark.rule("E18")
def test_E18_the_answer_is_for_the_subnet(forwarded):
    heard = set()
    for road in forwarded:
        near = {n: road.ask(query("zoned.near.test", edns=opt(options=option(wire.ECS, subnet(1, 24, n)))), False).texts()
                for n in ((192, 0, 2), (198, 51, 100), (203, 0, 113))}  # fmt: skip
        assert [sorted({text.split()[-1].rsplit(".", 1)[0] for text in near[n]}) for n in near] == [["10.7.0"], ["10.7.1"], ["10.7.0", "10.7.1"]]
        stuck = tuple(tuple(road.ask(query("zoned.sticky.test", edns=opt(options=option(wire.ECS, subnet(1, 24, (10, 1, i))))), False).texts())
                      for i in range(40))  # fmt: skip
        heard.add(stuck)
        assert len(set(stuck)) == 4, "each has some networks"
    assert len(heard) == 1, "on every road, from every family"
