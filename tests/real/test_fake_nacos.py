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
