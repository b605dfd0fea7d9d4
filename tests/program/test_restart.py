"""Last known good: a start answers from the state directory while the registries are down, whatever ended the program
before. The whole restart matrix runs on virtual time in tests/zones/table; here are the cells that need a real disk, a
real kill and a real registry that comes back."""
import json
import os
import random
import stat
import struct
import subprocess

import pytest

from harness.fake_nacos import FakeNacos

ZONES = [{"name": "n.internal", "registry": "nacos", "ttl": 30, "negative_ttl": 20}]
COUNT = 20


@pytest.fixture
def serve(folder):
    """serve(): a registry; serve(PORT): it is back where it was, and remembers nothing."""
    running = []

    def begin_one(port=0):
        running.append(FakeNacos(folder, port=port, push_delay=0.05))
        return running[-1]

    yield begin_one
    for each in running:
        each.stop()


@pytest.fixture
def server(serve):
    return serve()


@pytest.fixture
def state(folder):
    path = folder / "state"
    path.mkdir(mode=0o700)
    return path


def register(server, service, *ips):
    server.control("register", service=service, instances=[{"ip": ip, "port": 80} for ip in ips])


def begin(start, server, state, **more):
    registry = {"type": "nacos", "servers": [server.address], "required": True, "list_interval": "1s"}
    return start(registries={"nacos": registry}, zones=ZONES, state_directory=str(state), **more)


def fill(server):
    for number in range(COUNT):
        register(server, f"s{number}", f"10.0.{number}.1", f"10.0.{number}.2")


def written(program):
    return program.metric("state_writes_total", registry="nacos")


def told(program):
    return json.loads(program.command("status", "--json")[1])["registries"][0]


def expect_all(program, ttl=None):
    for number in range(COUNT):
        answer = program.client.ask(f"s{number}.n.internal")
        assert set(answer.texts("A")) == {f"10.0.{number}.1", f"10.0.{number}.2"}, (number, answer)
        if ttl is not None:
            assert {each for _, _, each, _ in answer.records} == {ttl}


def first_life(start, server, state, until):
    fill(server)
    program = begin(start, server, state)
    expect_all(program, 30)
    save(program, server, "mark", until)
    return program


def save(program, server, service, until):
    """Until all that is known now is in a file, and `service` with it."""
    register(server, service, "10.9.9.9")
    program.client.wait_for({"10.9.9.9"}, f"{service}.n.internal")
    before = written(program)
    until(lambda: written(program) > before, 15, "a state file")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_answers_while_the_registry_is_down_and_goes_on_when_it_is_back(start, server, serve, state, until, end):
    program = first_life(start, server, state, until)
    getattr(program, end)()
    server.stop()
    program = begin(start, server, state)  # and it is ready
    expect_all(program, 5)
    assert program.client.set("nope.n.internal") == "NXDOMAIN"
    assert program.metric("registry_state", state="snapshot") == 1
    assert program.metric("registry_listed") == 0
    assert 0 <= program.metric("registry_snapshot_age_seconds") < 300
    row = told(program)
    assert row["state"] == "snapshot" and row["services"] == COUNT + 1 and row["last_error"], row
    assert "answers from a state file" in program.command("explain", "s1.n.internal", "A")[1]
    again = serve(server.port)
    fill(again)
    register(again, "s1", "10.0.1.1", "10.0.1.2", "10.0.1.3")
    program.client.wait_for({"10.0.1.1", "10.0.1.2", "10.0.1.3"}, "s1.n.internal", seconds=60)
    until(lambda: program.metric("registry_listed") == 1, 60, "the registry has listed")
    assert {ttl for _, _, ttl, _ in program.client.ask("s2.n.internal").records} == {30}


def test_only_the_owner_may_read_and_no_secret_is_written(start, server, state, until, folder):
    secret = "correct-horse-battery"
    password = folder / "password"
    password.write_text(secret)
    fill(server)
    registry = {
        "type": "nacos",
        "servers": [server.address],
        "required": True,
        "username": "dns",
        "password_file": str(password),
    }
    program = start(registries={"nacos": registry}, zones=ZONES, state_directory=str(state))
    until(lambda: written(program) >= 1, 10, "a state file")
    program.stop()
    files = sorted(path.name for path in state.iterdir())
    assert "nacos.a" in files and "nacos.new" not in files, files
    for path in state.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
        assert secret.encode() not in path.read_bytes(), path


def test_killed_again_and_again_while_it_writes(start, server, serve, state, until):
    """Each life changes all the time, so that the kill falls into a write now and then."""
    choose = random.Random(7)
    program = first_life(start, server, state, until)
    last = 0
    for life in range(8):
        before = written(program)
        for number in range(choose.randrange(1, 12)):
            register(server, "s0", "10.0.0.1", "10.0.0.2", f"10.0.0.{100 + life * 12 + number}")
        until(lambda: written(program) > before, 15, "a write")
        serial = program.metric("zone_serial", zone="n.internal.")
        assert serial > last
        last = serial
        program.kill()
        server.stop()
        program = begin(start, server, state)
        row = told(program)
        assert row["state"] == "snapshot" and row["services"] == COUNT + 1, row
        assert "state.refused" not in program.process.output()
        for number in range(1, COUNT):
            assert program.client.set(f"s{number}.n.internal") == {f"10.0.{number}.1", f"10.0.{number}.2"}
        assert {"10.0.0.1", "10.0.0.2"} <= program.client.set("s0.n.internal")
        assert program.metric("zone_serial", zone="n.internal.") > last
        server = serve(server.port)
        fill(server)
        until(lambda: program.metric("registry_listed") == 1, 60, "listed again")


