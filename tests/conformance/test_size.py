"""E1, E7 to E11, E22, T8: when OPT comes back, how much a reply may hold, and what happens when it does not fit."""
import pytest
import roads
import wire
import world
from wire import A, DO, SOA, SRV, TXT, header, opt, option, query, question

MANY = "many.demo.test"
# One reply of every kind that there is: rcode word and a message without OPT, and with it as the last record.
KINDS = {
    "NOERROR": ("one.demo.test", A, wire.IN),
    "NODATA": ("one.demo.test", SOA, wire.IN),
    "NXDOMAIN": ("nope.demo.test", A, wire.IN),
    "REFUSED outside": ("example.org", A, wire.IN),
    "REFUSED class": ("one.demo.test", A, wire.HS),
    "REFUSED transfer": ("demo.test", wire.AXFR, wire.IN),
    "SERVFAIL": ("x.cold.test", A, wire.IN),
    "FORMERR": ("one.demo.test", wire.TKEY, wire.IN),
    "NOERROR large": (MANY, A, wire.IN),
}


@pytest.mark.rule("E1")
@pytest.mark.parametrize("kind", KINDS)
def test_E1_opt_answers_opt(road, kind):
    name, number, klass = KINDS[kind]
    same = kind != "NOERROR large"
    plain = road.ask(query(name, number, klass=klass), same)
    with_opt = road.ask(query(name, number, klass=klass, edns=opt()), same)
    assert plain.opt is None
    assert with_opt.opt and with_opt.opt.klass == 1232 and with_opt.opt.owner == b"\0"
    assert plain.rcode == with_opt.rcode and wire.RCODES[plain.rcode] == kind.split()[0].replace("NODATA", "NOERROR")


@pytest.mark.rule("E1")
def test_E1_also_where_no_question_was_read(road):
    for message in (header(qd=0, ar=1), header(qd=2, ar=1) + question("a.", A) * 2, header(ar=1, opcode=4) + question("demo.test", SOA)):
        assert road.ask(message + opt()).opt is not None
    for message in (header(qd=0), header(qd=2) + question("a.", A) * 2, header(opcode=4) + question("demo.test", SOA)):
        assert road.ask(message).opt is None


@pytest.mark.rule("E7")
def test_E7_only_do_comes_back(road):
    for bit in range(16):
        reply = road.ask(query("one.demo.test", edns=opt(flags=1 << bit)))
        assert reply.opt.ttl == (DO if 1 << bit == DO else 0), hex(1 << bit)
    for name in ("nope.demo.test", "example.org", "x.cold.test"):
        assert road.ask(query(name, edns=opt(flags=0xFFFF))).opt.ttl & 0xFFFF == DO
        assert road.ask(query(name, edns=opt(flags=0x7FFF))).opt.ttl & 0xFFFF == 0


def limit(road, asked):
    """Octets that a reply on this road may have; `asked`: the size in OPT, or None without OPT."""
    if road.tcp:
        return 65535
    return 512 if asked is None else min(max(asked, 512), 1232)


def needed(server, name, kind, edns):
    """Octets of a reply with its answer whole and nothing that may be left out."""
    tcp = roads.Road("tcp4", server.addresses)
    reply = tcp.ask(query(name, kind, edns=edns))
    tcp.close()
    last = reply.answer[-1]
    return last.at + len(last.rdata) + (11 + len(reply.opt.rdata) if reply.opt else 0)


@pytest.mark.rule("E8", "E9")
@pytest.mark.parametrize("asked", [None, 0, 1, 511, 512, 513, 800, 1231, 1232, 1233, 4096, 65535])
def test_E8_E9_sizes(road, asked, server):
    edns = None if asked is None else opt(asked)
    for name in (f"{word}.demo.test" for word in ("one", "cart", "glue", "many")):
        for kind in (A, SRV, TXT):
            whole = needed(server, name, kind, edns)
            reply = road.ask(query(name, kind, edns=edns), same=False)
            assert len(reply.message) <= limit(road, asked), (name, kind)
            assert bool(reply.flags & wire.TC) == (whole > limit(road, asked)), (name, kind, whole)
            assert not reply.opt or reply.opt.klass == 1232


