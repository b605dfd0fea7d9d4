"""SIGHUP and `signpost reload`: all of a good configuration at once, nothing of a bad one."""
import json
import socket
import threading
import urllib.request

import pytest

from harness.program import SHOP
from harness import dns


def outcome(program):
    # --socket: the configuration may be the bad one that was refused
    return json.loads(program.command("status", "--json", "--socket", program.admin_socket)[1])["reload"]


def test_zones_and_policies_change(start):
    program = start()
    program.write_config(
        [
            {"name": "demo.internal", "registry": "local", "ttl": 33, "health": "any"},
            {"name": "second.internal", "registry": "local"},
        ]
    )
    program.reload()
    program.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.second.internal")
    answer = program.client.ask("cart.demo.internal")
    assert set(answer.texts("A")) == {"10.1.0.1", "10.1.0.2", "10.1.0.3"}
    assert {ttl for _, _, ttl, _ in answer.records} == {33}
    program.write_config([{"name": "second.internal", "registry": "local"}])
    program.reload()
    program.client.wait_for("REFUSED", "cart.demo.internal")
    assert outcome(program)["accepted"] == 2


def test_a_bad_file_changes_nothing(start, until):
    program = start()
    program.write_config([{"name": "demo.internal", "registry": "nowhere"}, {"name": "demo.internal", "ttl": "soon"}])
    program.reload()
    until(lambda: outcome(program)["refused"] == 1, 10, "the refusal")
    assert program.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    log = program.process.output()
    assert log.count("reload.error") >= 2
    assert "reload.refused" in log
    status, text = program.command("reload", "--socket", program.admin_socket)
    assert status == 1
    assert "refused; the old configuration stays in force" in text
    assert f"error: {program.config_file}:" in text
    assert program.http("ready", "/ready")[0] == 200


def test_a_bad_services_file_refuses_the_whole_reload(start, services):
    program = start()
    services("services: [{name: cart, instances: [{address: nonsense}]}]\n")
    program.write_config([{"name": "second.internal", "registry": "local"}])
    status, text = program.command("reload")
    assert status == 1
    assert f"error: {services()}:1:" in text
    assert program.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    assert program.client.set("cart.second.internal") == "REFUSED"


def test_registries_come_go_and_move(start, folder):
    other = folder / "other.yaml"
    other.write_text(json.dumps({"services": [{"name": "wine", "instances": [{"address": "10.9.0.1"}]}]}))
    program = start()
    program._config["registries"]["cellar"] = {"type": "file", "path": str(other)}
    program.write_config(
        [{"name": "demo.internal", "registry": "local"}, {"name": "cellar.internal", "registry": "cellar"}]
    )
    assert program.command("reload")[0] == 0
    program.client.wait_for({"10.9.0.1"}, "wine.cellar.internal")
    program._config["registries"]["local"]["path"] = str(other)
    program.write_config()
    assert program.command("reload")[0] == 0
    program.client.wait_for({"10.9.0.1"}, "wine.demo.internal")
    program.client.wait_for("NXDOMAIN", "cart.demo.internal")
    del program._config["registries"]["cellar"]
    program.write_config([{"name": "demo.internal", "registry": "local"}])
    assert program.command("reload")[0] == 0
    program.client.wait_for("REFUSED", "wine.cellar.internal")
    told = json.loads(program.command("status", "--json")[1])
    assert [registry["name"] for registry in told["registries"]] == ["local"]


def move(program, **listen):
    """The reload's outcome and text; the log of the program has no address twice, so ports are read from `status`."""
    program._config["listen"].update(listen)
    program.write_config()
    return program.command("reload", "--socket", program.admin_socket)


def answers(address, path="/health"):
    with urllib.request.urlopen(f"http://{address}{path}", timeout=5) as reply:
        return reply.status


def test_a_listener_moves_to_an_address_that_overlaps_with_its_own(start):
    """All addresses and one of them, on one port: the new listener is there before the old one goes."""
    program = start()
    port = program._address("health")[1]
    lost, over = [], threading.Event()

    def ask():
        while not over.is_set():
            try:
                answers(f"127.0.0.1:{port}")
            except OSError as trouble:
                lost.append(trouble)

    move(program, health=f"127.0.0.1:{port}")
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for host in ("0.0.0.0", "127.0.0.1", "0.0.0.0"):
            status, text = move(program, health=f"{host}:{port}")
            assert status == 0, text
            told = json.loads(program.command("status", "--json")[1])["listeners"]
            assert {"kind": "health", "address": f"{host}:{port}"} in told
            assert answers(f"127.0.0.1:{port}") == 200
    finally:
        over.set()
        asking.join()
    assert not [one for one in lost if "refused" in str(one)], lost
    assert answers(f"127.0.0.2:{port}") == 200, "all addresses again"
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", port))


