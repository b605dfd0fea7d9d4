"""E6, E12 to E15, E17, E21, H10: options that are answered."""
import struct
import time

import pytest
import siphash
import wire
import world
from wire import COOKIE, KEEPALIVE, NSID, SOA, ZONEVERSION, header, opt, option, query

ONE = "one.demo.test"
CLIENT = bytes.fromhex("2464c4abcf10c957")
# RFC 9018, appendix A: secret, client cookie, address, time, reserved octets, what comes out.
VECTORS = [
    ("e5e973e5a6b2a43f48e7dc849e37bfcf", "2464c4abcf10c957", "198.51.100.100", 1559731985, "000000", "010000005cf79f111f8130c3eee29480"),
    ("e5e973e5a6b2a43f48e7dc849e37bfcf", "fc93fc62807ddb86", "203.0.113.203", 1559727985, "abcdef", "01abcdef5cf78f71a314227b6679ebf5"),
    ("e5e973e5a6b2a43f48e7dc849e37bfcf", "fc93fc62807ddb86", "203.0.113.203", 1559734700, "000000", "010000005cf7a9acf73a7810aca2381e"),
    ("dd3bdf9344b678b185a6f5cb60fca715", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741817, "000000", "010000005cf7c57926556bd0934c72f8"),
    ("445536bcd2513298075a5d379663c962", "22681ab97d52c298", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961, "000000", "010000005cf7c609a6bb79d16625507a"),
]


def with_options(road, options, name=ONE, same=True):
    return road.ask(query(name, edns=opt(options=options)), same)


def source(road):
    """The address that the server sees."""
    return "::1" if road.name.endswith("6") else "127.0.0.1"


def cookie(road, secret=world.SECRET, client=CLIENT, age=0, **more):
    """One that a server with this secret made `age` seconds ago for this client."""
    address = more.pop("address", source(road))
    return client + siphash.server_cookie(secret, client, address, int(time.time()) - age, **more)


@pytest.mark.rule("E12")
def test_E12_nsid(road):
    for value in (b"", b"x", bytes(50)):
        for name in (ONE, "nope.demo.test", "example.org"):
            assert with_options(road, option(NSID, value), name).option(NSID) == world.ID.encode()
    for other in (b"", option(COOKIE, CLIENT), option(ZONEVERSION)):
        assert with_options(road, other).option(NSID) is None


@pytest.mark.rule("E6", "E12", "E13")
def test_E6_repeated_options_come_back_once(road):
    for count in (2, 3, 30):
        reply = with_options(road, option(NSID) * count + option(COOKIE, CLIENT) * count + option(ZONEVERSION) * count)
        assert [code for code, _ in reply.options].count(NSID) == 1
        assert [code for code, _ in reply.options].count(COOKIE) == 1
        assert reply.option(COOKIE)[:8] == CLIENT
    other = bytes(range(8))
    assert with_options(road, option(COOKIE, other) + option(COOKIE, CLIENT)).option(COOKIE)[:8] == other, "the first"


@pytest.mark.rule("E13")
def test_E13_lengths(road):
    for length in range(42):
        reply = with_options(road, option(COOKIE, bytes(range(length))))
        if length == 8 or 16 <= length <= 40:
            assert reply.rcode == 0 and len(reply.answer) == 1 and len(reply.option(COOKIE)) == 24, length
        else:
            assert reply.told() == "FORMERR; no question; 0/0/0; opt 1232", length


@pytest.mark.rule("E13")
def test_E13_a_bad_server_cookie_gets_a_fresh_one_and_the_answer(road):
    for server in (bytes(8), bytes(16), b"\1" + bytes(15), cookie(road)[8:-1] + b"\0\0", cookie(road, secret=bytes(16))[8:]):
        reply = with_options(road, option(COOKIE, CLIENT + server), same=False)
        assert reply.rcode == 0 and len(reply.answer) == 1
        fresh = reply.option(COOKIE)
        assert fresh[:8] == CLIENT and fresh[8:] != server
        assert with_options(road, option(COOKIE, fresh), same=False).option(COOKIE) == fresh, "which is good"
    for name, rcode in (("nope.demo.test", 3), ("example.org", 5), ("x.cold.test", 2)):
        reply = with_options(road, option(COOKIE, CLIENT), name)
        assert reply.rcode == rcode and len(reply.option(COOKIE)) == 24


@pytest.mark.rule("E14", "E15")
def test_E15_the_vectors_of_the_rfc(road):
    """They show that our SipHash here is right; that the server's is the same, the time in its own cookie shows."""
    for secret, client, address, when, reserved, made in VECTORS:
        told = siphash.server_cookie(bytes.fromhex(secret), bytes.fromhex(client), address, when, reserved=bytes.fromhex(reserved))
        assert told.hex() == made
    whole = with_options(road, option(COOKIE, CLIENT)).option(COOKIE)
    assert whole[:8] == CLIENT and len(whole) == 24
    version, reserved, when = whole[8], whole[9:12], struct.unpack("!I", whole[12:16])[0]
    assert (version, reserved) == (1, b"\0\0\0") and abs(when - time.time()) < 30
    assert whole[8:] == siphash.server_cookie(world.SECRET, CLIENT, source(road), when)


