"""All products at once, each in its place with a Signpost of its own. They share what they read, so that one write
changes the registry of all and one wait is enough."""
import concurrent.futures
import contextlib
import json
import os
import random
import signal
import socket
import time

import dns.message

from harness import dns as dns_of_tests
from harness import peers
from harness.signpost import binary
from harness.waiting import until

from . import products
from .place import ELSEWHERE, SECOND, SIGNPOST, Place

WIDE = 60  # ports of a service whose SRV records do not fit into a datagram of 1232 octets
TTL, NEGATIVE_TTL = 5, 1  # of deploy/recipes/signpost.yaml
OUTSIDE, API = "198.18.0.80", "10.96.0.1"  # what `elsewhere` knows: an address of the internet, one of the cluster


def services(moving="10.1.0.11", coming=False):
    """The registry. `cart` has weights 9 and 1; `moving` and `coming` change in a test, `late` is asked for but once."""
    http = [{"name": "http", "port": 8080}]
    cart = [{"address": "10.1.0.1", "weight": 9}, {"address": "10.1.0.2", "weight": 1}, {"address": "10.1.0.3", "healthy": False}]
    found = [
        {"name": "cart", "ports": http, "instances": cart},
        {"name": "six", "ports": http, "instances": [{"address": "fd00:1::5"}]},
        {"name": "late", "ports": http, "instances": [{"address": "10.1.0.31"}]},
        {"name": "moving", "ports": http, "instances": [{"address": moving}]},
        {"name": "wide", "ports": [{"name": f"port-{i}", "port": 9000 + i} for i in range(WIDE)], "instances": [{"address": "10.1.0.7"}]},
    ]
    if coming:
        found.append({"name": "coming", "ports": http, "instances": [{"address": "10.1.0.21"}]})
    return {"services": found}


def queries_to(address, packets):
    """The DNS messages to it among IPv4 packets, by UDP or TCP, read by dnspython."""
    for packet in packets:
        header = 4 * (packet[0] & 15)
        if packet[16:20] != socket.inet_aton(address):
            continue
        if packet[9] == socket.IPPROTO_UDP:
            yield dns.message.from_wire(packet[header + 8 :])
        elif len(packet) > (body := header + 4 * (packet[header + 12] >> 4)) + 2:
            yield dns.message.from_wire(packet[body + 2 : body + 2 + int.from_bytes(packet[body : body + 2], "big")])


