"""H1 to H11 and X1: which messages are questions, and what their header gets back."""
import socket
import struct

import pytest
import roads
import wire
from harness.waiting import until
from wire import A, CD, CH, QR, RA, RD, SOA, header, opt, option, query, question

ONE = "one.demo.test"
GOOD = query(ONE)
FLAGS = (wire.AA, wire.TC, RD, RA, wire.Z, wire.AD, CD)


def dropped(reason):
    return f'signpost_dns_dropped_total{{reason="{reason}"}}'


@pytest.mark.rule("H1")
def test_H1_short_datagrams_are_silence_and_counted(udp, server):
    before = server.count(dropped("short"))
    whole = b"\x12\x34" + GOOD
    for size in range(12):
        assert udp.silent(whole[:size], GOOD), size
    assert server.count(dropped("short")) == before + 12


@pytest.mark.rule("H1", "T3")
def test_H1_responses_are_silence_and_the_connection_stays(road, server):
    before = server.count(dropped("is_response"))
    for flags in (QR, QR | wire.AA | RD, QR | wire.TC):
        assert road.silent(b"\x12\x34" + query(ONE, flags=flags), GOOD)
    assert road.silent(b"\x12\x34" + header(QR, qd=0, opcode=15), GOOD)
    assert road.told(GOOD) == "NOERROR aa; 1/0/0"
    assert server.count(dropped("is_response")) == before + 4


@pytest.mark.rule("H2")
@pytest.mark.parametrize("family", ["v4", "v6"])
def test_H2_source_port_0_is_silence(server, family):
    host, port = server.addresses[family]
    kind = socket.AF_INET6 if family == "v6" else socket.AF_INET
    try:
        raw = socket.socket(kind, socket.SOCK_RAW, socket.IPPROTO_UDP)
    except PermissionError:
        pytest.skip("no socket sends from port 0 but a raw one, which needs CAP_NET_RAW")
    with raw:
        if family == "v6":
            raw.setsockopt(socket.IPPROTO_IPV6, 7, 6)  # IPV6_CHECKSUM: the kernel fills in the octets at 6
        before, told = server.count(dropped("source_port_zero")), responses(server)
        message = b"\x12\x34" + GOOD
        raw.sendto(struct.pack("!4H", 0, port, len(message) + 8, 0) + message, (host, 0))
        until(lambda: server.count(dropped("source_port_zero")) == before + 1, 5, "the datagram was counted")
        assert responses(server) == told


def responses(server):
    return server.program.metric("dns_responses_total", rcode="NOERROR")


@pytest.mark.rule("H3")
@pytest.mark.parametrize("kind", roads.NAMES)
def test_H3_the_address_that_was_asked_answers(strict, kind):
    hosts = ["::1"] if kind.endswith("6") else ["127.0.0.1", "127.0.0.2", "127.45.6.7"]
    for host in hosts:
        # The socket is connected: a reply from anywhere else would never be seen.
        road = roads.Road(kind, {family: (host, port) for family, (_, port) in strict.addresses.items()})
        assert road.told(GOOD) == "NOERROR aa; 1/0/0", host
        road.close()


@pytest.mark.rule("H4")
def test_H4_only_id_opcode_and_rd_are_copied(road):
    for bits in range(1 << len(FLAGS)):
        flags = sum(flag for i, flag in enumerate(FLAGS) if bits >> i & 1)
        reply = road.ask(query(ONE, flags=flags | bits & 15))
        assert reply.flags == QR | wire.AA | flags & RD, hex(flags)
        assert reply.question == question(ONE, A) and len(reply.answer) == 1


@pytest.mark.rule("H4")
def test_H4_any_id_comes_back(road):
    link = road.connect()
    for number in (0, 1, 0x00FF, 0xFF00, 0xFFFF):
        link.send(struct.pack("!H", number) + GOOD)
        assert wire.Reply(link.receive()).id == number


@pytest.mark.rule("H5")
def test_H5_cd_is_clear(road):
    for name in (ONE, "nope.demo.test", "cold.test", "example.org"):
        for edns in (None, opt(flags=wire.DO)):
            assert not road.ask(query(name, flags=CD, edns=edns)).flags & CD


