"""Reads responses into a form that can be compared: sections as sets of records, names uncompressed and folded.

What is folded away is free by RFC 4343 section 4.1 (the case of names in output) and RFC 1035 section 4.1.4 (whether a
name is compressed); the order of records has no meaning (RFC 1034 section 3.6). The rest is compared as it came."""

import struct

from . import names

A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, SRV, NAPTR, DNAME, OPT, DS, RRSIG, NSEC, SVCB, HTTPS = (
    1,
    2,
    5,
    6,
    12,
    15,
    16,
    28,
    33,
    35,
    39,
    41,
    43,
    46,
    47,
    64,
    65,
)
TYPES = {
    "A": A, "NS": NS, "CNAME": CNAME, "SOA": SOA, "PTR": PTR, "HINFO": 13, "MX": MX, "TXT": TXT, "RP": 17, "AFSDB": 18,
    "AAAA": AAAA, "LOC": 29, "SRV": SRV, "NAPTR": NAPTR, "KX": 36, "CERT": 37, "DNAME": DNAME, "DS": DS, "SSHFP": 44, "RRSIG": RRSIG,
    "NSEC": NSEC, "DNSKEY": 48, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "CDS": 59, "SVCB": SVCB, "HTTPS": HTTPS, "SPF": 99,
    "URI": 256, "CAA": 257,
}  # fmt: skip
TYPE_WORDS = {number: word for word, number in TYPES.items()}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
EDE = 15
# Where a name stands in the RDATA: octets before it. Compressed only in the types of RFC 1035 (RFC 3597 section 4).
_NAME_AT = {NS: 0, CNAME: 0, PTR: 0, MX: 2, 18: 2, SRV: 6, DNAME: 0, 36: 2, SVCB: 2, HTTPS: 2}
NEVER_COMPRESSED = {SRV, NAPTR, DNAME, SVCB, HTTPS, 36}


def type_word(number):
    return TYPE_WORDS.get(number, f"TYPE{number}")


def type_number(word):
    return TYPES[word] if word in TYPES else int(word.removeprefix("TYPE"))


class _Names:
    """The names of one message; a name read once is not read again."""

    def __init__(self, message):
        self._message = message
        self._seen = {}

    def at(self, offset):
        """(name, offset after it, was any of it a pointer)."""
        if found := self._seen.get(offset):
            return found
        message, parts, at = self._message, [], offset
        while True:
            length = message[at]
            if length == 0:
                result = b"".join(parts) + b"\0", at + 1, False
                break
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | message[at + 1]
                if target >= at:
                    raise ValueError("compression pointer does not go back")
                result = b"".join(parts) + self.at(target)[0], at + 2, True
                break
            if length > 63:
                raise ValueError(f"label type {length}")
            parts.append(message[at : at + 1 + length])
            at += 1 + length
        self._seen[offset] = result
        return result


def _rdata(message, reader, kind, at, length):
    """RDATA with its names uncompressed and folded, and whether a pointer stood in it."""
    end = at + length
    if kind in _NAME_AT:
        start = at + _NAME_AT[kind]
        name, after, pointer = reader.at(start)
        return message[at:start] + name.lower() + message[after:end], pointer
    if kind in (SOA, 17):
        first, after, pointer = reader.at(at)
        second, after, pointer_too = reader.at(after)
        return first.lower() + second.lower() + message[after:end], pointer or pointer_too
    if kind == NAPTR:
        start = at + 4
        for _ in range(3):
            start += 1 + message[start]
        name, _, pointer = reader.at(start)
        return message[at:start] + name.lower(), pointer
    return message[at:end], False


def canonical_rdata(kind, octets):
    """The same form for RDATA that comes from a file."""
    return _rdata(octets, _Names(octets), kind, 0, len(octets))[0]


