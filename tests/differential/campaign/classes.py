"""The classes of difference that may stay: who differs, how it is recognised, and which sentence supports us.

A class explains the facets it names, never a whole response, and only where its predicate finds exactly the difference
it describes. `outvoted` marks the classes in which three of NSD, Knot, BIND and PowerDNS may agree against us; their
sentence is what we stand on. pins.py holds a question for each class."""

from dataclasses import dataclass
from typing import Callable

from . import evidence, model, names, wire
from .partners import ALL


@dataclass(frozen=True)
class Class:
    name: str
    peers: tuple
    facets: frozenset
    rule: str
    applies: Callable
    outvoted: bool = False


CLASSES = []


def difference(peers, facets, rule, outvoted=False):
    """Registers the function below as the predicate of a class named like it: applies(case, ours, theirs)."""

    def register(applies):
        CLASSES.append(
            Class(applies.__name__, tuple(peers), frozenset(facets), " ".join(rule.split()), applies, outvoted)
        )
        return applies

    return register


# Header ----------------------------------------------------------------------------------------------------------------


@difference(
    ALL,
    ["rcode"],
    """RFC 2181 section 9: a truncated response is to be ignored and the question asked again, so its code is not looked at;
    we stop where the space ends, others go on to the code of the whole.""",
    outvoted=True,
)
def code_of_a_truncated_response(case, ours, theirs):
    return ours.tc and case.expected.links > 0


@difference(
    ["bind", "coredns"],
    ["cd"],
    """RFC 4035 section 3.1.6: an authority should clear CD when it composes an
    authoritative response; these copy it from the query.""",
)
def cd_is_copied(case, ours, theirs):
    return case.question.cd and theirs.cd and not ours.cd


@difference(
    ["bind"],
    ["ad"],
    """RFC 4035 section 3.1.6: an authority must not set AD unless it holds all records of the
    response authentic by policy; BIND copies it from the query into a truncated response.""",
)
def ad_is_copied_when_truncated(case, ours, theirs):
    return case.question.ad and theirs.ad and theirs.tc and not ours.ad


@difference(
    ["pdns"],
    ["rcode", "aa", "answer", "authority", "additional"],
    """RFC 8906 section 3.1.2: a query for a type
    without data is answered by NOERROR or NXDOMAIN, whatever the type; PowerDNS refuses RRSIG.""",
)
def rrsig_is_refused(case, ours, theirs):
    return case.question.kind == wire.RRSIG and theirs.rcode == 5 and ours.rcode != 5


# What is added ---------------------------------------------------------------------------------------------------------


@difference(
    ["nsd", "coredns"],
    ["authority"],
    """RFC 1034 section 3.7: the authority section may carry the name servers
    of the zone; section 4.3.2 asks for them in a referral only.""",
)
def apex_ns_beside_an_answer(case, ours, theirs):
    extra = theirs.authority - ours.authority
    zones = [case.world.zones[origin] for origin in case.expected.zones]
    return (
        ours.authority <= theirs.authority
        and bool(ours.answer)
        and extra in [zone.records(zone.origin, wire.NS) for zone in zones]
    )


@difference(
    ["pdns"],
    ["rcode", "answer", "authority", "additional"],
    """RFC 1034 section 4.3.2 step 3a: only if QTYPE does not match CNAME does
    the search go on; PowerDNS looks at the target of a CNAME made from a wildcard or DNAME all the same and adds what it finds there.""",
)
def target_of_an_alias_that_was_asked_for(case, ours, theirs):
    made = case.expected.wildcard or case.expected.dname
    went_on = ours.answer <= theirs.answer or theirs.rcode == 2
    return made and case.question.kind == wire.CNAME and went_on and not ours.authority


@difference(
    ["knot"],
    ["additional"],
    """RFC 1034 section 4.3.3: a record made from a wildcard has the name that was looked
    for as its owner; Knot adds it to the additional section under the name of the wildcard.""",
)
def wildcard_itself_in_additional(case, ours, theirs):
    targets = evidence.targets(theirs.answer | theirs.authority | theirs.additional)
    extra = {record for record in theirs.additional if record[0].startswith(b"\x01*") and record[0] not in targets}
    rest = theirs.additional - extra - case.expected.glue
    return bool(extra - ours.additional) and evidence.only_useful(case, theirs, rest)


