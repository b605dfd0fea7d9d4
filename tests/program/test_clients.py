"""Answers that depend on who asks: `sticky`, `locality: prefer`, and forwarders that say for whom they ask."""
import re
import subprocess

SERVICES = {
    "services": [
        {
            "name": "cart",
            "ports": [{"name": "http", "port": 8080}],
            "instances": [{"address": f"10.1.{zone}.{i}", "zone": "ab"[zone]} for zone in (0, 1) for i in (1, 2, 3)],
        }
    ]
}
CLIENTS = {"zones": {"a": ["127.0.1.0/24", "192.0.2.0/24"], "b": ["127.0.2.0/24"]}, "ecs_from": ["127.0.9.0/24"]}
ZONES = [
    {"name": "near.internal", "registry": "local", "locality": "prefer"},
    {"name": "sticky.internal", "registry": "local", "answer": "sticky"},
]


def dig(program, source, zone, kind="A", subnet=None):
    """The answers in the order sent, and what came back of the client subnet ("192.0.2.0/24/24"), if anything did."""
    host, port = program.address
    done = subprocess.run(
        ["dig", f"@{host}", "-p", str(port), "-b", source, "+norecurse", "+time=5", "+tries=1", *([f"+subnet={subnet}"] if subnet else []),
         f"cart.{zone}.internal", kind],
        capture_output=True, text=True, timeout=20, check=True,
    )  # fmt: skip
    assert "status: NOERROR" in done.stdout, done.stdout
    told = re.search(r"CLIENT-SUBNET: (\S+)", done.stdout)
    return re.findall(rf"^cart\S+\s+\d+\s+IN\s+{kind}\s+(.*)$", done.stdout, re.MULTILINE), told and told[1]


def zones_of(addresses):
    return {address.split(".")[2] for address in addresses}


def test_clients_are_answered_from_their_zone_and_spill_over(start, services, until):
    services(SERVICES)
    program = start(ZONES, clients=CLIENTS)
    assert zones_of(dig(program, "127.0.1.1", "near")[0]) == {"0"}
    assert zones_of(dig(program, "127.0.2.1", "near")[0]) == {"1"}
    assert zones_of(dig(program, "127.0.3.1", "near")[0]) == {"0", "1"}
    srv = dig(program, "127.0.2.1", "near", "SRV")[0]
    assert sorted((text.split()[0], text.split()[3][:6]) for text in srv) == [("0", "10-1-1")] * 3 + [("1", "10-1-0")] * 3

    half = {"services": [dict(SERVICES["services"][0])]}
    half["services"][0]["instances"] = [{**one, "healthy": one["zone"] == "b" or one["address"].endswith("1")} for one in
                                        SERVICES["services"][0]["instances"]]  # fmt: skip
    services(half)
    until(lambda: zones_of(dig(program, "127.0.1.1", "near")[0]) == {"0", "1"}, 10, "one of three is less than half")
    assert zones_of(dig(program, "127.0.2.1", "near")[0]) == {"1"}
    status, text = program.command("explain", "cart.near.internal", "--client", "127.0.1.1")
    assert status == 0
    assert "127.0.1.1 is in zone a, where 1 of 3 known instances may answer: all zones answer, as it takes 50 %" in text


def test_a_network_sticks_to_its_instance(start, services):
    services(SERVICES)
    program = start(ZONES, clients=CLIENTS)
    heard = {}
    for network in range(1, 60):
        one = dig(program, f"127.0.{network}.1", "sticky")[0]
        assert len(one) == 1
        assert dig(program, f"127.0.{network}.77", "sticky")[0] == one
        heard[network] = one[0]
    assert len(set(heard.values())) == 6
    assert f"127.0.7.1 sticks with all of 127.0.7.0/24 to {heard[7]}" in program.command(
        "explain", "cart.sticky.internal", "--client", "127.0.7.1")[1]  # fmt: skip


def test_a_listed_forwarder_asks_for_others_and_hears_the_scope(start, services):
    services(SERVICES)
    program = start(ZONES, clients=CLIENTS)
    addresses, told = dig(program, "127.0.9.1", "near", subnet="192.0.2.0/24")
    assert (zones_of(addresses), told) == ({"0"}, "192.0.2.0/24/24")
    addresses, told = dig(program, "127.0.1.1", "near", subnet="127.0.2.0/24")
    assert (zones_of(addresses), told) == ({"0"}, None), "from others it means nothing"
    for network in range(1, 20):
        direct = dig(program, f"127.0.{network}.1", "sticky")[0]
        forwarded = dig(program, "127.0.9.1", "sticky", subnet=f"127.0.{network}.5/32")
        assert forwarded == (direct, f"127.0.{network}.5/32/24"), "more than the network does not matter"


def test_a_reload_moves_clients_to_another_zone(start, services, until):
    services(SERVICES)
    program = start(ZONES, clients=CLIENTS)
    assert zones_of(dig(program, "127.0.1.1", "near")[0]) == {"0"}
    program._config["clients"] = {"zones": {"b": ["127.0.1.0/24"]}}
    program.write_config()
    program.reload()
    until(lambda: zones_of(dig(program, "127.0.1.1", "near")[0]) == {"1"}, 10, "the new table is in force")
