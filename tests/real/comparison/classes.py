"""The classes of difference to CoreDNS that may stay: how each is recognised, and what supports us.

A class explains the facets it names, and only where its predicate finds exactly the difference it describes. `pin` is a
question about the services of pins.py that shows it in every run."""
import dataclasses
from typing import Callable


@dataclasses.dataclass(frozen=True)
class Class:
    name: str
    facets: frozenset
    reason: str
    pin: str
    applies: Callable


CLASSES = []


def difference(facets, reason, pin):
    """Registers the function below as the predicate of a class named like it: applies(case)."""

    def register(applies):
        CLASSES.append(Class(applies.__name__, frozenset(facets.split()), " ".join(reason.split()), pin, applies))
        return applies

    return register


# Helpers: names as tuples of labels, without the root -------------------------------------------------------------------


def labels(name):
    return tuple(name.lower().rstrip(".").split("."))


def below_service(case):
    """(labels below the service, service) of a name at or below a known one, else None."""
    found = case.world.service_of(case.name)
    return found and (labels(case.name)[: -len(labels(found[0]))], found[1])


def is_nodata(reply):
    return reply.rcode == "NOERROR" and not reply.answer


# SRV --------------------------------------------------------------------------------------------------------------------


@difference(
    "answer",
    """Weights come from the registry, else they are equal; CoreDNS writes 100 divided by the number of addresses, which
    carries nothing (facts: SG7, 3.2; a dual-stack service of one target has 50).""",
    "pool.pins.svc.cluster.local SRV",
)
def weight(case):
    def without(reply):
        return {(o, t, k, " ".join(d.split()[:1] + d.split()[2:])) for o, t, k, d in reply.answer}

    return case.kind == "SRV" and bool(case.ours.answer) and without(case.ours) == without(case.theirs)


@difference(
    "additional",
    """RFC 2181 section 9: what does not fit of the additional section is left out, in whole sets and without TC; CoreDNS
    sets TC, and all of it comes over TCP. Over TCP ours has the same.""",
    "wide.pins.svc.cluster.local SRV",
)
def addresses_that_do_not_fit(case):
    return case.kind == "SRV" and case.ours.additional < case.theirs.additional == case.whole.additional


@difference(
    "rcode answer authority additional",
    """RFC 2782, The format of the SRV RR: SRV lives at _Service._Proto.Name; an endpoint's own name has addresses only
    (DESIGN.md section 2). CoreDNS answers with an SRV record that points to its own owner.""",
    "a.pool.pins.svc.cluster.local SRV",
)
def srv_at_the_name_of_an_endpoint(case):
    found = below_service(case)
    targets = {data.split()[-1] for _, _, kind, data in case.theirs.answer if kind == "SRV"}
    own = ".".join(labels(case.name)) + "."
    return case.kind == "SRV" and found and len(found[0]) == 1 and targets == {own} and not case.ours.answer


@difference(
    "rcode answer authority additional",
    """RFC 2782 and RFC 8552 section 1.1: names of ports and protocols begin with an underscore; CoreDNS takes them
    without, and takes a lone underscore for any.""",
    "_._tcp.web.pins.svc.cluster.local SRV",
)
def labels_without_their_underscore(case):
    found = below_service(case)
    if not found or len(found[0]) != 2 or case.ours.rcode != "NXDOMAIN":
        return False
    port, protocol = found[0]
    lax = "_" in (port, protocol) or not port.startswith("_") or not protocol.startswith("_")
    return lax and case.theirs.rcode == "NOERROR"


@difference(
    "answer authority additional",
    """RFC 2782: at _Service._Proto.Name there is SRV and nothing else, so RFC 2308 section 2.2 has NODATA for other types;
    CoreDNS answers with the addresses of the service.""",
    "_http._tcp.web.pins.svc.cluster.local A",
)
def addresses_at_the_name_of_a_port(case):
    found = below_service(case)
    return case.kind in ("A", "AAAA") and found and len(found[0]) == 2 and is_nodata(case.ours) and bool(case.theirs.answer)


# What exists ------------------------------------------------------------------------------------------------------------


@difference(
    "rcode",
    """RFC 8020 section 2: a name with names below it exists, so it is NODATA; CoreDNS says NXDOMAIN, after which a
    resolver need not ask for what is below.""",
    "_tcp.web.pins.svc.cluster.local A",
)
def empty_non_terminal(case):
    return is_nodata(case.ours) and case.theirs.rcode == "NXDOMAIN" and case.world.has_below(case.name)


