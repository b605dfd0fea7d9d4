"""Ports that nobody uses. A port is only a promise until its server holds it, so starts are tried again."""
import random
import socket

_LOOPBACK = "127.0.0.1"
# Below Linux' default range for outgoing connections (32768 and up), so that no client takes one in between.
_RANGE = (12000, 32000)


def _is_free(port):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((_LOOPBACK, port))
            except OSError:
                return False
    return True


def free(*offsets):
    """A port P such that P and P + each offset are free for TCP and UDP, now. Nacos clients need P and P + 1000."""
    for _ in range(2000):
        port = random.randint(*_RANGE)
        if all(_is_free(port + offset) for offset in (0, *offsets)):
            return port
    raise RuntimeError(f"no free port with offsets {offsets} found in {_RANGE}")
