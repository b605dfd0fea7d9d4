"""`access:` and `rate_limit:` of the real binary: by source address, over both transports."""
import re
import socket
import subprocess

import pytest
from harness import dns

NO_REPLY = 9  # dig's exit status


def ask(program, source, transport="+notcp", name="cart.demo.internal"):
    """dig's status with the extended errors, or "silence"."""
    host, port = program.address
    done = subprocess.run(
        ["dig", f"@{host}", "-p", str(port), "-b", source, "+norecurse", "+time=1", "+tries=1", "+ignore", transport, name, "A"],
        capture_output=True, text=True, timeout=20, check=False,
    )
    if done.returncode == NO_REPLY:
        return "silence"
    status = re.search(r"status: (\w+)", done.stdout)[1]
    return " ".join([status, *re.findall(r"; (EDE: \d+)", done.stdout)])


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
def test_sources_and_zones(start, transport):
    program = start(access=[
        {"drop": "127.0.0.3/32"},
        {"allow": "127.0.0.2/32", "zones": ["demo.internal"]},
        {"refuse": "127.0.0.0/29", "zones": ["demo.internal"]},
    ])
    assert ask(program, "127.0.0.2", transport) == "NOERROR"
    assert ask(program, "127.0.0.1", transport) == "REFUSED EDE: 18"
    assert ask(program, "127.0.0.3", transport) == "silence"
    assert ask(program, "127.0.0.9", transport) == "NOERROR"
    assert ask(program, "127.0.0.1", transport, "example.org") == "REFUSED EDE: 20"


def test_rate_limit(start, until):
    program = start(rate_limit={"per_network": 1, "slip": 0})
    dropped = re.compile(r'dns_rate_limited_total\{reason="dropped"\} (\d+)')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect(program.address)
        for identifier in range(50):
            client.send(dns.query_bytes("cart.demo.internal", "A", identifier))
    until(lambda: int(dropped.search(program.http("metrics", "/metrics")[1])[1]) >= 25, 5, "most are dropped")
    assert ask(program, "127.0.1.1") == "NOERROR"
    assert ask(program, "127.0.0.1", "+tcp") == "NOERROR"
    until(lambda: "rate_limit.begins" in program.process.output(), 5, "the log tells of it")
