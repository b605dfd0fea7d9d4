"""Signpost and CoreDNS over the same control plane: the same questions, and whole responses compared as sets, section by
section, with their TTLs. What differs belongs to a class of comparison/classes.py, with its reason, or fails."""
import random

import pytest
from comparison import compare, questions
from comparison.classes import CLASSES
from comparison.world import World
from conftest import size
from test_kubernetes import ZONE, kubernetes

from harness import bulk, forwarders, kube, waiting
from harness.sections import Asker
from harness.signpost import Signpost

REVERSE = ("in-addr.arpa", "ip6.arpa")


class Pair:
    """Both servers on one world; `case` asks both."""

    def __init__(self, folder, cluster, world):
        self.world = world
        # Where a Pod has several names CoreDNS gives all of them; its negative answers live as long as its others; it has
        # no TXT records of services.
        both = {"registry": "cluster", "ttl": 5, "negative_ttl": 5}
        zones = [{"name": ZONE, **both, "txt": "off"}, *({"name": name, **both, "ptr": "all"} for name in REVERSE)]
        self.signpost = Signpost(folder, {"cluster": kubernetes(cluster)}, zones).wait_ready()
        self.coredns = forwarders.coredns_kubernetes(folder, [ZONE, *REVERSE], cluster, kube.ADMIN, ["zonal"])
        self._ours, self._theirs = Asker(self.signpost.address), Asker(("127.0.0.1", self.coredns.port))

    def case(self, name, kind):
        ours, theirs = (compare.plain(asker.ask(name, kind)) for asker in (self._ours, self._theirs))
        whole = compare.plain(self._ours.ask(name, kind, tcp=True)) if ours.additional != theirs.additional else None
        return compare.Case(name, kind, ours, theirs, self.world, whole)

    def stop(self):
        for part in (self._ours, self._theirs):
            part.close()
        self.coredns.stop()
        self.signpost.stop()


@pytest.fixture(scope="module")
def pair(run_folder):
    """A control plane of their own, so that nothing but the world is in it."""
    folder = run_folder / "comparison"
    folder.mkdir()
    world = World(size("SEED", 0), size("COMPARED_SERVICES", 500), ["shop-0", "shop-1", "shop-2"], ZONE)
    cluster = kube.Cluster(folder, manager=False)
    both = None
    try:
        for namespace in world.namespaces:
            cluster.namespace(namespace)
        items = list(world.items())
        services = [item for item in items if item[0].endswith("/services")]
        bulk.create(cluster.server, services)
        bulk.create(cluster.server, items[len(services) :])
        world.learn(cluster.api.get("/api/v1/services")["items"])
        both = Pair(folder, cluster, world)
        yield both
    finally:
        if both:
            both.stop()
        cluster.stop()


def test_comparison_with_coredns(pair, figure):
    asked = questions.questions(pair.world, size("COMPARED_THOROUGHLY", 0))
    tally = compare.Tally(CLASSES)
    for name, kind in asked:
        tally.add(pair.case(name, kind))
    # Both follow the apiserver on their own, so they are given a moment to have seen the last write.
    left = tally.left

    def still_different():
        again = compare.Tally(CLASSES)
        for case in left:
            again.add(pair.case(case.name, case.kind))
        tally.left = again.left
        return not again.left

    try:
        waiting.until(still_different, 5, "no difference", pause=0.5)
    except AssertionError:
        shown = random.Random(1).sample(tally.left, min(30, len(tally.left)))
        pytest.fail(f"{len(tally.left)} differences without a class:\n" + "\n".join(map(str, shown)), pytrace=False)
    finally:
        services = len(pair.world.all())
        figure("services compared with CoreDNS", f"{services}, {tally.asked} questions, {tally.equal} equal answers")
        figure("differences by class", dict(tally.counts.most_common()))


@pytest.mark.parametrize("entry", CLASSES, ids=[entry.name for entry in CLASSES])
def test_pinned_question_shows_its_class(pair, entry):
    case = pair.case(*entry.pin.split())
    found = compare.Tally(CLASSES)
    found.add(case)
    assert found.counts[entry.name] == 1 and not found.left, str(case)
    assert len(entry.reason.split()) > 12, "a reason that one can read"
