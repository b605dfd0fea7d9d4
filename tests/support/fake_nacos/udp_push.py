"""UDP push as servers of 1.x have it (4.3): to whoever has read a service over HTTP v1 within the last ten seconds."""

import asyncio
import gzip
import json
import re
import time

# Who is pushed to: names and the first version of each.
AGENTS = {"Nacos-Java-Client": (0, 1, 0), "Nacos-Go-Client": (0, 1, 0), "Nacos-DNS": (0, 4, 3), "Nacos-C-Client": (1, 0, 12),
          "vip-client4cpp": (1, 0, 12), "Nacos-CSharp-Client": (0, 9, 0)}  # fmt: skip
GZIP_FROM = 1024  # octets


def is_pushed_to(agent):
    match = re.fullmatch(r"([\w-]+):v?(\d+)\.(\d+)\.(\d+).*", agent or "")
    return bool(match) and match[1] in AGENTS and tuple(map(int, match.group(2, 3, 4))) >= AGENTS[match[1]]


class UdpPush(asyncio.DatagramProtocol):
    """Owned by the fake's loop. `info(key, clusters)` is the service as HTTP v1 tells it."""

    def __init__(self, fake, info):
        self.fake, self.info = fake, info
        self.transport = None
        self.listeners = {}  # key -> {(ip, port): (clusters, until)}
        self.waiting = {}  # (address, lastRefTime as text) -> Future

    async def open(self):
        await self.fake.loop.create_datagram_endpoint(lambda: self, local_addr=("0.0.0.0", 0))

    def connection_made(self, transport):
        self.transport = transport

    def subscribe(self, key, given, agent):
        port, ip = int(given.get("udpPort") or 0), given.get("clientIP")
        if port > 0 and ip and is_pushed_to(agent):
            until = time.monotonic() + self.fake.config["cache_millis"] / 1000
            self.listeners.setdefault(key, {})[ip, port] = given.get("clusters", ""), until

    def alive(self, key):
        now = time.monotonic()
        return {address: clusters for address, (clusters, until) in self.listeners.get(key, {}).items() if now < until}

    def push(self, key):
        for address, clusters in self.alive(key).items():
            asyncio.ensure_future(self.insist(address, key, clusters))

    async def insist(self, address, key, clusters):
        """Once more after 10 s without an acknowledgement, and no third time."""
        when = str(time.time_ns())
        text = json.dumps({"type": "dom", "data": json.dumps(self.info(key, clusters)), "lastRefTime": int(when)}).encode()
        octets = gzip.compress(text) if len(text) >= GZIP_FROM else text
        for _ in range(2):
            self.fake.requests["udp push"] += 1
            acknowledged = self.waiting[address, when] = self.fake.loop.create_future()
            self.transport.sendto(octets, address)
            try:
                await asyncio.wait_for(acknowledged, self.fake.config["udp_ack"])
                return
            except asyncio.TimeoutError:
                self.fake.requests["udp push unacknowledged"] += 1
            finally:
                self.waiting.pop((address, when), None)

    def shout(self, octets):
        """What a stranger may send to everybody who listens."""
        for address in {address for key in self.listeners for address in self.alive(key)}:
            self.transport.sendto(octets, address)

    def datagram_received(self, data, address):
        try:
            said = json.loads(data)
            known = said["type"] == "push-ack" and self.waiting.get((address, said["lastRefTime"]))
        except (ValueError, KeyError, TypeError):
            known = None
        self.fake.acks["push-ack" if known else "odd datagram"] += 1
        if known and not known.done():
            known.set_result(True)
