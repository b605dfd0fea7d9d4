"""`signpost diff OLD NEW`: settings, zones and records, before anything is changed."""
import json

import pytest


@pytest.fixture
def compared(signpost, folder, services):
    """compared(old, new, *words): the exit code and the lines. Both have the shop's registry."""

    def run(old, new, *words):
        for name, content in (("old.yaml", old), ("new.yaml", new)):
            text = content if isinstance(content, str) else json.dumps({"registries": {"local": {"type": "file", "path": str(services())}}, **content})
            (folder / name).write_text(text)
        done = signpost("diff", folder / "old.yaml", folder / "new.yaml", *words)
        return done.returncode, (done.stdout + done.stderr).splitlines()

    return run


DEMO = {"zones": [{"name": "demo.internal", "registry": "local"}]}


def test_nothing_differs(compared):
    assert compared(DEMO, DEMO) == (0, ["no difference"])


def test_settings_zones_and_records(compared):
    new = {
        "workers": 2,
        "zones": [
            {"name": "demo.internal", "registry": "local", "health": "any", "txt": "off"},
            {"name": "second.internal", "registry": "local"},
        ],
    }
    status, lines = compared(DEMO, new, "--all")
    assert status == 0
    assert lines[:5] == [
        "settings",
        "  workers: 2 (was not written)",
        "  zones[demo.internal].health: any (was not written)",
        "  zones[demo.internal].txt: off (was not written)",
        "  zones[second.internal]: added",
    ]
    assert "zone second.internal: is new" in lines
    assert "  + cart.demo.internal. 5 IN A 10.1.0.3" in lines, lines
    assert not [line for line in lines if line.startswith("  - cart.demo.internal. 5 IN A ")]
    assert [line for line in lines if line.startswith("  - cart.demo.internal. 5 IN TXT")]
    status, lines = compared(new, DEMO)
    assert "zone second.internal: is served no more" in lines
    assert "  - cart.demo.internal. 5 IN A 10.1.0.3" in lines


def test_long_lists_are_cut(compared):
    status, lines = compared(DEMO, {"zones": [{"name": "demo.internal", "registry": "local", "ttl": 77}]})
    assert status == 0
    assert lines[-1].startswith("  and ") and lines[-1].endswith(" more; --all shows them")


def test_what_a_registry_knows_is_not_guessed(compared):
    """Nothing is connected to; what only a registry can tell is said to be left out."""
    nacos = {"type": "nacos", "servers": ["192.0.2.1"]}
    old = {"registries": {"n": nacos}, "zones": [{"name": "n.internal", "registry": "n"}]}
    new = {"registries": {"n": nacos}, "zones": [{"name": "n.internal", "registry": "n", "ttl": 9}]}
    status, lines = compared(json.dumps(old), json.dumps(new))
    assert status == 0
    assert "  zones[n.internal].ttl: 9 (was not written)" in lines
    assert [line for line in lines if line.startswith("zone n.internal: its records are not compared: ")]


def test_both_must_be_good(compared, folder):
    status, lines = compared(DEMO, "zones: [")
    assert status == 1 and lines and all(line.startswith(f"error: {folder}/new.yaml:") for line in lines)
