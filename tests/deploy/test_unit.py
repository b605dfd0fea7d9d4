"""deploy/systemd without a systemd: what systemd's own critics say, and that the program lives under the unit's filters."""
import os
import re
import signal
import subprocess

import pytest
import seccomp_program
import unit_filter
from harness import signpost as harness
from harness.signpost import Signpost

EXPOSURE_MAX = 2.0  # operations.md 7.1; 1.5 is the aim
FILES = ("signpost.service", "signpost.socket")


@pytest.fixture
def places(folder, deploy):
    """Our units as on a machine with the program, for a systemd-analyze in the small Debian: its words for a command."""
    root = unit_filter.peers.program("debian", "root")
    script = folder / "with-units"
    script.write_text(
        "#!/bin/sh -e\n"
        f"mount -t tmpfs none {root}/mnt\nmkdir -p {root}/mnt/units\ncp {folder}/units/* {root}/mnt/units\n"
        f'exec chroot {root} "$@"\n'
    )
    script.chmod(0o755)
    (folder / "units").mkdir()
    for name in FILES:
        # The critic asks for the programs that a unit names; ours is not installed there.
        (folder / "units" / name).write_text((deploy / "systemd" / name).read_text().replace("/usr/sbin/signpost", "/bin/true"))
    return ["unshare", "--mount", script]


