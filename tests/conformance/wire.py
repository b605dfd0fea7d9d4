"""Octets of queries, put together by hand, and replies read back: nothing is hidden and nothing is mended.

A reply is read by `Reply`, strictly; dnspython reads it too, as a second opinion, where it knows the opcode."""
import ipaddress
import struct

import dns.message
import dns.opcode
import dns.rdata
import dns.rdatatype

A, NS, CNAME, SOA, PTR, HINFO, MX, TXT, AAAA, SRV, NAPTR, DNAME, OPT, DS = 1, 2, 5, 6, 12, 13, 15, 16, 28, 33, 35, 39, 41, 43
RRSIG, NSEC, DNSKEY, SVCB, HTTPS, NXNAME, TKEY, TSIG, IXFR, AXFR, MAILB, MAILA, ANY = (
    46, 47, 48, 64, 65, 128, 249, 250, 251, 252, 253, 254, 255,
)
IN, CH, HS, NONE, CLASS_ANY = 1, 3, 4, 254, 255
QR, AA, TC, RD, RA, Z, AD, CD = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080, 0x0040, 0x0020, 0x0010
DO = 0x8000
NSID, ECS, EXPIRE, COOKIE, KEEPALIVE, PADDING, EDE, ZONEVERSION = 3, 8, 9, 10, 11, 12, 15, 19
RCODES = {
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 9: "NOTAUTH", 16: "BADVERS",
    23: "BADCOOKIE",
}


def name(text):
    """A name in presentation format as octets; bytes are taken as they are. `\\DDD` and `\\x` escape."""
    if isinstance(text, bytes):
        return text
    labels, label, at = [], bytearray(), 0
    text = text.rstrip(".") if not text.endswith("\\.") else text
    while at < len(text):
        if text[at] == "\\":
            if text[at + 1 : at + 4].isdigit():
                label.append(int(text[at + 1 : at + 4]))
                at += 4
            else:
                label.append(ord(text[at + 1]))
                at += 2
        elif text[at] == ".":
            labels.append(bytes(label))
            label = bytearray()
            at += 1
        else:
            label.append(ord(text[at]))
            at += 1
    if label:
        labels.append(bytes(label))
    return b"".join(bytes([len(part)]) + part for part in labels) + b"\0"


def header(flags=0, qd=1, an=0, ns=0, ar=0, opcode=0):
    """Without the id, which the road puts in front."""
    return struct.pack("!5H", flags | opcode << 11, qd, an, ns, ar)


def question(owner, kind, klass=IN):
    return name(owner) + struct.pack("!HH", kind, klass)


def record(owner, kind, rdata=b"", klass=IN, ttl=0):
    return question(owner, kind, klass) + struct.pack("!IH", ttl, len(rdata)) + rdata


def option(code, value=b""):
    return struct.pack("!HH", code, len(value)) + value


def opt(size=1232, flags=0, options=b"", version=0, rcode=0):
    return record(".", OPT, options, size, rcode << 24 | version << 16 | flags)


def query(owner, kind=A, flags=0, klass=IN, edns=None):
    """A plain question, with the OPT record `edns` if there is one."""
    return header(flags, ar=1 if edns else 0) + question(owner, kind, klass) + (edns or b"")


class Record:
    """One record of a reply. `rdata` is as it stands in the message; `pointed` says that its owner is one pointer."""

    def __init__(self, reader):
        start = reader.at
        self.owner = reader.name()
        self.pointed = reader.message[start] >= 0xC0
        self.kind, self.klass, self.ttl, length = struct.unpack("!HHIH", reader.take(10))
        self.at = reader.at
        self.rdata = reader.take(length)
        self._message = reader.message

    def text(self):
        """The data in presentation format, by dnspython; names in it may be compressed."""
        kind = dns.rdatatype.RdataType.make(self.kind)
        return dns.rdata.from_wire(IN, kind, self._message, self.at, len(self.rdata)).to_text()

    def __repr__(self):
        return f"{shown(self.owner)} {self.ttl} {dns.rdatatype.to_text(self.kind)} {self.text()}"


class _Reader:
    def __init__(self, message):
        self.message, self.at = message, 0

    def take(self, count):
        if self.at + count > len(self.message):
            raise ValueError(f"{count} octets wanted at {self.at} of {len(self.message)}")
        self.at += count
        return self.message[self.at - count : self.at]

    def name(self):
        """The name's octets without compression; pointers go backwards only."""
        out, after, limit = b"", None, self.at
        while True:
            length = self.take(1)[0]
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | self.take(1)[0]
                if target >= limit:
                    raise ValueError("a compression pointer does not go back")
                after = after or self.at
                self.at = limit = target
            elif length > 63:
                raise ValueError("not a label")
            else:
                out += bytes([length]) + self.take(length)
                if length == 0:
                    break
        if len(out) > 255:
            raise ValueError("a name of more than 255 octets")
        self.at = after or self.at
        return out