@difference(
    "rcode",
    """RFC 2308 section 2.2: a name that has records of another type exists; CoreDNS answers other types at addresses,
    at dns-version and at name servers with NXDOMAIN.""",
    "dns-version.cluster.local A",
)
def other_type_of_an_existing_name(case):
    return is_nodata(case.ours) and case.theirs.rcode == "NXDOMAIN" and case.world.has(case.name)


@difference(
    "rcode",
    """RFC 2308 section 2.1: a name that does not exist is NXDOMAIN for every type; CoreDNS says NODATA when asked for
    SOA.""",
    "missing.pins.svc.cluster.local SOA",
)
def soa_of_a_missing_name(case):
    return case.kind == "SOA" and case.ours.rcode == "NXDOMAIN" and is_nodata(case.theirs)


# ExternalName -----------------------------------------------------------------------------------------------------------


@difference(
    "rcode answer authority additional",
    """RFC 1034 section 4.3.2 step 3a: a CNAME is the answer to every type but itself; CoreDNS has it for A, AAAA and CNAME
    only.""",
    "ext.pins.svc.cluster.local SRV",
)
def alias_for_every_type(case):
    found = below_service(case)
    alias = found and not found[0] and found[1].kind == "external"
    return alias and case.kind not in ("A", "AAAA", "CNAME") and bool(case.ours.answer) and not case.theirs.answer


@difference(
    "rcode answer authority",
    """RFC 2308 section 2.1: the code of a chain is that of its last name, and the CNAME that led there is in the answer;
    CoreDNS leaves the CNAME out where its target in the zone has no such record.""",
    "ext-missing.pins.svc.cluster.local A",
)
def alias_to_what_is_not_there(case):
    found = below_service(case)
    alias = found and not found[0] and found[1].spec.get("externalName", "").endswith(case.world.zone)
    only = {kind for _, _, kind, _ in case.ours.answer} == {"CNAME"}
    return alias and only and is_nodata(case.theirs)


# What is there without services ------------------------------------------------------------------------------------------


@difference(
    "rcode",
    """DNS spec 1.1.0 (SH3) and RFC 8020 section 2: a headless service with nothing ready is NXDOMAIN, and so is what is
    below it; CoreDNS says NODATA at its names of topology.""",
    "a.pin._zone.void.pins.svc.cluster.local A",
)
def zone_of_a_service_without_endpoints(case):
    found = below_service(case)
    headless = found and found[1].spec.get("clusterIP") == "None" and "_zone" in found[0]
    return headless and not found[1].is_there() and case.ours.rcode == "NXDOMAIN" and is_nodata(case.theirs)


@difference(
    "rcode",
    """RFC 8020 section 2: a namespace without services has nothing below, and does not exist in DNS; whether it exists in
    the cluster is not looked at (it would take the right to list Namespaces). CoreDNS says NODATA.""",
    "kube-system.svc.cluster.local A",
)
def namespace_without_services(case):
    words = labels(case.name)[: -len(labels(case.world.zone))]
    namespace = words[-1:] == ("svc",) and len(words) == 2
    return namespace and case.ours.rcode == "NXDOMAIN" and is_nodata(case.theirs) and not case.world.has_below(case.name)


@difference(
    "answer",
    """TTLs are not prescribed (SG6): ours is that of the zone, CoreDNS has 28800 for the version.""",
    "dns-version.cluster.local TXT",
)
def ttl_of_the_version(case):
    return case.name.startswith("dns-version.") and {r[3] for r in case.ours.answer} == {r[3] for r in case.theirs.answer}


@difference(
    "answer authority additional",
    """The name server of the zone is this server, by POD_IP or else by the address it listens on (DESIGN.md section 5);
    CoreDNS leaves loopback addresses out, and has no name server here.""",
    "ns.dns.cluster.local A",
)
def name_server_on_loopback(case):
    zone = case.world.zone
    records = {(owner, kind, data) for owner, _, kind, data in case.ours.answer | case.ours.additional}
    ours = {(f"{zone}.", "NS", f"ns.dns.{zone}."), (f"ns.dns.{zone}.", "A", "127.0.0.1")}
    return bool(records) and records <= ours and is_nodata(case.theirs)


# One endpoint, one name -------------------------------------------------------------------------------------------------


@difference(
    "rcode answer authority additional",
    """One address in two slices of a service is one endpoint, known by its host name if one of them gives it (SG4: host
    name, else an id); CoreDNS keeps both names, and shows what comes first.""",
    "10-30-0-9.moving.pins.svc.cluster.local A",
)
def address_known_by_its_host_name(case):
    return case.world.is_of_two_names(case.name)
