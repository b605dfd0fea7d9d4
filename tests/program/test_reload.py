"""SIGHUP and `signpost reload`: all of a good configuration at once, nothing of a bad one."""
import json
import threading

from conftest import SHOP


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


def test_listeners_need_a_restart_and_it_says_so(start):
    program = start()
    program._config["listen"]["dns"] = ["127.0.0.1:0", "[::1]:0"]
    program._config["tcp"] = {"clients": 77}
    program.write_config()
    status, text = program.command("reload")
    assert status == 0
    assert "warning: listen.dns differs; it takes effect at the next start" in text
    assert "warning: tcp.clients differs; it takes effect at the next start" in text
    assert program.command("reload")[1].count("warning:") == 2  # still: it has not happened yet
    assert len(program.listeners()["dns"]) == 1


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
