"""deploy/image: the image runs locked down as its page says, and what may be wrong around it is told."""
import json
import os
import pathlib
import re
import shutil

import pytest
from authority import authority
from container import ENGINES, LOW_PORTS, NOBODY, ROOT, Run, docker_run, write_config
from harness.fake_nacos import FakeNacos
from harness.process import Process
from harness.waiting import until


@pytest.mark.parametrize("engine", ENGINES)
def test_it_runs_locked_down(contain, folder, engine):
    container = contain(docker_run(write_config(folder)), engine).wait_log("signpost.ready")
    answers = {"10.1.0.1", "10.1.0.2"}
    assert set(container.sandbox.dig("cart.demo.internal")) == answers
    assert set(container.sandbox.dig("cart.demo.internal", "+tcp")) == answers
    status = dict(re.findall(r"^(\w+):[ \t]*(.*)$", pathlib.Path(f"/proc/{container.pid()}/status").read_text(), re.M))
    assert status["Uid"].split() == status["Gid"].split() == [str(NOBODY)] * 4 and status["Groups"] in ("", str(NOBODY))
    held = {kind: int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")}
    bind = 1 << 10  # CAP_NET_BIND_SERVICE
    assert set(held.values()) <= {0, bind} and held["Bnd"] == bind
    assert held["Eff"] == (0 if engine == "docker" else bind), "its file permits it, and the program takes it up"
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    mounts = [line.split() for line in pathlib.Path(f"/proc/{container.pid()}/mountinfo").read_text().splitlines()]
    writable = {fields[4] for fields in mounts if "rw" in fields[5].split(",")}
    assert not {place for place in writable if not place.startswith(("/dev", "/proc", "/sys"))} - {"/run/signpost", "/var/lib/signpost"}
    assert container.inside("/usr/bin/signpost", "probe") == (0, "OK")
    assert container.inside("/usr/bin/signpost", "explain", "cart.demo.internal", "A")[0] == 0
    until(lambda: container.metric("state_writes_total") >= 1, 15, "a state file")
    page = container.sandbox.run("curl", "-sf", "http://127.0.0.1:9153/metrics")
    assert re.search(r"^process_open_fds [1-9]", page, re.M), "it may read its own /proc"
    assert container.terminate() == 0
    assert container.stdout.read_text() == "" and "signpost.stopped" in container.process.output()


def test_a_config_map_that_changes_arrives(contain, folder):
    """Mounted as a kubelet does it: files are links through ..data, which is put over to another folder at once."""
    etc, first = folder / "etc", folder / "etc/..first"
    first.mkdir(parents=True)
    (write_config(folder) / "signpost.yaml").rename(first / "signpost.yaml")
    (etc / "shop.yaml").rename(first / "shop.yaml")
    (etc / "..data").symlink_to("..first")
    for name in ("signpost.yaml", "shop.yaml"):
        (etc / name).symlink_to(f"..data/{name}")
    container = contain(docker_run(etc)).wait_log("signpost.ready")
    second = etc / "..second"
    shutil.copytree(first, second)
    (second / "signpost.yaml").write_text((first / "signpost.yaml").read_text().replace("demo.internal", "other.internal"))
    (etc / "..aside").symlink_to("..second")
    (etc / "..aside").rename(etc / "..data")
    until(lambda: container.sandbox.dig("cart.other.internal"), 15, "the new zone")
    assert not container.sandbox.dig("cart.demo.internal")


def test_port_53_without_the_capability_says_the_remedies(contain, folder):
    """And each of the other two is one, with no capability at all."""
    bare = {"--cap-add NET_BIND_SERVICE": ""}
    container = contain(docker_run(write_config(folder), replace=bare))
    assert container.wait_end() == 1
    said = container.process.output()
    for words in (
        "listen 127.0.0.1:53: bind UDP: Permission denied",
        "CAP_NET_BIND_SERVICE",
        "net.ipv4.ip_unprivileged_port_start=0",
        "another port here, such as 1053, to which a Service maps 53",
    ):
        assert words in said, said
    other = contain(docker_run(write_config(folder, port=1053), replace=bare)).wait_log("signpost.ready")
    assert other.sandbox.dig("cart.demo.internal", "-p", "1053") and other.terminate() == 0
    sysctl = {"--cap-add NET_BIND_SERVICE": f"--sysctl {LOW_PORTS}=0"}
    opened = contain(docker_run(write_config(folder), replace=sysctl)).wait_log("signpost.ready")
    assert opened.sandbox.dig("cart.demo.internal")


def test_a_missing_configuration_says_what_to_mount(contain, folder):
    (folder / "etc").mkdir()
    container = contain(docker_run(folder / "etc"))
    assert container.wait_end() == 1
    assert (
        "error: /etc/signpost/signpost.yaml: cannot be read: No such file or directory; name the file with --config; in a container "
        "mount the ConfigMap or the folder that holds it at /etc/signpost\n" in container.process.output()
    )


def test_an_admin_socket_needs_a_place(contain, folder):
    tmpfs = "--tmpfs /run/signpost:uid=65532,gid=65532,mode=0750"
    container = contain(docker_run(write_config(folder), replace={tmpfs: ""}))
    assert container.wait_end() == 1
    assert "Read-only file system; the directory must be writable for this user (in a Pod: mount an emptyDir there)" in container.process.output()


@pytest.mark.parametrize(
    "volume, directory, why",
    [
        ("", "/var/lib/signpost", "lock: Read-only file system; mount the directory writable, or leave state_directory out"),
        ("", "/data", "/data: No such file or directory; create it, for this user alone (0700), or mount a volume there"),
        ("--tmpfs /var/lib/signpost:uid=0,mode=0755", "/var/lib/signpost",
         "lock: Permission denied; it must belong to this process, uid 65532 and gid 65532 (in a Pod: securityContext.fsGroup 65532)"),
        ("--tmpfs /var/lib/signpost:uid=65532,mode=0700,size=4k", "/var/lib/signpost",
         "No space left on device; the volume is too small: the last good files stay, answers go on"),
    ],
    ids=["read_only", "missing", "of_another_user", "full"],
)  # fmt: skip
def test_a_state_volume_that_takes_nothing_costs_no_answer(contain, folder, volume, directory, why):
    etc = write_config(folder, state_directory=directory)
    container = contain(docker_run(etc, volume)).wait_log("signpost.ready")
    until(lambda: container.metric("state_errors_total") >= 1, 30, "a try to write")
    assert container.sandbox.dig("cart.demo.internal")
    said = container.process.output()
    assert why in said, said
    once = [line for line in said.splitlines() if "state.no" in line and ("registry=shop" in line or "state.no_directory" in line)]
    assert 1 <= len({line.split(" ", 1)[1] for line in once}) == len(once) <= 2, once


def test_a_volume_keeps_the_state(contain, folder):
    """A volume as an engine makes it: empty, with the owner and the mode of the image's directory."""
    state = folder / "volume"
    state.mkdir(mode=0o700)
    os.chown(state, NOBODY, NOBODY)
    etc = write_config(folder)
    first = contain(docker_run(etc, f"-v {state}:/var/lib/signpost")).wait_log("signpost.ready")
    until(lambda: first.metric("state_writes_total") >= 1, 15, "a state file")
    assert first.terminate() == 0
    assert {path.name for path in state.iterdir()} >= {"lock", "shop.a"}
    (etc / "shop.yaml").unlink()
    second = contain(docker_run(etc, f"-v {state}:/var/lib/signpost")).wait_log("registry.restored")
    assert second.sandbox.dig("cart.demo.internal")


def test_tls_by_names_and_the_systems_authorities(contain, sandbox, folder):
    """gRPC and libcurl find the one bundle; names come from /etc/hosts and, by glibc, from the name server of resolv.conf,
    which is this very server."""
    certificate, key = authority(folder, "nacos.test", "api.test")
    nacos = FakeNacos(folder, prefix=sandbox.prefix, tls_certificate=str(certificate), tls_key=str(key))
    api = Process(
        [*sandbox.prefix, "/usr/bin/python3", ROOT / "tests/bench/bulk_apiserver.py", 20, 2, certificate, key], folder / "api.log"
    )
    try:
        api.wait_ready(lambda: '"port"' in api.output(), 20, "the fake apiserver")
        port = json.loads(api.output().splitlines()[-1])["port"]
        registration = json.dumps({"service": "cart", "instances": [{"ip": "10.9.0.1", "port": 80}]})
        sandbox.run("curl", "-skf", "--data", registration, f"https://{nacos.address}/control/register")
        registries = {
            "nacos": {"type": "nacos", "servers": [f"nacos.test:{nacos.port}"], "tls": {}, "list_interval": "1s", "required": True},
            "cluster": {"type": "kubernetes", "url": f"https://api.test:{port}", "required": True},
        }
        zones = [
            {"name": "n.internal", "registry": "nacos"},
            {"name": "cluster.local", "registry": "cluster"},
            {"name": "test", "records": "@ 60 SOA ns hostmaster 1 60 60 60 60\n@ 60 NS ns\nns 60 A 127.0.0.1\napi 60 A 127.0.0.1\n"},
        ]
        etc = write_config(folder, registries=registries, zones=zones)
        (folder / "hosts").write_text("127.0.0.1 nacos.test\n")
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1\n")
        mounts = f" -v {folder}/hosts:/etc/hosts:ro -v {folder}/resolv.conf:/etc/resolv.conf:ro"
        strange = contain(docker_run(etc, replace={" -p 53:53/udp": mounts}))
        for registry in registries:
            until(lambda: re.search(rf"registry={registry} .*certificate", strange.process.output()), 20, f"{registry} is not trusted")
        strange.stop()
        mounts += f" -v {certificate}:/etc/ssl/certs/ca-certificates.crt:ro"
        container = contain(docker_run(etc, replace={" -p 53:53/udp": mounts}))
        container.wait_log("signpost.ready", 40)
        until(lambda: container.sandbox.dig("cart.n.internal") == ["10.9.0.1"], 20, "an answer from Nacos")
        until(lambda: len(container.sandbox.dig("s19.team-9.svc.cluster.local")) == 2, 20, "an answer from the apiserver")
    finally:
        api.stop()
        nacos.stop()


def test_words_that_are_not_understood_are_told():
    """The translation of `docker run` leaves nothing out in silence."""
    with pytest.raises(AssertionError):
        Run("docker run --privileged signpost")
