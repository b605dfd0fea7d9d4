#!/usr/bin/env python3
"""Cold start from the state directory with the registries down, over UDP: from exec to the first right answer, and
until 20 names drawn from the whole table have each been answered rightly (DESIGN.md section 9: at most 200 ms with
100,000 endpoints); the size of the file (at most 8 MiB), what the process used, and what the log says of the loading.
Usage: cold_start.py [SERVICES] [INSTANCES] [ROUNDS]; SIGNPOST_BINARY names the program, and SIGNPOST_BEFORE another one
that is started in turn with it, so that what else the machine does meets both. It makes its own registry (a fake Nacos
would need minutes to be filled, so the services come from a file) and prints a table."""
import json
import os
import pathlib
import random
import re
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/real"))
from harness import dns, signpost  # noqa: E402
from harness.waiting import until  # noqa: E402


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_services(path, services, instances):
    """YAML as the `file` registry reads it; one flow line a service, which is quicker to parse than blocks."""
    with open(path, "w") as file:
        file.write("services:\n")
        for number in range(services):
            rows = ",".join(
                f'{{"address":"10.{(number * instances + i) >> 16 & 255}.{(number * instances + i) >> 8 & 255}.'
                f'{(number * instances + i) & 255}","port":8080,"zone":"zone-{i % 3}"}}'
                for i in range(instances)
            )
            file.write(f'- {{"name":"service-{number}","ports":[{{"name":"http","port":8080}}],"instances":[{rows}]}}\n')


NAMES = 20
PAUSE = 0.0005  # seconds between two questions: a client that spins would take one of two cores from the start


def addresses(service, instances):
    numbers = range(service * instances, (service + 1) * instances)
    return {f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}" for number in numbers}


def right_answer(sock, service, instances, end):
    """Asks until the answer is right. A datagram to a port that nobody has yet comes back as an error at once; any
    other answer than SERVFAIL (nothing is known yet) would be a wrong one."""
    question = dns.query_bytes(f"service-{service}.demo.internal", "A", 4711)
    while time.monotonic() < end:
        try:
            sock.send(question)
            answer = dns.Answer(sock.recv(65535))
        except (TimeoutError, ConnectionRefusedError):
            time.sleep(PAUSE)
            continue
        if answer.rcode == "NOERROR":
            assert set(answer.texts("A")) == addresses(service, instances), answer
            return time.monotonic()
        assert answer.rcode == "SERVFAIL", answer
        time.sleep(PAUSE)
    raise AssertionError(f"no right answer for service-{service}")


class Start:
    """One start of one program: milliseconds, processor time of it all (its end too), the line of its log."""

    def __init__(self, binary, config, port, log, services, instances):
        drawn = random.sample(range(services), min(NAMES, services))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with open(log, "w") as stderr, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.connect(("127.0.0.1", port))
            sock.settimeout(0.05)
            began = time.monotonic()
            child = subprocess.Popen([binary, "run", "--config", config], stderr=stderr, stdin=subprocess.DEVNULL)
            try:
                answered = [1000 * (right_answer(sock, one, instances, began + 30) - began) for one in drawn]
            finally:
                child.terminate()
                child.wait(10)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.first, self.all = answered[0], answered[-1]
        self.used = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        self.line = re.search(r"registry\.restored .*", log.read_text()).group(0)


def spread(values):
    return f"median {statistics.median(values):.0f} ms, {min(values):.0f} to {max(values):.0f} ms"


def main(services=10000, instances=10, rounds=9):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signpost-cold-"))
    state = folder / "state"
    state.mkdir(mode=0o700)
    path = folder / "services.yaml"
    write_services(path, services, instances)
    registries = {"local": {"type": "file", "path": str(path), "required": True}}
    zones = [{"name": "demo.internal", "registry": "local"}]
    made = signpost.Signpost(folder, registries, zones, state_directory=str(state), workers=1)
    made.wait_ready(120)
    until(lambda: made.metric("state_writes_total", registry="local") >= 1, 30, "a state file")
    longest = made.metric("builder_longest_step_seconds")
    made.stop()
    size = max(file.stat().st_size for file in state.glob("local.*"))
    path.unlink()  # the registry is down
    port = free_port()
    config = json.loads(made.config_file.read_text())
    config["listen"] = {"dns": [f"127.0.0.1:{port}"]}
    made.config_file.write_text(json.dumps(config))
    binaries = [os.environ["SIGNPOST_BEFORE"]] if "SIGNPOST_BEFORE" in os.environ else []
    binaries.append(signpost.binary())
    starts = {binary: [] for binary in binaries}
    for _ in range(rounds):
        for binary, its in starts.items():
            its.append(Start(binary, made.config_file, port, folder / "cold.log", services, instances))
    print(f"{services:,} services, {services * instances:,} endpoints, registry down, {rounds} starts, one worker")
    for binary, its in starts.items():
        print(f"{binary}")
        print(f"  exec to the first right answer {spread([one.first for one in its])} (target 200)")
        print(f"  until {NAMES} names were right       {spread([one.all for one in its])} (target 200)")
        print(f"  processor time, start and end  {spread([one.used for one in its])}")
    print(f"state file                       {size / 1048576:.2f} MiB, {size / services / instances:.1f} octets an endpoint (target 8 MiB)")
    print(f"builder's longest step, all life {1000 * longest:.1f} ms")
    print(f"log                              {its[-1].line}")
    return statistics.median(one.all for one in its)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
