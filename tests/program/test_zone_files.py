"""Static data in a running Signpost: served, edited, broken, mended, included, swapped as a ConfigMap is, checked."""
import json

import pytest
from test_serving import dig, short

ZONE = """$TTL 60
@ SOA ns1 hostmaster 1 2h 30m 1w 60
  NS ns1
ns1 A 192.0.2.53
www A 192.0.2.1
    TXT "hello; world"
*.dev A 192.0.2.9
alias CNAME www
_sip._tcp SRV 1 2 5060 www
odd TYPE65280 \\# 3 0a0b0c
"""


@pytest.fixture
def files(folder):
    """files(name, text): replaces a file of the folder, as an editor does."""

    def write(name, text):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        aside = path.with_name(path.name + "~")
        aside.write_text(text)
        aside.rename(path)
        return path

    return write


@pytest.fixture
def serve(start, files):
    """serve(text, **keys): a Signpost with one zone, example.org, that is read from `zone`."""

    def begin(text=ZONE, **keys):
        path = files("zone", text)
        zone = {"name": "example.org", "file": str(path), "ttl": 7, **keys}
        return start(zones=[{"name": "demo.internal", "registry": "local"}, zone])

    return begin


def zone_file(program):
    return json.loads(program.command("status", "--json")[1])["zone_files"][0]


def test_every_record_is_served(serve):
    program = serve()
    assert short(program, "www.example.org", "A") == ["192.0.2.1"]
    assert short(program, "www.example.org", "TXT") == ['"hello; world"']
    assert short(program, "any.dev.example.org", "A") == ["192.0.2.9"]
    assert short(program, "alias.example.org", "A") == ["192.0.2.1", "www.example.org."]
    assert short(program, "_sip._tcp.example.org", "SRV") == ["1 2 5060 www.example.org."]
    assert short(program, "odd.example.org", "TYPE65280") == ["\\# 3 0A0B0C"]
    assert short(program, "example.org", "NS") == ["ns1.example.org."]
    assert "status: NXDOMAIN" in dig(program, "nope.example.org", "A")
    assert " 60 " in dig(program, "www.example.org", "A").replace("\t", " ")


def test_records_and_aliases_stand_beside_the_file(serve):
    program = serve(records="info TXT \"x\"\n\nmore 9 A 192.0.2.2\n", aliases={"shop": "more", "far": "cart.demo.internal."})
    assert short(program, "info.example.org", "TXT") == ['"x"']
    assert short(program, "shop.example.org", "A") == ["192.0.2.2", "more.example.org."]
    assert short(program, "far.example.org", "A") == ["10.1.0.1", "10.1.0.2", "cart.demo.internal."]


def test_an_edit_is_served_and_a_bad_one_is_not(serve, files, until):
    program = serve()
    files("zone", ZONE.replace("192.0.2.1\n", "192.0.2.77\n"))
    program.client.wait_for({"192.0.2.77"}, "www.example.org")
    files("zone", ZONE + "www CNAME ns1\n")
    until(lambda: zone_file(program)["last_error"], 10, "the refusal")
    told = zone_file(program)
    assert (told["accepted"], told["refused"]) == (1, 1)
    assert told["last_error"].endswith("/zone:5:1: www.example.org. is an alias by the CNAME in line 11, so it cannot have A as well")
    assert program.client.set("www.example.org") == {"192.0.2.77"}
    assert "zone.file_refused" in program.process.output()
    metrics = program.http("metrics", "/metrics")[1]
    assert 'signpost_zone_file_good{zone="example.org."} 0' in metrics
    assert 'signpost_zone_file_refused_total{zone="example.org."} 1' in metrics
    assert "is an alias" in program.command("status")[1]
    files("zone", ZONE)
    program.client.wait_for({"192.0.2.1"}, "www.example.org")
    assert zone_file(program)["last_error"] == ""
    assert program.http("metrics", "/metrics")[1].count('signpost_zone_file_good{zone="example.org."} 1') == 1


def test_a_write_in_place_and_a_lost_file(serve, folder, until):
    program = serve()
    (folder / "zone").write_text(ZONE.replace("192.0.2.1\n", "192.0.2.8\n"))
    program.client.wait_for({"192.0.2.8"}, "www.example.org")
    (folder / "zone").unlink()
    until(lambda: "No such file" in zone_file(program)["last_error"], 10, "the loss is told")
    assert program.client.set("www.example.org") == {"192.0.2.8"}


