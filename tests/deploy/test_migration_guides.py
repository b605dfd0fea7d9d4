"""The guides of deploy/migration, run as they stand: every command, every output, every file."""
import re
import socket
import subprocess
import threading

import dns.flags
import dns.message
import dns.rrset
import pod_logs
import pytest
from guide import Guide

from harness import control_plane, forwarders, nacos, peers, ports, stats
from harness.waiting import until

IN_NACOS, IN_KUBERNETES = ("10.30.0.1", "10.30.0.2"), ("10.30.1.1", "10.30.1.2")


@pytest.fixture
def guide(folder):
    """guide(name, ...): a Guide, ended with the test."""
    running = []

    def begin(name, **more):
        running.append(Guide(name, folder, **more))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def registry(folder):
    """A Nacos server that knows nothing but what this test registers."""
    (folder / "nacos").mkdir()
    server = nacos.Nacos(folder / "nacos")
    server.start()
    yield server
    server.stop()


def kubernetes(cluster):
    return f"{{type: kubernetes, required: true, url: '{cluster.server.url}', token_file: {cluster.dns_token_file}, ca_file: {cluster.ca_file}}}"


# In percent -----------------------------------------------------------------------------------------------------------------

PERCENT = {"1.": 0, "2.": 0, "3.": 10, "5.": 0, "6.": 100}  # of Kubernetes, by the number of the heading


def draws_fit(output, percent, figure):
    """The counts of 1,000 look-ups fit the shares: chi-square, one chance in a million to be refused unjustly."""
    counts = {address: int(count) for count, address in re.findall(r"^ *(\d+) ([\d.]+)$", output, re.M)}
    expected = {address: percent / 200 for address in IN_KUBERNETES} | {address: (100 - percent) / 200 for address in IN_NACOS}
    expected = {address: share for address, share in expected.items() if share}
    assert set(counts) == set(expected) and sum(counts.values()) == 1000, output
    fit = stats.fit([counts[address] for address in expected], list(expected.values()))
    figure(f"percentage.md at {percent} %, 1,000 look-ups by dig", f"{counts}, p={fit:.3g}")
    assert fit > 1e-6, counts


def known(page, addresses):
    """Until a running Signpost has heard of these."""
    def seen():
        said = subprocess.run([page.folder / "bin/signpost", "explain", "cart.shop.internal", "A"], cwd=page.folder, capture_output=True, text=True, check=False)
        return all(address in said.stdout for address in addresses)

    until(seen, 20, f"{addresses} are known")


def test_percentage(cluster, namespace, registry, sdk_peer, guide, figure):
    machine = sdk_peer("python", registry)
    for address in IN_NACOS:
        machine.register("cart", address, 8080)
    port = ports.free()

    def pods():
        cluster.service(namespace, "cart", 80, 8080)
        for i, address in enumerate(IN_KUBERNETES):
            cluster.pod(namespace, f"cart-{i}", "cart", address)
        known(page, IN_KUBERNETES)

    words = {
        "0.0.0.0:53": f"127.0.0.1:{port}",
        "unix:/run/signpost/admin.sock": "unix:admin.sock",
        "{type: kubernetes, required: true}": kubernetes(cluster),
        "nacos-0.nacos:8848": registry.address,
        "namespace: shop,": f"namespace: {namespace},",
    }
    page = guide("percentage.md", values={"PORT": str(port)}, replaced=words, hooks={"2.": pods})
    counted = []
    for heading, commands, output in page.steps():
        if "signpost run" in commands:
            known(page, IN_NACOS)
        elif commands == "count\n":
            percent = PERCENT.get(heading[:2], 100 if "4." in counted else 50)
            counted.append(heading[:2])
            draws_fit(output, percent, figure)
    assert counted == ["1.", "2.", "3.", "4.", "4.", "5.", "6."]


# From CoreDNS ---------------------------------------------------------------------------------------------------------------


def corefile(path, port, kubeconfig):
    """Of the kind that kubeadm writes, for a CoreDNS outside of its cluster; `log` so that it tells what it is asked."""
    path.write_text(
        f".:{port} {{\n    bind 127.0.0.1\n    errors\n    log\n"
        "    kubernetes cluster.local in-addr.arpa ip6.arpa {\n"
        f"        kubeconfig {kubeconfig} x\n        pods insecure\n        fallthrough in-addr.arpa ip6.arpa\n        ttl 30\n    }}\n"
        "    cache 1\n    loop\n    reload 2s 1s\n    loadbalance\n}\n"
    )


MISSING = [f"missing-{i}" for i in range(12)]  # more than the ten lines that kubectl gives of itself


def kubectl(page, url):
    """The real one, at an API server that has CoreDNS's log."""
    program = page.folder / "bin/kubectl"
    program.write_text(f'#!/bin/sh\nexec {peers.program("helm", "bin/kubectl")} --kubeconfig=/dev/null --cache-dir={page.folder}/cached --server={url} "$@"\n')
    program.chmod(0o755)


