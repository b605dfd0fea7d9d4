"""Who looks at a Signpost does not disturb it: scrapes, pages, dumps and explanations again and again, beside queries and
changes. Without and with lookers in turns, in one run; the middle one of each counts.

Server and load come before all else on their cores, as far as they may, so that neither who looks (Python, which takes
more than the server for it) nor another program is in the figures. Among the server's own threads that changes nothing.
"""
import http.client
import itertools
import os
import socket
import statistics
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
ROUNDS = 3
SERVER_CORE, LOAD_CORE = 0, 1
FIRST = ("nice", "-n", "-10")  # without the right to it, only a warning
# With lookers at most twice as late as without, or so late: a thread of the ordinary class that computes (the builder, the
# scrape) may keep the core for a tick of the clock, 4 ms, before a worker gets it back.
ANSWER_US = 5000
# A change passes five threads, each of which may meet such a moment.
CHANGE_MS = 20


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
    """A thread that does all of `looks` in turn, each at least once, until stop()."""

    def __init__(self, what):
        self.seen = {name: [] for name in what}
        self.trouble = None
        self._stop = threading.Event()

        def run():
            try:
                for turn, name in enumerate(itertools.cycle(what)):
                    if turn >= len(what) and self._stop.is_set():
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
    seconds = SECONDS / ROUNDS
    blast = Blast(program.address, world.found, seconds, "--rate", RATE, core=LOAD_CORE, prefix=FIRST)
    end = time.monotonic() + seconds - min(0.5, seconds / 2)
    lags = []
    while time.monotonic() < end or not lags:
        lags.append(edits.time_one(program.address))
    result = blast.result()
    return result["p99_us"], result["lost"], lags


class Phases:
    """Several phases of one kind."""

    def __init__(self):
        self.p99s, self.lost, self.lags = [], 0, []

    def add(self, p99, lost, lags):
        self.p99s.append(p99)
        self.lost += lost
        self.lags.append(lags)

    @property
    def p99(self):
        return statistics.median(self.p99s)

    @property
    def lag(self):
        """p99 of a phase, or its worst: few edits fit a short one."""
        return statistics.median(percentile(lags, 99) for lags in self.lags)


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
        prefix=(*FIRST, "taskset", "-c", str(SERVER_CORE)), workers=1, log={"level": "info"},
    )  # fmt: skip
    without, beside = Phases(), Phases()
    seen = {}
    try:
        program.wait_ready(60)
        for _ in range(ROUNDS):
            without.add(*phase(program, world, edits))
            looking = Looking(looks(program))
            try:
                beside.add(*phase(program, world, edits))
            finally:
                looking.stop()
            for name, times in looking.seen.items():
                seen.setdefault(name, []).extend(times)
    finally:
        program.stop()
    for name, looks_at_it in seen.items():
        times = [took * 1000 for took, _ in looks_at_it]
        figure(
            f"{name}, {SERVICES} services",
            f"p50 {percentile(times, 50):.1f} ms, max {max(times):.1f} ms of {len(times)}; {looks_at_it[-1][1] / 1024:.1f} KiB",
        )
    for word, phases in (("without", without), ("with", beside)):
        lags = [lag for some in phases.lags for lag in some]
        figure(
            f"answers and changes {word} lookers",
            f"{RATE:.0f}/s: p99 {phases.p99:.0f} us ({min(phases.p99s):.0f} to {max(phases.p99s):.0f}), {phases.lost:.0f} lost; "
            f"a change is answered after p50 {percentile(lags, 50):.1f}, p99 {phases.lag:.1f} ms of {len(lags)}",
        )
    assert without.lost == beside.lost == 0
    assert all(seen.values()), "each was done"
    assert beside.p99 <= max(2 * without.p99, ANSWER_US)
    assert beside.lag <= max(2 * without.lag, without.lag + CHANGE_MS)
