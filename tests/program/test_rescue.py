"""Who answers when health alone would leave too few, and what the operator takes out, seen by clients."""
import json
import time

import dns.edns
import dns.message
import dns.query
import dns.rdatatype
from test_guards import metric
from test_serving import short

A = ["10.4.0.1", "10.4.0.2", "10.4.0.3"]


def cart(*healthy):
    """Three instances, of which some are healthy."""
    return {
        "services": [
            {
                "name": "cart",
                "ports": [{"name": "http", "port": 8080}],
                "instances": [{"address": address, "healthy": address in healthy} for address in A],
            }
        ]
    }


def asked(program, name="cart.demo.internal", kind="A"):
    """Addresses, TTL and extended error of one answer."""
    host, port = program.address
    query = dns.message.make_query(name, kind, use_edns=0)
    answer = dns.query.udp(query, host, port=port, timeout=5)
    errors = [option for option in answer.options if option.otype == dns.edns.OptionType.EDE]
    found = [rrset for rrset in answer.answer if rrset.rdtype == dns.rdatatype.from_text(kind)]
    addresses = sorted(each.to_text() for rrset in found for each in rrset)
    return addresses, [rrset.ttl for rrset in found], [(int(error.code), error.text) for error in errors]


def zone(**options):
    return [{"name": "demo.internal", "registry": "local", "ttl": 7, **options}]


def test_panic_says_so_to_clients_and_operators(start, services, until):
    services(cart(*A))
    program = start(zones=zone(panic_threshold=50))
    assert asked(program) == (A, [7], [])
    services(cart(A[0]))
    until(lambda: asked(program)[2] != [], 10, "the panic")
    assert asked(program) == (A, [7], [(0, "panic: too few are healthy, so all answer")])
    assert asked(program, "demo.internal", "SOA")[2] == []
    labels = {"registry": "local", "rule": "panic"}
    assert metric(program, "signpost_rescued_services", **labels) == 1
    assert metric(program, "signpost_rescues_total", **labels) == 1
    text = program.command("explain", "cart.demo.internal", "A")[1]
    assert "panic: 1 of 3 is healthy enough, below panic_threshold (50 %)" in text
    assert text.count("answers though its health is down, by panic") == 2
    assert json.loads(program.command("status", "--json")[1])["registries"][0]["rescued"] == {"panic": 1}
    services(cart(*A))
    until(lambda: asked(program)[2] == [], 10, "the end of the panic")
    assert metric(program, "signpost_rescued_services", **labels) == 0


def test_G5_last_known_is_stale_for_a_second(start, services, until):
    services(cart(A[0], A[1]))
    program = start(zones=zone(last_resort=["last_known"]))
    services(cart())
    until(lambda: asked(program)[2] != [], 10, "the last rung")
    assert asked(program) == (A[:2], [1], [(3, "last resort: those that were healthy last")])
    services({"services": [{"name": "cart", "instances": []}]})
    until(lambda: asked(program)[0] == [], 10, "the deletion")


def test_drain_and_undrain(start, services, until):
    services(cart(*A))
    program = start()
    assert program.command("drain", "local/cart", "10.4.0.1") == (0, "local/cart 10.4.0.1#8080: drained\n")
    assert short(program, "cart.demo.internal", "A") == A[1:]
    text = program.command("explain", "cart.demo.internal", "A")[1]
    assert "dropped: the operator drains it; `signpost undrain local/cart 10.4.0.1#8080` ends it" in text
    assert program.command("reload")[0] == 0
    assert short(program, "cart.demo.internal", "A") == A[1:]
    drained = json.loads(program.command("status", "--json")[1])["drained"]
    assert drained == [
        {"service": "local/cart", "instance": "10.4.0.1#8080", "left_seconds": None, "known": True}
    ]
    status, text = program.command("undrain", "local/cart", "10.4.0.1#8080", "--json")
    assert status == 0 and json.loads(text)["instances"] == ["10.4.0.1#8080"]
    assert short(program, "cart.demo.internal", "A") == A


def test_a_drain_ends_by_time(start, services, until):
    services(cart(*A))
    program = start()
    began = time.monotonic()
    assert program.command("drain", "local/cart", A[0], "--for", "5s")[1].endswith(": drained for 5s\n")
    assert short(program, "cart.demo.internal", "A") == A[1:]
    assert "DRAINED" in program.command("status")[1]
    until(lambda: short(program, "cart.demo.internal", "A") == A, 20, "the end of the drain")
    assert time.monotonic() - began >= 5
    assert "DRAINED" not in program.command("status")[1]


def test_a_drain_of_what_is_not_there_says_what_is(start, services):
    services(cart(*A))
    program = start()
    for words, error in (
        (("nope/cart", A[0]), "there is no registry nope; there are: local"),
        (("local/nope", A[0]), "there is no service local/nope; there are: local/cart"),
        (("local/cart", "10.9.9.9"), "local/cart has no instance 10.9.9.9; there are: 10.4.0.1#8080, "),
    ):
        status, text = program.command("drain", *words)
        assert status == 1 and error in text, text
    for words, error in (
        (("local", A[0]), "REGISTRY/SERVICE is missing a part"),
        (("local/cart", A[0], "--for", "soon"), "`--for` takes whole seconds, minutes or hours, such as 10m, not `soon`"),
    ):
        status, text = program.command("drain", *words)
        assert status == 2 and error in text, text
    status, text = program.command("undrain", "local/cart", A[0])
    assert status == 1 and "is not drained" in text
