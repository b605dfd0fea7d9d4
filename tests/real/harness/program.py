"""Fixtures for tests of the real binary over the file registry alone. A conftest imports them and has `folder` and `until`."""
import json
import subprocess

import pytest

from . import schema
from . import signpost as harness

SHOP = {
    "services": [
        {
            "name": "cart",
            "ports": [{"name": "http", "port": 8080}],
            "metadata": {"team": "shop"},
            "instances": [
                {"address": "10.1.0.1", "weight": 2, "zone": "a", "version": "v1"},
                {"address": "10.1.0.2", "weight": 1},
                {"address": "10.1.0.3", "healthy": False},
                {"address": "10.1.0.4", "enabled": False},
                {"address": "fd00::3"},
            ],
        },
        {"name": "empty", "instances": []},
    ]
}


@pytest.fixture
def services(folder):
    """services(content): writes the services file; without an argument only its path. JSON is YAML."""
    path = folder / "services.yaml"

    def write(content=None):
        if content is not None:
            aside = path.with_suffix(".new")
            aside.write_text(content if isinstance(content, str) else json.dumps(content))
            aside.rename(path)
        return path

    write(SHOP)
    return write


@pytest.fixture
def start(folder, services):
    """start(**changes): a running Signpost over the shop, ended with the test."""
    running = []

    def begin(zones=None, registries=None, ready=True, **more):
        made = harness.Signpost(
            folder,
            registries or {"local": {"type": "file", "path": str(services()), "required": True}},
            zones or [{"name": "demo.internal", "registry": "local", "ttl": 7}],
            **more,
        )
        running.append(made)
        assert schema.mistakes(made._config) == [], "the program takes what the schema refuses"
        if ready:
            made.wait_ready()
        return made

    yield begin
    for program in running:
        if program.process.alive():
            program.stop()


@pytest.fixture
def signpost():
    """signpost("check", "--config", F): runs one command to its end."""

    def command(*words, **more):
        return subprocess.run(
            [str(harness.binary()), *map(str, words)], capture_output=True, text=True, timeout=20, check=False, **more
        )

    return command


@pytest.fixture
def config(folder):
    """config(text or dict): writes a configuration file and gives its path."""

    def write(content, name="signpost.yaml"):
        path = folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write
