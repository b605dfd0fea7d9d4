"""What the predicates of the table look at: what a response names, what the zones hold, what a reading would say."""

from . import model, names, wire
from .questions import Question

# Types that a named host may be given in the additional section (RFC 3403 section 4.1, RFC 9460 section 4.1).
USEFUL = (wire.A, wire.AAAA, wire.CNAME, wire.SRV, wire.SVCB, wire.HTTPS)
OUR_UDP_MAX = 1232


def targets(records):
    """Hosts that the records name, of which addresses may be added."""
    found = set()
    for owner, kind, _, _, data in records:
        if kind in (wire.NS, wire.CNAME):
            found.add(data)
        elif kind in (wire.MX, 18, 36):
            found.add(data[2:])
        elif kind == wire.SRV:
            found.add(data[6:])
        elif kind in (wire.SVCB, wire.HTTPS):
            name = _first_name(data[2:])
            found.add(owner if name == names.ROOT else name)
        elif kind == wire.NAPTR:
            found.add(_naptr_target(data))
    return found


def _first_name(octets):
    at = 0
    while octets[at]:
        at += 1 + octets[at]
    return octets[: at + 1]


def _naptr_target(data):
    at = 4
    for _ in range(3):
        at += 1 + data[at]
    return data[at:]


def only_useful(case, response, records):
    """Are these the whole sets that a query for the address (or service) of a named host would bring?"""
    hosts = targets(response.answer | response.authority | response.additional)
    sets = {}
    for record in records:
        sets.setdefault(record[:2], set()).add(record)
    if any(owner not in hosts for owner, _ in sets):
        hosts |= {further for host in hosts for further in _reached(case, host)}
    return all(
        kind in USEFUL and owner in hosts and found in _stored(case, owner, kind)
        for (owner, kind), found in sets.items()
    )


def _reached(case, host, steps=3):
    """Hosts that the sets of a host lead to, whether or not those sets found room themselves."""
    if steps == 0:
        return set()
    kinds = (wire.CNAME, wire.SRV, wire.SVCB, wire.HTTPS)
    found = targets({record for kind in kinds for records in _stored(case, host, kind) for record in records})
    return found | {further for near in found for further in _reached(case, near, steps - 1)}


def _stored(case, owner, kind):
    """What the zones hold at the name: a set of their own, glue in the zone above, or what a wildcard gives."""
    found = [zone.records(owner, kind) for zone in case.world.zones.values() if zone.holds(owner)]
    made = {record for record in model.expect(case.world, Question(owner, kind)).answer if record[:2] == (owner, kind)}
    return [records for records in (*found, made) if records]


def zones_of(case, response):
    """The zones whose SOA a response holds, or that the question passes through."""
    origins = {owner for owner, kind, _, _, _ in response.authority if kind == wire.SOA} | case.expected.zones
    return [case.world.zones[origin] for origin in sorted(origins) if origin in case.world.zones]


def says(response, expected):
    """Is the response what this reading of the rules demands, apart from optional content?"""
    zones_ns = expected.answer and expected.where == "exact"
    return (
        response.rcode == expected.rcode
        and response.answer == expected.answer
        and (response.authority == expected.authority or bool(zones_ns) and not expected.authority)
    )


def udp_limit(question):
    """How many octets our UDP response may have (E8, E9)."""
    return 512 if question.size is None else min(max(question.size, 512), OUR_UDP_MAX)