def test_from_coredns(cluster, namespace, guide, folder, figure):
    cluster.service(namespace, "web", 80, 8080)
    cluster.service(namespace, "pool", 80, 8080, clusterIP="None")
    for i in range(3):
        cluster.pod(namespace, f"pool-{i}", "pool", f"10.31.0.{i + 1}")
    control_plane.write_kubeconfig(folder / "kubeconfig", cluster.server, cluster.dns_token)
    old, new = ports.free(), ports.free()
    corefile(folder / "Corefile", old, folder / "kubeconfig")
    command = [peers.program("coredns", "bin/coredns"), "-conf", folder / "Corefile"]
    coredns = forwarders.Forwarder(command, folder / "coredns-out.log", old, "cluster.local")
    client, said = coredns.client(), []
    logs = pod_logs.PodLogs(coredns.process.output)
    try:
        for name in ("web", "pool", "_http._tcp.pool", *MISSING):
            client.ask(f"{name}.{namespace}.svc.cluster.local", "SRV" if name[0] == "_" else "A")
        client.ask("www.example.org", "A")  # which it does not forward here
        client.wait_for({"10.31.0.1", "10.31.0.2", "10.31.0.3"}, f"pool.{namespace}.svc.cluster.local")
        words = {":53": f":{old}", "10.96.0.53": f"127.0.0.1:{new}", "    errors\n": "    errors\n    bind 127.0.0.1\n"}
        page = guide("coredns.md", values={"OLD": f"127.0.0.1:{old}", "NEW": f"127.0.0.1:{new}"}, replaced=words)
        kubectl(page, logs.url)
        for heading, commands, output in page.steps():
            if "deploy/migration/compare" in commands:
                said.append((heading[:2], output))
            if "Corefile.after" in commands:
                switched_to = (folder / "Corefile.after").read_text()
    finally:
        logs.stop()
        client.close()
        coredns.stop()
    assert [heading for heading, _ in said] == ["3.", "3.", "3.", "4.", "5."]
    for heading, output in said:
        figure(f"coredns.md, step {heading}", output.strip().splitlines()[-1] if heading == "4." else re.findall(r".*alike.*", output)[0])
    everything, logged, ours, switched, back = (output for _, output in said)
    assert " 0 differ\n" in everything and "weights of SRV" in everything and "old  REFUSED" not in everything
    assert all(f"{name}." in (folder / "coredns.log").read_text() for name in MISSING), "all of the log"
    assert re.match(r"[1-9]\d+\n", logged) and "www.example.org. A" in logged, "what only CoreDNS is asked is in its log"
    assert " 0 differ\n" in ours
    assert " 0 differ\n" in back and "weights of SRV" in back, "CoreDNS answers by itself again"
    assert switched_to.startswith((folder / "Corefile.stub").read_text()) and "loadbalance" in switched_to and "kubernetes" not in switched_to
    found = re.search(r"(\d+) questions: (\d+) alike, 0 differ as known, 0 differ", switched)
    assert found and found[1] == found[2] != "0", switched


# From nacos-coredns-plugin --------------------------------------------------------------------------------------------------


class Plugin(threading.Thread):
    """What is known of nacos-coredns-plugin's answers, in a few lines (the plugin itself does not build any more): the whole
    name is the service, one instance a reply in turn, TTL 1, whatever the type an A record, NOERROR for what is not there."""

    def __init__(self, nacos_server):
        super().__init__(daemon=True)
        self._nacos, self._turn = nacos_server, 0
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind(("127.0.0.1", 0))
        self.where = "127.0.0.1:{}".format(self._line.getsockname()[1])

    def run(self):
        while True:
            octets, client = self._line.recvfrom(4096)
            if not octets:
                return self._line.close()
            query = dns.message.from_wire(octets)
            reply, name = dns.message.make_response(query), query.question[0].name
            reply.flags |= dns.flags.AA | dns.flags.RA
            hosts = sorted(ip for ip, _ in self._nacos.hosts(str(name).rstrip(".")))
            if hosts:
                self._turn += 1
                reply.answer.append(dns.rrset.from_text(name, 1, "IN", "A", hosts[self._turn % len(hosts)]))
            self._line.sendto(reply.to_wire(), client)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.sendto(b"", self._line.getsockname())
        self.join(10)


def test_from_nacos_coredns_plugin(registry, guide, figure):
    for service, addresses in {"stock": ("10.32.0.1", "10.32.0.2"), "till.shop.internal": ("10.32.1.1", "10.32.1.2")}.items():
        for address in addresses:
            registry.register(service, address, 8080)
    old, port = Plugin(registry), ports.free()
    old.start()
    try:
        words = {"0.0.0.0:53": f"127.0.0.1:{port}", "unix:/run/signpost/admin.sock": "unix:admin.sock",
                 "nacos-0.nacos:8848": registry.address}  # fmt: skip
        page = guide("nacos-coredns-plugin.md", values={"OLD": old.where, "NEW": f"127.0.0.1:{port}"}, replaced=words)
        said = []
        for _, commands, output in page.steps():
            if "compare" in commands:
                said.append(output)
            if "signpost dump" in commands and "sed" in commands:
                made = (page.folder / "conf.d/shop.yaml").read_text()
                assert "{name: till, members: [{registry: nacos, service: till.shop.internal}]}" in made, made
    finally:
        old.stop()
    for output in said:
        figure("nacos-coredns-plugin.md", output.strip().splitlines()[-1])
    bare, dotted = said
    assert re.search(r"^[1-9]\d* questions: .* 0 differ as known, 0 differ$", bare, re.M), bare
    assert re.search(r"^1 questions: 1 alike", dotted, re.M), dotted
