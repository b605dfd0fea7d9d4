"""T1 to T9: streams."""
import socket
import struct
import time

import pytest
import roads
import wire
from wire import header, opt, query

GOOD = query("one.demo.test")
TOLD = "NOERROR aa; 1/0/0"


def framed(message, number=7):
    return struct.pack("!HH", len(message) + 2, number) + message


def told(octets):
    return octets and wire.Reply(octets).told()


@pytest.mark.rule("T1")
def test_T1_the_same_address_and_port(road):
    assert road.told(GOOD) == TOLD


@pytest.mark.rule("T2")
def test_T2_one_octet_a_segment(tcp):
    link = tcp.connect()
    for octet in framed(GOOD):
        link.send_octets(bytes([octet]))
    assert told(link.receive()) == TOLD


@pytest.mark.rule("T2")
def test_T2_cut_anywhere(tcp):
    link, two = tcp.connect(), framed(GOOD, 1) + framed(query("nope.demo.test"), 2)
    for cut in range(1, len(two)):
        link.send_octets(two[:cut])
        link.send_octets(two[cut:])
        assert told(link.receive()) == TOLD, cut
        assert told(link.receive()) == "NXDOMAIN aa; 0/1/0", cut


@pytest.mark.rule("T2")
def test_T2_length_and_body_leave_together(tcp):
    """Two segments may be read as one, so they are counted where they arrive: tcpi_data_segs_in of TCP_INFO."""

    def segments():
        return struct.unpack_from("I", link.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160), 152)[0]

    link = tcp.connect()
    for count in range(1, 51):
        link.send(b"\0\7" + GOOD)
        assert told(link.receive()) == TOLD
        assert segments() == count


@pytest.mark.rule("T3")
def test_T3_pipelined(tcp):
    link, count = tcp.connect(), 2000
    link.send_octets(b"".join(framed(query("many.demo.test" if i % 10 == 0 else "one.demo.test"), i) for i in range(count)))
    seen = [wire.Reply(link.receive()).id for _ in range(count)]
    assert sorted(seen) == list(range(count))


@pytest.mark.rule("T3", "H7")
def test_T3_errors_keep_the_connection(tcp):
    link = tcp.connect()
    for bad, what in ((header(qd=2), "FORMERR; no question; 0/0/0"), (header(qd=0, opcode=6), "NOTIMP opcode 6; no question; 0/0/0"),
                      (header() + b"\xc0\x0c", "FORMERR; no question; 0/0/0"), (query("example.org"), "REFUSED; 0/0/0")):
        link.send(b"\0\1" + bad)
        assert told(link.receive()) == what
        link.send(b"\0\2" + header(wire.QR))  # ignored
        link.send(b"\0\3" + GOOD)
        reply = wire.Reply(link.receive())
        assert (reply.id, reply.told()) == (3, TOLD)


@pytest.mark.rule("T4")
@pytest.mark.parametrize("length", range(12))
def test_T4_nonsense_lengths_close_behind_the_replies(tcp, length):
    link = tcp.connect()
    link.send_octets(framed(GOOD) + struct.pack("!H", length) + bytes(length))
    assert told(link.receive()) == TOLD
    assert link.closed()


@pytest.mark.rule("T4", "T5")
def test_T4_a_message_that_never_ends(tcp):
    """Two seconds from its first octet, not before; more octets do not move the deadline (T5)."""
    link, start = tcp.connect(), time.monotonic()
    link.send_octets(framed(GOOD) + struct.pack("!H", 500) + bytes(20))
    assert told(link.receive()) == TOLD
    while not link.closed(0.1):
        assert time.monotonic() - start < 4
        try:
            link.send_octets(b"\0")
        except OSError:
            break
    assert 1.8 < time.monotonic() - start < 3.5


@pytest.mark.rule("T5")
def test_T5_idle_is_closed_and_queries_keep_a_connection(strict):
    """This server's idle time is a second and a half."""
    road = roads.Road("tcp4", strict.addresses)
    silent, busy, start = road.connect("127.0.9.1"), road.connect("127.0.9.1"), time.monotonic()
    while not silent.closed(0.05):
        busy.send(b"\0\7" + GOOD)
        assert told(busy.receive()) == TOLD
        assert time.monotonic() - start < 8
    assert time.monotonic() - start > 1.4
    busy.send(b"\0\7" + GOOD)
    assert told(busy.receive()) == TOLD
    road.close()


@pytest.mark.rule("T6")
def test_T6_the_oldest_idle_connection_makes_room(strict):
    """Four from one source, eight in all; nobody is turned away while somebody is idle."""
    road = roads.Road("tcp4", strict.addresses)
    mine = [road.connect("127.0.9.2") for _ in range(4)]
    for link in mine:
        link.send(b"\0\7" + GOOD)
        assert told(link.receive()) == TOLD
    fifth = road.connect("127.0.9.2")
    fifth.send(b"\0\7" + GOOD)
    assert told(fifth.receive()) == TOLD
    assert mine[0].closed(0.3), "the oldest of that source"
    assert strict.count('signpost_dns_tcp_closed_total{reason="evicted"}') >= 1
    others = [road.connect(f"127.0.9.{i}") for i in (3, 4, 5, 6, 7)]
    for link in others:
        link.send(b"\0\7" + GOOD)
        assert told(link.receive()) == TOLD
    road.close()


@pytest.mark.rule("T6")
def test_T6_who_waits_for_an_answer_stays(strict):
    """One with half a message is not idle: a newer connection of its source takes an idle one's place."""
    road = roads.Road("tcp4", strict.addresses)
    working = road.connect("127.0.9.8")
    working.send_octets(framed(GOOD)[:5])
    for _ in range(6):
        link = road.connect("127.0.9.8")
        link.send(b"\0\7" + GOOD)
        assert told(link.receive()) == TOLD
    working.send_octets(framed(GOOD)[5:])
    assert told(working.receive()) == TOLD
    road.close()


@pytest.mark.rule("T7")
def test_T7_half_closed_gets_every_answer(tcp):
    link = tcp.connect()
    link.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)  # the end comes with the last query
    link.send_octets(b"".join(framed(GOOD, i) for i in range(200)))
    link.half_close()
    assert [wire.Reply(link.receive()).id for _ in range(200)] == list(range(200))
    assert link.closed()


@pytest.mark.rule("T7")
def test_T7_a_reset_ends_the_work(tcp, server):
    for _ in range(20):
        link = tcp.connect()
        link.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.send_octets(framed(query("huge.demo.test")) * 5)
        link.close()
    other = tcp.connect()
    other.send(b"\0\7" + GOOD)
    assert told(other.receive()) == TOLD
    assert server.program.process.alive()


@pytest.mark.rule("T9")
@pytest.mark.parametrize("kind", ["tcp4", "tcp6"])
def test_T9_who_never_reads_is_closed(strict, kind):
    """Replies that nobody takes: first the kernel's buffers fill, then ours of 64 KiB, then patience ends."""
    road = roads.Road(kind, strict.addresses)
    link = road.connect()
    link.socket.settimeout(0.1)
    asked, start = framed(query("many.demo.test", edns=opt())) * 100, time.monotonic()
    with pytest.raises((BrokenPipeError, ConnectionResetError)):
        while time.monotonic() - start < 20:
            try:
                link.socket.send(asked)
            except TimeoutError:
                continue  # the server reads no more of ours; its patience runs
    other = road.connect()
    other.send(b"\0\7" + GOOD)
    assert told(other.receive()) == TOLD
    assert strict.count('signpost_dns_tcp_closed_total{reason="slow_reader"}') >= 1
    road.close()