class Side:
    """One product beside its Signpost. `ask` is relative to the product's zone."""

    def __init__(self, folder, shared, product):
        folder.mkdir()
        self.product, self._running = product, []
        self.place = Place(folder, shared, product.packages, product.etc, product.users, product.folders)

    def start(self):
        self.place.wait()
        self.elsewhere = self.start_beside("elsewhere", [
            peers.program("dnsmasq", "usr/sbin/dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
            "--user=root", "--pid-file=", "--log-facility=-", f"--listen-address={ELSEWHERE}", "--bind-interfaces",
            "--log-queries", f"--host-record=elsewhere.example,{OUTSIDE}", f"--host-record=kubernetes.default.svc.cluster.local,{API}",
            "--local=/internal/", "--local=/local/", "--local=/example/", "--local=/in-addr.arpa/",
        ])  # fmt: skip
        for name, command in self.product.beside:
            self.start_beside(name, command)
        self.start_signpost()
        for name, command in self.product.company:
            self._start(command, name)
        if self.product.before:
            done = self.place.run(self.product.before)
            assert done.returncode == 0, done.stderr
        self.process = self._start(self.product.command, "product")

    def start_signpost(self):
        self.signpost = self._signpost("signpost")

    def start_second(self):
        self.second = self._signpost("second")

    def _signpost(self, name):
        return self.start_beside(name, [binary(), "run", "--config", f"/etc/signpost/{name}.yaml"])

    def start_beside(self, name, command):
        return self._start(command, name, across=True)

    def _start(self, command, name, **more):
        libraries = {"LD_LIBRARY_PATH": ":".join(_libraries(self.product.packages))}
        self._running.append(self.place.start(command, name, environment=libraries, **more))
        return self._running[-1]

    def wait(self, answers=True, port=53):
        """Until Signpost answers, and the product; without `answers` until the product says anything, or ends."""
        self._direct = self.place.client(SIGNPOST, port)
        self.wait_signpost()
        self.client = self.place.client(self.product.address)
        if answers:
            self.process.wait_ready(lambda: self.ask("six", "AAAA").texts("AAAA"), 20, "the product answers")
        else:
            until(lambda: not self.process.alive() or self.ask("six", "AAAA"), 20, "the product says something")

    @contextlib.contextmanager
    def silenced(self):
        """Signpost is there and says nothing, as a process that hangs or a machine that is gone."""
        self.signpost.signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.signpost.pid, os.WSTOPPED)  # or a thread may still answer
        try:
            yield
        finally:
            self.signpost.signal(signal.SIGCONT)

    def wait_signpost(self):
        self.signpost.wait_ready(lambda: self._direct.set("six.shop.internal", "AAAA") == {"fd00:1::5"}, 20, "Signpost answers")

    def ask(self, name, kind="A", seconds=2.0):
        return self.client.ask(f"{name}.{self.product.zone}", kind, seconds, recursion=True)

    def status(self, name, kind="A", seconds=2.0):
        """One word: the rcode, NODATA, or `silence`."""
        try:
            answer = self.client.ask(name, kind, seconds, recursion=True)
        except OSError:
            return "silence"
        return "NODATA" if answer.rcode == "NOERROR" and not answer.records else answer.rcode

    def insist(self, name, kind, every, limit):
        """(rcode and number of records, or None; seconds) for a client that sends the same octets again and again."""
        query = bytearray(dns_of_tests.query_bytes(name, kind, random.randrange(65536), recursion=True))
        query[3] |= 0x10  # CD: names of others are not signed here
        with self.place.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect((self.product.address, 53))
            start = time.monotonic()
            while (passed := time.monotonic() - start) < limit:
                asking.send(query)
                asking.settimeout(min(every, limit - passed))
                with contextlib.suppress(TimeoutError):
                    answer = dns_of_tests.Answer(asking.recv(4096))
                    return (answer.rcode, len(answer.records)), time.monotonic() - start
        return None, limit

    def uplink(self, *commands):
        """systemd-resolved's link gets its server, as from DHCP, then what `commands` say of `eth0`."""
        for command in (["resolvectl", "dns", "eth0", ELSEWHERE], *commands):
            words = ["near" if word == "eth0" else word for word in command]
            until(lambda words=words: self.place.run(words).returncode == 0, 15, f"resolved takes {' '.join(words)}")

    def dig(self, *words):
        return self.place.run(["dig", "+tries=1", "+time=5", f"@{self.product.address}", *words]).stdout

    def end(self):
        """Asks all processes to end; `stop` waits for them."""
        for process in self._running:
            if process.alive():
                process.signal(signal.SIGTERM)

    def stop(self):
        for process in reversed(self._running):
            process.stop(3)
        self.place.stop()


def _libraries(packages):
    for folder in (peers.program(name, "") for name in packages):
        for pattern in ("usr/lib/*-linux-gnu", "usr/lib/*-linux-gnu/systemd", "lib/*-linux-gnu"):
            yield from map(str, folder.glob(pattern))


class Running:
    """`makers`: {name: function that gives its Product}. `sides` has them by name. `port` is Signpost's; with `second`
    there is another one beside it, on port 53 of SECOND."""

    def __init__(self, folder, makers, answers=True, port=53, second=False):
        folder.mkdir()
        self._shared = folder / "shared"
        self._shared.mkdir()
        config = products.recipe("signpost.yaml")
        (self._shared / "signpost.yaml").write_text(config.replace(f"{SIGNPOST}:53", f"{SIGNPOST}:{port}"))
        (self._shared / "second.yaml").write_text(config.replace(SIGNPOST, SECOND).replace(":8181", ":8182").replace("admin.sock", "second.sock"))
        self.write(services())
        self.sides = {}
        try:
            for name, maker in makers.items():
                self.sides[name] = Side(folder / name, self._shared, maker())
            for side in self.sides.values():
                side.start()
                if second:
                    side.start_second()
            for side in self.sides.values():
                side.wait(answers, port)
        except BaseException:
            self.stop()
            raise

    def write(self, content):
        aside = self._shared / "services.new"
        aside.write_text(json.dumps(content))
        os.rename(aside, self._shared / "services.yaml")

    def each(self, question):
        """{name: question(side)}, all side by side."""
        with concurrent.futures.ThreadPoolExecutor(len(self.sides)) as pool:
            return dict(zip(self.sides, pool.map(question, self.sides.values())))

    def seconds_until(self, question, limit):
        """{name: seconds until `question(side)` was true, or None}, from now on."""
        start = time.monotonic()

        def seconds(side):
            while time.monotonic() - start < limit:
                if question(side):
                    return time.monotonic() - start
            return None

        return self.each(seconds)

    def stop(self):
        for side in self.sides.values():
            side.end()
        for side in self.sides.values():
            side.stop()
