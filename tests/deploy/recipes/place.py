"""A place of its own for a product: a network in which every address and port 53 are free, and over /etc, /usr and /var
what its package and the recipe would put there. Nothing of it is seen outside, nothing of it stays.

So a recipe's file runs without a changed letter: Signpost really listens on 10.96.0.53:53, Unbound really reads
/etc/unbound/unbound.conf as Debian ships it. Signpost and other servers stand across a pair of links, in a second
network, so that a product that listens on every address does not take theirs."""
import contextlib
import ctypes
import os
import pathlib
import socket
import subprocess

from harness import dns, peers
from harness.process import Process

HERE = ("10.96.0.1/24", "10.96.0.10/32", "169.254.20.10/32")  # the machine, the cluster's DNS, NodeLocal DNSCache
SIGNPOST, SECOND, PARENT, ELSEWHERE = "10.96.0.53", "10.96.0.55", "10.96.0.54", "10.96.0.99"  # across the link
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)

NETWORKS = """
ip netns add across
ip link add near type veth peer name far netns across
ip link set near up
ip link set lo up
ip -n across link set lo up
ip -n across link set far up
"""


def _enter(network):
    if _libc.setns(network.fileno(), _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


class Place:
    """`packages`: unpacked peers whose files stand where they belong; `files`: {path below /etc: text}; `users`:
    accounts that the packages would make; `folders`: {path to be made: its owner or None}; `shared`: a folder that is
    seen as /etc/signpost. After `wait` it is there."""

    def __init__(self, folder, shared, packages=(), files=(), users=(), folders=()):
        if os.geteuid() != 0:
            peers.missing("root, for a network and an /etc of their own")
        self.folder = folder
        layers = [pathlib.Path(peers.program(name, "")) for name in packages]
        accounts = {kind: _with_users(kind, users) for kind in ("passwd", "group")}
        for path, text in {**accounts, **dict(files)}.items():
            file = folder / "etc" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (folder / "etc/signpost").mkdir()
        (folder / "over").mkdir()
        script = folder / "inside"
        script.write_text("\n".join(_script(folder, layers, shared, dict(folders))))
        script.chmod(0o755)
        self.holder = Process(["unshare", "--net", "--mount", script], folder / "inside.log", talks=True)
        self._prefix = ["nsenter", "--target", str(self.holder.pid), "--net", "--mount", "--root", "--wd=/"]

    def wait(self):
        if self.holder.child.stdout.readline() != "there\n":
            raise RuntimeError(f"no place of its own: {self.holder.output()}")

    @contextlib.contextmanager
    def inside(self):
        """Sockets that this thread makes meanwhile belong to the place's network, for good."""
        with open("/proc/thread-self/ns/net") as home, open(f"/proc/{self.holder.pid}/ns/net") as here:
            _enter(here)
            try:
                yield
            finally:
                _enter(home)

    def client(self, address, port=53):
        with self.inside():
            return dns.Client((address, port))

    def start(self, command, name, across=False, environment=()):
        """A process inside, or across the link; its words go to NAME.log."""
        words = [f"{key}={value}" for key, value in dict(environment).items()]
        there = ["nsenter", "--net=/run/netns/across"] if across else []  # `ip netns exec` cannot be used in a chroot
        return Process([*self._prefix, *there, "env", *words, *command], self.folder / f"{name}.log")

    @contextlib.contextmanager
    def overheard(self):
        """Gives a list; when the block is left, it has every IPv4 packet, headers included, that passed the link."""
        with self.inside():
            ear = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0003))
        packets = []
        with ear:
            ear.bind(("near", 0x0003))
            yield packets
            ear.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    packet, (_, protocol, *_) = ear.recvfrom(65535)
                    if protocol == 0x0800:
                        packets.append(packet)

    def run(self, command, **more):
        words = [*self._prefix, *map(str, command)]
        return subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, **more)

    def stop(self):
        self.holder.stop()


def _with_users(kind, users):
    tail = {"passwd": "x:{id}:{id}::/nonexistent:/usr/sbin/nologin", "group": "x:{id}:"}[kind]
    known = pathlib.Path("/etc", kind).read_text()
    return known + "".join(f"{user}:{tail.format(id=61000 + i)}\n" for i, user in enumerate(users) if f"\n{user}:" not in known)


def _script(folder, layers, shared, folders):
    over = folder / "over"
    of = {top: ":".join(f"{layer}/{top}" for layer in layers if (layer / top).is_dir()) for top in ("usr", "etc")}
    yield "#!/bin/sh -e"
    yield "mount -t tmpfs none /run"
    yield NETWORKS
    yield from (f"ip addr add {address} dev {'near' if address.endswith('/24') else 'lo'}" for address in HERE)
    yield from (f"ip -n across addr add {address}/24 dev far" for address in (SIGNPOST, SECOND, PARENT, ELSEWHERE))
    yield f"mount -t tmpfs none {over}"
    yield f"mkdir {over}/upper {over}/work /run/signpost"
    if of["usr"]:
        yield f"mount -t overlay none -o lowerdir={of['usr']}:/usr /usr"
    lower = ":".join(filter(None, (f"{folder}/etc", of["etc"], "/etc")))
    yield f"mount -t overlay none -o lowerdir={lower},upperdir={over}/upper,workdir={over}/work /etc"
    yield f"mount --bind {shared} /etc/signpost"
    yield "mount -t tmpfs none /var"
    yield from (f"cp -a {layer}/var/. /var/" for layer in layers if (layer / "var").is_dir())
    yield "mkdir -p /var/tmp; ln -s /run /var/run"
    for path, owner in folders.items():
        yield f"mkdir -p {path}"
        if owner:
            yield f"chown -R {owner}: {path}"
    yield "echo there; exec cat\n"
