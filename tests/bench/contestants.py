"""The servers that are compared: how each is started with one worker on one world. A peer that is not there says so."""
import glob
import os
import subprocess

import shop

HERE = os.path.dirname(os.path.abspath(__file__))
RECEIVE_BUFFER = 4 << 20  # Signpost's and the ruler's; the peers get the same where they can be told


class Contestant:
    """`world` may be None for servers that answer anything. Commands get the port, and a folder that ends with them."""

    is_echo = False
    environment = {}

    def __init__(self, name, world):
        self.name, self.world = name, world
        self.questions = world.questions if world else None

    def command(self, port, folder):
        raise NotImplementedError

    def last_question(self):
        return self.world.last if self.world else ("svc-0000000.shop.test.", "A")

    def write(self, folder, name, text):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(text)
        return path


class Echo(Contestant):
    is_echo = True

    def __init__(self, tools, world):
        super().__init__("echo", world)
        self._program = os.path.join(tools, "echo_ruler")

    def command(self, port, folder):
        return [self._program, f"127.0.0.1:{port}"]


class Signpost(Contestant):
    def __init__(self, binary, world, name="signpost"):
        super().__init__(name, world)
        self._binary = binary

    def command(self, port, folder):
        return [self._binary, "run", "--config", self.write(folder, "signpost.yaml", self.world.config(port))]


class Given(Contestant):
    """A command line with {port} in it, and {config:FILE} for a copy of FILE in which {port} was replaced."""

    def __init__(self, words, world=None):
        super().__init__("server", world)
        self._words = words

    def command(self, port, folder):
        return [self._word(word, port, folder) for word in self._words]

    def _word(self, word, port, folder):
        before, marker, rest = word.partition("{config:")
        if marker:
            path, _, after = rest.partition("}")
            with open(path) as file:
                copy = self.write(folder, os.path.basename(path), file.read().replace("{port}", str(port)))
            word = before + copy + after
        return word.replace("{port}", str(port))


class Peer(Contestant):
    """A server of somebody else, from tests/peers. FileNotFoundError when it has not been built."""

    def __init__(self, name, program, world):
        super().__init__(name, world)
        recipe = os.path.join(HERE, "../peers/build")
        found = subprocess.run([recipe, "--where", name], capture_output=True, text=True, check=False)
        folder = found.stdout.strip().partition("=")[2]
        self.program = os.path.join(folder, program)
        # Beside an unpacked package lie the libraries that are not installed.
        self.environment = {**self.environment, "LD_LIBRARY_PATH": ":".join(glob.glob(f"{folder}/usr/lib/*-linux-gnu"))}
        if found.returncode != 0 or not os.path.exists(self.program):
            raise FileNotFoundError(f"{name} (tests/peers/build {name})")


class Nsd(Peer):
    def __init__(self, world):
        super().__init__("nsd", "usr/sbin/nsd", world)

    def command(self, port, folder):
        config = self.write(folder, "nsd.conf", f"""
server:
  server-count: 1
  ip-address: 127.0.0.1@{port}
  do-ip6: no
  username: ""
  chroot: ""
  database: ""
  zonesdir: "{folder}"
  zonelistfile: "{folder}/zone.list"
  xfrdfile: "{folder}/xfrd.state"
  xfrdir: "{folder}"
  pidfile: "{folder}/nsd.pid"
  receive-buffer-size: {RECEIVE_BUFFER}
  send-buffer-size: {RECEIVE_BUFFER}
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  verbosity: 0
remote-control:
  control-enable: no
zone:
  name: "{shop.ZONE}"
  zonefile: "{self.world.master}"
""")  # fmt: skip
        return [self.program, "-d", "-c", config]


class Knot(Peer):
    def __init__(self, world):
        super().__init__("knot", "usr/sbin/knotd", world)

    def command(self, port, folder):
        config = self.write(folder, "knot.conf", f"""
server:
    rundir: "{folder}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}"
log:
  - target: stderr
    any: warning
zone:
  - domain: "{shop.ZONE}"
    file: "{self.world.master}"
    zonefile-sync: -1
    zonefile-load: whole
    journal-content: none
""")  # fmt: skip
        return [self.program, "-c", config]


class CoreDns(Peer):
    """As clusters run it, with the zone from a file in place of the API: `more` are the plugins beside it."""

    environment = {"GOMAXPROCS": "1"}

    def __init__(self, world, name="coredns", more=("errors", "prometheus 127.0.0.1:0", "loadbalance")):
        super().__init__("coredns", "bin/coredns", world)
        self.name, self._more = name, more

    def command(self, port, folder):
        plugins = "\n  ".join([*self._more, f"file {self.world.master} {{\n    reload 0\n  }}"])
        corefile = self.write(folder, "Corefile", f"{shop.ZONE}:{port} {{\n  bind 127.0.0.1\n  {plugins}\n}}\n")
        return [self.program, "-conf", corefile, "-quiet"]
