"""Guards over a file that an editor emptied: held, shown, released."""
import json
import re

from test_serving import short


def shop(count, instances=1):
    return {
        "services": [
            {
                "name": f"s{number}",
                "instances": [{"address": f"10.3.{number}.{each + 1}"} for each in range(instances)],
            }
            for number in range(count)
        ]
    }


def held(program):
    return json.loads(program.command("status", "--json")[1])["registries"][0]["held"]


def metric(program, name, **labels):
    """The value of one sample; its labels are at least these."""
    status, text = program.http("metrics", "/metrics")
    assert status == 200
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)\{(.*)\} (\S+)", line)
        if found and found[1] == name and labels.items() <= dict(re.findall(r'(\w+)="(.*?)"', found[2])).items():
            return float(found[3])
    raise AssertionError(f"no {name} with {labels}")


def test_G1_an_emptied_file_is_held_until_the_operator_says_so(start, services, until):
    services(shop(25))
    program = start()
    services({"services": []})
    until(lambda: held(program) == 25, 10, "the hold")
    for number in (0, 24):
        assert short(program, f"s{number}.demo.internal", "A") == [f"10.3.{number}.1"]
    line = next(each for each in program.process.output().splitlines() if "guard.holding" in each)
    for words in (
        "registry=local", "guard=empty_read", 'from="25 services with 25 instances"',
        'to="0 services with 0 instances"', "and 22 more", 'at_once="signpost release local"',
    ):
        assert words in line, line
    text = program.command("status")[1]
    assert re.search(r"^  local \(required\)\s+file\s+held\s", text, re.M), text
    assert re.search(r"^  local\s+empty_read\s+25\s+25\s+\S+\s+-\s+signpost release local\s", text, re.M), text
    assert re.search(r"^  demo\.internal\.\s.*\sheld$", text, re.M), text
    explained = program.command("explain", "s3.demo.internal", "A")[1]
    assert "held by the guard empty_read" in explained and "`signpost release local/s3`" in explained
    labels = {"registry": "local", "guard": "empty_read"}
    assert metric(program, "signpost_guard_held_services", **labels) == 25
    assert metric(program, "signpost_guard_holds_total", **labels) == 25

    status, text = program.command("release", "local/s3")
    assert (status, text) == (0, "released 1 service\n  local/s3\n")
    assert short(program, "s3.demo.internal", "A") == []
    assert short(program, "s4.demo.internal", "A") == ["10.3.4.1"]
    status, text = program.command("release", "local", "--json")
    assert status == 0 and len(json.loads(text)["released"]) == 24
    assert short(program, "s4.demo.internal", "A") == []
    assert held(program) == 0
    assert metric(program, "signpost_guard_held_services", **labels) == 0
    assert metric(program, "signpost_guard_released_total", reason="operator", **labels) == 25
    assert "guard.released" in program.process.output()


def test_G1_an_emptied_file_that_stays_empty_is_believed_after_a_second_read(start, services, until):
    services(shop(25))
    program = start()
    services({"services": []})
    until(lambda: held(program) == 25, 10, "the hold")
    until(lambda: held(program) == 0, 20, "the second read after 10 s")
    assert short(program, "s4.demo.internal", "A") == []
    assert metric(program, "signpost_guard_released_total", guard="empty_read", reason="confirmed") == 25


def test_G1_a_mistake_that_is_mended_is_never_seen(start, services, until):
    services(shop(25))
    program = start()
    serial = short(program, "demo.internal", "SOA")
    services({"services": []})
    until(lambda: held(program) == 25, 10, "the hold")
    services(shop(25))
    until(lambda: held(program) == 0, 10, "the end of the hold")
    assert short(program, "demo.internal", "SOA") == serial
    assert metric(program, "signpost_guard_released_total", guard="empty_read", reason="returned") == 25


def test_G1_a_reload_keeps_what_is_held(start, services, until):
    services(shop(25))
    program = start()
    services({"services": []})
    until(lambda: held(program) == 25, 10, "the hold")
    assert program.command("reload")[0] == 0
    assert short(program, "s0.demo.internal", "A") == ["10.3.0.1"]
    assert program.command("release")[0] == 0
    assert short(program, "s0.demo.internal", "A") == []


def test_G2_does_not_delay_the_edit_of_one_service(start, services):
    services(shop(1, instances=10))
    program = start()
    services(shop(1, instances=1))
    program.client.wait_for({"10.3.0.1"}, "s0.demo.internal", seconds=5)


def test_release_of_what_is_not_there_names_what_is(start):
    program = start()
    status, text = program.command("release", "nope")
    assert status == 1 and "there is no registry nope; there are: local" in text
    status, text = program.command("release", "local/nope")
    assert status == 1 and "nothing is held of local/nope" in text
    assert program.command("release") == (0, "nothing was held\n")
