"""The package of the binary under test, and the small Debian that it is installed into."""
import pathlib
import re
import subprocess
import time

import pytest
from debian_root import DebianRoot
from harness import signpost as harness

ROOT = pathlib.Path(__file__).parents[2]


def build(into, **environment):
    """Runs deploy/package on the binary under test: the path it prints."""
    command = [ROOT / "deploy/package", "--binary", harness.binary(), "--into", into]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment or None)
    assert done.returncode == 0, done.stderr
    return pathlib.Path(done.stdout.strip())


def commands(deploy):
    """Of the page's first block: to make the package, to install it, to ask."""
    block = re.search(r"^```sh\n(.*?)^```", (deploy / "systemd/README.md").read_text(), re.M | re.S).group(1)
    return block.strip().splitlines()


@pytest.fixture(scope="session")
def package(run_folder, figure):
    begun = time.monotonic()
    made = build(run_folder / "package")
    figure("package", f"{made.name}, {made.stat().st_size / 2**20:.1f} MiB, made in {time.monotonic() - begun:.1f} s")
    return made


@pytest.fixture
def debian(folder):
    made = DebianRoot(folder)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def booted(run_folder):
    """With a real systemd; one for all tests of a module."""
    (run_folder / "booted").mkdir()
    made = DebianRoot(run_folder / "booted", boots=True)
    yield made
    made.stop()


@pytest.fixture(scope="session")
def install(figure):
    """install(debian, package, options=""): dpkg -i; all that it said. The figure is that of the first."""
    told = []

    def put(debian, package, options=""):
        debian.put(package, "/tmp/signpost.deb")
        begun = time.monotonic()
        said = debian.well(f"dpkg {options} -i /tmp/signpost.deb 2>&1")
        if not told:
            told.append(figure("dpkg -i", f"{time.monotonic() - begun:.1f} s"))
        return said

    return put
