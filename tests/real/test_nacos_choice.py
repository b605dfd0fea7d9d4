"""Which services of a real Nacos server are followed: `services`, `allow` and `deny` of a registry."""
import pytest
from harness import nacos
from harness.signpost import Signpost
from harness.waiting import until

ZONE = "nacos.internal"
CHOICE = {
    "services": ["side/pinned", "side/later", "refused"],
    "allow": ["cart-*", "orders/*", "refused*"],
    "deny": ["*-internal", "orders/secret:*", "refused"],
}

# (group, service, why it is left out, or None where it is followed). No list reads the group `side`.
SERVICES = [
    ("DEFAULT_GROUP", "cart-a", None),
    ("DEFAULT_GROUP", "CART-b", "not-allowed"),  # case tells names apart
    ("DEFAULT_GROUP", "pay", "not-allowed"),
    ("DEFAULT_GROUP", "cart-internal", "denied"),  # before `allow`
    ("DEFAULT_GROUP", "refused", "denied"),  # before `services`
    ("orders", "pay", None),  # a pattern with / is held against group and service
    ("orders", "secret:1", "denied"),
    ("side", "pinned", None),
    ("side", "cart-c", "not listed"),
]


def address(number):
    return f"10.6.0.{number + 1}"


def name_of(group, service):
    folded = service.lower().replace(":", "-")
    return f"{folded}.{group.lower().replace('_', '-')}.{ZONE}"


@pytest.fixture(scope="module")
def server(run_folder):
    """Of its own: what other tests register would be counted."""
    folder = run_folder / "nacos-choice"
    folder.mkdir()
    running = nacos.Nacos(folder)
    running.start()
    for number, (group, service, _) in enumerate(SERVICES):
        running.register(service, address(number), 80, group=group)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def signpost(server):
    folder = server.folder / "signpost"
    folder.mkdir()
    registry = {"type": "nacos", "required": True, "servers": [server.address], "list_interval": "1s",
                "groups": ["DEFAULT_GROUP", "orders"], "absent_after": "2s", **CHOICE}  # fmt: skip
    running = Signpost(folder, {"nacos": registry}, [{"name": ZONE, "registry": "nacos", "ttl": 5}]).wait_ready()
    yield running
    running.stop()


@pytest.mark.parametrize("number", range(len(SERVICES)), ids=["/".join(row[:2]) for row in SERVICES])
def test_followed_or_not(signpost, number):
    """Ready means that all of it has been read; what is not followed has no name at all."""
    group, service, why_not = SERVICES[number]
    assert signpost.client.set(name_of(group, service)) == ("NXDOMAIN" if why_not else {address(number)})


def test_names_are_counted_once(signpost):
    """Lists that repeat a name every second do not count it again. The harness' own probe of the server is one more."""
    asked = signpost.metric("registry_requests_total", registry="nacos")
    until(lambda: signpost.metric("registry_requests_total", registry="nacos") >= asked + 4, 10, "two more lists")
    for reason, probes in (("denied", 0), ("not-allowed", 1)):
        expected = sum(why == reason for _, _, why in SERVICES)
        counted = signpost.metric("registry_skipped_total", registry="nacos", reason=reason)
        assert expected <= counted <= expected + probes, reason
    assert signpost.metric("registry_services", registry="nacos") == sum(why is None for _, _, why in SERVICES)


def test_a_named_service_comes_and_goes(server, signpost):
    """No list names it: it is there from its first instance until `absent_after` after its last."""
    name, ask = name_of("side", "later"), signpost.client
    assert ask.set(name) == "NXDOMAIN"
    for ip in ("10.6.1.1", "10.6.1.2"):  # the subscription outlives the name
        server.register("later", ip, 80, group="side")
        ask.wait_for({ip}, name)
        server.deregister("later", ip, 80, group="side")
        ask.wait_for("NXDOMAIN", name)


def test_what_comes_later_is_chosen_as_well(server, signpost):
    """The last name is found by a list that has all of them, so those before it were seen, and left out."""
    for service, ip in (("new-internal", "10.6.2.1"), ("bill", "10.6.2.2"), ("cart-new", "10.6.2.3")):
        server.register(service, ip, 80)
    signpost.client.wait_for({"10.6.2.3"}, name_of("DEFAULT_GROUP", "cart-new"))
    for service in ("new-internal", "bill"):
        assert signpost.client.set(name_of("DEFAULT_GROUP", service)) == "NXDOMAIN"