def test_two_listeners_change_places(start):
    program = start()
    health, ready = (program._address(kind)[1] for kind in ("health", "ready"))
    status, text = move(program, health=f"127.0.0.1:{ready}", ready=f"127.0.0.1:{health}")
    assert status == 0, text
    assert answers(f"127.0.0.1:{ready}", "/health") == 200
    assert answers(f"127.0.0.1:{health}", "/ready") == 200
    told = json.loads(program.command("status", "--json")[1])["listeners"]
    assert {"kind": "ready", "address": f"127.0.0.1:{health}"} in told


def test_a_listener_that_was_to_move_stays_when_another_cannot_be_opened(start):
    program = start()
    port = program._address("health")[1]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, text = move(program, health=f"0.0.0.0:{port}", page=f"127.0.0.1:{taken.getsockname()[1]}")
        assert status == 1 and "listen.page 127.0.0.1:" in text and "in use" in text, text
    assert answers(f"127.0.0.1:{port}") == 200
    with pytest.raises(OSError, match="refused"):
        answers(f"127.0.0.2:{port}")


def test_addresses_and_workers_change(start, until):
    """One address stays, another comes and goes; workers come and go beside it."""
    program = start()
    listen = program._config["listen"]

    def take(addresses, workers):
        listen["dns"], program._config["workers"] = addresses, workers
        program.write_config()
        status, text = program.command("reload")
        assert status == 0 and "warning:" not in text, text
        told = json.loads(program.command("status", "--json")[1])
        assert told["workers"] == workers
        assert program.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
        return [one["address"] for one in told["listeners"] if one["kind"] == "dns"]

    (first,) = take(["127.0.0.1:0"], 1)
    both = take(["127.0.0.1:0", "[::1]:0"], 3)
    assert both[0] == first and len(both) == 2
    other = dns.Client(("::1", int(both[1].rpartition(":")[2])))
    assert other.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    assert take(["127.0.0.1:0"], 2) == [first]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen["dns"] = ["127.0.0.1:0", f"127.0.0.1:{taken.getsockname()[1]}"]
        program.write_config()
        status, text = program.command("reload")
    assert status == 1 and "error: listen.dns listen 127.0.0.1:" in text
    assert program.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}


def test_the_other_listeners_move(start, folder, until):
    """New ones first; the reload's own answer still comes over the old admin socket, which goes then."""
    program = start()
    before = program.listeners()
    listen = program._config["listen"]
    listen["health"], listen["admin"] = "127.0.0.2:0", f"unix:{folder}/other.sock"
    del listen["metrics"]
    program.write_config()
    status, text = program.command("reload", "--socket", program.admin_socket)
    assert status == 0 and "warning:" not in text
    assert f"  listen.admin: unix:{program.admin_socket} -> unix:{folder}/other.sock\n" in text
    told = {one["kind"]: one["address"] for one in json.loads(program.command("status", "--json")[1])["listeners"]}
    assert told["health"].startswith("127.0.0.2:") and told["ready"] == before["ready"][0] and "metrics" not in told
    assert program.http("ready", "/ready")[0] == 200
    with urllib.request.urlopen(f"http://{told['health']}/health", timeout=5) as response:
        assert response.status == 200
    until(lambda: not program.admin_socket.exists(), 5, "the old socket to go")
    for old in (before["health"][0], before["metrics"][0]):
        host, _, port = old.rpartition(":")
        until(lambda at=(host, int(port)): is_closed(at), 5, f"{old} to close")


def is_closed(address):
    try:
        socket.create_connection(address, timeout=5).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_listener_that_cannot_be_refuses_the_whole(start):
    program = start()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        program._config["listen"]["health"] = f"127.0.0.1:{taken.getsockname()[1]}"
        program.write_config([{"name": "second.internal", "registry": "local"}])
        status, text = program.command("reload")
    assert status == 1 and "error: listen.health 127.0.0.1:" in text and "Address already in use" in text
    assert program.client.set("cart.second.internal") == "REFUSED"
    assert program.http("health", "/health")[0] == 200


