"""A network of its own for one process, joined to ours by a pair of links, whose way back can be taken away."""
import os
import random
import shutil
import subprocess

from . import peers


def _ip(*words):
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr}")


class Namespace:
    """`prefix` starts a program inside. It reaches us at `host_address` from `address`, and is also reached at
    `other_address`, which `cut` leaves alone."""

    def __init__(self):
        if os.geteuid() != 0 or not shutil.which("ip"):
            peers.missing("root and iproute2, for a network namespace")
        self.name = f"signpost-{os.getpid()}"
        self._link = f"sp{os.getpid()}"
        net = f"10.213.{random.randrange(256)}"
        self.host_address, self.address, self.other_address = (f"{net}.{i}" for i in (1, 2, 3))
        self.prefix = ["ip", "netns", "exec", self.name]

    def __enter__(self):
        _ip("netns", "add", self.name)
        try:
            _ip("link", "add", self._link, "type", "veth", "peer", "name", "inside", "netns", self.name)
            _ip("addr", "add", f"{self.host_address}/24", "dev", self._link)
            _ip("link", "set", self._link, "up")
            for words in (["link", "set", "lo", "up"], ["link", "set", "inside", "up"]):
                _ip("-n", self.name, *words)
            for address in (self.address, self.other_address):
                _ip("-n", self.name, "addr", "add", f"{address}/24", "dev", "inside")
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def cut(self):
        """What we send to `address` is dropped without a word; both ends believe in their connections."""
        _ip("route", "add", "blackhole", f"{self.address}/32")

    def mend(self):
        _ip("route", "del", "blackhole", f"{self.address}/32")

    def __exit__(self, *_):
        for words in (["route", "del", "blackhole", f"{self.address}/32"], ["link", "del", self._link], ["netns", "del", self.name]):
            subprocess.run(["ip", *words], capture_output=True, check=False)
