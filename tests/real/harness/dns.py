"""Questions and answers. Two readers: a small fast one for many queries, dnspython (as a second opinion) elsewhere."""
import random
import socket
import struct
import time

A, NS, SOA, PTR, TXT, AAAA, SRV = 1, 2, 6, 12, 16, 28, 33
TYPES = {"A": A, "NS": NS, "CNAME": 5, "SOA": SOA, "PTR": PTR, "TXT": TXT, "AAAA": AAAA, "SRV": SRV}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def query_bytes(name, kind, identifier, recursion=False, network=None):
    """A query with an EDNS OPT of 1232 octets, empty or with the client subnet `network`, three octets of an IPv4 /24."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".")) + b"\0"
    header = struct.pack("!6H", identifier, 0x0100 if recursion else 0, 1, 0, 0, 1)
    option = struct.pack("!HHHBB", 8, 4 + len(network), 1, 24, 0) + network if network else b""
    return header + labels + struct.pack("!HH", TYPES[kind], 1) + struct.pack("!BHHIH", 0, 41, 1232, 0, len(option)) + option


def _name(message, at):
    """The name at `at` as text and where reading goes on; compression pointers go backwards only."""
    labels, after = [], None
    while True:
        length = message[at]
        if length >= 0xC0:
            after = after or at + 2
            target = (length & 0x3F) << 8 | message[at + 1]
            if target >= at:
                raise ValueError("compression pointer does not go back")
            at = target
        elif length == 0:
            return ".".join(labels) + ".", after or at + 1
        else:
            labels.append(message[at + 1 : at + 1 + length].decode("latin-1"))
            at += 1 + length


def _rdata(message, kind, at, length):
    if kind == A:
        return socket.inet_ntop(socket.AF_INET, message[at : at + 4])
    if kind == AAAA:
        return socket.inet_ntop(socket.AF_INET6, message[at : at + 16])
    if kind == SRV:
        priority, weight, port = struct.unpack_from("!HHH", message, at)
        return f"{priority} {weight} {port} {_name(message, at + 6)[0]}"
    if kind in (PTR, NS, 5):
        return _name(message, at)[0]
    return message[at : at + length]


class Answer:
    """One response: rcode word, aa, tc, `records` of the answer section as (owner, type number, TTL, text)."""

    def __init__(self, message):
        self.identifier, flags, questions, answers, _, _ = struct.unpack_from("!6H", message)
        self.rcode = RCODES.get(flags & 15, str(flags & 15))
        self.aa, self.tc = bool(flags & 0x0400), bool(flags & 0x0200)
        at = 12
        for _ in range(questions):
            at = _name(message, at)[1] + 4
        self.records = []
        for _ in range(answers):
            owner, at = _name(message, at)
            kind, _, ttl, length = struct.unpack_from("!HHIH", message, at)
            at += 10
            self.records.append((owner, kind, ttl, _rdata(message, kind, at, length)))
            at += length

    def texts(self, kind):
        """The data of the records of one type, in the order of the answer."""
        return [text for _, number, _, text in self.records if number == TYPES[kind]]

    def __repr__(self):
        return f"{self.rcode} {self.records}"


class Client:
    """A UDP socket connected to one server."""

    def __init__(self, address):
        host, port = address
        self._socket = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((host, port))
        self._random = random.Random()

    def close(self):
        self._socket.close()

    def ask(self, name, kind="A", seconds=2.0, recursion=False):
        """One query, one answer; no second try: a lost datagram on loopback is a finding."""
        identifier = self._random.randrange(65536)
        self._socket.send(query_bytes(name, kind, identifier, recursion))
        end = time.monotonic() + seconds
        while True:
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            answer = Answer(self._socket.recv(65535))
            if answer.identifier == identifier:
                return answer

    def many(self, name, kind, count, window=64, recursion=False):
        """`count` answers to one question, with `window` queries in flight; lost ones raise OSError."""
        query = bytearray(query_bytes(name, kind, 0, recursion))
        self._socket.settimeout(3)
        answers, sent = [], 0
        while len(answers) < count:
            while sent < count and sent - len(answers) < window:
                struct.pack_into("!H", query, 0, sent & 0xFFFF)
                self._socket.send(query)
                sent += 1
            answers.append(Answer(self._socket.recv(65535)))
        return answers

    def of_networks(self, name, kind, networks, window=64):
        """One answer for each client subnet (RFC 7871), in their order; lost ones raise OSError."""
        self._socket.settimeout(3)
        answers, sent = {}, 0
        while len(answers) < len(networks):
            while sent < len(networks) and sent - len(answers) < window:
                self._socket.send(query_bytes(name, kind, sent & 0xFFFF, network=networks[sent]))
                sent += 1
            answer = Answer(self._socket.recv(65535))
            answers[answer.identifier] = answer
        return [answers[i] for i in range(len(networks))]

    def set(self, name, kind="A"):
        """The answer as a set of texts, or the rcode if it is not NOERROR: what most scenarios compare."""
        answer = self.ask(name, kind)
        return set(answer.texts(kind)) if answer.rcode == "NOERROR" else answer.rcode

    def wait_for(self, expected, name, kind="A", seconds=10.0):
        """Asks in a tight loop until the answer is `expected` (a set or an rcode word); returns the time (now_ms) of
        the first right answer. The resolution is one round trip, about 0.1 ms."""
        end = time.monotonic() + seconds
        while True:
            seen = self.set(name, kind)
            if seen == expected:
                return time.monotonic_ns() / 1e6
            if time.monotonic() > end:
                raise AssertionError(f"{name} {kind}: still {seen} after {seconds} s, expected {expected}")
