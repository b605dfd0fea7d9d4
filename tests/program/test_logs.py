"""The log of a running Signpost: its form, and what happens when nobody reads it."""
import fcntl
import json
import os
import re
import subprocess
import time

import pytest

from harness import dns
from harness import signpost as harness

F_SETPIPE_SZ = 1031


@pytest.fixture
def unread(config, services, folder):
    """A Signpost whose stderr is a pipe of one page, and the end that reads it (without waiting)."""
    path = config({
        "listen": {"dns": ["127.0.0.1:0"], "metrics": "127.0.0.1:0", "admin": f"unix:{folder}/admin.sock"},
        "registries": {"local": {"type": "file", "path": str(services()), "required": True}},
        "zones": [{"name": "demo.internal", "registry": "local"}],
    })
    read, write = os.pipe()
    fcntl.fcntl(write, F_SETPIPE_SZ, 4096)
    os.set_blocking(read, False)
    child = subprocess.Popen([harness.binary(), "run", "--config", path], stdin=subprocess.DEVNULL, stderr=write)
    os.close(write)
    yield child, read, folder / "admin.sock"
    child.terminate()
    child.wait(10)
    os.close(read)


def text_in(read):
    try:
        return os.read(read, 1 << 20).decode()
    except BlockingIOError:
        return ""


def reload(socket):
    subprocess.run(
        ["curl", "-sS", "-X", "POST", "--unix-socket", str(socket), "http://signpost/reload"],
        capture_output=True, timeout=10, check=True,
    )


def test_nobody_waits_for_whoever_reads_stderr(unread, until):
    child, read, socket = unread
    told = ""

    def ready():
        nonlocal told
        told += text_in(read)
        return "signpost.ready" in told

    until(ready, 10, "signpost is ready")
    ports = dict(re.findall(r"listen\.ready kind=(\w+) address=127\.0\.0\.1:(\d+)", told))
    metrics = f"http://127.0.0.1:{ports['metrics']}/metrics"

    def lost():
        page = subprocess.run(["curl", "-sS", metrics], capture_output=True, text=True, timeout=10, check=True).stdout
        return int(re.search(r"^signpost_log_lost_total (\d+)$", page, re.M)[1])

    assert lost() == 0
    client = dns.Client(("127.0.0.1", int(ports["dns"])))
    started = time.monotonic()
    while lost() < 20:  # each reload has something to say
        reload(socket)
        assert client.ask("cart.demo.internal", "A").rcode == "NOERROR"
        assert time.monotonic() - started < 60
    assert child.poll() is None
    told = text_in(read)
    assert told.endswith("\n")  # whole lines only

    def said():
        nonlocal told
        told += text_in(read)
        return sum(int(count) for count in re.findall(r"log\.lost lines=(\d+)\n", told))

    until(lambda: said() == lost(), 10, "all that was lost is told")


def test_json_is_one_object_a_line(config, signpost, services, until, folder):
    path = config({
        "listen": {"dns": ["127.0.0.1:0"]},
        "log": {"level": "debug", "format": "json"},
        "registries": {"local": {"type": "file", "path": str(services()), "required": True}},
        "zones": [{"name": "demo.internal", "registry": "local"}],
    })
    with open(folder / "log", "w+") as log:
        child = subprocess.Popen([harness.binary(), "run", "--config", path], stdin=subprocess.DEVNULL, stderr=log)
        until(lambda: "signpost.ready" in (folder / "log").read_text(), 10, "signpost is ready")
        child.terminate()
        assert child.wait(10) == 0
    events = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    assert all(list(event)[:3] == ["time", "level", "event"] for event in events)
    assert {"listen.ready", "registry.synced", "signpost.stopped"} <= {event["event"] for event in events}