@difference(
    ALL,
    ["additional"],
    """RFC 1034 section 4.3.2 step 6: what may be useful is added, as far as it goes; required
    is only the glue of in-domain name servers (RFC 9471 section 3.1).""",
    outvoted=True,
)
def useful_addresses(case, ours, theirs):
    required = case.expected.glue
    return all(
        required <= response.additional and evidence.only_useful(case, response, response.additional - required)
        for response in (ours, theirs)
    )


# Aliases ---------------------------------------------------------------------------------------------------------------


@difference(
    ["knot", "bind", "coredns"],
    ["rcode", "tc", "answer", "authority", "additional"],
    """RFC 1034 section 4.3.2 step 3a: with the
    canonical name the search goes back to step 1, and step 2 looks for the nearest zone again; these stop where the alias
    leaves the zone, or refer to the child zone that they hold themselves.""",
)
def alias_into_another_zone(case, ours, theirs):
    kinds = (wire.CNAME,) if case.peer == "coredns" else model.BESIDE_ALIAS
    reading = model.expect(case.world, case.question, kinds, stays="inside" if case.peer == "bind" else "below")
    if case.peer == "coredns":
        return (
            len(case.expected.zones) > 1
            and reading.where == "referral"
            and (theirs.rcode, theirs.answer) == (0, reading.answer)
        )
    return len(case.expected.zones) > 1 and evidence.says(theirs, reading)


@difference(
    ["knot"],
    ["rcode", "answer", "authority", "additional"],
    """RFC 1034 section 3.6.2: an alias that leads to an alias is a mistake that software is to follow all the same; Knot
    stops after 5, we after 8.""",
)
def chain_of_more_than_five(case, ours, theirs):
    reading = model.expect(case.world, case.question, stays="below", links_max=5)
    return case.expected.links > 5 and reading.where == "long" and theirs.answer <= case.expected.answer


@difference(
    ALL,
    ["rcode", "answer", "authority", "additional"],
    """RFC 1034 section 5.3.3 step 4c: who gets an alias without its end asks again for the canonical name, so nothing is lost
    where a chain of more than 8 ends with NOERROR; how far the others follow differs.""",
    outvoted=True,
)
def chain_of_more_than_eight(case, ours, theirs):
    reading = model.expect(case.world, case.question, links_max=100)
    return case.expected.where == "long" and theirs.answer <= reading.answer


@difference(
    ALL,
    ["rcode", "aa", "answer", "authority", "additional"],
    """RFC 1034 section 3.6.2: loops of aliases are an error to be
    signalled; some say NOERROR, and how much of the chain is sent differs.""",
    outvoted=True,
)
def alias_loop(case, ours, theirs):
    return case.expected.where == "loop" and theirs.answer <= case.expected.answer and theirs.rcode in (0, 2)


@difference(
    ["nsd", "pdns", "coredns"],
    ["rcode", "aa", "answer", "authority", "additional"],
    """RFC 4035 section 2.5: RRSIG and
    NSEC may stand beside a CNAME, so the question is about the alias itself, which has none; these follow the alias.""",
)
def alias_followed_for_rrsig(case, ours, theirs):
    reading = model.expect(case.world, case.question, beside_alias=(wire.CNAME,))
    if case.question.kind not in (wire.RRSIG, wire.NSEC) or reading.answer <= ours.answer:
        return False
    followed = ours.answer < theirs.answer
    loop = reading.where == "loop" and theirs.rcode == 2
    return followed and (theirs.answer <= reading.answer or case.peer == "coredns") or loop


@difference(
    ["knot", "coredns"],
    ["rcode", "tc", "answer", "authority", "additional"],
    """RFC 6672 section 3.2 step 3c: where the name made from a DNAME is longer than 255 octets the code is YXDOMAIN and the
    search ends; Knot goes on, CoreDNS does not notice.""",
)
def name_from_a_dname_too_long(case, ours, theirs):
    return case.expected.where == "too long" and ours.rcode == 6


# Zones below zones -----------------------------------------------------------------------------------------------------