@pytest.mark.rule("H6")
def test_H6_unknown_opcodes(road):
    for opcode in range(7, 16):
        for flags in (0, sum(FLAGS), sum(FLAGS) | 15):
            reply = road.ask(header(flags, qd=0, opcode=opcode))
            assert reply.told() == f"NOTIMP opcode {opcode}; no question; 0/0/0"
            assert len(reply.message) == 12
            assert road.ask(header(flags, opcode=opcode) + question(ONE, A)).flags == QR | opcode << 11 | 4


@pytest.mark.rule("H7")
def test_H7_iquery_status_dso(road):
    for opcode in (1, 2, 3, 6):
        for message in (header(opcode=opcode, qd=0), header(RD, opcode=opcode) + question(ONE, A)):
            assert road.told(message) == f"NOTIMP opcode {opcode}; no question; 0/0/0"
    assert road.told(GOOD) == "NOERROR aa; 1/0/0"  # on the same connection


@pytest.mark.rule("H8")
def test_H8_notify(road):
    for name in ("demo.test", "example.org"):
        told = road.told(header(wire.AA, opcode=4) + question(name, SOA))
        assert told in ("REFUSED opcode 4; 0/0/0", "NOTAUTH opcode 4; 0/0/0")
    with_opt = road.ask(header(ar=1, opcode=4) + question("demo.test", SOA) + opt())
    assert with_opt.opt and with_opt.rcode in (5, 9)


@pytest.mark.rule("H8")
def test_H8_notify_and_update_of_no_class(road):
    for opcode in (4, 5):
        for klass in (wire.CLASS_ANY, wire.NONE):
            reply = road.ask(header(opcode=opcode) + question("demo.test", SOA, klass))
            assert reply.told() == f"FORMERR opcode {opcode}; no question; 0/0/0"


@pytest.mark.rule("H9")
def test_H9_update(road):
    for name in ("demo.test", ONE, "example.org"):
        reply = road.ask(header(opcode=5) + question(name, SOA))
        assert reply.told() == "NOTIMP opcode 5; no question; 0/0/0"
    addition = wire.record("new.demo.test", A, b"\x0a\0\0\x09", ttl=60)
    assert road.ask(header(ns=1, opcode=5) + question("demo.test", SOA) + addition).rcode == 4
    assert road.told(query("new.demo.test")) == "NXDOMAIN aa; 0/1/0"


@pytest.mark.rule("H10")
def test_H10_no_question_is_formerr(road):
    assert road.told(header(qd=0)) == "FORMERR; no question; 0/0/0"
    assert road.told(header(RD, qd=0)) == "FORMERR rd; no question; 0/0/0"
    assert road.told(header(qd=0, ar=1) + opt()) == "FORMERR; no question; 0/0/0; opt 1232"
    assert road.told(header(qd=0, ar=1) + opt(options=option(wire.NSID))).startswith("FORMERR; no question; 0/0/0; opt")


@pytest.mark.rule("H11")
def test_H11_two_questions(road):
    second = {"same": question(ONE, A), "type": question(ONE, SOA), "name": question("cart.demo.test", A),
              "class": question(ONE, A, CH)}
    for what, other in second.items():
        assert road.told(header(qd=2) + question(ONE, A) + other) == "FORMERR; no question; 0/0/0", what
    message = header(qd=2, ar=1) + question(ONE, A) + question(ONE, A) + opt(flags=wire.DO)
    assert road.told(message) == "FORMERR; no question; 0/0/0; opt 1232 do"
    for count in (3, 255, 256, 65535):
        assert road.told(header(qd=count) + question(ONE, A)) == "FORMERR; no question; 0/0/0", count


@pytest.mark.rule("X1")
def test_X1_transfers_are_refused(road):
    soa = wire.record("demo.test", SOA, bytes(22))
    for name in ("demo.test", ONE, "example.org", "cold.test"):
        for kind in (wire.AXFR, wire.IXFR):
            assert road.ask(query(name, kind)).rcode in (5, 9)
        assert road.told(header(ns=1) + question(name, wire.IXFR) + soa).startswith(("REFUSED; 0/0/0", "NOTAUTH; 0/0/0"))
