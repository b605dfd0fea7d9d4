"""What stands between an application and Signpost in practice: each forwards one stub domain and keeps what it heard.

A maker takes (folder, zone, upstream), `upstream` being (host, port), and gives a Forwarder. Settings are those that
the programs come with; where one is other, the line says why."""
from . import forwarders, peers, ports
from .forwarders import Forwarder


def _written(folder, name, text):
    path = folder / name
    path.write_text(text)
    return path


def unbound(folder, zone, upstream, port=None, prefix=()):
    """`prefix` starts it in another network, on `port` of that; then nobody here can wait until it answers."""
    port = port or ports.free()
    program, environment = peers.unpacked("unbound", "usr/sbin/unbound")
    config = _written(
        folder, "unbound.conf",
        f'server:\n  interface: 127.0.0.1@{port}\n  do-ip6: no\n  username: ""\n  chroot: ""\n  directory: "{folder}"\n'
        '  pidfile: ""\n  use-syslog: no\n  logfile: ""\n  num-threads: 1\n'
        "  module-config: iterator\n"  # no validation: a stub domain of one's own has no chain of trust
        "  do-not-query-localhost: no\n"
        f'forward-zone:\n  name: "{zone}."\n  forward-addr: {upstream[0]}@{upstream[1]}\n'
        "remote-control:\n  control-enable: no\n",
    )  # fmt: skip
    command = [*prefix, program, "-d", "-p", "-c", config]
    return Forwarder(command, folder / "unbound.log", port, zone, environment, reachable=not prefix)


def bind(folder, zone, upstream):
    port = ports.free()
    program, environment = peers.unpacked("bind", "usr/sbin/named")
    config = _written(
        folder, "named.conf",
        f'options {{\n  directory "{folder}"; pid-file none; session-keyfile none; lock-file none;\n'
        f"  listen-on port {port} {{ 127.0.0.1; }}; listen-on-v6 {{ none; }};\n"
        "  recursion yes; dnssec-validation no;\n"  # as above
        "  recursive-clients 10000;\n};\n"
        "controls { };\nlogging { channel c { stderr; severity info; }; category default { c; }; };\n"
        f'zone "{zone}" {{ type forward; forward only; forwarders {{ {upstream[0]} port {upstream[1]}; }}; }};\n',
    )  # fmt: skip
    return Forwarder([program, "-g", "-n", "1", "-c", config], folder / "named.log", port, zone, environment)


def recursor(folder, zone, upstream):
    """PowerDNS Recursor. It keeps a TTL of 0 for a second (minimum-ttl-override): off, or TTL 0 would not be one."""
    port = ports.free()
    program, environment = peers.unpacked("pdns_recursor", "usr/sbin/pdns_recursor")
    options = {
        "local-address": "127.0.0.1", "local-port": port, "socket-dir": folder, "daemon": "no", "disable-syslog": "yes",
        "threads": 1, "security-poll-suffix": "", "dont-query": "", "forward-zones": f"{zone}={upstream[0]}:{upstream[1]}",
        "dnssec": "off", "minimum-ttl-override": 0, "setuid": "", "setgid": "", "write-pid": "no", "loglevel": 4,
    }  # fmt: skip
    _written(folder, "recursor.conf", "".join(f"{key}={value}\n" for key, value in options.items()))
    return Forwarder([program, f"--config-dir={folder}"], folder / "recursor.log", port, zone, environment)


def dnsdist(folder, zone, upstream):
    """A packet cache in front of one server. It takes nothing more when it is full, so it has room for all that is asked."""
    port = ports.free()
    program, environment = peers.unpacked("dnsdist", "usr/bin/dnsdist")
    config = _written(
        folder, "dnsdist.conf",
        f'setLocal("127.0.0.1:{port}")\nsetSecurityPollSuffix("")\n'
        f'newServer({{address="{upstream[0]}:{upstream[1]}", pool="stub", checkName="{zone}.", checkType="SOA"}})\n'
        'getPool("stub"):setCache(newPacketCache(1000000))\n'
        f'addAction(makeRule("{zone}."), PoolAction("stub"))\n',
    )  # fmt: skip
    command = [program, "--supervised", "--disable-syslog", "--config", config]
    return Forwarder(command, folder / "dnsdist.log", port, zone, environment)


def nodelocal(folder, zone, upstream):
    """The Corefile that Kubernetes publishes for NodeLocal DNSCache: the same plugins with the same sizes in the same
    blocks, one address and free ports in the place of its link-local one. Left out: `reload`, which watches a mounted
    ConfigMap, and the block for all other names, whose servers are other machines. No `loadbalance`: it has none."""
    port, metrics, health = ports.free(), ports.free(), ports.free()
    cluster = f"    forward . {upstream[0]}:{upstream[1]} {{\n        force_tcp\n    }}\n    prometheus 127.0.0.1:{metrics}\n"
    blocks = f"{zone}:{port} {{\n    errors\n    cache {{\n        success 9984 30\n        denial 9984 5\n    }}\n"
    blocks += f"    loop\n    bind 127.0.0.1\n{cluster}    health 127.0.0.1:{health}\n}}\n"
    for reverse in ("in-addr.arpa", "ip6.arpa"):
        blocks += f"{reverse}:{port} {{\n    errors\n    cache 30\n    loop\n    bind 127.0.0.1\n{cluster}}}\n"
    command = [peers.program("coredns", "bin/coredns"), "-conf", _written(folder, "Corefile.nodelocal", blocks)]
    return Forwarder(command, folder / "nodelocal.log", port, zone)


MAKERS = {
    "dnsmasq": forwarders.dnsmasq,
    "unbound": unbound,
    "bind": bind,
    "recursor": recursor,
    "dnsdist": dnsdist,
    "coredns": forwarders.coredns,
    "nodelocal": nodelocal,
}
