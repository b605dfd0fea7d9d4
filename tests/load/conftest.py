"""The real binary under load: worlds and tools are those of tests/bench, the harness is that of tests/real."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "real"), str(TESTS / "bench")]

from harness import peers, signpost as harness  # noqa: E402
from harness.process import Process  # noqa: E402
from harness.report import figure, pytest_terminal_summary  # noqa: E402, F401


def size(name, default):
    """A number of a scenario; campaigns set it larger through the environment, e.g. SIGNPOST_TCP_IDLE=10000."""
    return float(os.environ.get(f"SIGNPOST_{name}", default))


@pytest.fixture
def folder():
    """Short, because a Unix socket's path has at most 107 octets."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="signpost-load-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def world(folder):
    """A services file of 1,000 services, and questions that are all answered with NOERROR."""
    import shop

    made = shop.write_mixed(folder / "world", 1000)
    with open(made.questions) as file:
        made.write("found", (line.rstrip() for line in file if not line.startswith("not-")))
    made.found = folder / "world/found"
    return made


@pytest.fixture
def start(folder, world):
    """start(**changes): a Signpost with one worker over the world, ready, ended with the test."""
    running = []

    def begin(registries=None, zones=None, **more):
        local = {"type": "file", "path": world.registry, "required": True}
        made = harness.Signpost(
            folder,
            {"local": local, **(registries or {})},
            [{"name": "bench.internal", "registry": "local"}, *(zones or [])],
            **{"workers": 1, "log": {"level": "info"}, **more},
        )
        running.append(made)
        return made.wait_ready(60)

    yield begin
    for program in running:
        if program.process.alive():
            program.stop()


def tool(name):
    """A program of tests/bench, built beside the binary."""
    path = harness.binary().parents[1] / "tests/bench" / name
    if not path.exists():
        peers.missing(f"{path} (configure with -DSIGNPOST_BENCH=ON)")
    return path


def numbers(line):
    """{key: value} of a line of key=value pairs."""
    return {key: float(value) for key, value in (pair.split("=") for pair in line.split())}


def resident_octets(pid):
    """Exact, where /proc/PID/status may be some hundred pages behind."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:")) * 1024


class Blast:
    """One run of dnsblast beside the test: `core` is the one it is pinned to, `prefix` what starts it. result() waits for
    its end."""

    def __init__(self, address, questions, seconds, *more, core=None, prefix=()):
        host, port = address
        command = [tool("dnsblast"), "--server", f"{host}:{port}", "--questions", questions, "--seconds", seconds, *more]
        pinned = [*prefix, *([] if core is None else ["taskset", "-c", core])]
        self._seconds = seconds
        self._child = subprocess.Popen([str(word) for word in [*pinned, *command]], stdout=subprocess.PIPE, text=True)

    def result(self):
        try:
            output, _ = self._child.communicate(timeout=self._seconds + 30)
        finally:
            self._child.kill()
        assert self._child.returncode == 0
        return numbers(output)


@pytest.fixture
def beside(folder):
    """beside(name, command...): a program of tests/bench that ends with the test; its output is a log or pipes."""
    running = []

    def begin(name, *words, talks=False, prefix=()):
        running.append(Process([*prefix, tool(name), *words], folder / f"{name}.log", talks=talks))
        return running[-1]

    yield begin
    for process in running:
        process.stop()
