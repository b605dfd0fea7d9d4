"""Whole responses, section by section, in presentation format: what the comparisons and the tables of rules look at."""
import dataclasses
import socket

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype


@dataclasses.dataclass(frozen=True)
class Reply:
    """Records as sets of (owner, TTL, type, data), texts but for the TTL; names in the case in which they came."""

    rcode: str
    aa: bool
    answer: frozenset
    authority: frozenset
    additional: frozenset

    def told(self):
        """One line: `NOERROR aa | name 5 A 10.0.0.1`, an SOA in authority as `SOA zone`; additional is left out."""
        words = [self.rcode + (" aa" if self.aa else "")]
        words += sorted(_text(record) for record in self.answer)
        words += sorted(f"SOA {owner}" if kind == "SOA" else kind for owner, _, kind, _ in self.authority)
        return " | ".join(words)

    def extra(self):
        """The additional section in the same form."""
        return " | ".join(sorted(_text(record) for record in self.additional))


def _text(record):
    owner, ttl, kind, data = record
    return f"{owner} {ttl} {kind} {data}"


class Asker:
    """Asks one server over UDP, again over TCP after TC."""

    def __init__(self, address):
        self.address = address
        self._socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def close(self):
        self._socket.close()

    def ask(self, name, kind="A", seconds=3.0, tcp=False):
        query = dns.message.make_query(name, kind, use_edns=0, payload=1232)
        query.flags &= ~dns.flags.RD
        host, port = self.address
        if not tcp:
            response = dns.query.udp(query, host, port=port, timeout=seconds, sock=self._socket, ignore_unexpected=True)
        if tcp or response.flags & dns.flags.TC:
            response = dns.query.tcp(query, host, port=port, timeout=seconds)
        return reply_of(response)


def reply_of(message):
    return Reply(
        dns.rcode.to_text(message.rcode()),
        bool(message.flags & dns.flags.AA),
        *(_records(section) for section in (message.answer, message.authority, message.additional)),
    )


def _records(section):
    return frozenset(
        (str(rrset.name), rrset.ttl, dns.rdatatype.to_text(rrset.rdtype), str(data)) for rrset in section for data in rrset
    )
