"""One client connection: its stream, its subscriptions, its fuzzy watches, and requests that want an answer."""

import asyncio
import itertools
import time

import payload

_ids = itertools.count(1)


class Connection:
    def __init__(self, peer, context, config):
        self.peer = peer
        self.id = f"{int(time.time() * 1000)}_{peer.split(':', 1)[1].replace(':', '_')}"
        self.context = context
        self.config = config
        self.naming = False  # labels.module was "naming"
        self.tenant = ""
        self.negotiated = False
        self.active_at = time.monotonic()
        self.detecting_since = None
        self.subscriptions = {}  # service key -> clusters: one a service (3.5)
        self.watches = {}  # pattern -> set of service keys told
        self.published = set()
        self.waiting = {}  # requestId -> Future
        self.chains = set()  # tasks
        self.closed = asyncio.Event()
        self.writing = asyncio.Lock()

    async def write(self, octets):
        if self.closed.is_set() or self.config["silent"]:
            return
        async with self.writing:
            try:
                await self.context.write(octets)
            except Exception:  # the stream is gone: its reader notices
                self.closed.set()

    async def send(self, kind, body):
        await self.write(payload.encode(kind, body))

    async def ask(self, kind, body, timeout):
        """Sends a request on the stream; True when it was acknowledged in time."""
        number = str(next(_ids))
        answered = asyncio.get_running_loop().create_future()
        self.waiting[number] = answered
        try:
            await self.send(kind, {"headers": {}, "requestId": number, "module": "naming", **body})
            await asyncio.wait_for(answered, timeout)
            return True
        except asyncio.TimeoutError:
            return False
        finally:
            self.waiting.pop(number, None)

    def start(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.chains.add(task)
        task.add_done_callback(self.chains.discard)

    async def insist(self, kind, make_body):
        """Until acknowledged: 5 s for the answer, 1 s pause, always with fresh data (L8)."""
        while not self.closed.is_set():
            if await self.ask(kind, make_body(), self.config["ack_timeout"]):
                return
            await asyncio.sleep(self.config["ack_retry"])

    def heard(self):
        self.active_at = time.monotonic()
        self.detecting_since = None

    def answered(self, number):
        self.heard()
        waiting = self.waiting.get(number)
        if waiting and not waiting.done() and not self.config["drop_acks"]:
            waiting.set_result(True)

    def close(self):
        self.closed.set()
        for task in list(self.chains):
            task.cancel()
