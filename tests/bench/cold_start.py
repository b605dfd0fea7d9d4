#!/usr/bin/env python3
"""Cold start from the state directory with the registries down: from exec to the first right answer over UDP
(DESIGN.md section 9: at most 200 ms with 100,000 endpoints), the size of the file (at most 8 MiB), and what the log says
of the loading. Usage: cold_start.py [SERVICES] [INSTANCES] [ROUNDS]; it makes its own registry (a fake Nacos would need
minutes to be filled, so the services come from a file) and prints a table."""
import json
import pathlib
import re
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


def first_answer(address, name, expected, end):
    """Asks until the answer is right; a datagram to a port that nobody has yet comes back as an error at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        sock.settimeout(0.002)
        question = dns.query_bytes(name, "A", 4711)
        while time.monotonic() < end:
            try:
                sock.send(question)
                answer = dns.Answer(sock.recv(65535))
            except (TimeoutError, ConnectionRefusedError):
                continue
            if answer.rcode == "NOERROR" and expected <= set(answer.texts("A")):
                return time.monotonic()
    raise AssertionError(f"no right answer from {address}")


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
    last = services - 1
    expected = {f"10.{(last * instances) >> 16 & 255}.{(last * instances) >> 8 & 255}.{(last * instances) & 255}"}
    times, loads = [], []
    for _ in range(rounds):
        with open(folder / "cold.log", "w") as log:
            began = time.monotonic()
            child = subprocess.Popen(
                [signpost.binary(), "run", "--config", made.config_file], stderr=log, stdin=subprocess.DEVNULL
            )
            try:
                times.append(1000 * (first_answer(("127.0.0.1", port), f"service-{last}.demo.internal", expected, began + 30) - began))
            finally:
                child.terminate()
                child.wait(10)
        found = re.search(r"registry\.restored .*", (folder / "cold.log").read_text())
        loads.append(found.group(0))
    print(f"{services:,} services, {services * instances:,} endpoints, registry down, {rounds} starts, one worker")
    print(f"exec to the first right answer   median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms (target 200)")
    print(f"state file                       {size / 1048576:.2f} MiB, {size / services / instances:.1f} octets an endpoint (target 8 MiB)")
    print(f"builder's longest step, all life {1000 * longest:.1f} ms")
    print(f"log                              {loads[-1]}")
    return statistics.median(times)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
