"""What a master file says, read by dnspython: a second opinion on the file, and the ground that classes are judged on."""

import re

import dns.name
import dns.rdatatype
import dns.zone

from . import names, wire


class Zone:
    """`sets`: {folded owner: {type: (TTL, frozenset of canonical RDATA)}}; `nodes` also holds the empty non-terminals."""

    def __init__(self, origin, text):
        self.origin = names.fold(origin)
        self.text = text
        self.sets = {}
        # RFC 1035 section 5.1 allows class and TTL in either order; dnspython knows one.
        ordered = re.sub(r"^(\S*\s+)IN (\d+) ", r"\1\2 IN ", text, flags=re.MULTILINE)
        read = dns.zone.from_text(ordered, origin=dns.name.from_wire(origin, 0)[0], relativize=False, check_origin=True)
        for owner, node in read.nodes.items():
            kinds = self.sets.setdefault(names.fold(owner.to_wire()), {})
            for rdataset in node.rdatasets:
                data = frozenset(wire.canonical_rdata(int(rdataset.rdtype), rdata.to_wire()) for rdata in rdataset)
                kinds[int(rdataset.rdtype)] = (rdataset.ttl, data)
        self.nodes = {above for owner in self.sets for above in self._up_to_apex(owner)}
        self.cuts = {owner for owner, kinds in self.sets.items() if wire.NS in kinds and owner != self.origin}

    def _up_to_apex(self, owner):
        for name in names.ancestors(owner):
            yield name
            if name == self.origin:
                return

    def holds(self, name):
        """Is the name at or below the apex?"""
        return names.is_under(name, self.origin)

    def cut_above(self, name):
        """The highest cut at or above the name, or None: what lies below is not ours (RFC 1034 section 4.2.1)."""
        found = None
        for above in self._up_to_apex(name):
            if above in self.cuts:
                found = above
        return found

    def records(self, owner, kind):
        """The RRset as records of a response."""
        ttl, data = self.sets.get(owner, {}).get(kind, (0, ()))
        return frozenset((owner, kind, 1, ttl, rdata) for rdata in data)

    def closest_encloser(self, name):
        while name not in self.nodes:
            name = names.parent(name)
        return name

    def soa(self):
        """The SOA as it stands in a negative answer: its TTL is at most MINIMUM (RFC 2308 section 3)."""
        ttl, data = self.sets[self.origin][wire.SOA]
        (rdata,) = data
        return frozenset([(self.origin, wire.SOA, 1, min(ttl, int.from_bytes(rdata[-4:], "big")), rdata)])


class World:
    """All zones that a server holds; a name belongs to the longest apex."""

    def __init__(self, zones):
        self.zones = {zone.origin: zone for zone in zones}

    def find(self, name):
        for above in names.ancestors(names.fold(name)):
            if above in self.zones:
                return self.zones[above]
        return None
