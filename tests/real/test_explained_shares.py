"""The shares that `signpost explain` prints, beside 20,000 answers, for every mode."""
import json

import pytest
from conftest import size

from harness import explained
from harness.signpost import Signpost

MODES = ("order", "all", "sample 1", "sample 2", "sample 3", "sticky", "sticky 2")
ADDRESSES = [f"10.1.0.{i + 1}" for i in range(6)]


def instance(i, weight=1, **more):
    return {"address": ADDRESSES[i], "weight": weight, **more}


# Instances that answer, and others that must not: disabled, without weight, down.
SERVICES = {
    "three": [instance(0, 1), instance(1, 2), instance(2, 7)],
    "five": [instance(0, 1), instance(1, 2), instance(2, 2), instance(3, 2), instance(4, 3)],
    "equal": [instance(i) for i in range(4)],
    "fractions": [instance(0, 0.25), instance(1, 0.3), instance(2, 0.45)],
    "some": [instance(0, 3), instance(1, 5), instance(2, 2), instance(3, 9, enabled=False), instance(4, 0), instance(5, 4, healthy=False)],
    "shared": [{**instance(0, 1), "port": 1}, {**instance(0, 2), "port": 2}, {**instance(1, 3), "port": 3}],
    "one": [instance(0, 5)],
    "all-zero": [instance(0, 0), instance(1, 0)],
    "families": [instance(0, 1), {"address": "fd00::1", "weight": 5}, {"address": [ADDRESSES[1], "fd00::2"], "weight": 3}],
}  # fmt: skip


def zone_of(mode):
    return f"{mode.replace(' ', '')}.internal"


@pytest.fixture(scope="module")
def signpost(run_folder):
    folder = run_folder / "explained"
    folder.mkdir()
    file = folder / "services.yaml"
    ports = [{"name": "http", "port": 8080}]
    listed = [{"name": name, "instances": some, **({} if "port" in some[0] else {"ports": ports})} for name, some in SERVICES.items()]
    file.write_text(json.dumps({"services": listed}))
    zones = [{"name": zone_of(mode), "registry": "local", "answer": mode} for mode in MODES]
    registries = {"local": {"type": "file", "path": str(file), "required": True}}
    running = Signpost(folder, registries, zones, log={"level": "info"}, clients={"ecs_from": ["127.0.0.0/8"]})
    yield running.wait_ready()
    running.stop()


@pytest.mark.parametrize("mode", MODES)
def test_explained_shares_are_those_of_answers(signpost, figure, mode):
    """Everybody with a share, and nobody else, is in the answers as often as it says: in the first place of an order,
    among the k of a sample; over many client networks also of `sticky`. SRV weights of whole sets are the shares themselves."""
    draws = size("EXPLAINED_DRAWS", 20000)
    wrong = []
    for service in SERVICES:
        name = f"{service}.{zone_of(mode)}"
        wrong += [f"{name}: {what}" for what in explained.disagreements(signpost, name, mode, draws)]
        if mode in ("order", "all") and service != "families":  # SRV has both families
            told, published = explained.shares(signpost, name), explained.srv_shares(signpost, name)
            wrong += [f"{name}: {told} but SRV {published}" for one in told if abs(told[one] - published.get(one, 0)) > 0.02]
    figure(f"explained shares of {len(SERVICES)} services, {mode}", f"{draws} answers each agree" if not wrong else str(wrong))
    assert not wrong


def test_a_family_is_explained_by_itself(signpost):
    """1 : 3 for A, 5 : 3 for AAAA, all three for SRV; who lacks the family says so."""
    name = f"families.{zone_of('order')}"
    assert explained.shares(signpost, name, "A") == {ADDRESSES[0]: 25, "fd00::1": 0, ADDRESSES[1]: 75}
    assert explained.shares(signpost, name, "AAAA") == {ADDRESSES[0]: 0, "fd00::1": 62.5, ADDRESSES[1]: 37.5}
    assert sum(explained.shares(signpost, name, "SRV").values()) == pytest.approx(100, abs=0.02)
    assert signpost.command("explain", name, "A")[1].count("it has no IPv4 address") == 1


def test_a_sample_that_shrank_is_explained(signpost):
    """7 of 10 cannot be in each of two records twice; 3 of 10 are in each of three at most once. Fewer instances than
    records are no shrinking."""
    def told(service, mode):
        return signpost.command("explain", f"{service}.{zone_of(mode)}", "A")[1]

    for mode in ("sample 2", "sample 3"):
        assert f"`{mode}` answers 1: the largest share is 70.00 %" in told("three", mode)
    assert "`sample 3` answers 2: the largest share is 50.00 %" in told("some", "sample 3")
    for service, mode in (("five", "sample 3"), ("one", "sample 3"), ("three", "sample 1"), ("three", "order")):
        assert "the largest share" not in told(service, mode)


