"""The shares that reach clients who ask directly, counted; test_shares.py has those behind forwarders."""
import collections
import json

import pytest
from conftest import size

from harness import stats
from harness.signpost import Signpost

ZONE = "demo.internal"
WEIGHTS = (4, 3, 2, 1)
SHARES = [weight / sum(WEIGHTS) for weight in WEIGHTS]
# Each weight 5 % off, up and down in turn: what the same test must refuse.
MUTANT = (4 * 1.05, 3 * 0.95, 2 * 1.05, 1 * 0.95)
ADDRESSES = [f"10.1.0.{i + 1}" for i in range(len(WEIGHTS))]
BOUND = 1e-6


def service(name, weights):
    instances = [{"address": a, "weight": w} for a, w in zip(ADDRESSES, weights, strict=True)]
    return {"name": name, "ports": [{"name": "http", "port": 8080, "protocol": "tcp"}], "instances": instances}


def start(folder, services, answer):
    file = folder / "services.yaml"
    file.write_text(json.dumps({"services": services}))
    zone = {"name": ZONE, "registry": "local", "ttl": 60, "answer": answer}
    return Signpost(folder, {"local": {"type": "file", "path": str(file), "required": True}}, [zone]).wait_ready(60)


def first_counts(client, kind, draws):
    """How often each address came first. SRV targets hold the address in their first label."""
    counts = collections.Counter()
    for answer in client.many(f"cart.{ZONE}", kind, draws):
        text = answer.texts(kind)[0]
        counts[text if kind == "A" else text.split()[3].split(".")[0].replace("-", ".")] += 1
    assert set(counts) <= set(ADDRESSES)
    return [counts[address] for address in ADDRESSES]


@pytest.mark.parametrize("kind", ["A", "SRV"])
@pytest.mark.parametrize("answer", ["order", "sample 1"])
def test_weights_of_direct_answers(folder, figure, answer, kind):
    draws = size("DRAWS", 30000)
    signpost = start(folder, [service("cart", WEIGHTS)], answer)
    try:
        counts = first_counts(signpost.client, kind, draws)
    finally:
        signpost.stop()
    fit = stats.fit(counts, SHARES)
    figure(f"weights of {draws} draws, {answer}, {kind}", f"{counts}, p={fit:.3g}")
    assert fit > BOUND


@pytest.mark.parametrize("kind", ["A", "SRV"])
def test_weights_five_percent_off_are_refused(folder, figure, kind):
    """Three times the draws: then 5 % off is refused with near certainty, where 30,000 would let one in 200 pass."""
    draws = 3 * size("DRAWS", 30000)
    signpost = start(folder, [service("cart", MUTANT)], "order")
    try:
        fit = stats.fit(first_counts(signpost.client, kind, draws), SHARES)
    finally:
        signpost.stop()
    figure(f"weights 5 % off, {draws} draws, {kind}", f"p={fit:.3g}")
    assert fit < BOUND
