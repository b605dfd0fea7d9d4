"""Active checks of the real binary: instances on loopback that come, go and answer badly."""
import http.server
import json
import threading

import pytest

PROBE = {"interval": "500ms", "timeout": "500ms", "rise": 2, "fall": 2}


class Instance:
    """An HTTP server on an address of its own; all have one port."""

    def __init__(self, address, port=0):
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner.asked.append((self.path, self.client_address[0]))
                self.send_response(owner.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.address, self.status, self.asked = address, 200, []
        self.server = http.server.ThreadingHTTPServer((address, port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def stop(self):
        if self.thread.is_alive():
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()


@pytest.fixture
def shop(services):
    """Three instances of one service; the last two have the port of the first on addresses of their own."""
    first = Instance("127.0.0.1")
    instances = [first, Instance("127.0.0.2", first.port), Instance("127.0.0.3", first.port)]
    services(
        {
            "services": [
                {
                    "name": "cart",
                    "ports": [{"name": "http", "port": first.port}],
                    "instances": [{"address": one.address} for one in instances],
                }
            ]
        }
    )
    yield instances
    for one in instances:
        one.stop()


def zone(**check):
    return [{"name": "demo.internal", "registry": "local", "ttl": 1, "checks": [{"services": ["cart*"], **PROBE, **check}]}]


LOOPBACK = {"allow": ["127.0.0.0/8"], "per_second": 1000}
ALL = {"127.0.0.1", "127.0.0.2", "127.0.0.3"}


def explained(program, name="cart.demo.internal"):
    (service,) = json.loads(program.command("explain", name, "--json")[1])["services"]
    return service


@pytest.mark.parametrize("check", [{"type": "tcp"}, {"type": "http", "port": "http", "path": "/up"}])
def test_who_is_gone_is_left_out_and_comes_back(start, shop, until, check):
    program = start(zones=zone(**check), checks=LOOPBACK)
    program.client.wait_for(ALL, "cart.demo.internal")
    shop[1].stop()
    program.client.wait_for(ALL - {"127.0.0.2"}, "cart.demo.internal")
    why = [one["why"] for one in explained(program)["instances"] if not one["eligible"]]
    assert len(why) == 1 and "its check fails while others pass" in why[0] and "127.0.0.2" in why[0], why
    assert program.metric("check_targets_failing") == 1
    assert "checks: 3 targets, 1 failing: " in program.command("status")[1]
    shop[1] = Instance("127.0.0.2", shop[0].port)
    program.client.wait_for(ALL, "cart.demo.internal")
    until(lambda: program.metric("check_targets_failing") == 0, 10, "nobody fails")
    assert "check.failing" in program.process.output() and "check.passing" in program.process.output()


def test_a_bad_status_is_a_failure(start, shop):
    program = start(zones=zone(type="http", path="/up"), checks=LOOPBACK)
    shop[2].status = 503
    program.client.wait_for(ALL - {"127.0.0.3"}, "cart.demo.internal")
    assert any("HTTP 503" in one["why"] for one in explained(program)["instances"])
    assert {path for path, _ in shop[2].asked} == {"/up"}


def test_a_service_is_never_emptied(start, shop, until):
    program = start(zones=zone(type="http"), checks=LOOPBACK)
    for one in shop:
        one.status = 500
    until(lambda: program.metric("check_targets_failing") == 3, 20, "all fail")
    program.client.wait_for(ALL, "cart.demo.internal")
    service = explained(program)
    assert all(one["eligible"] for one in service["instances"])
    assert "checks of all that may answer fail" in service["note"]


def test_loopback_is_asked_only_where_it_is_listed(start, shop, until):
    program = start(zones=zone(type="http"), checks={"allow": ["127.0.0.2/32"]})
    until(lambda: len(shop[1].asked) >= 5, 20, "the one that is listed is asked")
    assert shop[0].asked == [] and shop[2].asked == []
    why = {one["addresses"]: one["why"] for one in explained(program)["instances"]}
    assert "not checked: 127.0.0.1 is a loopback address" in why["127.0.0.1"]
    assert "not checked" not in why["127.0.0.2"]
    assert program.metric("check_targets") == 1


def test_a_reload_ends_checks_and_keeps_what_is_known(start, shop, until):
    program = start(zones=zone(type="http"), checks=LOOPBACK)
    shop[2].status = 404
    program.client.wait_for(ALL - {"127.0.0.3"}, "cart.demo.internal")
    program.write_config([{**zone(type="http")[0], "negative_ttl": 2}])
    program.reload()
    for _ in range(20):
        assert program.client.set("cart.demo.internal") == ALL - {"127.0.0.3"}
    program.write_config([{"name": "demo.internal", "registry": "local", "ttl": 1}])
    program.reload()
    program.client.wait_for(ALL, "cart.demo.internal")
    until(lambda: program.metric("check_targets") == 0, 10, "nobody is asked any more")
