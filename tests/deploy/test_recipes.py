"""deploy/recipes: every forwarder with its own default settings and the recipe's file as it stands there, asked what a
client asks. The address in the files is 10.96.0.53, and there Signpost is."""
import contextlib
import re

import dns.edns
import pytest

from recipes import products
from recipes.place import SIGNPOST
from recipes.running import NEGATIVE_TTL, TTL, WIDE, Running, queries_to, services

NAMES = list(products.MAKERS)
LIMIT = 20  # seconds in which the last forwarder has what is new


@pytest.fixture(scope="module")
def running(run_folder):
    made = Running(run_folder / "recipes", products.MAKERS)
    made.sides["resolved"].uplink(products.for_the_uplink())
    yield made
    made.stop()


@pytest.fixture
def side(running, request):
    return running.sides[request.param]


every_product = pytest.mark.parametrize("side", NAMES, indirect=True)


@every_product
def test_answers_come_through(side):
    cart = side.ask("cart")
    assert cart.rcode == "NOERROR" and len(cart.texts("A")) == 1 and set(cart.texts("A")) <= {"10.1.0.1", "10.1.0.2"}
    assert all(ttl <= TTL for _, _, ttl, _ in cart.records)
    assert side.ask("six", "AAAA").texts("AAAA") == ["fd00:1::5"]
    assert [text.split()[2:] for text in side.ask("_http._tcp.six", "SRV").texts("SRV")] == [["8080", f"fd00-1--5.six.{side.product.zone}."]]
    (described,) = side.ask("cart", "TXT").texts("TXT")
    assert b"service=cart" in described and b"instances=2/3" in described


@every_product
def test_names_that_are_there_or_not(side):
    """A name without an address of that family is NODATA: a client that asks for both takes the other."""
    zone = side.product.zone
    assert side.status(f"cart.{zone}", "AAAA") == side.status(f"six.{zone}") == "NODATA"
    assert side.status(f"nope.{zone}") == side.status(f"_nope._tcp.cart.{zone}", "SRV") == "NXDOMAIN"


@every_product
def test_addresses_have_names(side):
    if side.product.reverse:
        answer = side.client.ask("1.0.1.10.in-addr.arpa", "PTR", recursion=True)
        assert answer.texts("PTR") == ["10-1-0-1.cart.shop.internal."]
        assert side.status("99.0.1.10.in-addr.arpa", "PTR") == "NXDOMAIN"
    else:
        assert side.product.zone == "shop.example.org"  # the parent of names is not that of addresses


@every_product
def test_long_answers_come_by_tcp(side):
    datagram = side.ask("wide", "SRV")
    assert datagram.tc and len(datagram.records) < WIDE
    assert side.dig("+tcp", "+short", "SRV", f"wide.{side.product.zone}").count("\n") == WIDE


@every_product
def test_clients_that_ask_for_validation_are_answered(side):
    """dig sets AD, as glibc does where resolv.conf says trust-ad; DO is what a validating forwarder below sets."""
    assert "status: NOERROR" in side.dig(f"cart.{side.product.zone}", "+adflag", "+dnssec")


def test_a_signed_zone_above_proves_that_this_one_is_not(running):
    """What it holds itself is validated, AD says so; what it delegates without a DS record is answered without AD."""
    side = running.sides["delegation-signed"]
    assert re.search(r"flags: qr rd ra ad;", side.dig("ns1.example.org", "+dnssec"))
    assert re.search(r"NOERROR.*flags: qr rd ra;.*ANSWER: 1", side.dig("cart.shop.example.org", "+dnssec"), re.S)


@every_product
def test_nobody_adds_the_clients_network(side):
    """EDNS Client Subnet (RFC 7871): what Signpost gets of a client is the address of its forwarder."""
    with side.place.overheard() as packets:
        assert side.ask("_port-1._tcp.wide", "SRV").texts("SRV")
    asked = list(queries_to(SIGNPOST, packets))
    assert asked and not [option for query in asked for option in query.options if option.otype == dns.edns.ECS], asked


@pytest.fixture(scope="module")
def seconds_to_change(running):
    """A moved address and a new name, seen through every cache, which held the old."""
    before = {name: (side.ask("moving").texts("A"), side.status(f"coming.{side.product.zone}")) for name, side in running.sides.items()}
    assert set(map(str, before.values())) == {str((["10.1.0.11"], "NXDOMAIN"))}, before
    running.write(services(moving="10.1.0.12", coming=True))
    try:
        return {
            "name": running.seconds_until(lambda side: side.ask("coming").texts("A") == ["10.1.0.21"], LIMIT),
            "address": running.seconds_until(lambda side: side.ask("moving").texts("A") == ["10.1.0.12"], LIMIT),
        }
    finally:
        running.write(services())


