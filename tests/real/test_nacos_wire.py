"""What Signpost does on the wire to a Nacos server, and what it says of it afterwards; the server is our strict fake."""
import asyncio
import re
import threading

import pytest

from harness.fake_nacos import FakeNacos
from harness.signpost import Signpost

ZONE = "nacos.internal"
PREFACE = 24  # octets before the first frame of a client (RFC 9113 section 3.4)
PING, ACK = 6, 1


class Relay:
    """Loopback to loopback, in a thread; `frames` counts what the client sent, by type, `pings` those that ask for an answer."""

    def __init__(self, port):
        self.frames, self.pings = 0, 0
        self._target = port
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        self._ready.wait(10)

    async def _run(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._end.wait()

    async def _serve(self, client, to_client):
        server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        await asyncio.wait(
            [asyncio.ensure_future(self._copy(client, to_server, self._count())), asyncio.ensure_future(self._copy(server, to_client))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        to_client.close()
        to_server.close()

    @staticmethod
    async def _copy(source, sink, counter=None):
        while octets := await source.read(65536):
            if counter:
                counter(octets)
            sink.write(octets)

    def _count(self):
        seen = bytearray()
        skip = PREFACE

        def count(octets):
            nonlocal skip
            seen.extend(octets)
            while len(seen) >= skip + 9:
                length, kind, flags = int.from_bytes(seen[skip : skip + 3], "big"), seen[skip + 3], seen[skip + 4]
                if len(seen) < skip + 9 + length:
                    return
                self.frames += 1
                self.pings += kind == PING and not flags & ACK
                del seen[: skip + 9 + length]
                skip = 0

        return count

    def stop(self):
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)


@pytest.fixture
def running():
    """Whatever is put into it is stopped, the last one first."""
    started = []
    yield started
    for one in reversed(started):
        one.stop()


def start(running, folder, fake, **more):
    nacos = {"type": "nacos", "required": True, "servers": [fake.address], "list_interval": "500ms", **more}
    running.append(Signpost(folder, {"nacos": nacos}, [{"name": ZONE, "registry": "nacos"}]))
    return running[-1].wait_ready()


@pytest.mark.rule("L18")
def test_no_ping_whatever_comes(running, folder):
    """gRPC measures a connection by PINGs of its own while data comes in; the servers of Nacos end it for that."""
    fake = FakeNacos(folder, push_delay=0.05, watch_delay=0.05)
    running.append(fake)
    relay = Relay(fake.port + 1000)
    running.append(relay)
    fake.control("register", service="large", instances=[{"ip": f"10.0.{i // 250}.{i % 250 + 1}", "port": 80} for i in range(1000)])
    signpost = start(running, folder, fake, grpc_port=relay.port)
    for i in range(1, 6):
        fake.control("register", service="cart", instances=[{"ip": f"10.1.0.{i}", "port": 80}])
        signpost.client.wait_for({f"10.1.0.{n}" for n in range(1, i + 1)}, f"cart.{ZONE}")
    assert relay.frames > 30
    assert relay.pings == 0


@pytest.mark.rule("A14")
def test_no_secret_is_told(running, folder, until):
    secret = "canary & song"
    (folder / "password").write_text("wrong " + secret)
    fake = FakeNacos(folder, user="dns", password=secret, push_delay=0.05, watch_delay=0.05)
    running.append(fake)
    nacos = {"type": "nacos", "required": True, "servers": [fake.address], "username": "dns", "password_file": str(folder / "password")}
    signpost = Signpost(folder, {"nacos": nacos}, [{"name": ZONE, "registry": "nacos"}])
    running.append(signpost)
    until(lambda: "nacos.login_failed" in signpost.process.output(), 20, "a login that failed")
    (folder / "password").write_text(secret)
    signpost.wait_ready(60)
    fake.control("expire_tokens")
    fake.control("register", service="cart", instances=[{"ip": "10.1.0.1", "port": 80}])
    signpost.client.wait_for({"10.1.0.1"}, f"cart.{ZONE}")
    told = signpost.process.output() + signpost.http("metrics", "/metrics")[1]
    told += signpost.command("status")[1] + signpost.command("explain", f"cart.{ZONE}", "A")[1]
    assert "canary" not in told
    tokens = fake.state()["tokens"]
    assert tokens and not any(token in told for token in tokens)
    assert not re.search("accessToken=[^&*]", told)
