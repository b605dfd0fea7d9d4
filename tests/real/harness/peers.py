"""Where the real servers lie. Built by tests/peers/build; a missing one is a skip for a user and a failure in CI."""
import functools
import os
import pathlib
import subprocess

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]


@functools.lru_cache(maxsize=None)
def _where(name):
    found = subprocess.run(
        [REPOSITORY / "tests/peers/build", "--where", name], capture_output=True, text=True, check=False
    )
    return found.stdout.strip().partition("=")[2] if found.returncode == 0 else ""


def missing(what):
    """The one way to leave a scenario out."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"missing part: {what}", pytrace=False)
    pytest.skip(f"missing part: {what}")


def program(name, path):
    """Absolute path of a file of the peer, e.g. program("etcd", "usr/bin/etcd")."""
    folder = _where(name)
    if not folder:
        missing(f"peer {name} (tests/peers/build {name})")
    return pathlib.Path(folder) / path


def unpacked(name, path):
    """The program of an unpacked package, and the environment in which it finds the libraries that came along."""
    found = program(name, path)
    folder = pathlib.Path(_where(name))
    libraries = [*folder.glob("usr/lib/*-linux-gnu"), *folder.glob("lib/*-linux-gnu")]
    return found, {"LD_LIBRARY_PATH": ":".join(map(str, libraries))}
