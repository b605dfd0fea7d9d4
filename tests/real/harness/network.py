"""Networks of their own: one joined to ours by a pair of links, whose way back can be taken away, and one alone whose
name server is on port 53 of its loopback, as programs expect it."""
import os
import random
import shutil
import subprocess

from . import peers
from .process import Process


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


class Resolving:
    """Loopback alone, and files of the name service that send every look-up to 127.0.0.1. `prefix` starts a program
    inside; it lasts until `stop`. Nothing inside can be reached from here."""

    def __init__(self, folder, search="invalid"):
        if os.geteuid() != 0:
            peers.missing("root, for a mount namespace with its own resolv.conf")
        (folder / "resolv.conf").write_text(f"nameserver 127.0.0.1\nsearch {search}\noptions ndots:1\n")
        (folder / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: dns\n")
        script = folder / "inside"
        script.write_text(
            "#!/bin/sh -e\nip link set lo up\n"
            f"mount --bind {folder}/resolv.conf /etc/resolv.conf\nmount --bind {folder}/nsswitch.conf /etc/nsswitch.conf\n"
            'echo there; exec "$@"\n'
        )
        script.chmod(0o755)
        self._holder = Process(["unshare", "--net", "--mount", script, "cat"], folder / "inside.log", talks=True)
        if self._holder.child.stdout.readline() != "there\n":
            raise RuntimeError(f"no network of its own: {self._holder.output()}")
        # --root: where the tests themselves run in a chroot, the namespace's own root is not theirs.
        self.prefix = ["nsenter", "--target", str(self._holder.pid), "--net", "--mount", "--root"]

    def stop(self):
        self._holder.stop()
