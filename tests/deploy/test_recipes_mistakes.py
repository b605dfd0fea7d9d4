"""deploy/recipes with the mistakes that the pages list: each has the symptom that stands there."""
import dataclasses
import re
import signal
import socket
import time
import typing

import dns.flags
import pytest

from harness import dns as harness_dns
from harness import peers
from recipes import products
from recipes.mistakes import shows
from recipes.place import ELSEWHERE, SIGNPOST
from recipes.running import Running, queries_to


class Mistake(typing.NamedTuple):
    """A product, its file, what is taken out or put in its place, what is asked then, what comes of it; rows of pages."""

    product: str
    file: str
    pattern: str
    instead: str
    name: str
    kind: str
    symptom: str
    rows: tuple


CART, PTR, PART = ("cart.shop.internal", "A"), ("1.0.1.10.in-addr.arpa", "PTR"), ("cart.shop.example.org", "A")
FIRST = f"policy.add(policy.all(policy.STUB('{ELSEWHERE}')))\n"
TABLE = [
    Mistake("unbound", "unbound.conf", r' +domain-insecure: "shop.*\n', "", *CART, "SERVFAIL", ("unbound.md 1",)),
    Mistake("unbound", "unbound.conf", r' +domain-insecure: "1.10.*\n', "", *PTR, "SERVFAIL", ("unbound.md 1",)),
    Mistake("unbound", "unbound.conf", r" +private-domain.*\n", "", *CART, "NODATA", ("unbound.md 2",)),
    Mistake("unbound", "unbound.conf", r" +local-zone.*\n", "", *PTR, "NXDOMAIN", ("unbound.md 3",)),
    Mistake("bind", "bind.conf", r" +validate-except.*\n", "", *CART, "SERVFAIL", ("bind.md 1",)),
    Mistake("bind", "bind.conf", r"\Z", 'include "/etc/bind/zones.rfc1918";\n', *PTR, "NXDOMAIN", ("bind.md 2",)),
    Mistake("recursor", "recursor.lua", r"addNTA.*\n", "", *CART, "SERVFAIL", ("recursor.md 1",)),
    Mistake("dnsmasq", "dnsmasq.conf", r"rebind-domain-ok.*\n", "", *CART, "NODATA", ("dnsmasq.md 1",)),
    Mistake("dnsmasq", "dnsmasq.conf", r"rev-server.*\n", "", *PTR, "NXDOMAIN", ("dnsmasq.md 2",)),
    Mistake("kube-dns", "kube-dns.yaml", r', "1.10.in-addr.arpa": \[.*\]', "", *PTR, "NXDOMAIN", ("kube-dns.md 2",)),
    Mistake("kresd", "kresd.conf", r"\A", FIRST, *CART, "NXDOMAIN", ("kresd.md 2",)),
    Mistake("kresd", "kresd.conf", r", '1.10.in-addr.arpa'", "", *PTR, "NXDOMAIN", ("kresd.md 3",)),
    Mistake("dnsdist", "dnsdist.conf", r"addAction.*\n", "", *CART, "NXDOMAIN", ("dnsdist.md 3",)),
    Mistake("dnsdist", "dnsdist.conf", r"10\.96\.0\.53:53", "10.96.0.56:53", *CART, "SERVFAIL", ("dnsdist.md 1",)),
    Mistake("nodelocal", "nodelocal.Corefile", r"forward \. 10.96.0.53", "forward . 10.96.0.10", *CART, "silence", ("nodelocal.md 1", "coredns.md 2")),
    Mistake("nodelocal", "nodelocal.Corefile", r"(?s)\A.*\Z", "", *CART, "NXDOMAIN", ("nodelocal.md 2", "coredns.md 5")),
    Mistake("nodelocal", "nodelocal.Corefile", r" 1\.10\.in-addr\.arpa:53", "", *PTR, "NXDOMAIN", ("nodelocal.md 4",)),
    Mistake("delegation-signed", "delegation.zone", r"\Z", f"shop 3600 IN DS 12345 13 2 {'ab' * 32}\n", *PART, "SERVFAIL", ("delegation.md 3",)),
    Mistake("delegation-nsd", "delegation.zone", r"ns.dns.shop +\d.*\n", "", *PART, "SERVFAIL", ("delegation.md 1",)),
]
IDS = [f"{i}-{mistake.product}-{mistake.symptom}" for i, mistake in enumerate(TABLE)]


def spoiled(product, file, pattern, instead):
    def wrong(name, text):
        changed = re.sub(pattern, instead, text) if name == file else text
        assert name != file or changed != text, f"{name} has no {pattern}"
        return changed

    return lambda: products.changed(products.MAKERS[product], wrong)


def behind_protection():
    """The resolver of others, whose own configuration takes private addresses out."""
    product = products.delegation_nsd()
    rebinding = products.unbound().etc["unbound/unbound.conf.d/rebinding.conf"]
    return dataclasses.replace(product, etc={**product.etc, "unbound/unbound.conf.d/rebinding.conf": rebinding})


