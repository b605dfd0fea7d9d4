"""The real binary with the file registry alone: no other server is needed here. The harness is that of tests/real."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "real"))

from harness.program import config, services, signpost, start  # noqa: E402, F401


@pytest.fixture
def folder():
    """Short, because a Unix socket's path has at most 107 octets."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="signpost-program-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def until():
    from harness import waiting

    return waiting.until
