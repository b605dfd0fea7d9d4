"""Weights that survive forwarders: each forwarder between a client and Signpost, its cache on, and what share of the
picks each instance gets. The campaign `shares` measures every mode; the page that it writes is zones/answer/SHARES.md."""
import collections
import os
import shutil
import subprocess
import sys

import pytest
from conftest import size

from harness import network, peers, resolvers, shares, shares_page, stats

BOUND = 1e-6  # a right count is refused about once in a million
SAMPLE, ORDER = (shares.Zone(mode, "three", 60) for mode in ("sample 1", "order"))
REAL = peers.REPOSITORY / "tests/real"


@pytest.fixture(scope="module")
def draws():
    return size("FORWARDED_NAMES", 1500)


@pytest.fixture(scope="module")
def signpost(run_folder, draws):
    folder = run_folder / "shares"
    folder.mkdir()
    running = shares.start(folder, [SAMPLE, ORDER], draws)
    yield running
    running.stop()


@pytest.mark.parametrize("name", resolvers.MAKERS)
def test_shares_of_samples_survive_a_forwarder(folder, figure, signpost, draws, name):
    """One draw each of many names with equal weights: a cache keeps a draw for the whole TTL, so its shares show over
    names, not over time. Every name is answered. The same counts refuse `order` to who takes any address."""
    forwarder = resolvers.MAKERS[name](folder, shares.APEX, signpost.address)
    try:
        found, ordered = (shares.measure(("127.0.0.1", forwarder.port), zone, draws) for zone in (SAMPLE, ORDER))
    finally:
        forwarder.stop()
    fits = {client: stats.fit(counts, SAMPLE.shares) for client, counts in found.items()}
    figure(f"sample 1 of {draws} names through {name}", f"{found}, p={min(fits.values()):.3g}")
    assert all(sum(counts) == draws for counts in found.values())
    assert min(fits.values()) > BOUND, fits
    assert stats.fit(ordered["uniform"], ORDER.shares) < BOUND < stats.fit(ordered["weighted"], ORDER.shares), ordered


@pytest.fixture(scope="module")
def behind_unbound(run_folder, draws):
    """A network in which Unbound on port 53 forwards to Signpost: what starts a program there."""
    folder = run_folder / "behind"
    folder.mkdir()
    inside = network.Resolving(folder)
    signpost = shares.start(folder, [SAMPLE, ORDER], len(CLIENTS) * draws, prefix=inside.prefix)
    forwarder = resolvers.unbound(folder, shares.APEX, signpost.address, 53, inside.prefix)
    yield inside.prefix
    for running in (forwarder, signpost, inside):
        running.stop()


def go(*words):
    return [peers.program("clients", "bin/resolve"), *words]


def java():
    if not shutil.which("java"):
        peers.missing("java")
    return ["java", "-Xmx128m", "-cp", peers.program("clients", "classes"), "Resolve"]


def glibc():
    return [sys.executable, REAL / "python/resolve.py"]


# (what gives its command, the zone that it asks)
CLIENTS = {
    "getaddrinfo": (glibc, SAMPLE),
    "Java": (java, SAMPLE),
    "Go": (go, SAMPLE),
    "Go, SRV": (lambda: go("SRV"), SAMPLE),
    "Go, SRV of order": (lambda: go("SRV"), ORDER),
}


@pytest.mark.parametrize("client", CLIENTS)
def test_shares_reach_applications(behind_unbound, figure, until, draws, client):
    """What a program gets that knows names only: through its own resolver, through a forwarder that reshuffles. Each
    client has names of its own, since the cache keeps the draws of the others."""
    make, zone = CLIENTS[client]
    command = [str(word) for word in (*behind_unbound, *make())]
    names = shares.names(zone, draws, start=list(CLIENTS).index(client) * draws)

    def resolved(some):
        done = subprocess.run(command, input="\n".join(some) + "\n", capture_output=True, text=True, timeout=120, check=False)
        return done.stdout.split() if done.returncode == 0 else None

    until(lambda: resolved(names[:1]), 15, "the client resolves")
    counts = collections.Counter(resolved(names))
    seen = [counts[address] for address in shares.addresses(zone.weights)]
    fit = stats.fit(seen, zone.shares)
    figure(f"{zone.mode}, {draws} names, {client} behind Unbound", f"{seen}, p={fit:.3g}")
    assert sum(seen) == draws == sum(counts.values()) and fit > BOUND


ZONES = [shares.Zone(mode, weights, ttl) for mode in shares.MODES for weights in shares.SETS for ttl in (60, 0)]


@pytest.mark.campaign("SHARES")
def test_page_of_shares_is_measured(folder, figure):
    """Every forwarder, mode, set of weights and TTL; writes zones/answer/SHARES.md. What its prose says must hold.
    SIGNPOST_SHARES_MODES=all,sticky measures those modes anew and leaves the others as they stand;
    SIGNPOST_SHARES_FORWARDERS=dnsdist that forwarder."""
    count = size("SHARES", 0)
    modes = os.environ.get("SIGNPOST_SHARES_MODES", ",".join(shares.MODES)).split(",")
    forwarders = os.environ.get("SIGNPOST_SHARES_FORWARDERS", ",".join(shares_page.FORWARDERS)).split(",")
    zones = [zone for zone in ZONES if zone.mode in modes]
    all_of_it = len(modes) == len(shares.MODES) and len(forwarders) == len(shares_page.FORWARDERS)
    found = {} if all_of_it else shares_page.read(shares_page.measured())
    signpost = shares.start(folder, zones, count)
    try:
        for name in forwarders:
            forwarder = resolvers.MAKERS[name](folder, shares.APEX, signpost.address) if name in resolvers.MAKERS else None
            address = ("127.0.0.1", forwarder.port) if forwarder else signpost.address
            try:
                for i, zone in enumerate(zones):
                    for client, counts in shares.measure(address, zone, count, seed=i).items():
                        found[zone.weights, name, zone.mode, client, zone.ttl] = shares_page.percents(counts)
            finally:
                if forwarder:
                    forwarder.stop()
    finally:
        signpost.stop()
    shares_page.write(found)
    worst = max(shares_page.off(seen, key[0]) for key, seen in found.items() if key[2].startswith("sample"))
    figure(f"samples behind {len(resolvers.MAKERS)} forwarders, {count} draws each", f"at most {worst:.2f} points off")
    assert not shares_page.wrong(found)


def test_page_of_shares_is_current():
    """Its rows are the forwarders and modes that the campaign knows, its figures agree with its prose."""
    found = shares_page.read(shares_page.measured())
    expected = [(weights, forwarder, mode, *column) for weights in shares.SETS for forwarder in shares_page.FORWARDERS
                for mode in shares.MODES for column in shares_page.COLUMNS]  # fmt: skip
    assert list(found) == expected, "tests/run --campaign shares writes it anew"
    assert not shares_page.wrong(found)
