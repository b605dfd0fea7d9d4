"""A forwarder as a process, CoreDNS in its roles, dnsmasq; resolvers.py has the others."""
from . import control_plane, dns, peers, ports
from .process import Process


class Forwarder:
    """A process that forwards `zone` to `upstream`; `ask` it like any server, with recursion desired."""

    def __init__(self, command, log, port, zone, environment=None, reachable=True):
        self.port = port
        self.process = Process(command, log, environment)
        if not reachable:
            return
        try:
            self.process.wait_ready(lambda: self._answers(zone), 15, "forwarder answers")
        except RuntimeError:
            self.process.stop()
            raise

    def _answers(self, zone):
        client = self.client()
        try:
            return client.ask(zone, "SOA", seconds=0.3, recursion=True).rcode == "NOERROR"
        finally:
            client.close()

    def client(self):
        return dns.Client(("127.0.0.1", self.port))

    def stop(self):
        self.process.stop()


def coredns(folder, zone, upstream, cache_seconds=30):
    """As a cluster's Corefile has it: loadbalance in front of cache in front of forward. `upstream` is (host, port)."""
    port = ports.free()
    corefile = folder / "Corefile"
    corefile.write_text(
        f"{zone}:{port} {{\n"
        "    bind 127.0.0.1\n"
        "    errors\n"
        "    loadbalance\n"
        f"    cache {cache_seconds}\n"
        f"    forward . {upstream[0]}:{upstream[1]}\n"
        "}\n"
    )
    command = [peers.program("coredns", "bin/coredns"), "-conf", corefile]
    return Forwarder(command, folder / "coredns.log", port, zone)


def dnsmasq(folder, zone, upstream):
    """One upstream for one zone, a cache of its default kind, and nothing read from the machine."""
    port = ports.free()
    command = [
        peers.program("dnsmasq", "usr/sbin/dnsmasq"), "--keep-in-foreground", "--conf-file=/dev/null",
        "--no-resolv", "--no-hosts", "--no-daemon", "--user=", "--group=", "--pid-file=",
        "--listen-address=127.0.0.1", "--bind-interfaces", f"--port={port}", "--cache-size=10000",
        "--dns-forward-max=5000", f"--server=/{zone}/{upstream[0]}#{upstream[1]}",
    ]  # fmt: skip
    return Forwarder(command, folder / "dnsmasq.log", port, zone)


def coredns_zone(folder, zone, file):
    """CoreDNS as the authority for a zone file: something real to forward to that is not the program under test."""
    port = ports.free()
    corefile = folder / "Corefile.origin"
    corefile.write_text(f"{zone}:{port} {{\n    bind 127.0.0.1\n    errors\n    file {file}\n}}\n")
    command = [peers.program("coredns", "bin/coredns"), "-conf", corefile]
    return Forwarder(command, folder / "coredns-origin.log", port, zone)


def coredns_kubernetes(folder, zones, cluster, token, options=(), plugins=()):
    """CoreDNS as the DNS server of the cluster, for comparison: what it answers is what people know. `zones`: its
    primary zone, then others; `options`: lines of its plugin `kubernetes`; `plugins`: further lines."""
    port = ports.free()
    kubeconfig = folder / "coredns.kubeconfig"
    control_plane.write_kubeconfig(kubeconfig, cluster.server, token)
    lines = "".join(f"        {line}\n" for line in (f"kubeconfig {kubeconfig} x", *options))
    more = "".join(f"    {line}\n" for line in plugins)
    corefile = folder / "Corefile.kubernetes"
    corefile.write_text(
        f".:{port} {{\n    bind 127.0.0.1\n    errors\n"
        f"    kubernetes {' '.join(zones)} {{\n{lines}    }}\n{more}}}\n"
    )
    command = [peers.program("coredns", "bin/coredns"), "-conf", corefile]
    return Forwarder(command, folder / "coredns-kubernetes.log", port, zones[0])
