#!/usr/bin/env python3
"""Writes worlds for benchmarks: services of the file registry, the same as a master file, and questions about them.

  tests/bench/shop.py DIRECTORY [SERVICES=10000]

Two worlds come about, each in a folder of its own:
  mixed   half of the services have a name and one IPv4 address; the others an address of each family and a port,
          which makes A, AAAA and SRV at their names and A and AAAA at the SRV's target: three records a service on
          average. Questions: 80 % A, 10 % AAAA (half of them for services without any), 5 % SRV, 5 % missing names.
  eight   every service has eight addresses of different weights. Questions: A.
"""
import ipaddress
import os
import random
import sys

ZONE = "bench.internal"
TTL = 5
QUESTIONS = 20000


class World:
    """Where the files of one world lie. `registry` is the services file, `master` the zone as other servers read it,
    `last` the (name, type) whose answer shows that everything is loaded, `answer` Signpost's mode."""

    def __init__(self, directory, count):
        self.last = (f"{_name(count - 1)}.{ZONE}.", "A")
        self.answer = "order"
        self.directory = os.path.abspath(directory)
        self.registry, self.master, self.questions = (
            os.path.join(self.directory, name) for name in ("services.yaml", f"{ZONE}.zone", "questions")
        )

    def write(self, name, lines):
        os.makedirs(self.directory, exist_ok=True)
        with open(os.path.join(self.directory, name), "w") as file:
            file.writelines(line + "\n" for line in lines)

    def config(self, port, metrics="127.0.0.1:0"):
        """Signpost's configuration for this world: as shipped, with one worker, metrics and one access rule."""
        return "\n".join([
            f'listen: {{dns: ["127.0.0.1:{port}"], metrics: "{metrics}"}}',
            "workers: 1",
            "access: [{allow: 127.0.0.0/8}]",
            "registries:",
            f"  local: {{type: file, path: {self.registry}}}",
            "zones:",
            f"  - {{name: {ZONE}, registry: local, ttl: {TTL}, answer: {self.answer}}}",
            "",
        ])  # fmt: skip


def _v4(number):
    return str(ipaddress.IPv4Address((10 << 24) + number))


def _v6(number):
    return str(ipaddress.IPv6Address((0xFD00 << 112) + number))


def _name(i):
    return f"svc-{i:07}"


def _with_port(i):
    return i % 2 == 1


def _mixed_services(count):
    yield "services:"
    for i in range(count):
        address = f'[{_v4(i)}, "{_v6(i + 1)}"]' if _with_port(i) else _v4(i)
        yield f"  - name: {_name(i)}"
        if _with_port(i):
            yield "    ports: [{name: http, port: 8080, protocol: tcp}]"
        yield f"    instances: [{{address: {address}}}]"


def _mixed_master(count):
    yield f"$ORIGIN {ZONE}."
    yield f"$TTL {TTL}"
    yield f"@ {TTL} SOA ns.dns hostmaster 1 7200 1800 86400 {TTL}"
    yield "@ NS ns.dns"
    yield "ns.dns A 127.0.0.1"
    for i in range(count):
        name, v4 = _name(i), _v4(i)
        yield f"{name} A {v4}"
        if _with_port(i):
            host = v4.replace(".", "-") + "." + name
            yield f"{name} AAAA {_v6(i + 1)}"
            yield f"_http._tcp.{name} SRV 0 1 8080 {host}"
            yield f"{host} A {v4}"
            yield f"{host} AAAA {_v6(i + 1)}"


def _mixed_questions(count):
    draw = random.Random(1)
    with_port = [i for i in range(count) if _with_port(i)]
    for _ in range(QUESTIONS * 80 // 100):
        yield f"{_name(draw.randrange(count))}.{ZONE}. A"
    for _ in range(QUESTIONS * 10 // 100):
        yield f"{_name(draw.randrange(count))}.{ZONE}. AAAA"
    for _ in range(QUESTIONS * 5 // 100):
        yield f"_http._tcp.{_name(draw.choice(with_port))}.{ZONE}. SRV"
    for _ in range(QUESTIONS * 5 // 100):
        yield f"not-{draw.randrange(count):07}.{ZONE}. A"


def _eight_services(count):
    yield "services:"
    for i in range(count):
        yield f"  - name: {_name(i)}"
        yield "    instances:"
        for j in range(8):
            yield f"      - {{address: {_v4(i * 8 + j)}, weight: {j + 1}}}"


def write_mixed(directory, count):
    world = World(directory, count)
    world.write("services.yaml", _mixed_services(count))
    world.write(f"{ZONE}.zone", _mixed_master(count))
    world.write("questions", _mixed_questions(count))
    return world


def write_eight(directory, count):
    world = World(directory, count)
    world.write("services.yaml", _eight_services(count))
    world.write("questions", (f"{_name(i)}.{ZONE}. A" for i in range(count)))
    return world


def main():
    directory, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 10000
    for world in (
        write_mixed(os.path.join(directory, "mixed"), count), write_eight(os.path.join(directory, "eight"), count)
    ):  # fmt: skip
        world.write("signpost.yaml", world.config("{port}").splitlines())
        print(world.directory)


if __name__ == "__main__":
    main()
