"""The servers, each with the same master files. Nothing of the machine is read or changed: configuration, data and
sockets lie in one folder, the port is a free one of loopback, and the process runs as whoever runs the tests."""

import os
import pathlib

from harness import peers, ports
from harness.process import Process

from . import names, wire
from .asking import Asker
from .questions import Question

FOUR = ("nsd", "knot", "bind", "pdns")
ALL = (*FOUR, "coredns")


class Server:
    """A process that answers for `zones`, {origin text: file}. `ask` it through `asker`."""

    def __init__(self, name, folder, zones):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.port = ports.free()
        command, environment = _COMMANDS[name](self, zones)
        self.process = Process(command, self.folder / f"{name}.log", environment, folder=self.folder)
        self.asker = Asker("127.0.0.1", self.port)
        self._waiting = [names.from_text(origin) for origin in zones]
        try:
            self.process.wait_ready(self._loaded, 20, f"{name} has loaded its zones")
        except RuntimeError:
            self.stop()
            raise

    def _loaded(self):
        """Has every zone answered for its SOA? One refused file would otherwise pass for a difference."""
        batch = self.asker.send([Question(origin, wire.SOA) for origin in self._waiting[:50]])
        replies = dict(zip(self._waiting, self.asker.collect(batch)))
        self._waiting = [origin for origin in self._waiting if not _authoritative(replies.get(origin))]
        return not self._waiting

    def stop(self):
        self.asker.close()
        self.process.stop()

    def file(self, name, *lines):
        path = self.folder / name
        path.write_text("\n".join(lines) + "\n")
        return path


def _authoritative(reply):
    return reply is not None and len(reply) > 12 and reply[2] & 0x04 and reply[3] & 0x0F == 0 and reply[7] > 0


def _nsd(server, zones):
    program, environment = peers.unpacked("nsd", "usr/sbin/nsd")
    lines = [
        "server:", f"  ip-address: 127.0.0.1@{server.port}", '  username: ""', '  chroot: ""', '  database: ""', '  pidfile: ""',
        '  xfrdfile: ""', f"  zonelistfile: {server.folder}/zones.list", f"  xfrdir: {server.folder}", f"  zonesdir: {server.folder}",
        "  server-count: 1", "  rrl-ratelimit: 0", "  rrl-whitelist-ratelimit: 0", "  minimal-responses: no", "  round-robin: no",
        "  tcp-count: 50", "remote-control:", "  control-enable: no",
    ]  # fmt: skip
    for origin, file in zones.items():
        lines += ["zone:", f'  name: "{origin}"', f'  zonefile: "{file}"']
    return [program, "-d", "-c", server.file("nsd.conf", *lines)], environment


def _knot(server, zones):
    program, environment = peers.unpacked("knot", "usr/sbin/knotd")
    lines = [
        "server:", f"  listen: 127.0.0.1@{server.port}", f"  rundir: {server.folder}", "  udp-workers: 1", "  tcp-workers: 2",
        "  background-workers: 1", "log:", "  - target: stderr", "    any: warning", "database:", f"  storage: {server.folder}",
        "  journal-db-max-size: 100M", "  kasp-db-max-size: 10M", "  timer-db-max-size: 10M",
        "template:", "  - id: default", "    semantic-checks: off", "    zonefile-sync: -1", "    journal-content: none", "zone:",
    ]  # fmt: skip
    for origin, file in zones.items():
        lines += [f'  - domain: "{origin}"', f'    file: "{file}"']
    return [program, "-c", server.file("knot.conf", *lines)], environment


def _bind(server, zones):
    program, environment = peers.unpacked("bind", "usr/sbin/named")
    lines = [
        "options {", f'  directory "{server.folder}";', "  pid-file none; session-keyfile none; lock-file none;",
        f"  listen-on port {server.port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};", "  recursion no; dnssec-validation no; notify no;",
        "  minimal-responses no-auth; rrset-order { order fixed; }; tcp-clients 50; max-records-per-type 0;",
        "  check-integrity no; check-names primary ignore; check-mx ignore; check-mx-cname ignore; check-srv-cname ignore;",
        "  check-wildcard no; check-sibling no; check-dup-records ignore; check-spf ignore; zero-no-soa-ttl no;", "};", "controls { };",
        'logging { channel c { stderr; severity info; }; category default { c; }; category lame-servers { null; }; };',
    ]  # fmt: skip
    lines += [
        f'zone "{origin}" {{ type primary; file "{file}"; masterfile-format text; }};' for origin, file in zones.items()
    ]
    return [program, "-g", "-n", "1", "-c", server.file("named.conf", *lines)], environment


def _pdns(server, zones):
    program, environment = peers.unpacked("pdns", "usr/sbin/pdns_server")
    (modules,) = program.parents[2].glob("usr/lib/*-linux-gnu/pdns")
    listed = server.file(
        "zones.conf", *(f'zone "{origin}" {{ type master; file "{file}"; }};' for origin, file in zones.items())
    )
    options = {
        "launch": "bind", "module-dir": modules, "bind-config": listed, "socket-dir": server.folder,
        "local-address": "127.0.0.1", "local-port": server.port, "daemon": "no", "guardian": "no", "disable-syslog": "yes",
        "security-poll-suffix": "", "receiver-threads": 1, "distributor-threads": 1, "8bit-dns": "yes", "dname-processing": "yes",
        "cache-ttl": 0, "query-cache-ttl": 0, "negquery-cache-ttl": 0, "max-tcp-transactions-per-conn": 0, "loglevel": 5,
        "zone-cache-refresh-interval": 0, "consistent-backends": "yes", "max-cache-entries": 0, "max-packet-cache-entries": 0,
    }  # fmt: skip
    server.file("pdns.conf", *(f"{key}={value}" for key, value in options.items()))
    return [program, f"--config-dir={server.folder}"], environment


def _coredns(server, zones):
    lines = []
    for origin, file in zones.items():
        lines += [
            f"{origin}:{server.port} {{",
            "    bind 127.0.0.1",
            f"    file {file} {{",
            "        reload 0",
            "    }",
            "}",
        ]
    return [peers.program("coredns", "bin/coredns"), "-conf", server.file("Corefile", *lines)], {
        "GOMAXPROCS": "1",
        "HOME": os.fspath(server.folder),
    }


_COMMANDS = {"nsd": _nsd, "knot": _knot, "bind": _bind, "pdns": _pdns, "coredns": _coredns}
