"""What deploy/ offers, used as its pages say: the harness and the real servers are those of tests/real.

A test marked campaign(name) is too long for every run: it is taken only when SIGNPOST_<name> is set."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "real"))

from container import contain, sandbox  # noqa: E402, F401
from debian_fixtures import booted, debian, install, package  # noqa: E402, F401
from harness.program import config, services, signpost, start  # noqa: E402, F401
from harness.report import figure, pytest_terminal_summary  # noqa: E402, F401
from harness.servers import *  # noqa: E402, F403
from releases import administrator, installed, run_release  # noqa: E402, F401
from image import image  # noqa: E402, F401

DEPLOY = pathlib.Path(__file__).parents[2] / "deploy"


def pytest_configure(config):
    config.addinivalue_line("markers", "campaign(name): too long for every run; only when SIGNPOST_<name> is set")


def pytest_collection_modifyitems(config, items):
    later = [item for item in items if any(not os.environ.get(f"SIGNPOST_{mark.args[0]}") for mark in item.iter_markers("campaign"))]
    items[:] = [item for item in items if item not in later]
    config.hook.pytest_deselected(items=later)


@pytest.fixture(scope="session")
def deploy():
    """The folder deploy/."""
    return DEPLOY
