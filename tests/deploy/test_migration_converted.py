"""A Corefile run by CoreDNS and what from-corefile makes of it run by Signpost, over the same objects of a real apiserver:
for every option of the plugin the same questions, asked by `compare`, as somebody would who moves."""
import contextlib
import os
import subprocess
import sys

import pytest
from comparison.world import World
from options_cases import CASES, ZONE, make_world

from harness import bulk, control_plane, forwarders, kube, peers, ports
from harness.process import Process
from harness.signpost import Signpost, binary

# `zonal` has no way to be off here: names that CoreDNS has not are no loss.
OPTIONS = [name for name in CASES if name != "zonal off"]
HOSTS = "    hosts {\n        192.0.2.9 db.shop.svc.cluster.local\n        ttl 5\n        fallthrough\n    }\n"


@pytest.fixture(scope="module")
def world(run_folder):
    folder = run_folder / "converted"
    folder.mkdir()
    running = kube.Cluster(folder, ("cluster.yaml", "cluster-pods.yaml", "cluster-nodes.yaml", "cluster-imports.yaml"), manager=False)
    make_world(running)
    yield running
    running.stop()


def corefile(case, port, kubeconfig):
    apexes = [ZONE] if case.plugins or case.apex == ZONE else [ZONE, case.apex]
    lines = "".join(f"        {line}\n" for line in (f"kubeconfig {kubeconfig} x", *case.coredns))
    more = "".join(f"    {line}\n" for line in case.plugins)
    return f".:{port} {{\n    bind 127.0.0.1\n    errors\n    loadbalance\n{HOSTS}    kubernetes {' '.join(apexes)} in-addr.arpa {{\n{lines}    }}\n{more}}}\n"


def tool(name, *words, **more):
    done = subprocess.run([sys.executable, peers.REPOSITORY / "deploy/migration" / name, *words], capture_output=True, text=True, timeout=60, check=False, **more)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("name", OPTIONS)
def test_option(world, folder, name, figure):
    case, old, new = CASES[name], ports.free(), f"127.0.0.1:{ports.free()}"
    control_plane.write_kubeconfig(folder / "kubeconfig", world.server, world.dns_token)
    (folder / "Corefile").write_text(corefile(case, old, folder / "kubeconfig"))
    code, text, said = tool("from-corefile", "--trial", new, folder / "Corefile")
    assert code == 0, said
    (folder / "signpost.yaml").write_text(text)
    with contextlib.ExitStack() as stack:
        command = [peers.program("coredns", "bin/coredns"), "-conf", folder / "Corefile"]
        coredns = forwarders.Forwarder(command, folder / "coredns.log", old, ZONE)
        stack.callback(coredns.stop)
        signpost = Process([binary(), "run", "--config", folder / "signpost.yaml"], folder / "signpost.log")
        stack.callback(signpost.stop)
        status = [binary(), "status", "--config", folder / "signpost.yaml"]
        signpost.wait_ready(lambda: " live " in subprocess.run(status, capture_output=True, text=True, check=False).stdout, 20, "the cluster is listed")
        asked = "".join(f"{row[0]}\n" for row in case.rows) + "db.shop.svc.cluster.local A\n4.0.1.10.in-addr.arpa PTR\n1.0.1.10.in-addr.arpa PTR\n"
        # TTLs too: the option of CoreDNS is the zone's here, and that of `hosts` is the record's.
        words = ["--ttl", "--patience", "10", f"127.0.0.1:{old}", new]
        code, out, said = tool("compare", *words, input=asked)
        figure(f"converted, {name}", out.strip().splitlines()[0] if code == 0 else "differs")
        assert code == 0, text + out + said
        assert " 0 alike" not in out


def test_the_account_is_the_one_of_deploy_rbac(world):
    """What the trial needs is what deploy/rbac gives: no administrator."""
    assert os.fspath(world.dns_token_file) and not world.dns_may("/api/v1/secrets?limit=1")


@pytest.mark.campaign("DEPLOY_LONG")
def test_random_services_have_known_differences_alone(folder, figure):
    """What somebody who moves sees of 500 services as odd as tests/real/comparison draws them: nothing that is not explained."""
    seed, reverse = int(os.environ.get("SIGNPOST_SEED", 0)), ("in-addr.arpa", "ip6.arpa")
    drawn = World(seed, 500, ["shop-0", "shop-1", "shop-2"], ZONE)
    with contextlib.ExitStack() as stack:
        odd = kube.Cluster(folder, manager=False)
        stack.callback(odd.stop)
        for namespace in drawn.namespaces:
            odd.namespace(namespace)
        items = list(drawn.items())
        for wanted in (True, False):  # services first
            bulk.create(odd.server, [item for item in items if item[0].endswith("/services") is wanted])
        registry = {"type": "kubernetes", "required": True, "url": odd.server.url, "token_file": str(odd.dns_token_file), "ca_file": str(odd.ca_file)}
        zones = [{"name": ZONE, "registry": "cluster"}, *({"name": name, "reverse_of": [ZONE], "ptr": "all"} for name in reverse)]
        signpost = Signpost(folder, {"cluster": registry}, zones).wait_ready()
        stack.callback(signpost.stop)
        coredns = forwarders.coredns_kubernetes(folder, [ZONE, *reverse], odd, kube.ADMIN)
        stack.callback(coredns.stop)
        names = "".join(signpost.command("dump", name)[1] for name in (ZONE, *reverse))
        code, out, said = tool("compare", f"127.0.0.1:{coredns.port}", "127.0.0.1:{}".format(signpost.address[1]), input=names)
        figure(f"compare, 500 random services of seed {seed}", out.strip().splitlines()[-4:] if code == 0 else "differs")
        assert code == 0, out[-5000:] + said