@pytest.mark.rule("E8")
def test_E8_the_upper_rcode_of_a_query_means_nothing(road):
    for rcode in (1, 128, 255):
        assert road.told(query("one.demo.test", edns=opt(rcode=rcode))) == "NOERROR aa; 1/0/0; opt 1232"


@pytest.mark.rule("E9")
def test_E9_exactly_512_octets_fit(udp):
    """Without EDNS: 12, the question, 16 for each address of `fit`, whose name is as long as it takes."""
    name = world.FIT + ".demo.test"
    assert 12 + len(question(name, A)) + world.FITTING * 16 == 512
    assert udp.told(query(name)) == f"NOERROR aa; {world.FITTING}/0/0"
    assert len(udp.ask(query(name), same=False).message) == 512
    assert udp.told(query(world.OVER + ".demo.test")) == "NOERROR aa tc; 0/0/0"


@pytest.mark.rule("E10")
def test_E10_truncated_is_header_question_opt(udp):
    for kind in (A, SRV):
        reply = udp.ask(query(MANY, kind))
        assert reply.told() == "NOERROR aa tc; 0/0/0"
        assert len(reply.message) == 12 + len(question(MANY, kind))
    reply = udp.ask(query("huge.demo.test", edns=opt(flags=DO)))
    assert reply.told() == "NOERROR aa tc; 0/0/0; opt 1232 do"


@pytest.mark.rule("E10")
def test_E10_nothing_else_is_truncated(udp):
    for name, kind in (("glue.demo.test", SRV), ("one.demo.test", TXT), ("cart.demo.test", wire.ANY)):
        for edns in (None, opt(512), opt(1232)):
            reply = udp.ask(query(name, kind, edns=edns), same=False)
            assert not reply.flags & wire.TC and reply.answer


@pytest.mark.rule("E11")
def test_E11_after_tc_tcp_has_it_all(server, tcp):
    """The same question on the other road of its family."""
    udp = roads.Road(tcp.name.replace("tcp", "udp"), server.addresses)
    for name, kind, count in ((MANY, A, world.LARGE), (MANY, SRV, world.LARGE)):
        for edns in (None, opt(512)):
            assert udp.ask(query(name, kind, edns=edns)).flags & wire.TC
            whole = tcp.ask(query(name, kind, edns=edns), same=False)
            assert len(whole.answer) == count and not whole.flags & wire.TC
    udp.close()


@pytest.mark.rule("E22")
def test_E22_extended_errors(road):
    for name, kind, klass, number in (
        ("x.cold.test", A, wire.IN, 14),
        ("cold.test", A, wire.IN, None),
        ("example.org", A, wire.IN, 20),
        ("one.demo.test", A, wire.HS, 21),
        ("one.demo.test", wire.OPT, wire.IN, 30),
        ("one.demo.test", A, wire.IN, None),
        ("nope.demo.test", A, wire.IN, None),
    ):
        assert road.ask(query(name, kind, klass=klass, edns=opt())).ede == number, name
        assert road.ask(query(name, kind, klass=klass)).opt is None
    assert road.ask(query("x.cold.test", edns=opt())).rcode == 2
    assert road.told(query("cold.test", SOA)) == "NOERROR aa; 1/0/0"


@pytest.mark.rule("E22")
def test_E22_never_beyond_the_size(road):
    """A question of 255 octets and every option that is answered, within 512."""
    longest = (b"\x3f" + b"x" * 63) * 3 + b"\x33" + b"y" * 51 + wire.name("cold.test")
    for options in (b"", option(wire.NSID) + option(wire.COOKIE, bytes(8)) + option(wire.ZONEVERSION)):
        reply = road.ask(query(longest, edns=opt(512, options=options)))
        assert reply.rcode == 2 and len(reply.message) <= 512


@pytest.mark.rule("T8")
def test_T8_what_no_message_holds(road):
    """5,000 addresses are 80,000 octets: TC over UDP; over TCP what fits, or SERVFAIL, and never TC."""
    reply = road.ask(query("huge.demo.test", edns=opt()), same=False)
    if not road.tcp:
        assert reply.told() == "NOERROR aa tc; 0/0/0; opt 1232"
        return
    assert not reply.flags & wire.TC and len(reply.message) <= 65535
    assert reply.rcode == 2 and reply.ede is not None or len(reply.message) > 65000
