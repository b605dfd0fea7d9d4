"""top in a real terminal and into a pipe; log-level; probe."""
import json
import shlex
import shutil
import subprocess
import threading
import uuid

import pytest
from harness import dns, peers
from harness import signpost as harness


@pytest.fixture
def terminal():
    """terminal(words) runs a command in a terminal of its own and gives functions: what is on it, press a key."""
    tmux = shutil.which("tmux") or peers.missing("tmux")
    name = f"signpost-{uuid.uuid4().hex[:12]}"  # a server of its own, not one that somebody else uses

    def call(*words):
        return subprocess.run([tmux, "-L", name, *words], capture_output=True, text=True, timeout=20, check=False).stdout

    def begin(words):
        call("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "sh")
        call("send-keys", f"{shlex.join(map(str, words))}; echo ended $?", "Enter")
        return (lambda: call("capture-pane", "-p")), (lambda key: call("send-keys", key))

    yield begin
    call("kill-server")


@pytest.fixture
def asking():
    """Somebody who asks a program for one name all the time, another now and then."""
    stop, threads = threading.Event(), []

    def begin(program):
        client = dns.Client(program.address)

        def ask():
            while not stop.is_set():
                for _ in range(20):
                    client.set("cart.demo.internal")
                client.set("nope.demo.internal")

        threads.append(threading.Thread(target=ask))
        threads[-1].start()

    yield begin
    stop.set()
    for thread in threads:
        thread.join()


def test_top_is_live_and_leaves_the_terminal_as_it_was(start, terminal, asking, until):
    program = start()
    asking(program)
    screen, press = terminal([harness.binary(), "top", "--every", "200ms", "--config", program.config_file])
    until(lambda: "REGISTRY" in screen() and " cart.demo.internal." in screen(), 20, "the busiest name is on the screen")
    shown = screen()
    assert "queries/s" in shown and "NOERROR 9" in shown and "local" in shown
    until(lambda: screen().splitlines()[1] != shown.splitlines()[1], 10, "the rates move")
    press("q")
    until(lambda: "ended 0" in screen(), 10, "q ends it")
    assert "REGISTRY" not in screen(), "the other screen is gone"


def test_top_outlives_the_program_it_looks_at(start, terminal, until):
    program = start()
    screen, press = terminal([harness.binary(), "top", "--every", "100ms", "--config", program.config_file])
    until(lambda: "REGISTRY" in screen(), 20, "the first screen")
    program.stop()
    until(lambda: "is signpost running" in screen(), 10, "it says so")
    assert "REGISTRY" in screen(), "what was seen last stays"
    press("C-c")
    until(lambda: "ended 0" in screen(), 10, "Ctrl-C ends it")


def test_top_into_a_pipe_and_for_programs(start, asking):
    program = start()
    asking(program)
    status, text = program.command("top", "--every", "300ms")
    assert status == 0 and "\x1b" not in text and " cart.demo.internal." in text
    status, text = program.command("top", "--json", "--every", "300ms")
    told = json.loads(text)
    assert status == 0 and told["queries_per_second"] > 10
    assert told["names"][0]["name"] == "cart.demo.internal."
    assert 0.5 < told["names"][0]["queries_per_second"] / told["queries_per_second"] < 2
    assert program.command("top", "--every", "1")[0] == 0
    assert program.command("top", "--every", "soon")[0] == 2


def test_the_level_of_the_log_until_the_next_reload(start, until):
    program = start()
    assert program.command("log-level", "error") == (0, "the level is error, it was debug; a reload takes that of the configuration\n")
    assert "log.level_changed" not in program.process.output(), "it is below the new level"
    status, text = program.command("log-level", "loud")
    assert status == 1 and "debug, info, warning or error" in text
    assert program.command("log-level", "info")[1].startswith("the level is info, it was error")
    until(lambda: "log.level_changed" in program.process.output(), 10, "said in the log")
    assert program.command("reload")[0] == 0
    assert program.command("log-level", "info")[1].startswith("the level is info, it was debug")


def test_probe_is_for_containers(start, signpost, config):
    program = start()
    url = "http://" + program.listeners()["health"][0] + "/health"
    done = signpost("probe", url)
    assert (done.returncode, done.stdout) == (0, program.http("health", "/health")[1])
    ready = "http://" + program.listeners()["ready"][0]
    assert signpost("probe", ready + "/ready").returncode == 0
    assert signpost("probe", ready + "/nope").returncode == 1
    port = program.listeners()["health"][0].rpartition(":")[2]
    path = config({"listen": {"health": f"0.0.0.0:{port}"}, "zones": [{"name": "t", "records": "a A 192.0.2.1\n"}]}, "probe.yaml")
    assert signpost("probe", "--config", path).returncode == 0, "listen.health, from this machine"
    socket_alone = config({"listen": {"admin": program.listeners()["admin"][0]}, "zones": [{"name": "t", "records": "a A 192.0.2.1\n"}]}, "socket.yaml")
    done = signpost("probe", "--config", socket_alone)
    assert (done.returncode, done.stdout) == (0, program.http("health", "/health")[1]), "listen.admin, where health is not served"
    neither = config({"zones": [{"name": "t", "records": "a A 192.0.2.1\n"}]}, "neither.yaml")
    done = signpost("probe", "--config", neither)
    assert done.returncode == 1 and "neither listen.health with a fixed port nor listen.admin is set" in done.stderr
    program.stop()
    done = signpost("probe", "--config", socket_alone)
    assert done.returncode == 1 and "admin.sock" in done.stderr
    done = signpost("probe", url)
    assert done.returncode == 1 and done.stderr.startswith(f"error: {url}: ")
    assert signpost("probe", "file:///etc/hostname").returncode == 1