@difference(
    ["nsd"],
    ["rcode", "answer", "authority", "additional"],
    """RFC 1034 section 4.2.1: glue is no part of the
    authoritative data, so it makes no name exist in the zone below; in NSD the data of a parent zone below its cut keeps
    NXDOMAIN and wildcards of the child away.""",
)
def glue_of_the_parent_exists_in_the_child(case, ours, theirs):
    return any(_hidden_beside(case, name) for name in case.expected.path)


def _hidden_beside(case, name):
    """Does the zone above the name's own hold data at or below the same child of the apex?"""
    zone = case.world.find(name)
    above = zone and case.world.find(names.parent(zone.origin))
    if not above or name == zone.origin:
        return False
    top = next(node for node in names.ancestors(name) if names.parent(node) == zone.origin)
    return any(names.is_under(owner, top) for owner in above.sets)


@difference(
    ["coredns"],
    ["rcode", "aa", "answer", "authority", "additional"],
    """RFC 4035 section 3.1.4.1: DS is at the parent's
    side of the cut for the apex only; CoreDNS takes every DS question below a child's apex to the parent zone.""",
)
def ds_below_a_child_from_the_parent(case, ours, theirs):
    zones = [case.zone, *evidence.zones_of(case, ours)]
    nested = [zone for zone in zones if case.world.find(names.parent(zone.origin))]
    return case.question.kind == wire.DS and bool(nested) and case.name not in case.world.zones


@difference(
    ["bind"],
    ["rcode", "answer", "authority"],
    """RFC 4035 section 3.1.4.1: DS of a child's apex is the parent's to
    answer, also when an alias leads there; BIND asks the child then.""",
)
def ds_of_a_child_after_an_alias(case, ours, theirs):
    return case.question.kind == wire.DS and case.expected.links > 0 and case.expected.last in case.world.zones


# CoreDNS ---------------------------------------------------------------------------------------------------------------


@difference(
    ["coredns"],
    ["rcode", "answer", "authority", "additional"],
    """RFC 4592 section 2.2.2: a name with a descendant
    exists, and no wildcard applies to it; CoreDNS answers from the wildcard.""",
)
def wildcard_for_an_empty_non_terminal(case, ours, theirs):
    zone = case.world.find(case.expected.last)
    empty = case.expected.last in zone.nodes and case.expected.last not in zone.sets
    return empty and case.expected.where == "nodata" and bool(theirs.answer)


@difference(
    ["coredns"],
    ["rcode", "answer", "authority", "additional"],
    """RFC 2181 section 11: any octet may stand in a label; CoreDNS misses what lies at, above or below names that need an
    escape in text.""",
)
def escaped_name_missed(case, ours, theirs):
    return any(b"\\" in names.text(name).encode() for name in case.expected.path)


@difference(
    ["coredns"],
    ["authority"],
    """RFC 2308 section 3: the TTL of the SOA in a negative answer is the smaller of its
    own and of MINIMUM; CoreDNS sends the record as it stands.""",
)
def soa_with_its_own_ttl(case, ours, theirs):
    return any(
        theirs.authority == zone.records(zone.origin, wire.SOA)
        for zone in evidence.zones_of(case, ours)
        if zone.holds(case.expected.last)
    )


@difference(
    ["coredns"],
    ["authority"],
    """RFC 2308 section 2.1: after an alias the SOA is that of the zone of the last name;
    CoreDNS sends that of the first.""",
)
def soa_of_the_first_zone(case, ours, theirs):
    first = case.zone
    return len(case.expected.zones) > 1 and theirs.authority == first.records(first.origin, wire.SOA)


@difference(
    ["coredns"],
    ["rcode", "authority", "additional"],
    """RFC 2308 section 2.2: a chain that ends without data has the SOA, and
    RFC 1034 section 4.3.2 step 3b: one that ends at a cut the referral; CoreDNS sends the NS of the apex.""",
)
def alias_without_its_end(case, ours, theirs):
    first = case.zone
    chain = any(kind == wire.CNAME for _, kind, _, _, _ in theirs.answer)
    return chain and theirs.authority in [
        zone.records(zone.origin, wire.NS) for zone in (first, *evidence.zones_of(case, ours))
    ]