class Response:
    """One response. Sections are frozensets of (owner, type, class, TTL, RDATA); `opt` is None or (version, DO, option
    codes without Extended DNS Errors, which RFC 8914 section 2 allows in any response)."""

    __slots__ = ("identifier", "rcode", "aa", "tc", "rd", "ra", "ad", "cd", "z", "question", "answer", "authority", "additional",
                 "opt", "repeated", "compressed", "size")  # fmt: skip

    def __init__(self, message):
        self.identifier, flags, questions, *counts = struct.unpack_from("!6H", message)
        if not flags & 0x8000:
            raise ValueError("QR is 0")
        self.aa, self.tc, self.rd, self.ra = (
            bool(flags & 0x400),
            bool(flags & 0x200),
            bool(flags & 0x100),
            bool(flags & 0x80),
        )
        self.z, self.ad, self.cd = bool(flags & 0x40), bool(flags & 0x20), bool(flags & 0x10)
        self.rcode = flags & 15
        self.size = len(message)
        reader = _Names(message)
        at = 12
        for _ in range(questions):
            at = reader.at(at)[1] + 4
        self.question = bytes(message[12:at])
        self.opt = None
        self.compressed = set()
        self.repeated = False
        self.answer, at = self._section(message, reader, at, counts[0])
        self.authority, at = self._section(message, reader, at, counts[1])
        self.additional, at = self._section(message, reader, at, counts[2])
        if at != len(message):
            raise ValueError(f"{len(message) - at} octets after the last record")

    def _section(self, message, reader, at, count):
        records = []
        for _ in range(count):
            owner, at, _ = reader.at(at)
            kind, class_, ttl, length = struct.unpack_from("!HHIH", message, at)
            at += 10
            if at + length > len(message):
                raise ValueError("record longer than the message")
            if kind == OPT:
                self._read_opt(message[at : at + length], ttl)
            else:
                data, pointer = _rdata(message, reader, kind, at, length)
                if pointer:
                    self.compressed.add(kind)
                records.append((owner.lower(), kind, class_, ttl, data))
            at += length
        found = frozenset(records)
        self.repeated |= len(found) != len(records)
        return found, at

    def _read_opt(self, options, ttl):
        if self.opt is not None:
            raise ValueError("two OPT records")
        self.rcode |= ttl >> 24 << 4
        codes, at = [], 0
        while at < len(options):
            code, length = struct.unpack_from("!HH", options, at)
            codes.append(code)
            at += 4 + length
        if at != len(options):
            raise ValueError("OPT options overrun")
        self.opt = (ttl >> 16 & 0xFF, bool(ttl & 0x8000), tuple(code for code in codes if code != EDE))


def record_text(record):
    """One record for people."""
    owner, kind, _, ttl, data = record
    return f"{names.text(owner)} {ttl} {type_word(kind)} {_data_text(kind, data)}"


def _data_text(kind, data):
    if kind == A and len(data) == 4:
        return ".".join(map(str, data))
    if kind in (NS, CNAME, PTR, DNAME):
        return names.text(data)
    if kind == MX:
        return f"{data[0] << 8 | data[1]} {names.text(data[2:])}"
    if kind == SRV:
        return f"{' '.join(map(str, struct.unpack_from('!HHH', data)))} {names.text(data[6:])}"
    if kind == SOA:
        return f"... {' '.join(map(str, struct.unpack('!5I', data[-20:])))}"
    return f"\\# {len(data)} {data.hex()}"


def response_text(response):
    """A response in a few lines, like dig's."""
    if response is None:
        return "  (no reply)"
    if isinstance(response, str):
        return f"  (malformed: {response})"
    flags = " ".join(flag for flag in ("aa", "tc", "rd", "ra", "ad", "cd", "z") if getattr(response, flag))
    lines = [f"  {RCODES.get(response.rcode, response.rcode)} [{flags}] opt={response.opt}"]
    for section in ("answer", "authority", "additional"):
        lines += [f"    {section}: {record_text(record)}" for record in sorted(getattr(response, section))]
    return "\n".join(lines)
