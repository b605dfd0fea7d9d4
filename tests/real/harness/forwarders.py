"""What stands between an application and Signpost in practice: CoreDNS with a stub domain, dnsmasq."""
import json

from . import dns, peers, ports
from .process import Process


class Forwarder:
    """A process that forwards `zone` to `upstream`; `ask` it like any server, with recursion desired."""

    def __init__(self, command, log, port, zone):
        self.port = port
        self.process = Process(command, log)
        self.process.wait_ready(lambda: self._answers(zone), 15, "forwarder answers")

    def _answers(self, zone):
        client = self.client()
        try:
            return client.ask(zone, "SOA", seconds=0.3, recursion=True)
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


def coredns_kubernetes(folder, zone, cluster, token):
    """CoreDNS as the DNS server of the cluster, for comparison: what it answers is what people know."""
    port = ports.free()
    kubeconfig = folder / "coredns.kubeconfig"
    server = {"server": cluster.server.url, "certificate-authority": str(cluster.ca_file)}
    kubeconfig.write_text(
        json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "c", "cluster": server}],
                "users": [{"name": "u", "user": {"token": token}}],
                "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                "current-context": "x",
            }
        )
    )
    corefile = folder / "Corefile.kubernetes"
    corefile.write_text(
        f".:{port} {{\n    bind 127.0.0.1\n    errors\n"
        f"    kubernetes {zone} in-addr.arpa ip6.arpa {{\n        kubeconfig {kubeconfig} x\n    }}\n}}\n"
    )
    command = [peers.program("coredns", "bin/coredns"), "-conf", corefile]
    return Forwarder(command, folder / "coredns-kubernetes.log", port, zone)
