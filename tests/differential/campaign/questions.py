"""Random questions about random zones, and their spelling on the command line."""

import struct
from dataclasses import dataclass, replace

from . import names, wire

# Asked besides what a name has. Without ANY, transfers and meta types, which have tests of their own.
_KINDS = [
    "A", "AAAA", "A", "AAAA", "NS", "SOA", "MX", "TXT", "SRV", "CNAME", "PTR", "DS", "DNSKEY", "NSEC", "NSEC3PARAM", "DNAME",
    "SVCB", "HTTPS", "CAA", "NAPTR", "TLSA", "HINFO", "LOC", "TYPE65280", "TYPE65400", "TYPE731", "TYPE32769", "RRSIG",
]  # fmt: skip
_SIZES = [0, 511, 512, 513, 700, 1231, 1232, 1233, 4096, 65535]
_ODD = [b"*", b"a", b"www", b"\x00", b"a.b", b"**", b"x" * 63, b"_tcp", b"zzz", b"-", b"\xe9", b"*x"]


@dataclass(frozen=True)
class Question:
    """`name` in wire octets with the case that is sent; `size` None means no EDNS."""

    name: bytes
    kind: int
    size: int | None = None
    do: bool = False
    rd: bool = False
    cd: bool = False
    ad: bool = False
    tcp: bool = False

    def octets(self, identifier):
        flags = self.rd << 8 | self.ad << 5 | self.cd << 4
        message = struct.pack("!6H", identifier, flags, 1, 0, 0, self.size is not None)
        message += self.name + struct.pack("!HH", self.kind, 1)
        if self.size is not None:
            message += struct.pack("!BHHIH", 0, wire.OPT, self.size, self.do << 15, 0)
        return message

    def over_tcp(self):
        return replace(self, tcp=True)

    def text(self):
        """E.g. `www.z. A +rd +size=1232 +do`; read back by `from_text`."""
        words = [names.text(self.name), wire.type_word(self.kind)]
        words += [f"+{flag}" for flag in ("rd", "cd", "ad", "do", "tcp") if getattr(self, flag)]
        if self.size is not None:
            words.append(f"+size={self.size}")
        return " ".join(words)


def from_text(words):
    name, kind, *options = words.split()
    found = {}
    for option in options:
        key, _, value = option.removeprefix("+").partition("=")
        found[key] = int(value) if value else True
    return Question(names.from_text(name), wire.type_number(kind), **found)


class Questions:
    """Draws questions about one zone of a world."""

    def __init__(self, random, zone):
        self._random = random
        self._zone = zone
        self._owners = sorted(zone.sets)
        self._nodes = sorted(zone.nodes)
        self._empty = [node for node in self._nodes if node not in zone.sets]
        self._cuts = sorted(zone.cuts)
        self._aliases = sorted(
            owner for owner, kinds in zone.sets.items() if wire.CNAME in kinds or wire.DNAME in kinds
        )
        self._wildcards = [owner for owner in self._owners if owner[:2] == b"\x01*"]

    def draw(self):
        pick = self._random
        name = self._name()
        kind = self._kind(names.fold(name))
        if pick.random() < 0.5:
            name = bytes(
                octet ^ 0x20 if chr(octet).isalpha() and octet < 128 and pick.random() < 0.5 else octet
                for octet in name
            )
        size = pick.choice(_SIZES) if pick.random() < 0.6 else None
        return Question(
            name, kind, size, do=size is not None and pick.random() < 0.4, rd=pick.random() < 0.4,
            cd=pick.random() < 0.1, ad=pick.random() < 0.1, tcp=pick.random() < 0.12,
        )  # fmt: skip

    def _name(self):
        pick = self._random
        which = pick.random()
        if which < 0.34:
            return pick.choice(self._owners)
        if which < 0.40:
            return pick.choice(self._empty or self._nodes)
        if which < 0.58:
            return self._below(pick.choice(self._nodes))
        if which < 0.64:
            return self._below(self._below(pick.choice(self._nodes)))
        if which < 0.74:
            cut = pick.choice(self._cuts or self._nodes)
            return cut if pick.random() < 0.4 else self._below(cut)
        if which < 0.80:
            return self._below(pick.choice(self._aliases or self._nodes))
        if which < 0.90:
            wildcard = pick.choice(self._wildcards or self._nodes)
            name = self._below(names.parent(wildcard) if wildcard != self._zone.origin else wildcard)
            return self._below(name) if pick.random() < 0.3 else name
        if which < 0.93:
            return self._zone.origin
        if which < 0.96:
            return self._outside()
        if which < 0.97:
            return self._longest(pick.choice(self._aliases or self._nodes))
        return self._sibling(pick.choice(self._owners))

    def _below(self, name):
        label = self._random.choice(
            _ODD + [node[1 : 1 + node[0]] for node in self._nodes[:: max(1, len(self._nodes) // 8)]]
        )
        return names.child(label, name) if label and len(name) + len(label) + 1 <= 255 else name

    def _longest(self, name):
        """A name of exactly 255 octets (RFC 1035 section 2.3.4), or nearly; below a DNAME what is made of it may be longer."""
        room = 255 - len(name) - self._random.choice([0, 0, 1, 20])
        while room > 1:
            label = b"y" * min(63, room - 1)
            name, room = names.child(label, name), room - 1 - len(label)
        return name

    def _sibling(self, name):
        return self._below(names.parent(name)) if name != self._zone.origin else self._below(name)

    def _outside(self):
        above = names.parent(self._zone.origin)
        return self._random.choice(
            [above, names.child(b"nowhere", above), names.ROOT, names.from_labels(b"www", b"test")]
        )

    def _kind(self, name):
        kinds = self._zone.sets.get(name)
        if kinds and self._random.random() < 0.5:
            return self._random.choice(sorted(kinds))
        return wire.type_number(self._random.choice(_KINDS))
