"""The fake Nacos is a server to the official clients, unchanged: so what Signpost learns from it is no invention."""
import pytest

from harness.fake_nacos import FakeNacos


@pytest.fixture
def fake(folder):
    running = []

    def start(**settings):
        running.append(FakeNacos(folder, **settings))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def next_event(peer, wanted, seconds=20):
    """The events of `peer` until one says `wanted`; fails when none does in time."""
    while True:
        _, _, hosts = peer.events.get(timeout=seconds)
        if hosts == wanted:
            return


@pytest.mark.parametrize("language", ["java", "python"])
def test_sdk_registers_listens_and_leaves(fake, sdk_peer, until, language):
    server = fake()
    publisher, listener = sdk_peer(language, server), sdk_peer(language, server)
    listener.subscribe("cart")
    publisher.register("cart", "10.0.0.1", 8080, 2.5)
    next_event(listener, {"10.0.0.1:8080": (2.5, True, True)})
    server.control("register", service="cart", instances=[{"ip": "10.0.0.2", "port": 81}])
    next_event(listener, {"10.0.0.1:8080": (2.5, True, True), "10.0.0.2:81": (1.0, True, True)})
    publisher.kill()  # the instance lives as long as its connection
    next_event(listener, {"10.0.0.2:81": (1.0, True, True)})
    until(lambda: all(each["waiting"] == 0 for each in server.state()["connections"]), 10, "pushes acknowledged")


def test_java_comes_back_after_a_closed_stream(fake, sdk_peer, until):
    server = fake()
    publisher = sdk_peer("java", server)
    publisher.register("cart", "10.0.0.1", 8080)
    before = server.state()["connections"][0]["id"]
    server.control("close")

    def back():
        state = server.state()
        new = [each["id"] for each in state["connections"] if each["id"] != before]
        return new and state["services"]["public@@DEFAULT_GROUP@@cart"]

    until(back, 30, "registered again on a new connection")


def test_java_logs_in(fake, sdk_peer):
    server = fake(user="dns", password="pass word")
    publisher = sdk_peer("java", server, ("dns", "pass word"))
    publisher.register("cart", "10.0.0.1", 8080)
    assert server.state()["requests"]["login v3"] >= 1
    assert len(server.state()["services"]["public@@DEFAULT_GROUP@@cart"]) == 1


def test_the_sdk_of_1x_polls_and_takes_pushes(fake, sdk_peer, until):
    """Registered, listed, beaten and pushed to: with polls a minute apart, what comes sooner came by datagram."""
    server = fake(grpc=False, version="1.4.7", cache_millis=60000)
    publisher, listener = sdk_peer("java_v1", server), sdk_peer("java_v1", server)
    listener.subscribe("cart")
    publisher.register("cart", "10.0.0.1", 8080, 2.5)
    next_event(listener, {"10.0.0.1:8080": (2.5, True, True)})
    many = {f"10.0.1.{i}:81": (1.0, True, True) for i in range(1, 31)}  # large enough for gzip
    server.control("register", service="cart", instances=[{"ip": each.split(":")[0], "port": 81} for each in many])
    next_event(listener, {"10.0.0.1:8080": (2.5, True, True), **many})
    until(lambda: server.state()["acks"].get("push-ack", 0) >= 2, 10, "pushes acknowledged")
    assert "odd datagram" not in server.state()["acks"]
    until(lambda: server.state()["requests"].get("v1 PUT instance/beat"), 10, "a beat")
    publisher.deregister("cart", "10.0.0.1", 8080)
    next_event(listener, many)