def versions(program):
    return [line for line in program.http("metrics", "/metrics")[1].splitlines() if line.startswith("signpost_reload_version_info")]


def test_changed_files_are_read_without_any_signal(start, folder, until):
    """Includes too; a file that is refused changes nothing, says why, and is tried again when it changes."""
    (folder / "conf.d").mkdir()
    program = start(include="conf.d/*.yaml")
    first = versions(program)
    zone = folder / "conf.d/second.yaml"
    zone.write_text("zones: [{name: second.internal, registry: local}]\n")
    program.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.second.internal")
    assert len(first) == 1 and versions(program) != first
    zone.write_text("zones: [{name: second.internal, registry: nowhere}, {name: half")
    until(lambda: outcome(program)["refused"] == 1, 10, "the refusal")
    assert program.metric("reload_failed_total") == 1
    assert f"{zone}:1:" in outcome(program)["last_outcome"] and "refused" in program.command("status", "--socket", program.admin_socket)[1]
    assert program.client.set("cart.second.internal") == {"10.1.0.1", "10.1.0.2"}
    zone.unlink()
    program.client.wait_for("REFUSED", "cart.second.internal")
    assert outcome(program)["accepted"] == 2 and versions(program) == first


def test_a_mounted_config_map_is_seen_to_change(start, folder):
    """The kubelet swaps a link that the files' links go through."""
    (folder / "..one").mkdir()
    (folder / "..data").symlink_to("..one")
    (folder / "signpost.yaml").symlink_to("..data/signpost.yaml")
    program = start()
    content = json.loads((folder / "signpost.yaml").read_text())
    content["zones"].append({"name": "second.internal", "registry": "local"})
    (folder / "..two").mkdir()
    (folder / "..two/signpost.yaml").write_text(json.dumps(content))
    (folder / "..new").symlink_to("..two")
    (folder / "..new").rename(folder / "..data")
    program.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.second.internal")


def test_what_was_refused_for_another_file_is_tried_when_that_changes(start, folder, services, until):
    secret = folder / "secrets"
    secret.write_text("not a secret\n")
    program = start()
    program._config["cookies"] = {"secret_file": str(secret)}
    program.write_config([{"name": "second.internal", "registry": "local"}])
    until(lambda: outcome(program)["refused"] == 1, 10, "the refusal")
    assert str(secret) in outcome(program)["last_outcome"]
    secret.write_text("00112233445566778899aabbccddeeff\n")
    program.client.wait_for({"10.1.0.1", "10.1.0.2"}, "cart.second.internal")


def test_the_services_file_is_watched_without_any_signal(start, services):
    program = start()
    services({"services": [{"name": "cart", "instances": [{"address": "10.1.0.9"}]}]})
    program.client.wait_for({"10.1.0.9"}, "cart.demo.internal")
    program.client.wait_for("NXDOMAIN", "empty.demo.internal")


def test_a_bad_edit_keeps_the_last_good_content_and_says_why(start, services, until):
    program = start()
    services("services: [{name: cart, instances: [{address: nonsense}]}]\n")

    def error():
        return json.loads(program.command("status", "--json")[1])["registries"][0]["last_error"]

    until(error, 10, "the reason in status")
    assert str(services()) in error()
    assert program.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    services(SHOP)
    until(lambda: program.http("metrics", "/metrics")[1].count('signpost_registry_connected{registry="local"} 1'), 10, "live again")


def test_no_answer_is_lost_or_wrong_over_many_reloads(start):
    program = start()
    wrong, asked, stop = [], [0], threading.Event()

    def ask():
        while not stop.is_set():
            try:
                answer = program.client.set("cart.demo.internal")
            except OSError as lost:
                answer = lost
            asked[0] += 1
            if answer != {"10.1.0.1", "10.1.0.2"}:
                wrong.append(answer)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for ttl in range(1, 31):
            program.write_config([{"name": "demo.internal", "registry": "local", "ttl": ttl}])
            assert program.command("reload")[0] == 0
    finally:
        stop.set()
        asker.join()
    assert not wrong
    assert asked[0] > 100
    assert outcome(program)["accepted"] == 30
