"""`signpost diff OLD NEW`: settings, zones and records, before anything is changed."""
import json
import re

import pytest

from harness.fake_nacos import FakeNacos


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


def test_a_file_that_is_not_there(signpost, folder):
    """The remedy is that of diff, not of `--config`, which it does not have."""
    (folder / "old.yaml").write_text("zones: []\n")
    for words in (("old.yaml", "new.yaml"), ("new.yaml", "old.yaml")):
        done = signpost("diff", *(folder / word for word in words))
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == (
            f"error: {folder}/new.yaml: cannot be read: No such file or directory; diff takes two configuration files, "
            "that of now and the one that is to be\n"
        )


@pytest.fixture
def state(folder):
    path = folder / "state"
    path.mkdir(mode=0o700)
    return path


@pytest.fixture
def nacos(folder):
    running = FakeNacos(folder, push_delay=0.05)
    yield running
    running.stop()


def register(server, service, *ips):
    server.control("register", service=service, instances=[{"ip": ip, "port": 80} for ip in ips])


def nacos_config(server, state, **zone):
    return {
        "registries": {"n": {"type": "nacos", "servers": [server.address], "list_interval": "1s"}},
        "zones": [{"name": "n.internal", "registry": "n", "ttl": 30, **zone}],
        "state_directory": str(state),
    }


@pytest.fixture
def known(start, nacos, state, until):
    """known(): a Signpost that serves n.internal from the registry, and has written what it knows."""

    def begin():
        register(nacos, "cart", "10.0.0.1", "10.0.0.2")
        config = nacos_config(nacos, state)
        program = start(registries=config["registries"], zones=config["zones"], state_directory=str(state))
        program.client.wait_for({"10.0.0.1", "10.0.0.2"}, "cart.n.internal")
        until(lambda: program.metric("state_writes_total", registry="n") > 0, 20, "a state file")
        return program

    return begin


def known_line(lines):
    """The registry's line is the first; the others come back."""
    assert re.fullmatch(r"registry n: 1 service as of 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[0]), lines
    return lines[1:]


@pytest.mark.parametrize("alive", [True, False], ids=["running", "ended"])
def test_registries_are_as_their_state_files_have_them(compared, known, nacos, state, alive):
    """Names, lifetimes and answers as they will be served, from the files that a server may be writing: it goes on
    writing them, so nothing was locked."""
    program = known()
    if not alive:
        program.stop()
        nacos.stop()
    before = sorted(path.name for path in state.iterdir())
    old = nacos_config(nacos, state)
    status, lines = compared(old, old)
    assert (status, known_line(lines)) == (0, ["no difference"])
    status, lines = compared(old, nacos_config(nacos, state, ttl=9, txt="off"), "--all")
    assert status == 0
    records = [line for line in known_line(lines) if line.startswith("  + ") or line.startswith("  - ")]
    assert "  - cart.n.internal. 30 IN A 10.0.0.1" in records, lines
    assert "  + cart.n.internal. 9 IN A 10.0.0.1" in records, lines
    assert [line for line in records if line.startswith("  - cart.n.internal. 30 IN TXT")]
    assert not [line for line in records if line.startswith("  + cart.n.internal. 9 IN TXT")]
    assert sorted(path.name for path in state.iterdir()) == before


def test_a_running_server_goes_on_writing_what_was_read(compared, known, nacos, state, until):
    program = known()
    old = nacos_config(nacos, state)
    compared(old, old)
    writes = program.metric("state_writes_total", registry="n")
    register(nacos, "cart", "10.0.0.7")
    program.client.wait_for({"10.0.0.1", "10.0.0.2", "10.0.0.7"}, "cart.n.internal")
    until(lambda: program.metric("state_writes_total", registry="n") > writes, 20, "the next state file")
    assert program.metric("state_write_errors_total", registry="n") == 0
    lines = compared(old, nacos_config(nacos, state, ttl=9), "--all")[1]
    assert "  + cart.n.internal. 9 IN A 10.0.0.7" in lines


def test_a_composed_name_moves_between_registries(compared, known, nacos, state, services):
    """Half of it from a state file, half from a services file: the shares that a change of weights gives."""
    known().stop()

    def config(weight):
        made = nacos_config(nacos, state)
        made["registries"]["local"] = {"type": "file", "path": str(services())}
        made["zones"].append({"name": "shop.internal", "services": [{"name": "cart", "combine": "share", "members": [
            {"registry": "n", "service": "cart", "weight": weight}, {"registry": "local", "service": "cart", "weight": 10}]}]})
        return made

    lines = known_line(compared(config(90), config(0), "--all")[1])
    assert "  - cart.shop.internal. 5 IN A 10.0.0.1" in lines, lines
    assert "zone n.internal" not in "".join(lines)


def test_a_registry_by_another_name_is_the_same(compared, known, nacos, state):
    known().stop()
    old = nacos_config(nacos, state, txt="off")
    new = json.loads(json.dumps(old).replace('"n"', '"m"'))
    lines = compared(old, new)[1]
    assert [line.split(":")[0] for line in lines if line.startswith("registry ")] == ["registry n", "registry m"]
    assert not [line for line in lines if line.startswith("zone ")], lines


def test_what_is_not_known_is_said_once_for_each_registry(compared, known, nacos, state, folder):
    known().stop()
    old = nacos_config(nacos, state)
    elsewhere = nacos_config(nacos, state, ttl=9)
    elsewhere["registries"]["n"]["groups"] = ["OTHER"]
    status, lines = compared(old, elsewhere)
    assert status == 0
    assert re.fullmatch(
        r"registry n: 1 service as of \S+, but as it is read now nothing is known \(\S+/n\.[ab]: it was read from elsewhere: .*\); "
        "its names are not compared",
        lines[0],
    ), lines
    assert [line for line in lines if line.startswith("zone n.internal: its records are not compared: ")]
    keeps_nothing = {key: value for key, value in old.items() if key != "state_directory"}
    assert compared(keeps_nothing, keeps_nothing) == (
        0,
        [f"registry n: nothing is known ({folder}/old.yaml has no state_directory); its names are not compared", "no difference"],
    )
    for file in state.glob("n.?"):
        file.write_bytes(file.read_bytes()[:-1])
    assert re.fullmatch(r"registry n: nothing is known \(\S+/n\.[ab]: .+\); its names are not compared", compared(old, old)[1][0])
    for file in state.glob("n.?"):
        file.unlink()
    assert compared(old, old)[1][0] == f"registry n: nothing is known ({state} has no state file of it); its names are not compared"
    state.rename(folder / "gone")
    assert compared(old, old)[1][0].startswith(f"registry n: nothing is known ({state}: No such file or directory")
