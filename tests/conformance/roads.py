"""The four roads to the server: UDP and TCP over IPv4 and IPv6, as sockets of their own with deadlines."""
import itertools
import socket
import struct

import wire

NAMES = ("udp4", "udp6", "tcp4", "tcp6")
PATIENCE = 5.0  # seconds; no reply on loopback within them is a finding

_ids = itertools.count(1)


def next_id():
    """Never 0xffff, which is the probe's, so that replies are told apart."""
    return next(_ids) % 0xFFFF


class Stream:
    """One TCP connection: octets in, whole messages out."""

    def __init__(self, address, source=None):
        kind = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.socket = socket.socket(kind, socket.SOCK_STREAM)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send_octets(self, octets):
        self.socket.sendall(octets)

    def send(self, message):
        self.send_octets(struct.pack("!H", len(message)) + message)

    def receive(self):
        """One message without its length; None once the server has closed."""
        length = self._exactly(2)
        return length and self._exactly(struct.unpack("!H", length)[0])

    def _exactly(self, count):
        octets = b""
        while len(octets) < count:
            try:
                more = self.socket.recv(count - len(octets))
            except ConnectionResetError:
                more = b""
            if not more:
                return None
            octets += more
        return octets

    def closed(self, seconds=PATIENCE):
        """True: the server closes within that time, with nothing more to read."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(PATIENCE)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()


class Datagrams:
    """One connected UDP socket: a reply from any other address or port is not seen (H3)."""

    def __init__(self, address, source=None):
        self.socket = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET, socket.SOCK_DGRAM)
        if source:
            self.socket.bind((source, 0))
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)

    def send(self, message):
        self.socket.send(message)

    def receive(self):
        return self.socket.recv(65535)

    def close(self):
        self.socket.close()


class Road:
    """One road. `ask` compares with what the same test heard on the roads before."""

    def __init__(self, road, addresses, heard=None):
        self.name, self.tcp = road, road.startswith("tcp")
        self.address = addresses["v6" if road.endswith("6") else "v4"]
        self._heard = {} if heard is None else heard
        self._open = []

    def connect(self, source=None):
        """A socket more, closed with the test."""
        made = (Stream if self.tcp else Datagrams)(self.address, source)
        self._open.append(made)
        return made

    def close(self):
        for made in self._open:
            made.close()

    def _socket(self):
        return self._open[0] if self._open else self.connect()

    def ask(self, message, same=True, link=None):
        """The reply to `message`, which has no id yet. `same`: what the roads say is equal (C7)."""
        link, number = link or self._socket(), next_id()
        link.send(struct.pack("!H", number) + message)
        octets = link.receive()
        assert octets is not None, "the server closed the connection"
        reply = wire.Reply(octets)
        assert reply.id == number, "H4: the id"
        assert reply.flags & wire.QR, "H4: QR"
        if same:
            before = self._heard.setdefault(message, (self.name, reply.canonical()))
            assert reply.canonical() == before[1], f"{self.name} and {before[0]} differ"
        return reply

    def told(self, message, same=True):
        return self.ask(message, same).told()

    def silent(self, message, probe):
        """True when `message` gets no reply: replies come in the order of the queries, so the one to a probe sent
        right behind it is proof enough, and nothing waits."""
        link = self._socket()
        link.send(message)
        link.send(b"\xff\xff" + probe)
        octets = link.receive()
        assert octets is not None, "the server closed the connection"
        return wire.Reply(octets).id == 0xFFFF
