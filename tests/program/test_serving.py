"""`signpost run` from its first log line to its last: answers, probes, metrics, sockets, the end."""
import pathlib
import re
import signal
import socket
import stat
import subprocess

import pytest


def dig(program, *words):
    """dig's own words about an answer."""
    host, port = program.address
    done = subprocess.run(
        ["dig", f"@{host}", "-p", str(port), "+norecurse", "+time=2", "+tries=1", *words],
        capture_output=True, text=True, timeout=20, check=True,
    )
    return done.stdout


def short(program, *words):
    return sorted(dig(program, "+short", *words).split("\n")[:-1])


def test_answers_to_dig(start):
    program = start()
    assert short(program, "cart.demo.internal", "A") == ["10.1.0.1", "10.1.0.2"]
    assert short(program, "cart.demo.internal", "AAAA") == ["fd00::3"]
    srv = short(program, "_http._tcp.cart.demo.internal", "SRV")
    assert len(srv) == 3 and all(" 8080 " in line for line in srv)
    assert short(program, "10-1-0-1.cart.demo.internal", "A") == ["10.1.0.1"]
    assert '"team=shop"' not in dig(program, "cart.demo.internal", "TXT")  # no allow-list, so no metadata
    assert len(short(program, "demo.internal", "SOA")) == 1
    answer = dig(program, "CART.demo.internal", "A")
    assert "status: NOERROR" in answer and "flags: qr aa" in answer
    assert re.search(r"^CART\.demo\.internal\.\s+7\s+IN\s+A\s+10\.1\.0\.\d$", answer, re.M)
    assert "status: NXDOMAIN" in dig(program, "nope.demo.internal", "A")
    nodata = dig(program, "empty.demo.internal", "A")
    assert "status: NOERROR" in nodata and "ANSWER: 0" in nodata
    assert "status: REFUSED" in dig(program, "example.org", "A")
    assert short(program, "+tcp", "cart.demo.internal", "A") == ["10.1.0.1", "10.1.0.2"]


def test_ipv6_listener(start):
    program = start(dns_listen=("127.0.0.1:0", "[::1]:0"))
    host, port = program.addresses()[1]
    assert host == "::1"
    done = subprocess.run(
        ["dig", "@::1", "-p", str(port), "+short", "cart.demo.internal", "AAAA"],
        capture_output=True, text=True, timeout=20, check=True,
    )
    assert done.stdout == "fd00::3\n"


def test_cold_is_servfail_and_not_ready_until_the_first_list(start, services):
    services().unlink()
    program = start(ready=False)
    status, text = program.http("ready", "/ready")
    assert status == 503
    assert text.startswith("registry local: not listed completely yet")
    assert program.http("health", "/health")[0] == 200
    answer = dig(program, "cart.demo.internal", "A")
    assert "status: SERVFAIL" in answer and "EDE: 14" in answer
    assert "status: NOERROR" in dig(program, "demo.internal", "SOA")
    assert "signpost.ready" not in program.process.output()
    services({"services": [{"name": "late", "instances": [{"address": "10.2.0.1"}]}]})
    program.wait_ready()
    assert short(program, "late.demo.internal", "A") == ["10.2.0.1"]


def test_ready_and_answers_outlive_the_registry(start, services, until):
    program = start()
    services().unlink()
    until(lambda: '"last_error": ""' not in program.command("status", "--json")[1], 10, "the loss is noticed")
    assert program.http("ready", "/ready")[0] == 200
    assert short(program, "cart.demo.internal", "A") == ["10.1.0.1", "10.1.0.2"]


def test_log_tells_real_addresses_and_readiness(start, until):
    program = start()
    until(lambda: "signpost.ready" in program.process.output(), 10, "signpost.ready")
    listeners = program.listeners()
    assert sorted(listeners) == ["admin", "dns", "health", "metrics", "page", "ready"]
    assert listeners["admin"] == [f"unix:{program.admin_socket}"]
    assert not any(address.endswith(":0") for kind in listeners.values() for address in kind)


def test_threads_have_names(start):
    program = start(workers=2)
    tasks = pathlib.Path(f"/proc/{program.process.pid}/task").iterdir()
    names = {(task / "comm").read_text().strip() for task in tasks}
    assert {"dns-0", "dns-1", "builder", "registry", "admin"} <= names, names