def test_disagreement_is_seen(signpost):
    """The judge can say no: stable order taken for a draw, a sample of two taken for one of three."""
    assert explained.disagreements(signpost, f"three.{zone_of('all')}", "order", 500)
    assert explained.disagreements(signpost, f"five.{zone_of('sample 2')}", "sample 3", 500)


# Two registries that know some of the same instances, each with its own weights, versions and metadata.
EAST = [instance(0, 1, version="v1"), instance(1, 3, version="v2", metadata={"lane": "blue"})]
WEST = [instance(1, 2, version="v2"), instance(2, 2, version="v2", metadata={"lane": "blue"}), instance(3, 6, version="v1")]


def members(*weights):
    some = [{"registry": name, "service": "cart"} for name in ("east", "west")]
    return [{**member, "weight": weight} for member, weight in zip(some, weights, strict=True)] if weights else some


COMPOSED = {
    "union": {"combine": "union", "members": members()},
    "prefer": {"combine": "prefer", "members": members()},
    "only": {"combine": "only", "members": members()},
    "share": {"combine": "share", "members": members(10, 90)},
    "nothing": {"combine": "share", "members": members(0, 1)},
    "selected": {"combine": "share", "members": [{**member, "select": {"version": "v2"}} for member in members(1, 3)]},
    "versions": {"combine": "union", "members": members(), "groups": {"key": "version", "weights": {"v1": 90, "v2": 10}}},
    "lanes": {"combine": "union", "members": members(), "groups": {"key": "lane", "weights": {"blue": 1}}},
    "registries": {"combine": "union", "members": members(), "groups": {"key": "registry", "weights": {"east": 1, "west": 4}}},
}


@pytest.fixture(scope="module")
def composed(run_folder):
    folder = run_folder / "composed"
    folder.mkdir()
    registries = {}
    for name, some in (("east", EAST), ("west", WEST)):
        file = folder / f"{name}.yaml"
        file.write_text(json.dumps({"services": [{"name": "cart", "ports": [{"name": "http", "port": 8080}], "instances": some}]}))
        registries[name] = {"type": "file", "path": str(file), "required": True}
    zones = [
        {"name": zone_of(mode), "answer": mode, "services": [{"name": name, **service} for name, service in COMPOSED.items()]}
        for mode in ("order", "sample 1", "sample 2")
    ]
    running = Signpost(folder, registries, zones, log={"level": "info"})
    yield running.wait_ready()
    running.stop()


@pytest.mark.parametrize("mode", ["order", "sample 1", "sample 2"])
def test_explained_shares_of_composed_and_grouped_services(composed, figure, mode):
    """The same of names over two registries, by member, by version, by registry and by a metadata key."""
    draws = size("EXPLAINED_DRAWS", 20000)
    wrong = []
    for service in COMPOSED:
        name = f"{service}.{zone_of(mode)}"
        wrong += [f"{name}: {what}" for what in explained.disagreements(composed, name, mode, draws)]
        if mode == "order":
            told, published = explained.shares(composed, name), explained.srv_shares(composed, name)
            wrong += [f"{name}: {told} but SRV {published}" for one in told if abs(told[one] - published.get(one, 0)) > 0.02]
    figure(f"explained shares of {len(COMPOSED)} composed services, {mode}", f"{draws} answers each agree" if not wrong else str(wrong))
    assert not wrong


def test_shares_of_composed_services(composed):
    """The arithmetic by hand: what each address must have, in percent."""
    def told(service):
        return {one: share for one, share in explained.shares(composed, f"{service}.{zone_of('order')}").items() if share}

    first, second, third, fourth = ADDRESSES[:4]
    assert told("share") == pytest.approx({first: 2.5, second: 7.5 + 18, third: 18, fourth: 54}, abs=0.02)
    assert told("nothing") == pytest.approx({second: 20, third: 20, fourth: 60}, abs=0.02)
    assert told("selected") == pytest.approx({second: 25 + 37.5, third: 37.5}, abs=0.02)
    assert set(told("prefer")) == set(told("only")) == {first, second}
    versions = told("versions")
    assert versions[first] + versions[fourth] == pytest.approx(90, abs=0.05)
