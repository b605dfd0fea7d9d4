"""What share of its clients each instance gets: services of known weights, clients that pick, counts.

One world has a zone for each answer mode, set of weights and TTL. Its services all have the same weights, so one question
to each of many names is as many draws, whatever a cache keeps."""
import collections
import dataclasses
import json
import random
import socket
import struct
import subprocess

from . import dns
from .signpost import Signpost
from .waiting import until

APEX = "internal"
SETS = {"three": (1, 2, 7), "five": (1, 2, 2, 2, 3)}
MODES = ("order", "all", "sample 1", "sample 2", "sample 3", "sticky")
_FIXED = struct.Struct("!HHIH")  # type, class, TTL, length
_OPT = 11  # octets of it at the end of our queries
_WINDOW = 128  # queries in flight: small enough for every receive queue on the way
_CHUNK = 2000  # names that are asked several times before the next ones are


@dataclasses.dataclass(frozen=True)
class Zone:
    """A mode, a set of weights, and a TTL in seconds."""

    mode: str
    weights: str
    ttl: int

    @property
    def name(self):
        return f"{self.mode.replace(' ', '')}.{self.weights}.ttl{self.ttl}.{APEX}"

    @property
    def shares(self):
        return [weight / sum(SETS[self.weights]) for weight in SETS[self.weights]]


def addresses(weights):
    return [f"10.1.0.{i + 1}" for i in range(len(SETS[weights]))]


def start(folder, zones, names, prefix=()):
    """Signpost with these zones, ready: `names` services s0, s1... in each. `prefix` starts it in another network."""
    registries, listed = {}, []
    for zone in zones:
        if zone.weights not in registries:
            registries[zone.weights] = _registry(folder, zone.weights, names)
        listed.append({"name": zone.name, "registry": zone.weights, "ttl": zone.ttl, "answer": zone.mode})
    # So that a forwarder of the whole apex has something to ask when it starts.
    listed.append({"name": APEX, "records": "@ 60 IN TXT shares\n"})
    running = Signpost(folder, registries, listed, prefix=prefix, log={"level": "info"})
    until(lambda: _ready(running, prefix), 120, "every registry is complete")
    return running


def _ready(running, prefix):
    url = f"http://{running.listeners()['ready'][0]}/ready"
    return subprocess.run([*prefix, "curl", "--silent", "--fail", url], capture_output=True, check=False).returncode == 0


def _registry(folder, weights, count):
    instances = [{"address": a, "weight": w} for a, w in zip(addresses(weights), SETS[weights], strict=True)]
    ports = [{"name": "http", "port": 8080, "protocol": "tcp"}]
    file = folder / f"{weights}.yaml"
    file.write_text(json.dumps({"services": [{"name": f"s{i}", "ports": ports, "instances": instances} for i in range(count)]}))
    return {"type": "file", "path": str(file), "required": True}


def names(zone, draws, start=0):
    """The names of so many draws, from `start` on."""
    return [f"s{i}.{zone.name}" for i in range(start, start + draws)]


def answers(address, owners, kind):
    """For each owner, in any order, its records as (address, weight): of an SRV record what its target's label says,
    of an A record 1. A question that is not answered within 5 s is asked once more, as a client does, and TimeoutError
    after that. Answers other than NOERROR with records, and those that name an address twice, are errors."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        udp.connect(address)
        udp.settimeout(5)
        waiting, next_up, retried = {}, 0, False
        while next_up < len(owners) or waiting:
            while next_up < len(owners) and len(waiting) < _WINDOW:
                identifier = next_up & 0xFFFF
                waiting[identifier] = dns.query_bytes(owners[next_up], kind, identifier, recursion=True)
                udp.send(waiting[identifier])
                next_up += 1
            try:
                message = udp.recv(4096)
            except TimeoutError:
                if retried:
                    raise
                retried = True
                for query in waiting.values():
                    udp.send(query)
                continue
            query = waiting.pop(message[0] << 8 | message[1], None)
            if query is not None:
                yield _records(message, len(query) - _OPT, dns.TYPES[kind])


def _records(message, at, kind):
    """The records of the answer section, which begins at `at`. Written for speed: millions are read."""
    found = []
    for _ in range(message[6] << 8 | message[7]):
        while 0 < message[at] < 0xC0:
            at += message[at] + 1
        at += 2 if message[at] else 1
        number, _, _, length = _FIXED.unpack_from(message, at)
        at += 10
        if number == kind == dns.A:
            found.append((message[at : at + 4], 1))
        elif number == kind:
            found.append((message[at + 7 : at + 7 + message[at + 6]], message[at + 2] << 8 | message[at + 3]))
        at += length
    if message[3] & 15 or not found or len({place for place, _ in found}) != len(found):
        raise AssertionError(dns.Answer(message))
    return found


def first(records, _):
    """A client that takes the first address of an answer, as most do."""
    return records[0][0]


def uniform(records, draw):
    """A client that takes any address of an answer."""
    return records[int(draw.random() * len(records))][0]


def weighted(records, draw):
    """A client that honours SRV (RFC 2782), whose records have one priority here: each by its weight. The number is
    drawn from a continuum: from whole numbers, 0 included, as the RFC words it, the record in front gets too much."""
    mark = draw.random() * sum(weight for _, weight in records)
    for place, weight in records:
        mark -= weight
        if mark < 0:
            return place
    return records[-1][0]


def count(answers_seen, picker, draw):
    """How often each address, or label of an SRV target, was picked."""
    return collections.Counter(picker(records, draw) for records in answers_seen)


def measure(address, zone, draws, seed=1):
    """{client: counts of each instance} over `draws` names. "uniform" has what is asked first; "first" asks the same
    names twice more and takes what comes last, so that it has what a cache hands out (dnsmasq turns its records after
    the first hit); "weighted" asks for SRV. A few names at a time, since caches hold as little as 10,000."""
    draw = random.Random(seed)
    counts = {"uniform": collections.Counter(), "first": collections.Counter(), "weighted": collections.Counter()}
    for start in range(0, draws, _CHUNK):
        owners = names(zone, min(_CHUNK, draws - start), start)
        counts["uniform"] += count(answers(address, owners, "A"), uniform, draw)
        if zone.ttl:
            collections.deque(answers(address, owners, "A"), maxlen=0)
        counts["first"] += count(answers(address, owners, "A"), first, draw)
        counts["weighted"] += count(answers(address, [f"_http._tcp.{owner}" for owner in owners], "SRV"), weighted, draw)
    known = addresses(zone.weights)
    return {
        "uniform": _by_instance(counts["uniform"], [socket.inet_aton(one) for one in known]),
        "first": _by_instance(counts["first"], [socket.inet_aton(one) for one in known]),
        "weighted": _by_instance(counts["weighted"], [one.replace(".", "-").encode() for one in known]),
    }


def _by_instance(counts, known):
    assert set(counts) <= set(known), counts
    return [counts[one] for one in known]
