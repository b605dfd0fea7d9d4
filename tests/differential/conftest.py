"""The five partners and the real binary on the same random zones; the harness is that of tests/real."""

import os
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "real")]

from harness.report import figure, pytest_terminal_summary  # noqa: E402, F401


def size(name, default):
    """A number of the campaign, set through the environment, e.g. SIGNPOST_DIFFERENTIAL_ZONES=100."""
    return int(os.environ.get(f"SIGNPOST_DIFFERENTIAL_{name}", default))


@pytest.fixture
def folder():
    """Zone files and the servers' own folders, on memory; their words are kept when asked for (SIGNPOST_LOGS)."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    path = pathlib.Path(tempfile.mkdtemp(prefix="signpost-diff-", dir=base))
    yield path
    if logs := os.environ.get("SIGNPOST_LOGS"):
        for log in path.rglob("*.log"):
            target = pathlib.Path(logs) / "differential" / log.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log, target)
    shutil.rmtree(path, ignore_errors=True)
