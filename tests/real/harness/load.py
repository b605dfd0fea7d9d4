"""A steady stream of queries from a process of its own, which checks every answer.

As a module: Load(address, rate, questions) starts it, `stop()` gives the report. As a program it is that process.
"""
import collections
import heapq
import json
import pathlib
import random
import select
import socket
import struct
import subprocess
import sys
import time

if __package__:
    from . import dns
else:
    import dns

_LOST_AFTER = 2.0  # seconds; dig would ask again after 5, a resolver library after 1 to 5
_WRONG_SHOWN = 10


class Load:
    """`questions` is a list of (name, type, allowed): `allowed` lists the right answers, each a sorted list of texts.
    Order inside an answer does not matter; any other rcode than NOERROR is wrong. It runs when the constructor returns,
    and stops no earlier than after `least` queries."""

    def __init__(self, address, rate, questions, least=1):
        order = {"address": list(address), "rate": rate, "questions": questions, "least": least}
        self._child = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._child.stdin.write(json.dumps(order) + "\n")
        self._child.stdin.flush()
        if self._child.stdout.readline() != "sending\n":
            raise RuntimeError("the load process did not start")

    def stop(self):
        """{"sent", "answered", "lost", "wrong", "shown": first wrong ones, "rate": per second as achieved}"""
        report, _ = self._child.communicate("", timeout=30)
        if self._child.returncode != 0:
            raise RuntimeError(f"the load process ended with {self._child.returncode}")
        return json.loads(report)


class _Stream:
    def __init__(self, order):
        self._questions = order["questions"]
        self._allowed = [{tuple(sorted(answer)) for answer in allowed} for _, _, allowed in self._questions]
        self._queries = [bytearray(dns.query_bytes(name, kind, 0)) for name, kind, _ in self._questions]
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.connect(tuple(order["address"]))
        self._socket.setblocking(False)
        self._gap = 1 / order["rate"]
        self._least = order["least"]
        self._waiting = {}  # identifier -> (question, time sent)
        self._free = collections.deque(random.sample(range(65536), 65536))
        self._oldest = []
        self.counts = {"sent": 0, "answered": 0, "lost": 0, "wrong": 0, "shown": []}

    def run(self):
        print("sending", flush=True)
        start = time.monotonic()
        next_send, index = start, 0
        while self.counts["sent"] < self._least or not select.select([sys.stdin], [], [], 0)[0]:
            now = time.monotonic()
            while next_send <= now:
                self._send(index % len(self._queries), now)
                index += 1
                next_send += self._gap
            self._receive(max(0.0, min(0.001, next_send - time.monotonic())))
            self._forget(time.monotonic())
        sent_for = time.monotonic() - start
        while self._waiting:
            self._receive(0.01)
            self._forget(time.monotonic())
        self.counts["rate"] = self.counts["sent"] / sent_for
        return self.counts

    def _send(self, question, now):
        identifier = self._free.popleft()
        struct.pack_into("!H", self._queries[question], 0, identifier)
        self._waiting[identifier] = (question, now)
        heapq.heappush(self._oldest, (now, identifier))
        self.counts["sent"] += 1
        try:
            self._socket.send(self._queries[question])
        except OSError as refused:
            self._show(f"send: {refused}")  # stays in _waiting, so it counts as lost

    def _receive(self, seconds):
        if not select.select([self._socket], [], [], seconds)[0]:
            return
        while True:
            try:
                answer = dns.Answer(self._socket.recv(65535))
            except BlockingIOError:
                return
            except OSError as refused:
                self._show(f"receive: {refused}")
                return
            question, _ = self._waiting.pop(answer.identifier, (None, 0))
            if question is None:
                continue
            self._free.append(answer.identifier)
            self.counts["answered"] += 1
            name, kind, _ = self._questions[question]
            if answer.rcode != "NOERROR" or tuple(sorted(answer.texts(kind))) not in self._allowed[question]:
                self.counts["wrong"] += 1
                self._show(f"{name} {kind}: {answer}")

    def _forget(self, now):
        while self._oldest and self._oldest[0][0] < now - _LOST_AFTER:
            sent, identifier = heapq.heappop(self._oldest)
            if self._waiting.get(identifier, (0, None))[1] == sent:
                question, _ = self._waiting.pop(identifier)
                self._free.append(identifier)
                self.counts["lost"] += 1
                self._show(f"lost: {self._questions[question][:2]}")

    def _show(self, text):
        if len(self.counts["shown"]) < _WRONG_SHOWN:
            self.counts["shown"].append(text)


if __name__ == "__main__":
    print(json.dumps(_Stream(json.loads(sys.stdin.readline())).run()))
