"""The campaign's own tools: what they draw can be drawn again, and what they read is read right."""

import random
import socket

from campaign import asking, campaign, compare, model, names, questions, wire, zone

ZONE = """$ORIGIN z.test.
@ 300 IN SOA ns1 host 7 7200 900 1209600 60
@ 300 IN NS ns1
ns1 300 IN A 192.0.2.1
www 60 IN CNAME ns1
*.w 60 IN A 192.0.2.2
x.ent 60 IN TXT "t"
cut 60 IN NS ns.cut
ns.cut 60 IN A 192.0.2.3
d 60 IN DNAME w
"""


def answer(words):
    world = zone.World([zone.Zone(names.from_text("z.test."), ZONE)])
    expected = model.expect(world, questions.from_text(words))
    return expected.rcode, expected.aa, expected.where, {wire.record_text(record) for record in expected.answer}


def test_the_same_seed_gives_the_same_zones_and_questions():
    first, second = campaign.world_of("7", 5), campaign.world_of("7", 5)
    assert [zone.text for zone in first.zones.values()] == [zone.text for zone in second.zones.values()]
    draws = [
        [questions.Questions(random.Random(3), found).draw() for found in world.zones.values()]
        for world in (first, second)
    ]
    assert draws[0] == draws[1]


def test_more_zones_leave_the_first_as_they_are():
    few, many = campaign.world_of("7", 8), campaign.world_of("7", 16)
    for origin in list(few.zones)[:4]:
        assert few.zones[origin].text == many.zones[origin].text


def test_a_question_is_spelled_and_read_back():
    for found in campaign.world_of("8", 2).zones.values():
        source = questions.Questions(random.Random(1), found)
        for _ in range(300):
            question = source.draw()
            assert questions.from_text(question.text()) == question


def test_the_model_follows_the_rules():
    assert answer("ns1.z.test. A") == (0, True, "exact", {"ns1.z.test. 300 A 192.0.2.1"})
    assert answer("www.z.test. A")[3] == {"www.z.test. 60 CNAME ns1.z.test.", "ns1.z.test. 300 A 192.0.2.1"}
    assert answer("a.b.w.z.test. A") == (0, True, "exact", {"a.b.w.z.test. 60 A 192.0.2.2"})
    assert answer("ent.z.test. A") == (0, True, "nodata", set())
    assert answer("y.ent.z.test. A") == (3, True, "nxdomain", set())
    assert answer("y.cut.z.test. A") == (0, False, "referral", set())
    assert answer("y.d.z.test. A")[3] == {
        "d.z.test. 60 DNAME w.z.test.",
        "y.d.z.test. 60 CNAME y.w.z.test.",
        "y.w.z.test. 60 A 192.0.2.2",
    }
    assert answer("elsewhere.test. A") == (5, False, "refused", set())


def response(*records, flags=0x8400, question="www.z.test. A"):
    asked = questions.from_text(question)
    message = flags.to_bytes(2, "big") + b"\0\1" + len(records).to_bytes(2, "big") + bytes(4)
    message = b"\0\7" + message + asked.name + asked.kind.to_bytes(2, "big") + b"\0\1" + b"".join(records)
    return compare.read(message)


RECORD = b"\xc0\x0c" + b"\0\1\0\1\0\0\0\x3c\0\4" + bytes([192, 0, 2, 1])


def test_order_case_and_compression_are_no_difference():
    spelled = b"\3WWW\1z\4TEST\0" + RECORD[2:]
    other = RECORD[:-1] + b"\2"
    assert compare.facets(response(RECORD, other), response(other, spelled)) == frozenset()


def test_every_facet_is_seen():
    ours = response(RECORD)
    assert compare.facets(ours, response()) == {"answer"}
    assert compare.facets(ours, response(RECORD, flags=0x8000)) == {"aa"}
    assert compare.facets(ours, response(RECORD, flags=0x8403)) == {"rcode"}
    assert compare.facets(ours, response(RECORD[:-5] + b"\4" + RECORD[-4:-1] + b"\x09")) == {"answer"}
    assert compare.facets(ours, response(RECORD, question="wWw.z.test. A")) == {"question"}
    assert compare.facets(ours, None) == {"silence"}
    assert compare.facets(ours, compare.read(b"\0\7\x84\0\0\1")) == {"malformed"}
    assert compare.facets(ours, response(flags=0x8600)) == {"tc"}


def test_broken_rules_of_our_own_are_found():
    plain = questions.from_text("www.z.test. A")
    assert not compare.broken_rules(plain, response(RECORD))
    assert compare.broken_rules(plain, response(RECORD, RECORD))
    assert compare.broken_rules(plain, response(RECORD, flags=0x8600))
    assert compare.broken_rules(plain, response(RECORD, RECORD[:9] + b"\x3d" + RECORD[10:-1] + b"\2"))
    assert compare.broken_rules(plain, response(*(RECORD[:-1] + bytes([i]) for i in range(40))))
    assert compare.broken_rules(plain, None)


def test_needless_truncation_is_found():
    world = zone.World([zone.Zone(names.from_text("z.test."), ZONE)])
    question = questions.from_text("www.z.test. A")
    for count, needless in ((3, True), (40, False)):
        whole = response(*(RECORD[:-1] + bytes([i]) for i in range(count)))
        case = compare.Case(world, question, {"us": response(flags=0x8600)}, "us", {"us": whole})
        assert bool(compare.needless_truncation(case)) == needless


def test_silence_is_an_outcome(monkeypatch):
    monkeypatch.setattr(asking, "PATIENCE", 0.01)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        asker = asking.Asker(*deaf.getsockname())
        assert asker.collect(asker.send([questions.from_text("www.z.test. A")])) == [None]
        asker.close()