def test_changes_are_seen_after_the_ttl(seconds_to_change, figure):
    for what, ttl in (("name", NEGATIVE_TTL), ("address", TTL)):
        found = seconds_to_change[what]
        assert None not in found.values(), found
        figure(f"a new {what} behind {len(found)} forwarders, TTL {ttl} s", f"{max(found.values()):.1f} s at the most")
        # A cache counts whole seconds, and may keep an answer to the end of the last.
        assert max(found.values()) < ttl + 1.5, {name: f"{seconds:.1f}" for name, seconds in found.items()}


# Whose clients get a SERVFAIL while Signpost is away, as recipes/README.md says it, and soon: while it is silent (a process
# that hangs, a machine that is gone), or its port closed. All others leave their clients waiting.
SOON = {"silent": {"coredns", "nodelocal", "recursor", "dnsdist"}, "closed": {"coredns", "nodelocal", "recursor", "dnsdist", "bind", "resolved"}}
EITHER = {"kresd"}  # says SERVFAIL where it knows already, and waits where it does not


def failures(running, how):
    """{name: (its answer about a name of Signpost's that it did not hear of yet, or None; seconds)}"""
    def failure(side):
        soon = next(name for name, other in running.sides.items() if other is side) in SOON[how]
        return side.insist(f"{how}.{side.product.zone}", "A", 1, 15 if soon else 2.5)

    return running.each(failure)


@pytest.fixture(scope="module")
def silent(running):
    """(what comes of a name of Signpost's, of names of others, and what Signpost was asked then), of each."""
    def others(side):
        with side.place.overheard() as packets:
            found = [side.insist(name, "A", 5, 5) for name in ("elsewhere.example", "silent.example")]
        asked = {str(question.name) for query in queries_to(SIGNPOST, packets) for question in query.question}
        return found, {name for name in asked if name.lower().endswith(".example.")}

    with contextlib.ExitStack() as silence:
        for side in running.sides.values():
            silence.enter_context(side.silenced())
        return failures(running, "silent"), running.each(others)


def fails_as_the_page_says(name, how, found, figure):
    answer, seconds = found
    figure(f"{name}, Signpost's port {how}" if how == "closed" else f"{name}, Signpost {how}", f"{answer[0]} after {seconds:.1f} s" if answer else "nothing")
    expected = [("SERVFAIL", 0)] if name in SOON[how] else [None, ("SERVFAIL", 0)] if name in EITHER else [None]
    assert answer in expected, (answer, seconds)


@pytest.mark.parametrize("name", NAMES)
def test_clients_fail_soon_or_wait_while_it_is_silent(silent, name, figure):
    fails_as_the_page_says(name, "silent", silent[0][name], figure)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_others_do_not_wait_for_signpost(silent, name):
    """Neither those that are there nor those that are not, and it is not told of them."""
    (there, not_there), asked = silent[1][name]
    assert (there[0], not_there[0]) == (("NOERROR", 1), ("NXDOMAIN", 0)) and not asked
    assert max(there[1], not_there[1]) < 2


@pytest.fixture(scope="module")
def restarted(running):
    """Signpost ends, each forwarder finds out by a question, Signpost starts: (what came of that, and seconds until a
    question is answered again), of each."""
    for side in running.sides.values():
        side.signpost.stop()
    missed = failures(running, "closed")
    for side in running.sides.values():
        side.start_signpost()
    for side in running.sides.values():
        side.wait_signpost()
    return missed, running.seconds_until(lambda side: side.status(f"late.{side.product.zone}", seconds=1) == "NOERROR", LIMIT)


@pytest.mark.parametrize("name", NAMES)
def test_clients_fail_soon_or_wait_while_its_port_is_closed(restarted, name, figure):
    fails_as_the_page_says(name, "closed", restarted[0][name], figure)


def test_answers_go_on_after_a_restart(restarted, figure):
    seconds_to_return = restarted[1]
    assert None not in seconds_to_return.values(), seconds_to_return
    slowest = max(seconds_to_return, key=seconds_to_return.get)
    figure("a forwarder after a restart of Signpost", f"{slowest} last, after {seconds_to_return[slowest]:.1f} s")
