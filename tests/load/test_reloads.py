"""Reloads under load: half of them of a broken file, others with other zones, listeners, TCP limits and numbers of workers. No query is
lost, none is answered wrongly. B8."""
import http.client
import itertools
import json
import socket
import threading
import time

from conftest import Blast, size

SECONDS = size("RELOAD_SECONDS", 4)
RATE = size("RELOAD_RATE", 3000)
EACH = 60 / size("RELOAD_PER_MINUTE", 200)  # seconds from one reload to the next

CART = {"10.1.0.1", "10.1.0.2"}
SERVICES = {"services": [{"name": "cart", "instances": [{"address": address} for address in sorted(CART)]}]}
BROKEN = [  # each another kind of mistake: half-written, a word that is none, a registry that is missing, a file that is
    lambda text: text[: len(text) // 2],
    lambda text: text.replace('"workers"', '"wokers"'),
    lambda text: text.replace('"registry": "fixed"', '"registry": "nowhere"'),
    lambda text: text.replace("fixed.yaml", "missing.yaml"),
]


class AdminSocket(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("signpost", timeout=20)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(20)
        self.sock.connect(self._path)

    def reload(self):
        """Whether it was accepted, and all that was said."""
        self.request("POST", "/reload")
        with self.getresponse() as response:
            return response.status == 200, response.read().decode()


class Checker(threading.Thread):
    """Asks one name over and over; `wrong` has everything but its addresses."""

    def __init__(self, client):
        super().__init__()
        self._client, self._over = client, threading.Event()
        self.asked, self.wrong = 0, []

    def run(self):
        while not self._over.wait(0.001):  # a thousand a second: what else the machine has is for the load
            try:
                answer = self._client.set("cart.fixed.internal")
            except OSError as lost:
                answer = lost
            self.asked += 1
            if answer != CART:
                self.wrong.append(answer)

    def stop(self):
        self._over.set()
        self.join()


def changes(program):
    """Configurations without end, each other than the one before. The first address and all zones stay."""
    base = program._config["listen"]["dns"][0]
    for number in itertools.count():
        program._config["workers"] = 1 + number % 3
        program._config["listen"]["dns"] = [base, "127.0.0.1:0"] if number % 2 else [base]
        program._config["zones"][0]["ttl"] = 1 + number % 30
        program._config["tcp"] = {"idle": f"{1 + number % 9}s", "clients": 50 + number % 7, "per_source": 20 + number % 5}
        yield json.dumps(program._config, indent=1)


def test_reloads_under_load_lose_nothing(start, folder, world, figure):
    (folder / "fixed.yaml").write_text(json.dumps(SERVICES))
    program = start(
        registries={"fixed": {"type": "file", "path": str(folder / "fixed.yaml"), "required": True}},
        zones=[{"name": "fixed.internal", "registry": "fixed"}],
        reload="signal",
    )
    admin, checker = AdminSocket(program.admin_socket), Checker(program.client)
    load = Blast(program.address, world.found, SECONDS, "--rate", RATE)
    checker.start()
    accepted = refused = 0
    slowest = 0.0
    begun = time.monotonic()
    try:
        for number, text in enumerate(changes(program)):
            due = begun + number * EACH
            if due > begun + SECONDS - 0.5:
                break
            time.sleep(max(0.0, due - time.monotonic()))  # a rate, not a wait for something
            broken = number % 2 == 1
            program.config_file.write_text(BROKEN[number // 2 % len(BROKEN)](text) if broken else text)
            before = time.monotonic()
            well, said = admin.reload()
            slowest = max(slowest, time.monotonic() - before)
            assert well != broken, said
            accepted, refused = accepted + well, refused + (not well)
    finally:
        checker.stop()
        result = load.result()
    figure("reloads", f"{accepted} accepted, {refused} refused in {SECONDS:.0f} s; the slowest {slowest * 1000:.0f} ms")
    figure("reloads, queries", f"{result['sent']:.0f} at {result['sent'] / SECONDS:.0f}/s, {result['lost']:.0f} lost, p99 {result['p99_us'] / 1000:.2f} ms")
    figure("reloads, answers compared", f"{checker.asked}, {len(checker.wrong)} wrong")
    assert accepted + refused >= 0.8 * SECONDS / EACH
    assert result["sent"] >= 0.95 * RATE * SECONDS, "the load fell behind"
    assert result["lost"] == 0 and result["wrong"] == 0
    assert result.get("rcode0") == result["sent"], "only NOERROR is right"
    assert checker.asked > 100 and not checker.wrong, checker.wrong[:5]
