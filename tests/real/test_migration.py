"""A service moves from Nacos to Kubernetes under its callers' feet, told in the order in which a team would do it."""
from conftest import size
from test_kubernetes import kubernetes
from test_nacos import registry

from harness import explained, nacos, stats, waiting
from harness.load import Load
from harness.signpost import Signpost

NAME, WHOLE = "cart.shop.internal", "cart.whole.internal"  # callers ask the first; the second shows everybody
POD_A, POD_B, POD_C = "10.30.0.1", "10.30.0.2", "10.30.0.3"
MACHINE = "10.40.0.1"  # an old virtual machine, which will never be a Pod
IN_NACOS, IN_KUBERNETES = (POD_A, POD_B, MACHINE), (POD_A, POD_B, POD_C)


def zones(namespace, percent):
    """The same service in two zones: Kubernetes' part of the answers is `percent`, Nacos' the rest."""
    members = [
        {"registry": "cluster", "namespace": namespace, "service": "cart", "weight": percent},
        {"registry": "nacos", "group": "DEFAULT_GROUP", "service": "cart", "weight": 100 - percent},
    ]
    cart = {"name": "cart", "combine": "share", "members": members}
    return [
        {"name": "shop.internal", "ttl": 1, "services": [{**cart, "answer": "sample 1"}]},
        {"name": "whole.internal", "services": [{**cart, "answer": "order"}]},
        {"name": "cluster.local", "registry": "cluster"},
    ]


def expected(percent):
    """{address: percent of the answers}; who is in both registries has a part of both parts."""
    found = dict.fromkeys((*IN_KUBERNETES, MACHINE), 0.0)
    for addresses, part in ((IN_KUBERNETES, percent), (IN_NACOS, 100 - percent)):
        for address in addresses:
            found[address] += part / len(addresses)
    return {address: share for address, share in found.items() if share}


def agrees(signpost, percent):
    """The SRV weights of the whole set say these shares; rounding to whole weights costs less than a hundredth."""
    seen, wanted = explained.srv_shares(signpost, WHOLE), expected(percent)
    return set(seen) == set(wanted) and all(abs(seen[one] - wanted[one]) < 0.1 for one in wanted)


def shares_at_the_client(signpost, percent, figure):
    """What callers get now, counted; the whole set names no address twice; explain says the same."""
    draws = size("MIGRATION_DRAWS", 10000)
    answers = signpost.client.many(NAME, "A", draws)
    counts = {address: 0 for address in expected(percent)}
    for answer in answers:
        (address,) = answer.texts("A")
        counts[address] += 1
    fit = stats.fit(list(counts.values()), [share / 100 for share in expected(percent).values()])
    figure(f"migration, {percent} % Kubernetes, {draws} answers", f"{counts}, p={fit:.3g}")
    assert fit > 1e-6, counts
    for answer in signpost.client.many(WHOLE, "A", 100):
        assert sorted(answer.texts("A")) == sorted(expected(percent)), "everybody once"
    targets = [text.split()[2:] for text in signpost.client.ask(WHOLE, "SRV").texts("SRV")]
    assert len({tuple(target) for target in targets}) == len(targets) == len(expected(percent))
    assert not explained.disagreements(signpost, NAME, "sample 1", draws)


def test_migration_without_touching_the_callers(cluster, namespace, folder, figure):
    server = nacos.Nacos(folder)
    server.start()
    signpost = None
    try:
        # A service in Nacos only. The configuration already names what does not exist yet.
        for address in IN_NACOS:
            server.register("cart", address, 8080)
        (folder / "s").mkdir()
        registries = {"cluster": kubernetes(cluster), "nacos": registry(server, folder)}
        signpost = Signpost(folder / "s", registries, zones(namespace, 0), log={"level": "info"}).wait_ready()
        signpost.client.wait_for(set(IN_NACOS), WHOLE)
        lookups = size("MIGRATION_LOOKUPS", 10000)
        allowed = [[address] for address in dict.fromkeys((*IN_NACOS, *IN_KUBERNETES))]
        callers = Load(signpost.address, 1500 if lookups <= 10000 else 4000, [(NAME, "A", allowed)], least=lookups)
        try:
            shares_at_the_client(signpost, 0, figure)

            # The same Pods appear in Kubernetes, and one more. No caller goes there yet.
            cluster.service(namespace, "cart", 80, 8080, clusterIP="None")
            for i, address in enumerate(IN_KUBERNETES):
                cluster.pod(namespace, f"cart-{i}", "cart", address)
            signpost.client.wait_for(set(IN_KUBERNETES), f"cart.{namespace}.svc.cluster.local")
            shares_at_the_client(signpost, 0, figure)

            # Step by step, by a reload each.
            for percent in (10, 50, 100):
                signpost.write_config(zones(namespace, percent))
                signpost.reload()
                waiting.until(lambda percent=percent: agrees(signpost, percent), 10, f"{percent} % are published")
                shares_at_the_client(signpost, percent, figure)

            # Nacos is switched off. Nobody notices.
            server.stop()
            waiting.until(lambda: "registry.lost registry=nacos" in signpost.process.output(), 20, "Nacos is missed")
            shares_at_the_client(signpost, 100, figure)
        finally:
            report = callers.stop()
        figure("look-ups during the migration", {key: report[key] for key in ("sent", "answered", "lost", "wrong")})
        assert report["lost"] == report["wrong"] == 0, report["shown"]
        assert report["answered"] == report["sent"] >= lookups
    finally:
        if signpost:
            signpost.stop()
        server.stop()
