"""`signpost run --hold`: a parent that keeps the sockets of the process that serves."""
import os
import pathlib
import shutil
import signal
import socket
import threading
import time

import pytest
from test_service_manager import Manager

from harness import dns
from harness import signpost as harness

CART = {"10.1.0.1", "10.1.0.2"}
IN_A_BATCH = 64


def serving(program):
    """The process ids below the parent."""
    with open(f"/proc/{program.process.pid}/task/{program.process.pid}/children") as file:
        return [int(word) for word in file.read().split()]


def running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def binary(folder):
    """A copy of the program that may be replaced."""
    copy = folder / "signpost"
    shutil.copy(harness.binary(), copy)
    return copy


def replace(binary, content=None):
    """As a package manager does: beside it, then over it."""
    aside = binary.with_suffix(".new")
    if content is None:
        shutil.copy(harness.binary(), aside)
    else:
        aside.write_bytes(content)
        aside.chmod(0o755)
    aside.rename(binary)


@pytest.fixture
def held(start, binary):
    def begin(**more):
        program = start(run=("run", "--hold"), program=binary, **{"lameduck": 0, **more})
        assert len(serving(program)) == 1
        return program

    return begin


class Asking:
    """Queries in an open loop, so many a second, from eight sockets; what was lost is known at the end."""

    def __init__(self, address, rate=1000):
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
        for one in self._sockets:
            one.connect(address)
            one.setblocking(False)
        self._rate, self._done, self.sent, self.right, self.wrong = rate, threading.Event(), 0, 0, []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        begun = time.monotonic()
        while not self._done.wait(0.001):
            due = int((time.monotonic() - begun) * self._rate)
            while self.sent < due:
                question = dns.query_bytes("cart.demo.internal", "A", self.sent & 0xFFFF)
                self._sockets[self.sent % len(self._sockets)].send(question)
                self.sent += 1
            self._hear()
        until = time.monotonic() + 2
        while self.right + len(self.wrong) < self.sent and time.monotonic() < until:
            self._hear()

    def _hear(self):
        for one in self._sockets:
            try:
                while True:
                    answer = dns.Answer(one.recv(4096))
                    if set(answer.texts("A")) == CART:
                        self.right += 1
                    else:
                        self.wrong.append(answer)
            except BlockingIOError:
                pass

    def lost(self):
        self._done.set()
        self._thread.join()
        for one in self._sockets:
            one.close()
        assert not self.wrong, self.wrong[:3]
        return self.sent - self.right


def wait_for_log(program, word, count=1):
    program.process.wait_ready(lambda: program.process.output().count(word) >= count, 20, word)


def test_a_killed_process_loses_at_most_a_batch(held, until):
    program = held()
    asking = Asking(program.address)
    kills = 5
    for _ in range(kills):
        before = asking.right
        until(lambda: asking.right > before + 200, 10, "answers")
        [pid] = serving(program)
        os.kill(pid, signal.SIGKILL)
        until(lambda: [each for each in serving(program) if each != pid], 10, "another process")
    before = asking.right
    until(lambda: asking.right > before + 200, 10, "answers of the last one")
    assert asking.lost() <= kills * IN_A_BATCH
    assert program.http("health", "/health")[0] == 200
    assert program.command("status")[0] == 0
    assert all(len(addresses) == 1 for addresses in program.listeners().values()), "the same sockets all the while"


def test_the_parent_is_small(held):
    program = held()
    assert len(list(pathlib.Path(f"/proc/{program.process.pid}/task").iterdir())) == 1
    for link in pathlib.Path(f"/proc/{program.process.pid}/fd").iterdir():
        assert "services.yaml" not in os.readlink(link)


def test_the_end_is_that_of_the_serving_process(held):
    program = held(lameduck="1s")
    [pid] = serving(program)
    program.process.signal(signal.SIGTERM)
    wait_for_log(program, "signpost.lameduck")
    assert program.http("ready", "/ready")[0] == 503
    assert program.client.set("cart.demo.internal") == CART
    assert program.process.child.wait(20) == 0
    assert not running(pid)
    assert not program.admin_socket.exists()


def test_hangup_reaches_the_serving_process(held):
    program = held()
    program.reload()
    wait_for_log(program, "reload.accepted")


def test_a_configuration_that_is_wrong_ends_both(signpost, config):
    done = signpost("run", "--hold", "--config", config("zones: ["))
    assert done.returncode == 1 and "error: " in done.stderr


