"""The shares that `signpost explain` prints, beside 20,000 answers, for every mode."""
import json

import pytest
from conftest import size

from harness import explained
from harness.signpost import Signpost

MODES = ("order", "all", "sample 1", "sample 2", "sample 3")
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
    running = Signpost(folder, {"local": {"type": "file", "path": str(file), "required": True}}, zones, log={"level": "info"})
    yield running.wait_ready()
    running.stop()


@pytest.mark.parametrize("mode", MODES)
def test_explained_shares_are_those_of_answers(signpost, figure, mode):
    """Everybody with a share, and nobody else, is in the answers as often as it says: in the first place of an order,
    among the k of a sample; SRV weights of whole sets are the shares themselves."""
    draws = size("EXPLAINED_DRAWS", 20000)
    wrong = []
    for service in SERVICES:
        name = f"{service}.{zone_of(mode)}"
        wrong += [f"{name}: {what}" for what in explained.disagreements(signpost, name, mode, draws)]
        if not mode.startswith("sample") and service != "families":  # SRV has both families
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