def test_admin_socket_is_for_owner_and_group_and_goes_with_the_program(start):
    program = start()
    found = program.admin_socket.stat()
    assert stat.S_ISSOCK(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o660
    assert program.stop() == 0
    assert not program.admin_socket.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_well(start, number):
    program = start()
    program.process.signal(number)
    assert program.process.child.wait(10) == 0
    assert "signpost.stopped" in program.process.output()


def test_a_lame_duck_answers_though_it_is_not_ready(start, until):
    program = start(lameduck="2m")
    program.process.signal(signal.SIGTERM)
    until(lambda: program.http("ready", "/ready")[0] == 503, 10, "/ready says no")
    assert program.http("health", "/health")[0] == 200
    assert short(program, "cart.demo.internal", "A") == ["10.1.0.1", "10.1.0.2"]
    assert "signpost.lameduck" in program.process.output() and program.process.alive()
    program.process.signal(signal.SIGHUP)  # too late for another configuration
    program.process.signal(signal.SIGTERM)  # and enough of it
    assert program.process.child.wait(10) == 0
    assert "signpost.stopped" in program.process.output()


def test_a_lame_duck_ends_in_time(start):
    program = start(lameduck="100ms")
    program.process.signal(signal.SIGTERM)
    assert program.process.child.wait(10) == 0
    assert "signpost.lameduck" in program.process.output()


def test_an_interrupt_waits_for_nothing(start):
    program = start(lameduck="2m")
    program.process.signal(signal.SIGINT)
    assert program.process.child.wait(10) == 0


def test_a_killed_program_leaves_no_obstacle(start):
    program = start()
    program.kill()
    assert program.admin_socket.exists()
    assert start().command("status")[0] == 0


@pytest.mark.parametrize("kind", ["dns", "health", "metrics"])
def test_address_in_use_names_it_and_ends_with_1(signpost, config, services, kind):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        listen = {"dns": ["127.0.0.1:0"], kind: [address] if kind == "dns" else address}
        path = config(
            {
                "listen": listen,
                "registries": {"local": {"type": "file", "path": str(services())}},
                "zones": [{"name": "demo.internal", "registry": "local"}],
            }
        )
        done = signpost("run", "--config", path)
    assert done.returncode == 1
    assert address in done.stderr and "in use" in done.stderr, done.stderr
    assert f"listen.{kind}" in done.stderr
    assert "listen.ready" not in done.stderr


def test_admin_path_that_cannot_be_is_named(signpost, config, services, folder):
    (folder / "precious").write_text("data")
    path = config(
        {
            "listen": {"dns": ["127.0.0.1:0"], "admin": f"unix:{folder}/precious"},
            "registries": {"local": {"type": "file", "path": str(services())}},
            "zones": [{"name": "demo.internal", "registry": "local"}],
        }
    )
    done = signpost("run", "--config", path)
    assert done.returncode == 1
    assert "not a socket" in done.stderr
    assert (folder / "precious").read_text() == "data"


def test_metrics_count_what_was_asked(start):
    program = start()
    before = metrics(program)
    for _ in range(3):
        dig(program, "cart.demo.internal", "A")
    dig(program, "nope.demo.internal", "AAAA")
    dig(program, "+tcp", "cart.demo.internal", "A")
    dig(program, "cart.elsewhere.internal", "A")
    after = metrics(program)

    def grown(name):
        return after[name] - before.get(name, 0)

    assert grown('signpost_dns_requests_total{zone="demo.internal.",proto="udp",family="1",type="A"}') == 3
    assert grown('signpost_dns_requests_total{zone="demo.internal.",proto="udp",family="1",type="AAAA"}') == 1
    assert grown('signpost_dns_requests_total{zone="demo.internal.",proto="tcp",family="1",type="A"}') == 1
    assert grown('signpost_dns_responses_total{zone="demo.internal.",rcode="NXDOMAIN"}') == 1
    assert grown('signpost_dns_responses_total{zone="demo.internal.",rcode="NOERROR"}') == 4
    assert grown('signpost_dns_requests_total{zone="dropped",proto="udp",family="1",type="A"}') == 1
    assert grown('signpost_dns_responses_total{zone="dropped",rcode="REFUSED"}') == 1
    assert grown("signpost_dns_request_duration_seconds_count") == 6
    assert after['signpost_registry_connected{registry="local"}'] == 1
    assert after['signpost_registry_services{registry="local"}'] == 2
    assert after['signpost_registry_instances{registry="local",state="eligible"}'] == 3
    assert after['signpost_registry_instances{registry="local",state="withheld"}'] == 2
    assert after['signpost_zone_serial{zone="demo.internal."}'] > 1_700_000_000


def metrics(program):
    status, text = program.http("metrics", "/metrics")
    assert status == 200
    samples = (line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return {name: float(value) for name, value in samples}
