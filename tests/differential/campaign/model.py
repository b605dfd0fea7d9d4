"""What the RFCs say to a question, for zones without signatures: RFC 1034 section 4.3.2 read once more, independently of
the program. It judges differences (which side has the RFC?) and stands in for the program where only peers are compared.
Sections hold what is required; what may be added is not listed."""

from dataclasses import dataclass, field

from . import names, wire

CHAIN_MAX = 8


@dataclass
class Expected:
    """`where` names the step that ended the search: exact, nodata, nxdomain, referral, left, refused, loop, long; `path`
    the names that were looked for."""

    rcode: int = 0
    aa: bool = True
    answer: set = field(default_factory=set)
    authority: set = field(default_factory=set)
    glue: set = field(default_factory=set)
    where: str = ""
    path: list = field(default_factory=list)
    links: int = 0
    dname: bool = False
    wildcard: bool = False
    zones: set = field(default_factory=set)

    @property
    def last(self):
        """The name that the search ended at."""
        return self.path[-1]


# Types that may stand beside a CNAME (RFC 4035 section 2.5), so that asking for them is not asking the alias' target.
BESIDE_ALIAS = (wire.CNAME, wire.RRSIG, wire.NSEC)


def expect(world, question, beside_alias=BESIDE_ALIAS, stays=None, links_max=CHAIN_MAX):
    """The required content of the response. Other `beside_alias` types, an alias that `stays` "inside" its zone, or "below"
    its apex (children included), a shorter chain: the readings of some peers."""
    result, first = Expected(), None
    name = names.fold(question.name)
    while True:
        result.path.append(name)
        zone = _zone_for(world, name, question.kind)
        if stays and result.links:
            zone = first if stays == "below" and names.is_under(name, first.origin) or zone is first else None
        first = zone if not result.links else first
        if zone is None:
            if not result.links:
                return Expected(rcode=5, aa=False, where="refused", path=[name])
            result.where = "left"
            return result
        result.zones.add(zone.origin)
        target = _step(result, zone, name, question.kind, beside_alias)
        if target is None:
            return result
        result.links += 1
        if target in result.path:
            result.rcode, result.where = 2, "loop"
            return result
        if result.links > links_max:
            result.where = "long"
            return result
        name = target


def _zone_for(world, name, kind):
    zone = world.find(name)
    if zone and kind == wire.DS and name == zone.origin and name != names.ROOT:
        # The parent side of a cut owns DS (RFC 4035 section 3.1.4.1); without a parent here, the child denies it.
        return world.find(names.parent(name)) or zone
    return zone


def _step(result, zone, name, kind, beside_alias):
    """Answers from one zone, or returns the name to go on with."""
    cut = zone.cut_above(name)
    if cut is not None and not (kind == wire.DS and cut == name):
        return _referral(result, zone, cut)
    alias = _dname_above(zone, name)
    if alias is not None:
        return _dname(result, zone, alias, name, kind)
    if name in zone.nodes:
        return _at(result, zone, name, name, kind, beside_alias)
    source = names.child(b"*", zone.closest_encloser(name))
    if source in zone.sets:
        result.wildcard = True
        return _at(result, zone, source, name, kind, beside_alias)
    result.rcode, result.where = 3, "nxdomain"
    result.authority |= zone.soa()
    return None


def _dname_above(zone, name):
    if name == zone.origin:
        return None
    for above in names.ancestors(names.parent(name)):
        if wire.DNAME in zone.sets.get(above, {}):
            return above
        if above == zone.origin:
            return None
    return None


def _dname(result, zone, alias, name, kind):
    """RFC 6672 section 3.2: the DNAME, a CNAME made from it, and the search goes on, unless it was for that CNAME."""
    result.dname = True
    result.answer |= zone.records(alias, wire.DNAME)
    ttl, (target,) = zone.sets[alias][wire.DNAME]
    made = name[: len(name) - len(alias)] + target
    if len(made) > 255:
        result.rcode, result.where = 6, "too long"
        return None
    result.answer.add((name, wire.CNAME, 1, ttl, made))
    result.where = "exact"
    return None if kind == wire.CNAME else made


def _referral(result, zone, cut):
    if not result.links:
        result.aa = False
    result.where = "referral"
    result.authority |= zone.records(cut, wire.NS)
    for _, _, _, _, host in zone.records(cut, wire.NS):
        if names.is_under(host, cut):
            result.glue |= zone.records(host, wire.A) | zone.records(host, wire.AAAA)
    return None


def _at(result, zone, source, name, kind, beside_alias):
    kinds = zone.sets.get(source, {})
    if kind in kinds:
        result.answer |= {(name, *record[1:]) for record in zone.records(source, kind)}
        result.where = "exact"
        return None
    if wire.CNAME in kinds and kind not in beside_alias:
        ttl, (target,) = kinds[wire.CNAME]
        result.answer.add((name, wire.CNAME, 1, ttl, target))
        return target
    result.where = "nodata"
    result.authority |= zone.soa()
    return None