def comes_back(road, sent):
    """A good young cookie comes back as it is; any other is replaced."""
    return with_options(road, option(COOKIE, sent), same=False).option(COOKIE) == sent


def is_good(road, sent):
    """What the server thinks of a cookie, by the question that has none (RFC 7873, section 5.4)."""
    rcode = road.ask(header(qd=0, ar=1) + opt(options=option(COOKIE, sent)), same=False).rcode
    assert wire.RCODES[rcode] in ("NOERROR", "BADCOOKIE")
    return rcode == 0


@pytest.mark.rule("E14")
@pytest.mark.parametrize("minutes, good, kept", [
    (0, True, True), (25, True, True), (35, True, False), (58, True, False), (62, False, False),
    (-4, True, True), (-6, False, False), (1 << 25, False, False), (-(1 << 25), False, False),
])
def test_E14_one_hour_back_five_minutes_ahead(road, minutes, good, kept):
    """2^25 minutes are nearly half of what 32 bits of seconds hold: far in the past or the future, never near."""
    sent = cookie(road, age=minutes * 60)
    assert (is_good(road, sent), comes_back(road, sent)) == (good, kept)


@pytest.mark.rule("E14")
def test_E14_every_bit_counts(road):
    assert is_good(road, cookie(road, reserved=b"\xab\xcd\xef")), "reserved octets are hashed as received"
    for wrong in ({"version": 2}, {"version": 0}, {"address": "192.0.2.1"}, {"secret": bytes(range(16))}):
        assert not is_good(road, cookie(road, **wrong)), wrong
    for bit in range(8 * 24):
        changed = bytearray(cookie(road))
        changed[bit // 8] ^= 1 << bit % 8
        assert not is_good(road, bytes(changed)), bit
    for length in (16, 17, 23, 25, 40):
        assert not is_good(road, (cookie(road) + bytes(16))[:length]), "24 octets exactly"


@pytest.mark.rule("E15")
def test_E15_a_secret_being_rolled_and_a_replica(road):
    """The first secret of the file signs, all of them verify: the one before is good, but replaced."""
    assert is_good(road, cookie(road)) and comes_back(road, cookie(road)), "what a replica made"
    before = cookie(road, secret=world.OTHER_SECRET)
    assert is_good(road, before) and not comes_back(road, before)
    assert not is_good(road, cookie(road, secret=bytes(range(16))))


@pytest.mark.rule("H10", "E13")
def test_H10_no_question_but_a_cookie(road):
    message = header(qd=0, ar=1)
    reply = road.ask(message + opt(options=option(COOKIE, CLIENT)))
    assert reply.rcode == 0 and reply.question is None and not reply.answer
    assert len(reply.option(COOKIE)) == 24 and reply.option(COOKIE)[:8] == CLIENT
    good = road.ask(message + opt(options=option(COOKIE, reply.option(COOKIE))), same=False)
    assert good.rcode == 0 and good.option(COOKIE) == reply.option(COOKIE)
    bad = road.ask(message + opt(options=option(COOKIE, CLIENT + bytes(16))))
    assert wire.RCODES[bad.rcode] == "BADCOOKIE" and len(bad.option(COOKIE)) == 24
    assert road.ask(message + opt(options=option(COOKIE, bytes(7)))).rcode == 1


@pytest.mark.rule("E17")
def test_E17_keepalive(road):
    reply = with_options(road, option(KEEPALIVE), same=False)
    assert reply.rcode == 0 and len(reply.answer) == 1
    if road.tcp:
        assert reply.option(KEEPALIVE) == struct.pack("!H", 100), "ten seconds in tenths"
    else:
        assert reply.option(KEEPALIVE) is None
    assert with_options(road, b"").option(KEEPALIVE) is None


@pytest.mark.rule("E21")
def test_E21_zoneversion(road):
    serial = int(road.ask(query("demo.test", SOA)).answer[0].text().split()[2])
    for name, kind in ((ONE, wire.A), ("nope.demo.test", wire.A), ("demo.test", SOA), (ONE, wire.MX)):
        reply = road.ask(query(name, kind, edns=opt(options=option(ZONEVERSION))))
        values = [value for code, value in reply.options if code == ZONEVERSION]
        assert struct.pack("!BBI", 2, 0, serial) in values, name
    for name, klass in (("example.org", wire.IN), (ONE, wire.HS)):
        reply = road.ask(query(name, klass=klass, edns=opt(options=option(ZONEVERSION))))
        assert not [value for code, value in reply.options if code == ZONEVERSION], name
    assert with_options(road, b"").options == []


@pytest.mark.rule("E21")
def test_E21_zoneversion_that_is_not_empty_is_formerr(road):
    assert with_options(road, option(ZONEVERSION, b"\2\0\0\0\0\1")).rcode == 1
