"""Puts many questions to one server quickly: one UDP socket and one TCP connection, replies matched by their ids."""

import selectors
import socket
import struct
import time

# Datagrams in flight: a default receive queue of Linux holds 256 short ones (each accounts for 832 octets).
WINDOW = 100
TRIES = 3
PATIENCE = 1.0  # seconds without any reply before what is missing is asked again


class Asker:
    """A server's address; `ask` returns the raw replies in the order of the questions, None where it stays silent."""

    def __init__(self, host, port):
        self._address = (host, port)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self._udp.connect(self._address)
        self._udp.setblocking(False)
        self._waiter = selectors.DefaultSelector()
        self._waiter.register(self._udp, selectors.EVENT_READ)
        self._next_id = 0

    def close(self):
        self._waiter.close()
        self._udp.close()

    def send(self, questions):
        """Starts a batch of at most WINDOW UDP questions; `collect` ends it."""
        ids = [(self._next_id + i) & 0xFFFF for i in range(len(questions))]
        self._next_id = (self._next_id + len(questions)) & 0xFFFF
        batch = dict(zip(ids, questions, strict=True))
        for identifier, question in batch.items():
            self._udp.send(question.octets(identifier))
        return batch

    def collect(self, batch):
        """The replies to a batch, lost ones asked again."""
        missing, replies = dict(batch), {}
        for attempt in range(TRIES):
            if attempt:
                for identifier, question in missing.items():
                    self._udp.send(question.octets(identifier))
            self._receive(missing, replies)
            if not missing:
                break
        return [replies.get(identifier) for identifier in batch]

    def _receive(self, missing, replies):
        while missing:
            if not self._waiter.select(PATIENCE):
                return
            try:
                message = self._udp.recv(65535)
            except BlockingIOError:
                continue
            identifier = int.from_bytes(message[:2], "big")
            if missing.pop(identifier, None) is not None:
                replies[identifier] = message

    def ask_tcp(self, questions, seconds=10.0):
        """All questions over one connection, pipelined (RFC 7766 section 6.2.1.1); opened again where it was closed."""
        replies, missing = {}, dict(enumerate(questions))
        for _ in range(TRIES):
            if missing:
                self._ask_connection(missing, replies, seconds)
        return [replies.get(i) for i in range(len(questions))]

    def _ask_connection(self, missing, replies, seconds):
        end = time.monotonic() + seconds
        try:
            with socket.create_connection(self._address, seconds) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                messages = [question.octets(identifier) for identifier, question in missing.items()]
                connection.sendall(b"".join(struct.pack("!H", len(message)) + message for message in messages))
                buffer = b""
                while missing and time.monotonic() < end:
                    connection.settimeout(max(0.01, min(PATIENCE, end - time.monotonic())))
                    more = connection.recv(1 << 16)
                    if not more:
                        return
                    buffer = _split(buffer + more, missing, replies)
        except OSError:
            return


def _split(buffer, missing, replies):
    while len(buffer) >= 2 and len(buffer) >= 2 + (length := int.from_bytes(buffer[:2], "big")):
        message, buffer = buffer[2 : 2 + length], buffer[2 + length :]
        identifier = int.from_bytes(message[:2], "big")
        if missing.pop(identifier, None) is not None:
            replies[identifier] = message
    return buffer