def test_a_new_binary_takes_over_without_a_loss(held, binary, until):
    program = held()
    asking = Asking(program.address)
    tcp = socket.create_connection(program.address)
    for count in range(1, 4):
        [pid] = serving(program)
        replace(binary)
        program.process.signal(signal.SIGUSR2)
        wait_for_log(program, "hold.upgraded", count)
        if count == 1:  # who is connected is served on
            question = dns.query_bytes("cart.demo.internal", "A", 7)
            tcp.sendall(len(question).to_bytes(2, "big") + question)
            assert set(dns.Answer(tcp.recv(4096)[2:]).texts("A")) == CART
            tcp.close()
        until(lambda pid=pid: not running(pid), 20, "the one before has ended")
        assert pid not in serving(program)
    assert asking.lost() == 0
    assert program.command("status")[0] == 0
    assert program.http("health", "/health")[0] == 200


def test_the_state_goes_from_one_process_to_the_next(held, start, binary, folder, services, until):
    """Both have the state directory for a while. The one before writes what it knows when it ends, and then the new one
    writes what is new since; the next start has it all, and the serial does not go back."""
    state = folder / "state"
    state.mkdir(mode=0o700)

    def shop(*addresses):
        return {"services": [{"name": "cart", "instances": [{"address": address} for address in addresses]}]}

    def writes(program):
        return program.metric("state_writes_total", registry="local")

    def serial(program):
        return program.metric("zone_serial", zone="demo.internal.")

    services(shop("10.1.0.1"))
    program = held(state_directory=str(state))
    until(lambda: writes(program) > 0, 20, "a state file")
    [pid] = serving(program)
    connection = socket.create_connection(program.address)  # keeps the one before for a while
    question = dns.query_bytes("cart.demo.internal", "A", 7)
    connection.sendall(len(question).to_bytes(2, "big") + question)
    assert connection.recv(4096)
    replace(binary)
    program.process.signal(signal.SIGUSR2)
    wait_for_log(program, "hold.upgraded")
    assert running(pid), "it serves its TCP client"
    services(shop("10.1.0.1", "10.1.0.2"))
    program.client.wait_for(CART, "cart.demo.internal")
    last = serial(program)
    connection.close()
    until(lambda: not running(pid), 40, "the one before has ended")
    program.client.wait_for(CART, "cart.demo.internal")
    before = writes(program)
    services(shop("10.1.0.1", "10.1.0.2", "10.1.0.3"))
    program.client.wait_for({*CART, "10.1.0.3"}, "cart.demo.internal")
    until(lambda: writes(program) > before, 90, "a state file of the new one")
    last = max(last, serial(program))
    program.stop()
    services().unlink()
    program = start(state_directory=str(state))
    assert program.client.set("cart.demo.internal") == {*CART, "10.1.0.3"}
    assert program.metric("registry_state", state="snapshot") == 1
    assert serial(program) >= last


SABOTAGE = {
    "no program": b"this is no program\n",
    "ends at once": b"\x7fELF" + b"\0" * 60,
    "a script": b"#!/bin/sh\nexit 3\n",
}


@pytest.mark.parametrize("kind", SABOTAGE)
def test_a_binary_that_is_bad_changes_nothing(held, binary, kind):
    program = held()
    pids = serving(program)
    asking = Asking(program.address)
    replace(binary, SABOTAGE[kind])
    program.process.signal(signal.SIGUSR2)
    wait_for_log(program, "hold.upgrade_failed")
    assert serving(program) == pids
    # Nor does it when the process that serves dies: it is started from the file that it came from.
    os.kill(pids[0], signal.SIGKILL)
    wait_for_log(program, "hold.started", 2)
    replace(binary)
    wait_for_log(program, "listen.ready kind=dns", 2)
    program.process.signal(signal.SIGUSR2)
    wait_for_log(program, "hold.upgraded")
    assert asking.lost() <= IN_A_BATCH


def test_a_candidate_that_is_killed_changes_nothing(held, binary, until):
    program = held()
    [pid] = serving(program)
    asking = Asking(program.address)
    for count in range(1, 4):
        program.process.signal(signal.SIGUSR2)
        until(lambda: len(serving(program)) > 1, 10, "a candidate")
        for other in serving(program):
            if other != pid:
                os.kill(other, signal.SIGKILL)
        wait_for_log(program, "hold.upgrade_failed", count)
    assert serving(program) == [pid]
    assert asking.lost() == 0


def test_a_process_that_hangs_is_replaced(held, folder, monkeypatch, until):
    manager = Manager(str(folder / "notify.sock"))
    monkeypatch.setenv("NOTIFY_SOCKET", str(folder / "notify.sock"))
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    program = held()
    manager.wait_for("READY", "1")
    manager.wait_for("WATCHDOG", "1")
    [pid] = serving(program)
    os.kill(pid, signal.SIGSTOP)
    wait_for_log(program, "hold.serving_process_hangs")
    until(lambda: not running(pid), 10, "its end")
    manager.wait_for("READY", "1")
    manager.wait_for("WATCHDOG", "1")
    assert program.client.set("cart.demo.internal") == CART
    manager.close()