def with_a_way_to_the_root():
    """Which ends across the link, where what is asked there is overheard."""
    first = spoiled("bind", "bind.conf", "forward only", "forward first")()
    return dataclasses.replace(first, before=("ip", "route", "add", "default", "via", ELSEWHERE))


def at_localhost(remedy=""):
    """Signpost's place is taken by a dnsmasq that knows one name."""
    there = ("--keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --log-facility=- --bind-interfaces "
             "--listen-address=127.0.0.1 --port=1053 --local=/internal/ --host-record=cart.shop.internal,10.1.0.1").split()  # fmt: skip
    product = spoiled("unbound", "unbound.conf", r"(stub-addr: ).*", r"\g<1>127.0.0.1@1053")()
    etc = {**product.etc, "unbound/unbound.conf.d/remedy.conf": remedy}
    return dataclasses.replace(product, etc=etc, company=(("there", (peers.program("dnsmasq", "usr/sbin/dnsmasq"), *there)),))


OTHERS = {
    "localhost": at_localhost,
    "localhost-allowed": lambda: at_localhost("server:\n    do-not-query-localhost: no\n"),
    "first": with_a_way_to_the_root,
    "cache": spoiled("coredns", "coredns.Corefile", r" +servfail.*\n| 0(?= )", ""),
    "throttled": spoiled("recursor", "recursor.conf", r"dont-throttle.*\n|packetcache.*\n", ""),
    "incremental": spoiled("recursor", "recursor.conf", r"\nforward-zones=", "\nforward-zones+="),
    "recurse": spoiled("recursor", "recursor.conf", r"\nforward-zones=", "\nforward-zones-recurse="),
    "everywhere": spoiled("nodelocal", "nodelocal.Corefile", r" +bind .*\n", ""),
    "protected": behind_protection,
}


@pytest.fixture(scope="module")
def mistaken(run_folder):
    """{id: side}, all side by side."""
    makers = {name: spoiled(*mistake[:4]) for name, mistake in zip(IDS, TABLE)}
    made = Running(run_folder / "mistakes", {**makers, **OTHERS}, answers=False)
    yield made.sides
    made.stop()


def of(mistaken, product, symptom):
    """A side of the table."""
    return next(side for name, side in mistaken.items() if name.endswith(f"-{product}-{symptom}"))


def seen(side, name, kind):
    found = re.search(r"status: (\w+).*?ANSWER: (\d+)", side.dig(name, kind), re.S)
    return "silence" if not found else "NODATA" if found.groups() == ("NOERROR", "0") else found[1]


@shows(*(row for mistake in TABLE for row in mistake.rows))
@pytest.mark.parametrize("name", IDS)
def test_mistakes_have_the_symptom_of_the_page(mistaken, name, until):
    side, mistake = mistaken[name], TABLE[IDS.index(name)]

    def as_it_says():
        return seen(side, mistake.name, mistake.kind) == mistake.symptom

    until(as_it_says, 15, f"{mistake.symptom}")  # a loop takes CoreDNS a moment to find
    if mistake.symptom == "silence":
        assert "plugin/loop: Loop" in side.process.output()
    if mistake.product == "recursor":
        assert side.status(mistake.name, mistake.kind) == "NOERROR", "who does not ask for validation is not refused"
    if mistake.instead == "10.96.0.56:53":
        assert "Marking downstream 10.96.0.56:53 as 'down'" in side.process.output()


def named(packets, *addresses):
    """The names that these are asked for."""
    return {str(question.name).lower() for address in addresses for query in queries_to(address, packets) for question in query.question}


@shows("kresd.md 1")
@pytest.mark.campaign("DEPLOY_LONG")
def test_kresd_validates_what_it_forwards(run_folder, until):
    """It says so after ten seconds of asking for a chain of trust."""
    mistake = spoiled("kresd", "kresd.conf", r"policy\.STUB", "policy.FORWARD")
    made = Running(run_folder / "forward", {"kresd": mistake}, answers=False)
    try:
        until(lambda: made.sides["kresd"].status(*CART, seconds=20) == "SERVFAIL", 60, "SERVFAIL")
    finally:
        made.stop()


@shows("unbound.md 4")
def test_unbound_does_not_ask_at_localhost(mistaken, until):
    until(lambda: mistaken["localhost-allowed"].status(*CART) == "NOERROR", 15, "it asks where do-not-query-localhost is off")
    assert mistaken["localhost"].status(*CART) == "SERVFAIL"


@shows("bind.md 3")
def test_bind_asks_the_root_when_forwarding_comes_first(mistaken, until):
    side = mistaken["first"]
    until(lambda: side.ask("cart").texts("A"), 5, "Signpost answers first")

    def others_are_asked():
        with side.place.overheard() as packets:
            side.status("first.shop.internal", seconds=0.5)
        outside = {socket.inet_ntoa(packet[16:20]) for packet in packets} - {SIGNPOST, ELSEWHERE, "10.96.0.1"}
        return {name for name in named(packets, *outside) if "internal" in name}

    side.signpost.stop()
    until(others_are_asked, 15, "names below internal are asked of the root")