def analyze(places, *words):
    return subprocess.run([*places, "systemd-analyze", *words], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", FILES)
def test_systemd_has_nothing_to_say_of_the_unit(places, name):
    done = analyze(places, "verify", "--man=no", f"/mnt/units/{name}")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_mistake_in_a_unit_would_be_said(places, folder):
    unit = folder / "units/signpost.service"
    unit.write_text(unit.read_text().replace("ProtectHome=yes", "ProtectHouse=yes"))
    assert "ProtectHouse" in analyze(places, "verify", "--man=no", "/mnt/units/signpost.service").stderr


def exposure(places):
    done = analyze(places, "security", "--offline=true", "--no-pager", "/mnt/units/signpost.service")
    return float(re.search(r"Overall exposure level for signpost.service: ([0-9.]+)", done.stdout).group(1)), done.stdout


def test_exposure(places, figure):
    level, said = exposure(places)
    figure("exposure of signpost.service", level)
    assert level <= EXPOSURE_MAX, said


def test_exposure_with_sockets_of_systemd(places, folder, deploy, figure):
    """The drop-in of the README: without the capability for port 53 and with users of its own."""
    before, _ = exposure(places)
    unit = folder / "units/signpost.service"
    unit.write_text(unit.read_text() + (deploy / "systemd/sockets-only.conf").read_text())
    level, said = exposure(places)
    figure("exposure with sockets-only.conf", level)
    assert level < before and level <= 1.5, said
    for page, words in (
        ("deploy/systemd/README.md", f"`systemd-analyze security` says {before} ({level} with `sockets-only.conf`)"),
        ("README.md", f"| {before}, with sockets of systemd {level} |"),
        ("deploy/CHANGELOG.md", f"(`systemd-analyze security`: {before})"),
    ):
        assert words in (deploy.parent / page).read_text(), page


# --- The filters, in force: what is outside ends the program, as under systemd. ---


@pytest.fixture(scope="module")
def filtered(run_folder):
    """Words before a command that run it under the unit's filters."""
    code = run_folder / "seccomp"
    code.write_bytes(seccomp_program.program())
    return [seccomp_program.LAUNCHER, code]


def test_the_filter_ends_what_is_outside(filtered):
    """It could fail: a mount is no call of a name server, nor is memory that is written and run."""
    outside = subprocess.run([*filtered, "/bin/mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False)
    assert outside.returncode == -signal.SIGSYS
    # x86's ping sockets are AF_INET; a raw look at the wire (AF_PACKET) is refused and not fatal.
    words = ["/usr/bin/python3", "-c", "import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)"]
    refused = subprocess.run([*filtered, *words], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "Address family not supported" in refused.stderr
    words[2] = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)"
    refused = subprocess.run([*filtered, *words], capture_output=True, text=True, check=False)
    assert refused.returncode == 1 and "Operation not permitted" in refused.stderr


def a_day(running, until):
    """Answers over UDP and TCP, commands, a reload, a listener more, state written, the end: 0."""
    host, port = running.address
    assert running.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    asked = subprocess.run(["dig", "+tcp", "+short", f"@{host}", "-p", str(port), "cart.demo.internal"], capture_output=True, text=True, timeout=20, check=True)
    assert asked.stdout.count("10.1.0.") == 2
    for words in (["status"], ["explain", "cart.demo.internal", "A"], ["dump", "demo.internal"], ["top", "--once"]):
        status, said = running.command(*words)
        assert status == 0, said
    for kind, path in (("metrics", "/metrics"), ("health", "/health"), ("page", "/")):
        assert running.http(kind, path)[0] == 200
    running._config["listen"]["dns"].append("127.0.0.2:0")
    running.write_config()
    running.process.signal(signal.SIGHUP)
    until(lambda: len(running.listeners()["dns"]) > 2, 20, "another listener")
    until(lambda: any((running.folder / "state").iterdir()), 20, "a state file")


def everything(folder, cluster, nacos_server, services, **more):
    """A Signpost over all kinds of registries, that keeps state and writes its queries."""
    (folder / "state").mkdir()
    (folder / "demo.zone").write_text("www A 192.0.2.80\n")
    registries = {
        "local": {"type": "file", "path": str(services()), "required": True},
        "cluster": {
            "type": "kubernetes", "required": True,
            "url": cluster.server.url, "token_file": str(cluster.dns_token_file), "ca_file": str(cluster.ca_file),
        },
        "nacos": {"type": "nacos", "required": True, "servers": [nacos_server.address.replace("127.0.0.1", "localhost")]},
    }  # fmt: skip
    zones = [
        {"name": "demo.internal", "registry": "local", "file": str(folder / "demo.zone")},
        {"name": "cluster.local", "registry": "cluster"},
        {"name": "nacos.internal", "registry": "nacos"},
    ]
    return Signpost(
        folder, registries, zones, dns_listen=("0.0.0.0:0", "[::]:0"), state_directory=str(folder / "state"),
        query_log={"to": str(folder / "queries")}, **more,
    )  # fmt: skip


def test_the_program_lives_under_the_filters(filtered, folder, cluster, nacos_server, services, until):
    running = everything(folder, cluster, nacos_server, services, prefix=filtered)
    running.wait_ready()
    a_day(running, until)
    assert running.stop() == 0


def test_a_parent_that_holds_lives_under_the_filters(filtered, start, until):
    running = start(prefix=filtered, run=("run", "--hold"))
    with open(f"/proc/{running.process.pid}/task/{running.process.pid}/children") as file:
        os.kill(int(file.read()), signal.SIGKILL)
    until(lambda: running.process.output().count("listen.ready") > 6, 20, "another serving process")
    running.process.signal(signal.SIGUSR2)
    until(lambda: "signpost.handed_over" in running.process.output(), 20, "another process has taken over")
    assert running.client.set("cart.demo.internal") == {"10.1.0.1", "10.1.0.2"}
    assert running.stop() == 0


def test_the_calls_of_a_run_are_in_the_list(folder, cluster, nacos_server, services, until, figure):
    """The same by strace: which calls there are, and that each is allowed; how few they are is told."""
    trace = folder / "aside" / "calls"  # the program watches its own folder: each line there would be an event, and a line
    trace.parent.mkdir()
    # -D: strace beside the program, which is our child and hears our signals.
    running = everything(folder, cluster, nacos_server, services, prefix=("strace", "-D", "-f", "-qq", "-o", trace))
    running.wait_ready(40)
    a_day(running, until)
    assert running.stop() == 0
    seen = set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.M))
    figure("system calls", f"{len(seen)} used, {len(unit_filter.allowed() & unit_filter.numbers()[0].keys())} allowed by the unit")
    assert {"recvmmsg", "sendmmsg", "accept4" if "accept4" in seen else "accept", "fdatasync"} <= seen
    assert seen <= unit_filter.allowed()


@pytest.mark.campaign("DEPLOY_LONG")
def test_the_tests_of_the_program_pass_under_the_filters(filtered, folder):
    """All of tests/program, with every run of the binary under the filters. Left out: what copies and replaces the binary
    (--hold has a test of its own above), and the examples of pages, which compile."""
    stand_in = folder / "signpost"
    stand_in.write_text(f'#!/bin/sh\nexec {" ".join(map(str, filtered))} {harness.binary()} "$@"\n')
    stand_in.chmod(0o755)
    command = ["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-x", "tests/program", "--ignore=tests/program/test_second_opinion.py"]
    command += ["--ignore=tests/program/test_hold.py", "--ignore=tests/program/test_readme.py"]
    done = subprocess.run(command, cwd=unit_filter.UNIT.parents[2], capture_output=True, text=True, timeout=1800, check=False, env={**os.environ, "SIGNPOST_BINARY": str(stand_in)})
    assert done.returncode == 0, done.stdout[-4000:]
