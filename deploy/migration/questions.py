"""DNS messages for the tool `compare`: one question out, one reply in. Python 3.8 and its standard library alone.

Names are texts as master files have them (RFC 1035 section 5.1: odd octets as \\DDD), in lower case, with a final dot."""
import collections
import ipaddress
import os
import re
import socket
import struct
import time

TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "NAPTR": 35,
    "SVCB": 64, "HTTPS": 65,
}  # fmt: skip
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
WORDS = {number: word for word, number in TYPES.items()}

# What a server said: the code's word and a frozenset of (owner, TTL, type word, data) of the answer section.
Reply = collections.namedtuple("Reply", "rcode records")


def type_number(word):
    """The number of a type's word (also TYPE65280, RFC 3597), or None."""
    word = word.upper()
    number = re.fullmatch(r"TYPE(\d{1,5})", word)
    return int(number[1]) if number and int(number[1]) < 65536 else TYPES.get(word)


def labels_of(name):
    """The octets of each label of a name, or ValueError for what is no name."""
    found, label = [], bytearray()
    for part in re.findall(r"\\\d{3}|\\.|[^\\]|\\$", name.rstrip(".") if not name.endswith("\\.") else name, re.S):
        if part == ".":
            found.append(bytes(label))
            label = bytearray()
        elif re.fullmatch(r"\\\d{3}", part):
            label.append(int(part[1:]))  # over 255: ValueError
        else:
            label += part[-1].encode("utf-8", "surrogateescape")
    found = [one for one in [*found, bytes(label)] if one or name.strip(".")]
    if any(not 0 < len(one) < 64 for one in found) or sum(map(len, found)) + len(found) > 254:
        raise ValueError(f"no name: {name!r}")
    return found


def text_of(labels):
    """The labels as one text."""
    plain = set(b"abcdefghijklmnopqrstuvwxyz0123456789-_*/")
    return "".join("".join(chr(o) if o in plain else f"\\{o:03}" for o in label.lower()) + "." for label in labels) or "."


def name_at(message, at):
    """The name at this place as text, and where reading goes on. Compression pointers go backwards only."""
    labels, after, lowest = [], None, at
    while message[at]:
        if message[at] >= 0xC0:
            after = at + 2 if after is None else after
            at = (message[at] & 0x3F) << 8 | message[at + 1]
            if at >= lowest:
                raise ValueError("a compression pointer that does not go back")
            lowest = at
        else:
            labels.append(message[at + 1 : at + 1 + message[at]])
            at += 1 + message[at]
    return text_of(labels), at + 1 if after is None else after


def data_at(message, kind, at, length):
    """The data of a record as text; of a type that is not known here, its octets."""
    data = message[at : at + length]
    if kind in (1, 28):
        return str(ipaddress.ip_address(data))
    if kind in (2, 5, 12):
        return name_at(message, at)[0]
    if kind == 33:
        return " ".join([*map(str, struct.unpack_from("!HHH", message, at)), name_at(message, at + 6)[0]])
    if kind == 15:
        return f"{struct.unpack_from('!H', message, at)[0]} {name_at(message, at + 2)[0]}"
    if kind == 16:
        strings, here = [], 0
        while here < length:
            strings.append(data[here + 1 : here + 1 + data[here]])
            here += 1 + data[here]
        return " ".join('"' + "".join(chr(o) if 32 <= o < 127 and o not in b'"\\' else f"\\{o:03}" for o in one) + '"' for one in strings)
    if kind == 6:
        primary, next_name = name_at(message, at)
        mailbox, numbers = name_at(message, next_name)
        return " ".join([primary, mailbox, *map(str, struct.unpack_from("!5I", message, numbers))])
    return f"\\# {length} {data.hex()}"


def query(name, number, identifier):
    """A query without recursion, with an EDNS buffer of 1,232 octets."""
    owner = b"".join(bytes([len(label)]) + label for label in labels_of(name)) + b"\0"
    return struct.pack("!6H", identifier, 0, 1, 0, 0, 1) + owner + struct.pack("!HH", number, 1) + b"\0" + struct.pack("!HHIH", 41, 1232, 0, 0)


def reply_of(message):
    """(identifier, truncated, Reply); ValueError, IndexError or struct.error for what no server should send."""
    identifier, flags, questions, answers, _, _ = struct.unpack_from("!6H", message)
    at, records = 12, set()
    for _ in range(questions):
        at = name_at(message, at)[1] + 4
    for _ in range(answers):
        owner, at = name_at(message, at)
        kind, _, ttl, length = struct.unpack_from("!HHIH", message, at)
        if at + 10 + length > len(message):
            raise ValueError("a record that is cut off")
        records.add((owner, ttl, WORDS.get(kind, f"TYPE{kind}"), data_at(message, kind, at + 10, length)))
        at += 10 + length
    return identifier, bool(flags & 0x0200), Reply(RCODES.get(flags & 15, f"RCODE{flags & 15}"), frozenset(records))


class Server:
    """One server, asked over UDP and, where a reply was cut, over TCP. `where`: 10.96.0.10, 127.0.0.1:5353, [::1]:53."""

    def __init__(self, where, seconds=2.0, tries=3):
        found = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::(\d{1,5}))?|([0-9.]+)(?::(\d{1,5}))?|([0-9A-Fa-f:]+)", where)
        if not found:
            raise ValueError(f"{where}: a server is an address, with a port if it is not 53: 10.96.0.10, 127.0.0.1:5353, [::1]:53")
        host = str(ipaddress.ip_address(found[1] or found[3] or found[5]))
        self.where, self._address = where, (host, int(found[2] or found[4] or 53))
        self._family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._seconds, self._tries = seconds, tries

    def ask(self, name, number):
        """Its Reply; the code is the word `silence` where none came, `broken` where no message came."""
        try:
            for _ in range(self._tries):
                cut, reply = self._ask_once(name, number, socket.SOCK_DGRAM)
                if reply:
                    return self._ask_once(name, number, socket.SOCK_STREAM)[1] if cut else reply
        except OSError:
            pass  # nobody listens there
        except (ValueError, IndexError, struct.error):
            return Reply("broken", frozenset())
        return Reply("silence", frozenset())

    def _ask_once(self, name, number, how):
        identifier = int.from_bytes(os.urandom(2), "big")
        message, end = query(name, number, identifier), time.monotonic() + self._seconds
        with socket.socket(self._family, how) as line:
            line.settimeout(self._seconds)
            line.connect(self._address)
            if how == socket.SOCK_STREAM:
                line.sendall(struct.pack("!H", len(message)) + message)
                reader = line.makefile("rb")
                size = struct.unpack("!H", reader.read(2))[0]
                return reply_of(reader.read(size))[1:]
            line.send(message)
            while time.monotonic() < end:
                line.settimeout(max(0.001, end - time.monotonic()))
                try:
                    seen, cut, reply = reply_of(line.recv(65535))
                except socket.timeout:
                    break
                if seen == identifier:
                    return cut, reply
        return False, None