@difference(
    ["coredns"],
    ["authority"],
    """RFC 4035 section 3.1: DS belongs into the referrals of signed zones; CoreDNS adds
    it in an unsigned one when DO is set.""",
)
def ds_in_an_unsigned_referral(case, ours, theirs):
    extra = theirs.authority - ours.authority
    return case.question.do and ours.authority <= theirs.authority and {kind for _, kind, _, _, _ in extra} == {wire.DS}


@difference(
    ["nsd", "bind", "coredns"],
    ["tc", "additional"],
    """RFC 9471 section 3.1: a referral includes all glue of in-domain name
    servers, or has TC set; CoreDNS leaves some out, NSD and BIND too when space is short.""",
    outvoted=True,
)
def glue_is_missing(case, ours, theirs):
    required = case.expected.glue
    return (
        (ours.tc or required <= ours.additional)
        and not theirs.tc
        and not required <= theirs.additional
        and evidence.only_useful(case, theirs, theirs.additional - required)
    )


@difference(
    ["coredns"],
    ["tc"],
    """RFC 2181 section 9: TC is set only when a required set does not fit; CoreDNS truncates
    messages that would have fitted.""",
)
def truncated_too_early(case, ours, theirs):
    whole = getattr(case.retry.get(case.peer), "size", 0) if case.retry else 0
    return (
        theirs.tc
        and not ours.tc
        and ours.size <= evidence.udp_limit(case.question)
        and whole <= evidence.udp_limit(case.question)
    )


# Files -----------------------------------------------------------------------------------------------------------------


@difference(
    ["pdns"],
    ["answer", "additional"],
    """RFC 1035 section 5.1: a name that does not end in a dot is relative to the
    origin; PowerDNS takes relative names in SVCB, HTTPS and NAPTR as absolute.""",
)
def relative_name_taken_as_absolute(case, ours, theirs):
    kinds = {wire.SVCB, wire.HTTPS, wire.NAPTR}
    missing, other = ours.answer - theirs.answer, theirs.answer - ours.answer
    if missing or other:
        return {record[1] for record in missing | other} <= kinds and len(missing) == len(other)
    return evidence.only_useful(case, theirs, [record for record in theirs.additional if record[1] not in kinds])


@difference(
    ["knot"],
    ["malformed"],
    """RFC 1035 section 4.1.4: a pointer is to a prior occurrence of the same name; in Knot the owner of an address that is
    added for SVCB or HTTPS can point to itself.""",
)
def pointer_to_itself(case, ours, theirs):
    return case.question.kind in (wire.SVCB, wire.HTTPS) and isinstance(theirs, str) and "does not go back" in theirs


# Size ------------------------------------------------------------------------------------------------------------------


@difference(
    ["coredns"],
    ["tc", "answer"],
    """RFC 2181 sections 5 and 9: a set is sent whole or TC is set; CoreDNS sends a part of what an alias into another zone
    or a DNAME leads to, without TC.""",
)
def part_of_a_set_behind_an_alias(case, ours, theirs):
    left_out = not theirs.tc and theirs.answer < case.expected.answer
    return left_out and (len(case.expected.zones) > 1 or case.expected.dname)


@difference(
    ALL,
    ["tc"],
    """RFC 1035 section 4.1.4: programs are free not to use pointers, although that may cause
    truncation; so which side still fits can differ where the larger message is over the limit. RFC 2181 section 9: TC is
    not set merely because extra information could have been included.""",
    outvoted=True,
)
def one_encoding_fits(case, ours, theirs):
    if case.question.tcp or case.retry is None:
        return False
    limit = evidence.udp_limit(case.question)
    ours_whole, theirs_whole = (getattr(case.retry.get(peer), "size", 0) for peer in (case.us, case.peer))
    if ours.tc:
        return ours_whole > limit and theirs.size <= limit
    return theirs_whole > limit and ours.size <= limit


@difference(
    ["coredns"],
    ["tc"],
    """RFC 9715 section 3.1: responders limit UDP responses to what passes without
    fragmentation; ours end at 1232 octets, CoreDNS goes to the size that the requestor states.""",
)
def more_than_1232_octets(case, ours, theirs):
    return ours.tc and not theirs.tc and theirs.size > evidence.OUR_UDP_MAX
