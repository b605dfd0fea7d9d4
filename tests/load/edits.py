"""How long a change takes to be answered while something else goes on."""
import contextlib
import json
import socket

from harness import dns
from harness.process import now_ms

GIVE_UP_MS = 5000


class Edits:
    """A services file of one service, edited while everybody asks; the time until an answer shows each edit."""

    def __init__(self, folder):
        self.path = folder / "edits.yaml"
        self._count = 0
        self.write()

    def write(self):
        self._count += 1
        self.address = f"10.99.{self._count >> 8}.{self._count & 255}"
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps({"services": [{"name": "edited", "instances": [{"address": self.address}]}]}))
        aside.rename(self.path)

    def time_one(self, address):
        """Milliseconds from an edit to the first answer with it. Nine questions of ten are lost in the overload: one goes
        out every two milliseconds, whatever comes back."""
        question = dns.query_bytes("edited.edits.internal", "A", 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(address)
            client.settimeout(0.002)
            self.write()
            written = now_ms()
            while now_ms() - written < GIVE_UP_MS:
                client.send(question)
                with contextlib.suppress(TimeoutError):
                    if dns.Answer(client.recv(4096)).texts("A") == [self.address]:
                        return now_ms() - written
        raise AssertionError(f"{self.address} is not answered within {GIVE_UP_MS} ms")