@shows("coredns.md 4")
def test_coredns_keeps_five_seconds_at_least(mistaken, until):
    side = mistaken["cache"]
    until(lambda: side.ask("cart").texts("A"), 5, "CoreDNS has the block")
    assert re.search(r"\.\s+5\s+IN\s+SOA", side.dig("+noall", "+authority", "least.shop.internal"))


@shows("coredns.md 3", "recursor.md 2")
def test_failures_outlast_the_outage(mistaken):
    sides = [mistaken["cache"], mistaken["throttled"]]
    for side in sides:
        side.signpost.stop()
    assert {side.status("late.shop.internal", seconds=5) for side in sides} == {"SERVFAIL"}
    failed = time.monotonic()
    for side in sides:
        side.start_signpost()
    for side in sides:
        side.wait_signpost()
    asked = {}
    while not asked or time.monotonic() < failed + 2:
        asked = {side: side.status("late.shop.internal", seconds=5) for side in sides}
    since = time.monotonic() - failed
    assert asked[sides[1]] == "SERVFAIL", "for a minute"
    assert asked[sides[0]] == "SERVFAIL" or since > 4.5, "for five seconds"


@shows("recursor.md 3")
def test_recursor_says_that_there_is_nothing_to_add_to(mistaken, until):
    side = mistaken["incremental"]
    until(lambda: not side.process.alive(), 10, "the Recursor ends")
    assert "Incremental setting 'forward-zones' without a parent" in side.process.output()


@shows("recursor.md 4")
def test_recursor_asks_resolvers_with_recursion(mistaken):
    side = mistaken["recurse"]
    with side.place.overheard() as packets:
        side.ask("cart")
    flags = [query.flags for query in queries_to(SIGNPOST, packets)]
    assert flags and all(flag & dns.flags.RD for flag in flags)


@shows("nodelocal.md 3")
def test_nodelocal_takes_every_address(mistaken, until):
    with mistaken["everywhere"].place.inside():
        node = harness_dns.Client(("10.96.0.1", 53))
    until(lambda: node.ask("cart.shop.internal", seconds=0.5, recursion=True).texts("A"), 10, "the node's own address answers")
    node.close()


@shows("delegation.md 5")
def test_protection_takes_private_addresses_out(mistaken, until):
    """Among them Signpost's own, without which it cannot be asked."""
    until(lambda: mistaken["protected"].status("cart.shop.example.org") == "SERVFAIL", 15, "no address is left")


@shows("kube-dns.md 4")
def test_dnsmasq_has_a_limit_of_questions_under_way(mistaken):
    side = of(mistaken, "kube-dns", "NXDOMAIN")
    with side.place.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((side.product.address, 53))
        asking.settimeout(3)
        with side.silenced():
            for i in range(200):
                asking.send(harness_dns.query_bytes(f"load-{i}.shop.internal", "A", i, recursion=True))
            first = harness_dns.Answer(asking.recv(4096))
    assert first.rcode == "REFUSED" and first.identifier >= 140, first.identifier


@shows("dnsmasq.md 3")
def test_dnsmasq_keeps_names_without_a_dot(mistaken):
    side = of(mistaken, "dnsmasq", "NODATA")
    with side.place.overheard() as packets:
        assert side.status("cart") == "NXDOMAIN"
    assert "cart." not in named(packets, SIGNPOST, ELSEWHERE)


@shows("dnsmasq.md 4")
def test_dnsmasq_reads_the_file_at_its_start_only(mistaken):
    side = of(mistaken, "dnsmasq", "NXDOMAIN")
    side.place.run(["sh", "-c", "cat >/etc/dnsmasq.d/signpost.conf"], input=products.recipe("dnsmasq.conf"))
    side.process.signal(signal.SIGHUP)
    assert side.status("new.example") == "NXDOMAIN" and side.status(*PTR) == "NXDOMAIN"
    checked = side.place.run(["dnsmasq", "--test", "--conf-file=/dev/stdin"], input="srever=/shop.internal/10.96.0.53\n")
    assert checked.returncode != 0 and "bad option at line 1" in checked.stderr, checked


@shows("dnsdist.md 2")
def test_dnsdist_answers_private_networks_only(mistaken):
    side, public = of(mistaken, "dnsdist", "NXDOMAIN"), "198.51.100.7"
    assert side.place.run(["ip", "addr", "add", f"{public}/32", "dev", "lo"]).returncode == 0
    for address, answered in ((public, False), ("10.96.0.1", True)):
        with side.place.inside(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.bind((address, 0))
            asking.connect((side.product.address, 53))
            asking.settimeout(3 if answered else 0.5)
            asking.send(harness_dns.query_bytes("elsewhere.example", "A", 1, recursion=True))
            try:
                assert harness_dns.Answer(asking.recv(4096)).texts("A") and answered
            except TimeoutError:
                assert not answered
