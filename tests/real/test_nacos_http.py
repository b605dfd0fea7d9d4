"""Nacos over HTTP v1, against r-nacos: every change is seen by polling, and an outage loses nothing. And servers of 1.x, which
only our fake is, found out and upgraded under queries."""
import time

import pytest

from harness import nacos, waiting
from harness.fake_nacos import FakeNacos
from harness.signpost import Signpost

ZONE = "nacos.internal"
NAME = f"cart.{ZONE}"
PERIOD = 10  # seconds: cacheMillis of r-nacos
SPREAD = 2  # its own delay, and a busy machine


def start(server, folder):
    folder.mkdir(exist_ok=True)
    settings = {"type": "nacos", "required": True, "servers": [server.address], "protocol": "http", "list_interval": "1s"}
    if server.auth:
        password = folder / "nacos-password"
        password.write_text(nacos.PASSWORD + "\n")
        settings |= {"username": nacos.USER, "password_file": str(password)}
    return Signpost(folder, {"nacos": settings}, [{"name": ZONE, "registry": "nacos", "ttl": 5}]).wait_ready()


@pytest.fixture
def server(folder, request):
    running = nacos.Nacos(folder, auth=getattr(request, "param", False))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def signpost(server, folder):
    """Follows the server, whose `cart` has one instance."""
    server.register("cart", "10.1.0.1", 8080)
    running = start(server, folder / "signpost")
    yield running
    running.stop()


@pytest.fixture
def ask(signpost):
    return signpost.client


def seconds_until(ask, wanted, name=NAME, kind="A"):
    """How long it took; every answer on the way has records."""
    began = time.monotonic()

    def is_it():
        answer = ask.set(name, kind)
        assert answer and answer != "NXDOMAIN", answer
        return answer == wanted

    waiting.until(is_it, 60, f"{name} {kind} is {wanted}")
    return time.monotonic() - began


def test_names_and_changes(server, ask, figure):
    server.register("Big.Cart", "10.1.0.9", 80, group="orders")  # of no configured group: nobody lists it
    for name in (NAME, f"cart.default-group.{ZONE}", f"cart.default-group.public.{ZONE}", f"CART.{ZONE}"):
        assert ask.set(name) == {"10.1.0.1"}, name
    for name in (f"nobody.{ZONE}", f"big.cart.orders.{ZONE}"):
        assert ask.set(name) == "NXDOMAIN", name

    took = {}
    server.register("cart", "10.1.0.2", 8080, weight=1)
    took["register"] = seconds_until(ask, {"10.1.0.1", "10.1.0.2"})
    server.change("cart", "10.1.0.2", 8080, weight=7)
    took["weight"] = seconds_until(ask, {f"0 1 8080 10-1-0-1.{NAME}.", f"0 7 8080 10-1-0-2.{NAME}."}, kind="SRV")
    server.change("cart", "10.1.0.2", 8080, weight=7, enabled=False)
    took["disable"] = seconds_until(ask, {"10.1.0.1"})
    figure("Nacos over HTTP v1, change to answer", ", ".join(f"{what} {value:.1f} s" for what, value in took.items()))
    assert max(took.values()) <= PERIOD + SPREAD

    server.register("pay", "10.1.0.3", 8080)  # a new name costs a list, which comes every second here
    ask.wait_for({"10.1.0.3"}, f"pay.{ZONE}", seconds=5)


def test_a_killed_server_costs_no_answer(server, signpost, ask):
    server.kill()

    def noticed():
        assert ask.set(NAME) == {"10.1.0.1"}
        return signpost.metric("registry_reconnects_total") >= 3

    waiting.until(noticed, 60, "the loss of the server is noticed")
    server.start()
    assert ask.set(NAME) == {"10.1.0.1"}
    server.register("cart", "10.1.0.4", 8080)
    seconds_until(ask, {"10.1.0.1", "10.1.0.4"})


@pytest.mark.parametrize("server", [True], indirect=True)
def test_login(ask):
    assert ask.set(NAME) == {"10.1.0.1"}


CART = {"service": "cart", "instances": [{"ip": "10.1.0.1", "port": 8080}]}


def test_an_upgrade_under_queries(folder, until):
    """`protocol: auto`: 1.4.7 is polled, its successor at the same port is followed over gRPC."""
    (folder / "signpost").mkdir()
    server = FakeNacos(folder, grpc=False, version="1.4.7", cache_millis=1000, push_delay=0.1)
    server.control("register", **CART)
    settings = {"type": "nacos", "required": True, "servers": [server.address], "list_interval": "1s"}
    signpost = Signpost(folder / "signpost", {"nacos": settings}, [{"name": ZONE, "registry": "nacos", "ttl": 5}])
    try:
        ask = signpost.wait_ready().client
        assert ask.set(NAME) == {"10.1.0.1"}
        server.control("register", service="cart", instances=[{"ip": "10.1.0.2", "port": 8080}])
        seconds_until(ask, {"10.1.0.1", "10.1.0.2"})
        server.control("deregister", service="cart", ip="10.1.0.2", port=8080)
        seconds_until(ask, {"10.1.0.1"})

        server.stop()

        def noticed():
            assert ask.set(NAME) == {"10.1.0.1"}
            return signpost.metric("registry_reconnects_total") > 0

        until(noticed, 30, "the loss of the server: an upgrade that nobody notices is found within a minute")
        server = FakeNacos(folder, port=server.port, version="2.5.1", push_delay=0.1)
        server.control("register", **CART)

        def connected():
            assert ask.set(NAME) == {"10.1.0.1"}
            return server.state()["connections"]

        until(connected, 30, "gRPC")
        server.control("register", service="cart", instances=[{"ip": "10.1.0.2", "port": 8080}])
        seconds_until(ask, {"10.1.0.1", "10.1.0.2"})
    finally:
        signpost.stop()
        server.stop()
