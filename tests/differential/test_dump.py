"""`signpost dump`, loaded into NSD: every owner and type is answered by both alike."""

import json

import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.zone
import pytest
from campaign import partners
from harness.signpost import Signpost

TYPES = ("A", "AAAA", "SRV", "TXT", "PTR", "CNAME", "SOA", "NS", "MX", "DS", "HINFO", "DNAME", "ANY")

SERVICES = {
    "services": [
        {
            "name": "cart",
            "ports": [{"name": "http", "port": 8080}, {"name": "dns", "port": 53, "protocol": "udp"}],
            "metadata": {"team": 'the "shop"', "note": "a;b\\c"},
            "instances": [
                {"address": "10.1.0.1", "weight": 2, "zone": "a", "version": "v1"},
                {"address": "10.1.0.2", "weight": 1, "zone": "b", "version": "v2", "tags": ["canary"]},
                {"address": "10.1.0.3", "healthy": False, "zone": "b"},
                {"address": "fd00::3", "ports": [{"name": "http", "port": 9090}], "version": "v2"},
            ],
        },
        {"name": "pay.api", "ports": [{"port": 443}], "instances": [{"address": "10.1.0.9"}]},
        {"name": "empty", "instances": []},
        {"name": "down", "instances": [{"address": "10.1.0.8", "healthy": False}]},
    ]
}
RECORDS = """
@       MX 10 mail
mail    A 192.0.2.25
text    TXT "one" "two; three" "a\\"b\\\\c"
*.wild  A 192.0.2.77
host.wild TXT "here, so no wildcard"
below   NS ns1.below
below   NS ns.elsewhere.example.
ns1.below A 192.0.2.53
old     DNAME cart
odd\\.name TYPE65280 \\# 3 010203
deep.er.still HINFO "x" "y"
"""


@pytest.fixture
def signpost(folder):
    shop = folder / "services.yaml"
    shop.write_text(json.dumps(SERVICES))
    zone = {"registry": "local", "ttl": 7, "records": RECORDS, "aliases": {"www": "cart", "out": "x.example."}}
    running = Signpost(
        folder,
        {"local": {"type": "file", "path": str(shop), "required": True}},
        [{"name": "demo.internal", **zone}, {"name": "10.1.0.0/16", "reverse_of": ["demo.internal"]}],
    )
    running.wait_ready()
    yield running
    running.stop()


def ask(address, name, kind):
    return dns.query.tcp(dns.message.make_query(name, kind), address[0], port=address[1], timeout=5)


def seen(reply, kind):
    """What both must have in common. The additional section and the choice of ANY (RFC 8482) are free."""
    authoritative = bool(reply.flags & dns.flags.AA)
    answer = {(each.name.canonicalize(), each.rdtype, each.ttl, record.to_digestable()) for each in reply.answer for record in each}
    authority = {(each.name.canonicalize(), each.rdtype) for each in reply.authority}
    if kind == "ANY":  # a CNAME is an answer: NSD goes on to its target, which may be missing
        return None if answer else reply.rcode(), authoritative, bool(answer)
    if answer and authoritative:
        authority = set()  # the zone's NS beside an answer are free
    return reply.rcode(), authoritative, answer, authority


def test_nsd_answers_from_a_dump_as_signpost_does(signpost, folder, figure):
    names, files = {}, {}
    for origin, argument in (("demo.internal.", "demo.internal"), ("1.10.in-addr.arpa.", "10.1.0.0/16")):
        status, text = signpost.command("dump", argument)
        assert status == 0, text
        files[origin] = folder / f"{origin}zone"
        files[origin].write_text(text)
        zone = dns.zone.from_text(text, origin=origin, relativize=False, check_origin=True)
        apex = dns.name.from_text(origin)
        owners = {apex}
        for owner in zone.nodes:
            while owner != apex:  # empty non-terminals too
                owners.add(owner)
                owner = owner.parent()
        strange = [dns.name.from_text(word, apex) for word in ("nope", "nope.cart", "a.wild", "a.b.wild", "x.below", "y.old")]
        names[origin] = sorted(owners | set(strange)) + [dns.name.from_text("CART", apex)]
    nsd = partners.Server("nsd", folder, files)
    try:
        asked, different = 0, []
        for name in (name for listed in names.values() for name in listed):
            for kind in TYPES:
                ours = seen(ask(signpost.address, name, kind), kind)
                theirs = seen(ask(("127.0.0.1", nsd.port), name, kind), kind)
                asked += 1
                if ours != theirs:
                    different.append(f"{name} {kind}\n  signpost {ours}\n  nsd      {theirs}")
    finally:
        nsd.stop()
    assert asked > 500
    assert not different, f"{len(different)} of {asked}\n" + "\n".join(different[:20])
    figure("dump loaded into NSD", f"{asked} questions about {sum(map(len, names.values()))} names, all answered alike")
