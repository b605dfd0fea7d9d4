"""Who looks at a Signpost does not disturb it: scrapes, pages, dumps and explanations again and again, beside queries and
changes. Without and with, in one run."""
import http.client
import itertools
import os
import socket
import threading
import time

import shop
from conftest import Blast, size
from edits import Edits

from harness import peers
from harness import signpost as harness
from harness.stats import percentile

SERVICES = int(size("LOOKING_SERVICES", 2000))
SECONDS = size("LOOKING_SECONDS", 1)
RATE = size("LOOKING_RATE", 10000)
SERVER_CORE, LOAD_CORE = 0, 1


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("signpost", timeout=30)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def fetch(connection, path):
    """Seconds and octets."""
    began = time.monotonic()
    connection.request("GET", path)
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    assert reply.status == 200, body[:200]
    return time.monotonic() - began, len(body)


def looks(program):
    def tcp(kind):
        return http.client.HTTPConnection(*program._address(kind), timeout=30)

    return {
        "scrape": lambda: fetch(tcp("metrics"), "/metrics"),
        "page": lambda: fetch(tcp("page"), "/"),
        "page of a zone": lambda: fetch(tcp("page"), "/zone?name=bench.internal&holds=1"),
        "status": lambda: fetch(Unix(program.admin_socket), "/status"),
        "explain": lambda: fetch(Unix(program.admin_socket), f"/explain?name={shop._name(1)}.{shop.ZONE}"),
        "dump": lambda: fetch(Unix(program.admin_socket), "/dump?zone=bench.internal"),
    }


class Looking:
    """A thread that does all of `looks` in turn until stop()."""

    def __init__(self, what):
        self.seen = {name: [] for name in what}
        self.trouble = None
        self._stop = threading.Event()

        def run():
            try:
                for name in itertools.cycle(what):
                    if self._stop.is_set():
                        return
                    self.seen[name].append(what[name]())
            except Exception as trouble:  # noqa: BLE001  # told by stop()
                self.trouble = trouble

        self._thread = threading.Thread(target=run)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()
        assert self.trouble is None, self.trouble


def phase(program, world, edits):
    """p99 of the answers in us, queries lost, and milliseconds from edits to answers."""
    blast = Blast(program.address, world.found, SECONDS, "--rate", RATE, core=LOAD_CORE)
    end = time.monotonic() + SECONDS - 0.5
    lags = []
    while time.monotonic() < end:
        lags.append(edits.time_one(program.address))
    result = blast.result()
    return result["p99_us"], result["lost"], lags


def test_looking_disturbs_nobody(folder, figure):
    if os.cpu_count() < 2:
        peers.missing("a second core for the load")
    world = shop.write_mixed(folder / "world", SERVICES)
    with open(world.questions) as file:
        world.write("found", (line.rstrip() for line in file if not line.startswith("not-")))
    world.found = folder / "world/found"
    edits = Edits(folder)
    program = harness.Signpost(
        folder,
        {
            "local": {"type": "file", "path": str(world.registry), "required": True},
            "edits": {"type": "file", "path": str(edits.path), "required": True},
        },
        [{"name": "bench.internal", "registry": "local"}, {"name": "edits.internal", "registry": "edits"}],
        prefix=("taskset", "-c", str(SERVER_CORE)), workers=1, log={"level": "info"},
    )  # fmt: skip
    try:
        program.wait_ready(60)
        quiet = phase(program, world, edits)
        looking = Looking(looks(program))
        try:
            watched = phase(program, world, edits)
        finally:
            looking.stop()
    finally:
        program.stop()
    for name, seen in looking.seen.items():
        times = [took * 1000 for took, _ in seen]
        figure(
            f"{name}, {SERVICES} services",
            f"p50 {percentile(times, 50):.1f} ms, max {max(times):.1f} ms of {len(times)}; {seen[-1][1] / 1024:.1f} KiB",
        )
    for word, (p99, lost, lags) in (("without", quiet), ("with", watched)):
        figure(
            f"answers and changes {word} lookers",
            f"{RATE:.0f}/s: p99 {p99:.0f} us, {lost:.0f} lost; a change is answered after p50 {percentile(lags, 50):.1f}, "
            f"p99 {percentile(lags, 99):.1f} ms of {len(lags)}",
        )
    assert quiet[1] == watched[1] == 0
    assert all(looking.seen.values()), "each was done"
