"""deploy/recipes as their first lines say how to change them: Signpost on another port, and two of them."""
import contextlib
import re

import pytest

from recipes import products
from recipes.mistakes import shows
from recipes.place import SECOND, SIGNPOST
from recipes.running import Running, queries_to

FORWARDERS = [name for name in products.MAKERS if not name.startswith("delegation")]  # a delegation has no ports
TWICE = {"dnsmasq.conf", "unbound.conf", "dnsdist.conf"}  # whose lines are written once for each server
PORT = 1053


def _lines(text):
    """The lines that name Signpost; comments do not count."""
    return [line for line in text.splitlines() if SIGNPOST in line and not re.match(r"(#|//|--)", line) and "throttle" not in line]


def told(text, what):
    """How the file's first lines say to write it."""
    comment = " ".join(re.sub(r"^(#|//|--) ?", "", line) for line in text.splitlines()[:4])
    return re.search(rf"{what}: (.*?)(?:; two of them|\.(?: |$))", comment)[1]


def on_another_port(name, text):
    """Where the file has a port already, as dnsdist's has, it is part of what is replaced."""
    if not _lines(text):
        return text
    right = told(text, "another port than 53")
    quote = '"' if right.startswith('"') else ""
    return _replaced(text, lambda line: re.sub(rf"{quote}{SIGNPOST}(:53)?{quote}", right, line))


def with_two(name, text):
    if not _lines(text):
        return text
    text = "".join(line for line in text.splitlines(True) if not line.startswith("dont-throttle-netmasks"))  # as it says there
    if name in TWICE:
        assert "twice" in told(text, "two of them")
        return _replaced(text, lambda line: f"{line}\n{line.replace(SIGNPOST, SECOND)}")
    right = told(text, "two of them")
    quote = next(quote for quote in ('"', "'", "") if not quote or quote in right)
    return _replaced(text, lambda line: line.replace(f"{quote}{SIGNPOST}{quote}", right))


def _replaced(text, change):
    wanted = _lines(text)
    return "".join(f"{change(line) if line in wanted else line}\n" for line in text.splitlines())


def _makers(change):
    return {name: lambda name=name: products.changed(products.MAKERS[name], change) for name in FORWARDERS}


@pytest.fixture(scope="module")
def elsewhere(run_folder):
    made = Running(run_folder / "ports", _makers(on_another_port), port=PORT)
    yield made.sides
    made.stop()


@pytest.mark.parametrize("name", FORWARDERS)
def test_signpost_on_another_port(elsewhere, name):
    side = elsewhere[name]
    assert side.ask("moving").texts("A") == ["10.1.0.11"]
    assert side.client.ask("1.0.1.10.in-addr.arpa", "PTR", recursion=True).texts("PTR") == ["10-1-0-1.cart.shop.internal."]


def patient(side, name):
    """Seconds until an answer: a client as glibc is, which sends the same octets again after 5 s and gives up after 10."""
    answer, seconds = side.insist(f"{name}.shop.internal", "SRV", 5, 10)
    return seconds if answer and answer[1] else None


@pytest.fixture(scope="module")
def waits(run_folder):
    """(how often systemd-resolved asked each of two Signposts, {name: seconds of each of 20 look-ups in turn, from the
    moment when one of two falls silent, as a process that hangs or a machine that is gone})."""
    made = Running(run_folder / "two", _makers(with_two), second=True)
    try:
        with made.sides["resolved"].place.overheard() as packets:
            known = made.each(lambda side: [patient(side, f"_port-{i}._tcp.wide") for i in range(10)])
        asked = {server: len(list(queries_to(server, packets))) for server in (SIGNPOST, SECOND)}
        assert not [name for name, seconds in known.items() if None in seconds], known
        with contextlib.ExitStack() as silence:
            for side in made.sides.values():
                silence.enter_context(side.silenced())
            return asked, made.each(lambda side: [patient(side, f"_port-{i}._tcp.wide") for i in range(10, 30)])
    finally:
        made.stop()


@pytest.mark.parametrize("name", FORWARDERS)
def test_one_of_two_falls_silent(waits, figure, name):
    """Which of the two is asked is drawn or learnt, so the figures differ from run to run; no look-up fails."""
    seconds = waits[1][name]
    assert None not in seconds, seconds
    slow = [second for second in seconds if second > 0.3]
    figure(f"20 look-ups behind {name}, one of two silent", f"{len(slow)} waited, at most {max(seconds):.1f} s")
    assert sum(seconds) < 20, seconds


@shows("resolved.md 4")
def test_resolved_stays_with_one_of_two(waits):
    assert sorted(waits[0].values()) == [0, 10], waits[0]
