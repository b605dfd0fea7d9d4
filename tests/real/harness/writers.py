"""Processes that change EndpointSlices at a steady rate, each waiting for the answer to its change before the next one.

As a module: Writers(...) starts them, `wait()` gives what they saw. As a program it is one of them."""
import json
import pathlib
import select
import subprocess
import sys
import time

if __package__:
    from . import api, dns
else:
    import api
    import dns

_RIGHT_WITHIN = 10.0
_LOOK_EVERY = 0.0005  # eight that ask without a pause would take the machine from those who are measured


class Writers:
    """`slices` is a list of (namespace, slice name, service, DNS name), shared out among `count` processes; `rate` and
    `seconds` are of all together. Every slice has one address, a new one with each write."""

    def __init__(self, server, ca_file, token, address, slices, count, rate, seconds):
        self._children = []
        for i in range(count):
            order = {
                "api": [server.port, str(ca_file), token, server.address], "dns": list(address), "slices": slices[i::count],
                "rate": rate / count, "seconds": seconds, "number": i,
            }  # fmt: skip
            child = subprocess.Popen(
                [sys.executable, pathlib.Path(__file__)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            child.stdin.write(json.dumps(order) + "\n")
            child.stdin.flush()
            self._children.append(child)
        for child in self._children:
            if child.stdout.readline() != "ready\n":
                raise RuntimeError("a writer did not start")
        for child in self._children:
            child.stdin.write("go\n")
            child.stdin.flush()

    def wait(self, seconds):
        """{"taken": milliseconds from acknowledgement to right answer, "late": what was not right in time}"""
        found = {"taken": [], "late": []}
        for child in self._children:
            report, _ = child.communicate("", timeout=seconds)
            if child.returncode != 0:
                raise RuntimeError(f"a writer ended with {child.returncode}")
            for key, values in json.loads(report).items():
                found[key] += values
        return found


def _pause(seconds):
    select.select([], [], [], seconds)


def _write(order):
    connection = api.Api(*order["api"])
    client = dns.Client(tuple(order["dns"]))
    taken, late, writes = [], [], 0
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.monotonic()
    while (now := time.monotonic()) < start + order["seconds"]:
        due = start + writes / order["rate"]
        if now < due:
            _pause(due - now)  # the pace of the writer
        namespace, name, service, owner = order["slices"][writes % len(order["slices"])]
        address = f"10.{10 + order['number']}.{writes // 250 % 250}.{1 + writes % 250}"
        connection.call("PUT", f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices/{name}", _slice(name, service, address))
        acknowledged = time.monotonic()
        writes += 1
        while client.set(owner) != {address}:
            if time.monotonic() > acknowledged + _RIGHT_WITHIN:
                late.append(f"{owner} {address}")
                break
            _pause(_LOOK_EVERY)
        else:
            taken.append((time.monotonic() - acknowledged) * 1000)
    return {"taken": taken, "late": late}


def _slice(name, service, address):
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "labels": {"kubernetes.io/service-name": service}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": {"ready": True}}],
        "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
    }


if __name__ == "__main__":
    print(json.dumps(_write(json.loads(sys.stdin.readline()))))
