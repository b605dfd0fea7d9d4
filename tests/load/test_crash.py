"""What is lost when the serving process is killed, or another binary takes over, under an open loop (B9, B10).

NSD and CoreDNS beside it are started anew by a loop that does nothing else, the moment they are gone."""
import contextlib
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import pytest
from conftest import Blast, size

from harness import dns, peers
from harness import signpost as harness

KILLS = int(size("CRASH_KILLS", 5))
UPGRADES = int(size("CRASH_UPGRADES", 6))
RATE = int(size("CRASH_RATE", 10000))
PAUSE = 0.5  # between kills: a process that dies as soon as it lives shows nothing
IN_A_BATCH = 64


def serving(pid):
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def first_answer(address, question, since, seconds=20):
    """Seconds until a query that is asked every millisecond has its answer."""
    with contextlib.closing(dns.Client(address)) as client:
        while time.monotonic() - since < seconds:
            with contextlib.suppress(OSError):
                if client.ask(*question, seconds=0.02).rcode == "NOERROR":
                    return time.monotonic() - since
    raise AssertionError(f"{address} does not answer within {seconds} s")


def kill_again_and_again(kill, address, question):
    """The times to the first answer after each kill."""
    times = []
    for _ in range(KILLS):
        time.sleep(PAUSE)  # part of the load's definition
        killed = time.monotonic()
        kill()
        times.append(first_answer(address, question, killed))
    return times


def measure(figure, name, address, world, kill):
    """Lost queries of a load over KILLS kills; the load ends after the last one has been survived."""
    question = world.last
    seconds = KILLS * (PAUSE + 1.0) + 2
    blast = Blast(address, world.found, seconds, "--rate", RATE)
    times = kill_again_and_again(kill, address, question)
    result = blast.result()
    per_kill = result["lost"] / KILLS
    figure(
        f"kill -9 x {KILLS} at {RATE} queries/s, {name}",
        f"{per_kill:.1f} lost a kill, first answer after {1000 * max(times):.0f} ms at most",
    )
    assert result["sent"] >= 0.98 * RATE * seconds, "the load fell behind"
    return per_kill


def test_B10_a_killed_process_loses_at_most_a_batch(start, world, figure):
    program = start(run=("run", "--hold"))

    def kill():
        os.kill(serving(program.process.pid)[0], signal.SIGKILL)

    assert measure(figure, "signpost run --hold", program.address, world, kill) <= IN_A_BATCH


class Respawned:
    """A server in a loop that starts it at once when it is gone."""

    def __init__(self, contestant, port, folder):
        folder.mkdir(exist_ok=True)
        self._command = contestant.command(port, str(folder))
        self._environment = {**os.environ, **contestant.environment}
        self._ended = threading.Event()
        self._child = None
        self._born = threading.Condition()
        self._thread = threading.Thread(target=self._loop)
        self._thread.start()
        with self._born:
            self._born.wait_for(lambda: self._child is not None, 10)

    def _loop(self):
        while not self._ended.is_set():
            child = subprocess.Popen(
                self._command, env=self._environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True,
            )  # fmt: skip
            with self._born:
                self._child = child
                self._born.notify_all()
            child.wait()

    def kill(self):
        with self._born:
            child = self._child
            os.killpg(child.pid, signal.SIGKILL)
            self._born.wait_for(lambda: self._child is not child, 10)

    def stop(self):
        self._ended.set()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._thread.join()


@pytest.mark.parametrize("name", ["nsd", "coredns"])
def test_B10_others_under_a_respawn_loop(world, folder, figure, name):
    import contestants
    import rig

    kind = {"nsd": contestants.Nsd, "coredns": contestants.CoreDns}[name]
    try:
        contestant = kind(world)
    except FileNotFoundError as missing:
        peers.missing(str(missing))
    port = rig.free_port()
    server = Respawned(contestant, port, folder / name)
    try:
        first_answer(("127.0.0.1", port), world.last, time.monotonic())
        measure(figure, f"{name} in a respawn loop", ("127.0.0.1", port), world, server.kill)
    finally:
        server.stop()


def sabotage(binary, kind):
    """As a package manager would put it there: beside it, then over it."""
    aside = binary.with_suffix(".new")
    if kind == "good":
        shutil.copy(harness.binary(), aside)
    else:
        aside.write_bytes({"text": b"no program\n", "exits": b"#!/bin/sh\nexit 3\n"}.get(kind, b"\x7fELF"))
        aside.chmod(0o755)
    aside.rename(binary)


def test_B9_another_binary_takes_over(start, world, folder, figure):
    binary = folder / "signpost"
    shutil.copy(harness.binary(), binary)
    program = start(run=("run", "--hold"), program=binary)
    kinds = (["good", "text", "good", "killed", "exits"] * UPGRADES)[:UPGRADES]
    random.Random(9).shuffle(kinds)
    blast = Blast(program.address, world.found, UPGRADES * 2.5 + 2, "--rate", RATE)
    upgraded = failed = 0
    for kind in kinds:
        [pid] = serving(program.process.pid)
        sabotage(binary, "good" if kind == "killed" else kind)
        program.process.signal(signal.SIGUSR2)
        if kind == "good":
            upgraded += 1
            wanted, count = "hold.upgraded", upgraded
        else:
            failed += 1
            wanted, count = "hold.upgrade_failed", failed
        if kind == "killed":
            program.process.wait_ready(lambda: len(serving(program.process.pid)) > 1, 10, "a candidate")
            for other in serving(program.process.pid):
                if other != pid:
                    os.kill(other, signal.SIGKILL)
        program.process.wait_ready(lambda: program.process.output().count(wanted) >= count, 30, wanted)
        program.process.wait_ready(lambda: len(serving(program.process.pid)) == 1, 40, "one process")
    result = blast.result()
    figure(f"{UPGRADES} upgrades at {RATE} queries/s, {failed} sabotaged", f"{result['lost']:.0f} of {result['sent']:.0f} lost")
    assert result["lost"] == 0
