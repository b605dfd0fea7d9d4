"""What a service manager hears: systemd's protocol over a socket of ours (sd_notify(3))."""
import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import time

import pytest

from harness.process import Process
from harness.signpost import binary


class Manager:
    """Listens as systemd does; `heard` are the lines of all messages so far, each message's together."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.heard = []

    def next(self, seconds=20):
        self.socket.settimeout(seconds)
        message = dict(line.split("=", 1) for line in self.socket.recv(65536).decode().splitlines())
        self.heard.append(message)
        return message

    def wait_for(self, key, value=None):
        """The next message with this key; those before it are in `heard`."""
        while True:
            message = self.next()
            if key in message and (value is None or message[key] == value):
                return message

    def close(self):
        self.socket.close()


@pytest.fixture(params=["path", "abstract"])
def manager(request, folder):
    name = str(folder / "notify.sock")
    made = Manager(name if request.param == "path" else "\0signpost-test-" + folder.name)
    made.address = name if request.param == "path" else "@signpost-test-" + folder.name
    yield made
    made.close()


@pytest.fixture
def managed(start, manager, monkeypatch):
    """managed(**variables): a program that this manager started."""

    def begin(**variables):
        monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return start(ready=False)

    return begin


def test_ready_reload_and_stop_are_told(managed, manager):
    program = managed()
    assert "answering" in manager.wait_for("READY", "1")["STATUS"]
    program.reload()
    assert int(manager.wait_for("RELOADING", "1")["MONOTONIC_USEC"]) > 0
    assert "as the last reload says" in manager.wait_for("READY", "1")["STATUS"]
    program.config_file.write_text("zones: [")
    program.reload()
    manager.wait_for("RELOADING")
    assert "refused" in manager.wait_for("READY", "1")["STATUS"]
    assert program.process.alive()
    program.process.signal(signal.SIGTERM)
    manager.wait_for("STOPPING", "1")
    assert not any("WATCHDOG" in message for message in manager.heard), "nobody asked for it"


def test_reloads_that_it_did_not_ask_for_are_told(managed, manager):
    """By command, and because a file changed: each with its own moment, good or refused."""
    program = managed()
    manager.wait_for("READY", "1")
    moments = []

    def reloaded(status):
        moments.append(int(manager.wait_for("RELOADING", "1")["MONOTONIC_USEC"]))
        told = manager.next()
        assert told["READY"] == "1" and status in told["STATUS"], told

    assert program.command("reload")[0] == 0
    reloaded("as the last reload says")
    program.write_config([{"name": "other.internal", "registry": "local"}])
    reloaded("as the last reload says")
    program.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.other.internal")
    program.config_file.write_text("zones: [")
    reloaded("refused")
    assert moments == sorted(moments) and len(set(moments)) == 3
    now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert now - 60_000_000 < moments[0] and moments[-1] <= now


def test_a_reload_before_the_first_answer_is_not_taken_for_it(config, folder, manager, until):
    """READY=1 of a process that waits to begin would end the one that answers (`run --hold`)."""
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{closed.getsockname()[1]}"
        path = config({
            "listen": {"dns": ["127.0.0.1:0"]},
            "log": {"level": "debug"},
            "registries": {"nacos": {"type": "nacos", "servers": [server], "required": True}},
            "zones": [{"name": "nacos.internal", "registry": "nacos"}],
        })  # fmt: skip
        waiting = Process(
            [binary(), "run", "--config", path],
            folder / "signpost.log",
            {"NOTIFY_SOCKET": manager.address, "SIGNPOST_WAIT_READY_MS": "ready"},
        )
        try:
            until(lambda: "nacos.connection_lost" in waiting.output(), 20, "it looks for its registry")
            for count in (1, 2):
                waiting.signal(signal.SIGHUP)
                until(lambda: waiting.output().count("reload.accepted") == count, 20, "the reload")
            manager.socket.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    message = manager.next(0)
                    assert "READY" not in message and "RELOADING" not in message, message
        finally:
            waiting.kill()


def test_a_registry_that_is_down_does_not_hold_up_the_start(start, manager, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{closed.getsockname()[1]}"
        start(
            registries={"nacos": {"type": "nacos", "servers": [server], "required": True}},
            zones=[{"name": "nacos.internal", "registry": "nacos"}],
            ready=False,
        )
        assert "being listed" in manager.wait_for("READY", "1")["STATUS"]


@contextlib.contextmanager
def stopped(thread):
    """One thread of a program of ours stands still, as if it hung (ptrace(2))."""
    seize, interrupt, detach, wait_all = 0x4206, 0x4207, 17, 0x40000000
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    for request in (seize, interrupt):
        assert libc.ptrace(request, thread, None, None) == 0, os.strerror(ctypes.get_errno())
    os.waitpid(thread, wait_all)
    yield
    assert libc.ptrace(detach, thread, None, None) == 0, os.strerror(ctypes.get_errno())


def threads(pid, name):
    root = pathlib.Path(f"/proc/{pid}/task")
    return [int(task.name) for task in root.iterdir() if (task / "comm").read_text().startswith(name)]


def test_the_watchdog_is_fed_until_a_worker_hangs(managed, manager):
    program = managed(WATCHDOG_USEC="600000")
    manager.wait_for("READY")
    for _ in range(5):
        manager.wait_for("WATCHDOG", "1")
    with stopped(threads(program.process.pid, "dns-")[0]):
        with pytest.raises(TimeoutError):
            for _ in range(4):  # what was on its way when the worker stopped
                manager.next(1)
    manager.wait_for("WATCHDOG", "1")


def test_a_watchdog_of_another_process_is_not_ours(managed, manager):
    managed(WATCHDOG_USEC="100000", WATCHDOG_PID="1")
    manager.wait_for("READY")
    with pytest.raises(TimeoutError):
        while True:
            assert "WATCHDOG" not in manager.next(1)


def test_a_manager_that_is_gone_hinders_nothing(start, folder, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "nobody.sock"))
    program = start()
    assert program.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    assert "signpost.manager_unreachable" in program.process.output()