def shown(octets):
    """A name's octets as text."""
    text, at = "", 0
    while octets[at]:
        label = octets[at + 1 : at + 1 + octets[at]]
        text += "".join(chr(c) if 33 <= c <= 126 and chr(c) not in '.\\"' else f"\\{c:03}" for c in label) + "."
        at += 1 + octets[at]
    return text or "."


class Reply:
    """One response, read to its last octet; ValueError if that cannot be."""

    def __init__(self, message):
        self.message = message
        reader = _Reader(message)
        self.id, self.flags, qd, *counts = struct.unpack("!6H", reader.take(12))
        if qd > 1:
            raise ValueError(f"{qd} questions")
        self.question = None
        if qd:
            start = reader.at
            reader.name()
            reader.take(4)
            self.question = message[start : reader.at]
        self.answer, self.authority, self.additional = ([Record(reader) for _ in range(n)] for n in counts)
        if reader.at != len(message):
            raise ValueError(f"{len(message) - reader.at} trailing octets")
        if any(r.kind == OPT for r in self.answer + self.authority):
            raise ValueError("OPT outside the additional section")
        opts = [r for r in self.additional if r.kind == OPT]
        if len(opts) > 1:
            raise ValueError("two OPT records")
        self.opt = opts[0] if opts else None
        self.additional = [r for r in self.additional if r.kind != OPT]
        self.options = self._read_options() if self.opt else []
        self.rcode = self.flags & 15 | (self.opt.ttl >> 24 << 4 if self.opt else 0)
        self.opcode = self.flags >> 11 & 15
        if self.opcode == dns.opcode.QUERY:
            dns.message.from_wire(message, question_only=qd == 0, ignore_trailing=False)

    def _read_options(self):
        if self.opt.owner != b"\0":
            raise ValueError("OPT has an owner")
        options, at = [], 0
        while at < len(self.opt.rdata):
            code, length = struct.unpack_from("!HH", self.opt.rdata, at)
            value = self.opt.rdata[at + 4 : at + 4 + length]
            if len(value) != length:
                raise ValueError("an option overruns OPT")
            options.append((code, value))
            at += 4 + length
        return options

    def option(self, code):
        """The value of the one option with this code, or None."""
        found = [value for number, value in self.options if number == code]
        if len(found) > 1:
            raise ValueError(f"option {code} comes {len(found)} times")
        return found[0] if found else None

    @property
    def ede(self):
        """The extended error's number, or None."""
        value = self.option(EDE)
        return None if value is None else struct.unpack("!H", value[:2])[0]

    def texts(self, section="answer"):
        """The data of a section's records in presentation format, sorted."""
        return sorted(r.text() for r in getattr(self, section))

    def told(self):
        """rcode, flags, counts without OPT, OPT: "NOERROR aa rd; 1/0/0; opt 1232 do ede 20"."""
        text = RCODES.get(self.rcode, str(self.rcode))
        for bit, word in ((AA, "aa"), (TC, "tc"), (RD, "rd"), (RA, "ra"), (Z, "z"), (AD, "ad"), (CD, "cd")):
            text += f" {word}" if self.flags & bit else ""
        text += f" opcode {self.opcode}" if self.opcode else ""
        text += "; " if self.question else "; no question; "
        text += "/".join(str(len(s)) for s in (self.answer, self.authority, self.additional))
        if self.opt:
            text += f"; opt {self.opt.klass}"
            version, flags = self.opt.ttl >> 16 & 255, self.opt.ttl & 0xFFFF
            text += f" version {version}" if version else ""
            text += " do" if flags & DO else ""
            text += f" flags {flags & ~DO:#x}" if flags & ~DO else ""
            text += "".join(f" ede {self.ede}" if c == EDE else f" option {c}" for c, _ in self.options)
        return text

    def canonical(self):
        """What is the same on every road: everything but the id, the order of records, and values that move."""

        def lines(section):
            return sorted((r.owner, r.kind, r.klass, r.ttl, r.text()) for r in section)

        fixed = [(c, v if c not in (COOKIE, KEEPALIVE) else len(v)) for c, v in self.options if c != KEEPALIVE]
        return (
            self.flags, self.question, lines(self.answer), lines(self.authority), lines(self.additional),
            self.opt and (self.opt.klass, self.opt.ttl), fixed,
        )


def soas(reply):
    """(owner text, TTL) of each SOA in the authority section."""
    return [(shown(r.owner), r.ttl) for r in reply.authority if r.kind == SOA]


def reverse_name(address):
    """The owner of an address's PTR."""
    return ipaddress.ip_address(address).reverse_pointer + "."
