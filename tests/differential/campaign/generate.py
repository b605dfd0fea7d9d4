"""Random static zones as master files: everything RFC 1034, 1035, 2181, 2782, 3597, 4592, 6672 and 9460 let into one,
and nothing that a server may refuse to load (a CNAME beside other data, an NS set that leads to an alias)."""

from . import names, records

_WORDS = [
    b"a",
    b"b",
    b"www",
    b"mail",
    b"ftp",
    b"cart",
    b"shop",
    b"_tcp",
    b"_udp",
    b"_sip",
    b"_dns",
    b"x-y",
    b"k8s",
    b"0",
    b"10",
    b"dev",
]
# RFC 2181 section 11: any octet may stand in a label.
_ODD = [
    b"a.b",
    b"sp ace",
    b"\x00",
    b"\xff\xfe",
    b'qu"ote',
    b"back\\slash",
    b"semi;colon",
    b"(paren)",
    b"at@",
    b"d$",
    b"*a",
    b"a*",
    b"\t",
    b"\xc3\xa9",
    b"l" * 63,
]
_OUTSIDE = [b"\x03www\x07example\x03net\x00", b"\x02ns\x07example\x03org\x00", b"\x04mail\x07example\x03com\x00"]


class Generator:
    """Writes one zone. `others` are names in other zones of the same servers, for aliases that lead there; `children` are
    apexes of such zones below this one, to which it delegates."""

    def __init__(self, random, origin, others=(), children=()):
        self._random = random
        self._origin = origin
        self._others = list(others)
        self._children = list(children)
        self._sets = {}  # folded owner -> {type word: (TTL, [RDATA text])}
        self._spelling = {}
        self._aliases = set()
        self._cuts = []
        self._dnames = []

    def text(self):
        """The whole file."""
        self._apex()
        for child in self._children:
            self._delegate(child)
        for _ in range(self._random.choice([3, 10, 25, 50])):
            self._node(self._fresh(self._random.randrange(1, 5)))
        for _ in range(self._random.randrange(6)):
            self._cut()
        for _ in range(self._random.randrange(7)):
            self._wildcard()
        for _ in range(self._random.randrange(8)):
            self._chain()
        if self._random.random() < 0.3:
            self._dname()
        return self._write()

    # What stands where ----------------------------------------------------------------------------------------------

    def _apex(self):
        numbers = [self._random.randrange(1, 1 << 31), 7200, 900, 1209600, self._random.choice([0, 1, 60, 300, 3600])]
        mname, rname = (
            self._spell(names.child(b"ns1", self._origin)),
            self._spell(names.from_labels(b"host.master", b"example", b"net")),
        )
        self._add(self._origin, "SOA", [f"{mname} {rname} {' '.join(map(str, numbers))}"])
        hosts = [names.child(b"ns%d" % i, self._origin) for i in range(1, self._random.randrange(2, 5))]
        for host in hosts:
            self._addresses(host)
        if self._random.random() < 0.4:
            hosts.append(self._random.choice(_OUTSIDE))
        self._add(self._origin, "NS", [self._spell(host) for host in hosts])
        for word in self._random.sample(
            ["A", "AAAA", "MX", "TXT", "HTTPS", "CAA", "TYPE65280"], self._random.randrange(5)
        ):
            self._add(self._origin, word, self._data(word))

    def _node(self, owner):
        if self._taken(owner):
            return
        words = [
            "A",
            "A",
            "AAAA",
            "AAAA",
            "MX",
            "TXT",
            "TXT",
            "SRV",
            "PTR",
            "SVCB",
            "HTTPS",
            "CAA",
            "NAPTR",
            "HINFO",
            "TYPE65280",
            "TYPE731",
        ]
        for word in self._random.sample(words, self._random.randrange(1, 5)):
            self._add(owner, word, self._data(word))

    def _cut(self):
        owner = self._fresh(self._random.randrange(1, 3))
        if not self._taken(owner) and not any(names.is_under(known, owner) for known in self._sets):
            self._delegate(owner)

    def _delegate(self, owner):
        """A delegation with in-domain glue, sibling glue, hosts elsewhere or none of it; sometimes data that it hides."""
        hosts = [self._random.choice(_OUTSIDE)] if self._random.random() < 0.3 else []
        for i in range(self._random.randrange(0, 4)):
            host = names.child(b"ns%d" % i, owner if self._random.random() < 0.7 else names.child(b"deep", owner))
            hosts.append(host)
            if self._random.random() < 0.85:
                self._addresses(host)
        if self._cuts and self._random.random() < 0.5:
            hosts.append(names.child(b"ns1", self._random.choice(self._cuts)))
        if self._random.random() < 0.3:
            hosts.append(names.child(b"ns1", self._origin))
        if not hosts:
            hosts = [names.child(b"ns", owner)]
        self._add(owner, "NS", sorted({self._spell(host) for host in hosts}))
        if self._random.random() < 0.4:
            self._add(owner, "DS", [f"{self._random.randrange(65536)} 13 2 {self._random.randbytes(32).hex()}"])
        if self._random.random() < 0.2:
            self._add(names.child(b"hidden", owner), "TXT", ['"below a cut"'])
        self._cuts.append(owner)

    def _wildcard(self):
        top = self._random.choice([self._origin, *self._plain(), self._fresh(2)])
        owner = names.child(b"*", top)
        if self._taken(owner) or len(owner) > 200:
            return
        if self._random.random() < 0.25:
            self._alias(owner, self._target())
        else:
            self._node(owner)
        if self._random.random() < 0.3:
            self._node(names.child(self._random.choice(_WORDS), owner))
        if self._random.random() < 0.4:
            self._node(names.child(b"sibling", top))

    def _chain(self):
        target = self._target()
        for _ in range(self._random.choice([1, 1, 2, 3, 5])):
            owner = self._fresh(self._random.randrange(1, 3))
            if not self._taken(owner):
                self._alias(owner, target)
                target = owner

    def _dname(self):
        owner = self._fresh(1)
        if not self._taken(owner) and not any(names.is_under(known, owner) for known in self._sets):
            self._add(owner, "DNAME", [self._spell(self._target())])
            self._dnames.append(owner)
            if self._random.random() < 0.3:
                self._add(owner, "TXT", ['"beside a DNAME"'])

    # Names ------------------------------------------------------------------------------------------------------------

    def _label(self):
        which = self._random.random()
        if which < 0.8:
            return self._random.choice(_WORDS)
        if which < 0.9:
            return self._random.choice(_ODD)
        return bytes(
            self._random.choice(b"abcdefghijklmnopqrstuvwxyz0123456789-_") for _ in range(self._random.randrange(1, 12))
        )

    def _fresh(self, depth):
        """A name below the apex or below a name that exists already."""
        name = self._random.choice(self._plain()) if self._random.random() < 0.4 else self._origin
        for _ in range(depth):
            label = self._label()
            name = names.child(label, name) if len(name) + len(label) < 180 else name
        return name

    def _plain(self):
        return sorted(owner for owner in self._sets if owner not in self._aliases) or [self._origin]

    def _target(self):
        which = self._random.random()
        if which < 0.5:
            return self._random.choice(sorted(self._sets))
        if which < 0.6:
            return self._random.choice(_OUTSIDE)
        if which < 0.7 and self._cuts:
            return names.child(b"x", self._random.choice(self._cuts))
        if which < 0.8 and self._others:
            return self._random.choice(self._others)
        return names.child(self._label(), self._random.choice(self._plain()))

    def _taken(self, owner):
        """May nothing be added here: used already, hidden by a cut or a DNAME, or above one?"""
        folded = names.fold(owner)
        hidden = any(names.is_under(folded, names.fold(top)) for top in (*self._cuts, *self._dnames))
        return folded in map(names.fold, self._sets) or hidden

    # Data -------------------------------------------------------------------------------------------------------------

    def _alias(self, owner, target):
        self._add(owner, "CNAME", [self._spell(target)])
        self._aliases.add(owner)

    def _addresses(self, host):
        if self._random.random() < 0.9:
            self._add(host, "A", self._data("A")[:2])
        if self._random.random() < 0.5 or "A" not in self._sets.get(host, {}):
            self._add(host, "AAAA", self._data("AAAA")[:2])

    def _add(self, owner, word, data):
        ttl = self._random.choice([0, 1, 5, 60, 300, 3600, 86400, 604800])
        self._sets.setdefault(owner, {}).setdefault(word, (ttl, list(dict.fromkeys(data))))

    def _data(self, word):
        if word in ("HTTPS", "SVCB"):
            return records.services(self._random, self._spell(self._host()))
        most = 14 if word in ("A", "AAAA", "TXT", "SRV", "MX") else 3
        return [
            records.one(self._random, word, self._spell(self._host()))
            for _ in range(self._random.choice([1, 1, 1, 1, 2, 2, 3, most]))
        ]

    def _host(self):
        which = self._random.random()
        if which < 0.55:
            return self._random.choice(self._plain())
        if which < 0.7:
            return self._random.choice(_OUTSIDE)
        return names.child(self._label(), self._random.choice(self._plain()))

    def _spell(self, name):
        """A name as a file may have it: absolute, or relative to the origin; now and then in upper case."""
        if self._random.random() < 0.15:
            name = name.upper()
        if not names.is_under(names.fold(name), names.fold(self._origin)) or self._random.random() < 0.5:
            return names.text(name)
        relative = name[: len(name) - len(self._origin)]
        return names.text(relative + names.ROOT)[:-1] if relative else "@"

    # The file ---------------------------------------------------------------------------------------------------------

    def _write(self):
        default = 1234
        lines = ["; random, static", f"$ORIGIN {names.text(self._origin)}", f"$TTL {default}"]
        owners = sorted(self._sets, key=lambda owner: (owner != self._origin, self._random.random()))
        for owner in owners:
            first = True
            for word, (ttl, data) in self._sets[owner].items():
                for text in data:
                    shown = self._spell(owner) if first or self._random.random() < 0.7 else ""
                    front = self._random.choice([f"{ttl} IN", f"IN {ttl}", f"{ttl}"])
                    body = f"( {text} ) ; comment (" if self._random.random() < 0.1 else text
                    lines.append(f"{shown}\t{front} {word} {body}")
                    first = False
        return "\n".join(lines) + "\n"