def generations(state):
    """The two files of the registry, the newer one last."""
    number = lambda path: struct.unpack_from("<Q", path.read_bytes(), 20)[0]  # noqa: E731
    return sorted(state.glob("nacos.[ab]"), key=number)


def test_a_corrupt_file_gives_way_to_the_one_before(start, server, state, until):
    program = first_life(start, server, state, until)
    save(program, server, "late", until)
    program.stop()
    server.stop()
    older, newer = generations(state)
    octets = bytearray(newer.read_bytes())
    octets[len(octets) // 2] ^= 1
    newer.write_bytes(octets)
    program = begin(start, server, state)
    expect_all(program, 5)
    assert f"{newer.name}: block 0 is damaged" in program.process.output()
    assert program.metric("state_errors_total", when="read", registry="nacos") == 1
    program.stop()
    older.write_bytes(older.read_bytes()[:100])
    program = begin(start, server, state, ready=False)
    assert program.client.set("s1.n.internal") == "SERVFAIL"
    assert program.http("ready", "/ready")[0] == 503


def test_a_later_format_is_left_alone(start, server, state, until):
    first_life(start, server, state, until).stop()
    server.stop()
    for path in generations(state):
        octets = bytearray(path.read_bytes())
        octets[8] = 9
        path.write_bytes(octets)
    kept = {path.name: path.read_bytes() for path in generations(state)}
    program = begin(start, server, state, ready=False)
    assert program.client.set("s1.n.internal") == "SERVFAIL"
    assert "it has version 9, and this program reads 1" in program.process.output()
    program.stop()
    assert {path.name: path.read_bytes() for path in generations(state)} == kept


def test_another_registry_of_that_name_does_not_answer(start, server, state, until, folder):
    first_life(start, server, state, until).stop()
    server.stop()
    registry = {"type": "nacos", "servers": ["127.0.0.1:9"], "required": True}
    program = start(registries={"nacos": registry}, zones=ZONES, state_directory=str(state), ready=False)
    assert program.client.set("s1.n.internal") == "SERVFAIL"
    assert "the registry's options have changed" in program.process.output()


def test_readiness_may_wait_for_the_registry(start, server, state, until):
    first_life(start, server, state, until).stop()
    server.stop()
    program = begin(start, server, state, ready=False, ready_from_state=False)
    expect_all(program, 5)
    status, text = program.http("ready", "/ready")
    assert status == 503 and "registry nacos: not listed completely yet" in text


def test_without_a_directory_it_runs_and_says_so_once(start, server, state, until):
    state.rmdir()
    fill(server)
    program = begin(start, server, state)
    expect_all(program, 30)
    until(lambda: program.metric("state_errors_total", when="write", registry="nacos") >= 1, 15, "a try")
    for number in range(3):
        register(server, "s0", "10.0.0.1", f"10.0.0.{7 + number}")
    assert program.process.output().count("state.no_directory") == 1
    status = program.command("status")[1]
    assert "STATE FILE OF" in status and "create it, for this user alone (0700)" in status
    state.mkdir(mode=0o700)
    register(server, "s0", "10.0.0.1", "10.0.0.99")
    until(lambda: written(program) >= 1, 30, "the directory is used as soon as it is there")


def test_a_reload_brings_the_directory(start, server, state, until):
    fill(server)
    registry = {"type": "nacos", "servers": [server.address], "required": True}
    program = start(registries={"nacos": registry}, zones=ZONES)
    program._config["state_directory"] = str(state)
    program.write_config()
    assert program.command("reload")[0] == 0
    until(lambda: written(program) >= 1, 10, "a state file")


def can_mount():
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", "mount -t tmpfs none /mnt"], capture_output=True, check=False
    )
    return done.returncode == 0


@pytest.mark.parametrize(
    "mount, why",
    [
        ("mount -t tmpfs -o size=8k none {0}", "No space left on device"),
        ("mount --bind {0} {0} && mount -o remount,bind,ro {0}", "Read-only file system"),
    ],
    ids=["full", "read_only"],
)
def test_a_disk_that_takes_nothing_costs_no_answer(start, server, state, until, mount, why):
    if not can_mount():
        assert os.environ.get("CI") != "true", "no mounts in a namespace of our own here"
        pytest.skip("no mounts in a namespace of our own here")
    fill(server)
    for number in range(300):
        register(server, f"many-{number}", "10.1.0.1")
    prefix = ["unshare", "-Urm", "sh", "-c", mount.format(state) + ' && exec "$@"', "sh"]
    program = begin(start, server, state, prefix=prefix)
    until(lambda: program.metric("state_errors_total", when="write", registry="nacos") >= 2, 30, "two tries")
    expect_all(program, 30)
    output = program.process.output()
    assert why in output and output.count("state.not_written registry=nacos") == 1, output[-3000:]
    assert program.http("ready", "/ready")[0] == 200


def test_it_ends_soon_though_it_writes_a_last_time(start, server, state, until):
    program = first_life(start, server, state, until)
    register(server, "last", "10.9.9.9")
    program.client.wait_for({"10.9.9.9"}, "last.n.internal")
    assert program.stop() == 0
    server.stop()
    program = begin(start, server, state)
    assert program.client.set("last.n.internal") == {"10.9.9.9"}
