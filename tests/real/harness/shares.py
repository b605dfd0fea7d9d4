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
MODES = ("order", "all", "sample 1", "sample 2", "sample 3")
_WINDOW = 64  # queries in flight: small enough for every receive queue on the way


@dataclasses.dataclass(frozen=True)
class Zone:
    """A mode, a set of weights, and a TTL: 60 s (each name is asked once) or 0 (few names, asked again and again)."""

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


def start(folder, zones, names, names_ttl_0=200, prefix=()):
    """Signpost with these zones, ready: `names` services s0, s1... in each, `names_ttl_0` where the TTL is 0. `prefix`
    starts it in another network."""
    registries, listed = {}, []
    for zone in zones:
        count = names if zone.ttl else names_ttl_0
        registry = f"{zone.weights}{count}"
        if registry not in registries:
            registries[registry] = _registry(folder, registry, zone.weights, count)
        listed.append({"name": zone.name, "registry": registry, "ttl": zone.ttl, "answer": zone.mode})
    # So that a forwarder of the whole apex has something to ask when it starts.
    listed.append({"name": APEX, "records": "@ 60 IN TXT shares\n"})
    running = Signpost(folder, registries, listed, prefix=prefix, log={"level": "info"})
    until(lambda: _ready(running, prefix), 120, "every registry is complete")
    return running


def _ready(running, prefix):
    url = f"http://{running.listeners()['ready'][0]}/ready"
    return subprocess.run([*prefix, "curl", "--silent", "--fail", url], capture_output=True, check=False).returncode == 0


def _registry(folder, name, weights, count):
    instances = [{"address": a, "weight": w} for a, w in zip(addresses(weights), SETS[weights], strict=True)]
    ports = [{"name": "http", "port": 8080, "protocol": "tcp"}]
    file = folder / f"{name}.yaml"
    file.write_text(json.dumps({"services": [{"name": f"s{i}", "ports": ports, "instances": instances} for i in range(count)]}))
    return {"type": "file", "path": str(file), "required": True}


def names(zone, draws, start=0, names_ttl_0=200):
    """The names to ask for so many draws: each once, from `start` on, or, where the TTL is 0, the few in turn."""
    return [f"s{i if zone.ttl else i % names_ttl_0}.{zone.name}" for i in range(start, start + draws)]


def answers(address, owners, kind):
    """One answer for each owner, in any order; a question that is not answered within 5 s is asked once more, as a
    client does, and TimeoutError after that. Answers other than NOERROR with records are errors."""
    owners = list(owners)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        udp.connect(address)
        udp.settimeout(5)
        waiting, next_up, retried = {}, 0, 0
        while next_up < len(owners) or waiting:
            while next_up < len(owners) and len(waiting) < _WINDOW:
                waiting[next_up & 0xFFFF] = owners[next_up]
                udp.send(dns.query_bytes(owners[next_up], kind, next_up & 0xFFFF, recursion=True))
                next_up += 1
            try:
                message = udp.recv(65535)
            except TimeoutError:
                retried += 1
                if retried > 1:
                    raise
                for identifier, owner in waiting.items():
                    udp.send(dns.query_bytes(owner, kind, identifier, recursion=True))
                continue
            owner = waiting.pop(struct.unpack_from("!H", message)[0], None)
            if owner is not None:
                answer = dns.Answer(message)
                if answer.rcode != "NOERROR" or not answer.texts(kind):
                    raise AssertionError(f"{owner} {kind}: {answer}")
                yield answer


def _address_of(target):
    """10-1-0-1.s5.zone. -> 10.1.0.1"""
    return target.partition(".")[0].replace("-", ".")


def first(answer, _):
    """A client that takes the first address of an answer, as most do."""
    return answer.texts("A")[0]


def uniform(answer, draw):
    """A client that takes any address of an answer."""
    return draw.choice(answer.texts("A"))


def weighted(answer, draw):
    """A client that honours SRV (RFC 2782): among the records of the lowest priority, each by its weight. The number is
    drawn from a continuum: from whole numbers, 0 included, as the RFC words it, the record in front gets 1 / (sum + 1) too much."""
    records = [text.split() for text in answer.texts("SRV")]
    lowest = min(int(record[0]) for record in records)
    records = [record for record in records if int(record[0]) == lowest]
    (picked,) = draw.choices(records, [max(int(record[1]), 1e-9) for record in records])
    return _address_of(picked[3])


def count(answers_seen, pickers, weights, seed):
    """{picker name: how often each instance was picked} over the same answers. No answer may name an address twice."""
    draw = random.Random(seed)
    counts = {picker.__name__: collections.Counter() for picker in pickers}
    for answer in answers_seen:
        texts = [text for _, _, _, text in answer.records]
        assert len(set(texts)) == len(texts), answer
        for picker in pickers:
            counts[picker.__name__][picker(answer, draw)] += 1
    known = addresses(weights)
    for counter in counts.values():
        assert set(counter) <= set(known), counter
    return {name: [counter[address] for address in known] for name, counter in counts.items()}


def measure(address, zone, draws, seed=1):
    """{"first": ..., "uniform": ..., "weighted": counts of each instance} of `draws` answers for A and as many for SRV."""
    owners = names(zone, draws)
    found = count(answers(address, owners, "A"), [first, uniform], zone.weights, seed)
    return found | count(answers(address, [f"_http._tcp.{owner}" for owner in owners], "SRV"), [weighted], zone.weights, seed)
