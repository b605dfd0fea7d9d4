"""E16, E23: rate limits by network, and who is exempt."""
import struct
import time

import pytest
import roads
import siphash
import wire
import world
from wire import COOKIE, opt, option, query

ONE = "one.demo.test"
CLIENT = bytes(range(8))


def cookie(address):
    """A good one for a client at this address."""
    return CLIENT + siphash.server_cookie(world.SECRET, CLIENT, address, int(time.time()))


def burst(limited, kind, source, message, count):
    """`count` times the same question at once: the replies, and the seconds it took. A query with a good cookie, which
    is never limited, is sent last; replies come in order, so nothing is waited for."""
    road = roads.Road(kind, limited.addresses)
    link, start = road.connect(source), time.monotonic()
    for number in range(count):
        link.send(struct.pack("!H", number) + message)
    last, replies = b"\xff\xff" + query(ONE, edns=opt(options=option(COOKIE, cookie(source)))), []
    link.socket.settimeout(0.5)
    link.send(last)
    while not replies or replies[-1].id != 0xFFFF:
        try:
            replies.append(wire.Reply(link.receive()))
        except TimeoutError:
            assert time.monotonic() - start < 2 * roads.PATIENCE
            link.send(last)
    road.close()
    assert replies.pop().rcode == 0
    return replies, time.monotonic() - start


def whole(replies):
    return [r for r in replies if r.answer]


@pytest.mark.rule("E23")
@pytest.mark.parametrize("kind, source", [("udp4", "127.0.50.1"), ("udp6", "::1")])
def test_E23_a_network_over_its_limit(limited, kind, source):
    replies, seconds = burst(limited, kind, source, query(ONE), 120)
    assert world.RATE <= len(whole(replies)) <= world.RATE * (1 + seconds) + 1
    slips = [r for r in replies if not r.answer]
    assert {r.told() for r in slips} == {"NOERROR tc; 0/0/0"}
    over = 120 - len(whole(replies))
    assert over // 2 - 1 <= len(slips) <= over // 2 + 1, "every second of those over the limit is told to use TCP"


@pytest.mark.rule("E23")
def test_E23_the_network_is_a_slash_24(limited):
    burst(limited, "udp4", "127.0.51.1", query(ONE), 100)
    neighbour, seconds = burst(limited, "udp4", "127.0.51.254", query(ONE), 50)
    assert len(whole(neighbour)) <= world.RATE * seconds + 1 + 1
    stranger, _ = burst(limited, "udp4", "127.0.52.1", query(ONE), world.RATE // 2)
    assert len(whole(stranger)) == world.RATE // 2, "another network feels nothing"


@pytest.mark.rule("E23")
def test_E23_tcp_is_exempt(limited):
    burst(limited, "udp4", "127.0.53.1", query(ONE), 100)
    road = roads.Road("tcp4", limited.addresses)
    link = road.connect("127.0.53.1")
    for _ in range(100):
        assert road.ask(query(ONE), link=link).told() == "NOERROR aa; 1/0/0"
    road.close()


@pytest.mark.rule("E16")
def test_E16_a_good_cookie_is_exempt(limited):
    source = "127.0.54.1"
    good = query(ONE, edns=opt(options=option(COOKIE, cookie(source))))
    replies, _ = burst(limited, "udp4", source, good, 120)
    assert len(whole(replies)) == 120
    stolen = query(ONE, edns=opt(options=option(COOKIE, cookie("127.0.54.2"))))
    replies, seconds = burst(limited, "udp4", source, stolen, 120)
    assert len(whole(replies)) <= world.RATE * (1 + seconds) + 1, "somebody else's cookie is none"


@pytest.mark.rule("E16", "E13")
def test_E16_cookie_clients_slip_by_badcookie(limited):
    source = "127.0.55.1"
    replies, _ = burst(limited, "udp4", source, query(ONE, edns=opt(options=option(COOKIE, CLIENT))), 120)
    slips = [r for r in replies if not r.answer]
    assert slips and {wire.RCODES[r.rcode] for r in slips} == {"BADCOOKIE"}
    fresh = slips[-1].option(COOKIE)
    again, _ = burst(limited, "udp4", source, query(ONE, edns=opt(options=option(COOKIE, fresh))), 100)
    assert len(whole(again)) == 100, "what BADCOOKIE brought is good"