def test_an_included_file_is_watched(serve, files):
    files("parts/one", "a A 192.0.2.1\n")
    program = serve("$INCLUDE parts/one\n$INCLUDE parts/one deep\n")
    assert short(program, "a.deep.example.org", "A") == ["192.0.2.1"]
    files("parts/one", "a A 192.0.2.2\n")
    program.client.wait_for({"192.0.2.2"}, "a.deep.example.org")


def test_a_config_map_is_swapped(start, folder):
    def content(version, address):
        (folder / version).mkdir()
        (folder / version / "zone").write_text("$INCLUDE part\n")
        (folder / version / "part").write_text(f"a A {address}\n")
        (folder / "..new").symlink_to(version)
        (folder / "..new").rename(folder / "..data")

    content("..v1", "192.0.2.1")
    for name in ("zone", "part"):
        (folder / name).symlink_to(f"..data/{name}")
    program = start(zones=[{"name": "demo.internal", "registry": "local"}, {"name": "example.org", "file": str(folder / "zone")}])
    assert short(program, "a.example.org", "A") == ["192.0.2.1"]
    content("..v2", "192.0.2.2")
    program.client.wait_for({"192.0.2.2"}, "a.example.org")


def test_a_reload_reads_all_or_nothing(serve, files, folder):
    program = serve()
    files("second", "b A 192.0.2.5\n")
    zones = [{"name": "example.org", "file": str(folder / "zone")}, {"name": "example.net", "file": str(folder / "second")}]
    program.write_config([*zones, {"name": "demo.internal", "registry": "local"}])
    assert program.command("reload")[0] == 0
    assert short(program, "b.example.net", "A") == ["192.0.2.5"]
    assert short(program, "www.example.org", "A") == ["192.0.2.1"]
    files("second", "b A 192.0.2.6\n")
    program.client.wait_for({"192.0.2.6"}, "b.example.net")
    program.write_config([{**zones[1], "records": "b CNAME c"}, {"name": "demo.internal", "registry": "local"}])
    status, text = program.command("reload")
    assert status == 1 and "is an alias by the CNAME" in text
    assert short(program, "b.example.net", "A") == ["192.0.2.6"]
    assert short(program, "www.example.org", "A") == ["192.0.2.1"]
    program.write_config([zones[1], {"name": "demo.internal", "registry": "local"}])
    assert program.command("reload")[0] == 0
    program.client.wait_for("REFUSED", "www.example.org")


def test_excluded_services_have_no_name(start):
    program = start(zones=[{"name": "demo.internal", "registry": "local", "exclude": ["ca*"]}])
    assert "status: NXDOMAIN" in dig(program, "cart.demo.internal", "A")
    assert "status: NXDOMAIN" in dig(program, "_http._tcp.cart.demo.internal", "SRV")
    assert "status: NOERROR" in dig(program, "empty.demo.internal", "A")


def test_check_and_start_tell_where(signpost, config, files, folder):
    path = files("zone", "a A 192.0.2.1\na A nothing\n")
    content = {
        "listen": {"dns": ["127.0.0.1:0"]},
        "zones": [{"name": "example.org", "file": "zone", "records": "x A 1"}, {"name": "example.net", "file": "gone"}],
    }
    written = config(content)
    for command in ("check", "run"):
        done = signpost(command, "--config", written)
        assert done.returncode == 1
        assert f"error: {path}:2:5: expected an IPv4 address such as 192.0.2.1, not `nothing`" in done.stderr
        assert f"error: {written}:1: expected an IPv4 address such as 192.0.2.1, not `1`" in done.stderr
        assert f"the zone `example.net`: file {folder / 'gone'}: cannot be read: No such file" in done.stderr
    files("zone", "a A 192.0.2.1\n")
    files("gone", "@ MX 1 b\nb CNAME c\n")
    content["zones"][0].pop("records")
    done = signpost("check", "--config", config(content))
    assert done.returncode == 0
    assert f"warning: {folder / 'gone'}:1:1: the target b.example.net. is an alias" in done.stderr
