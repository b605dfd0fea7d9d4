"""The Debian package: made twice, criticised, installed, upgraded, removed and purged by dpkg, in a Debian of its own."""
import hashlib
import os
import re
import subprocess

import pytest
from debian_fixtures import build, commands
from harness import signpost as harness
from harness.waiting import until as wait_until

CONFIG = "/etc/signpost/signpost.yaml"


def contents(package):
    """{path: (mode, owner)} of what is in it."""
    listed = subprocess.run(["dpkg-deb", "--contents", package], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 5) for line in listed.splitlines()]
    return {row[5][1:].rstrip("/"): (row[0], row[1]) for row in rows}


def control(package, field):
    return subprocess.run(["dpkg-deb", "--field", package, field], capture_output=True, text=True, check=True).stdout.strip()


def changed(package, folder, version, changes):
    """The same package as a later version, files of it changed: {path: function of its text}."""
    tree = folder / version
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    for path, change in {"DEBIAN/control": lambda text: re.sub(r"(?m)^Version: .*", f"Version: {version}", text), **changes}.items():
        (tree / path).write_text(change((tree / path).read_text()))
    made = folder / f"signpost_{version}.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, made], check=True, capture_output=True)
    return made


def test_what_is_in_it(package):
    inside = contents(package)
    assert {owner for _, owner in inside.values()} == {"root/root"}
    assert not [path for path, (mode, _) in inside.items() if mode[5] == "w" or mode[8] == "w"]
    for path in (
        "/usr/sbin/signpost", "/etc/signpost/signpost.yaml", "/etc/signpost/conf.d", "/etc/default/signpost", "/etc/logrotate.d/signpost",
        "/lib/systemd/system/signpost.service", "/lib/systemd/system/signpost.socket",
        "/usr/lib/sysusers.d/signpost.conf", "/usr/lib/tmpfiles.d/signpost.conf",
        "/usr/share/man/man8/signpost.8.gz", "/usr/share/man/man5/signpost.yaml.5.gz",
        "/usr/share/bash-completion/completions/signpost", "/usr/share/zsh/vendor-completions/_signpost",
        "/usr/share/doc/signpost/copyright", "/usr/share/doc/signpost/changelog.Debian.gz",
        "/usr/share/doc/signpost/examples/monitoring/alerts.yaml",
    ):  # fmt: skip
        assert path in inside, path


def test_what_it_depends_on(package, folder):
    """Every library that the program names, by the package that has it, and nothing of the build."""
    needs = control(package, "Depends")
    for name in ("libgrpc++1.51", "libssl3", "libcurl4", "libldns3", "libyaml-cpp0.7", "libc6 (>="):
        assert name in needs
    assert "-dev" not in needs
    subprocess.run(["dpkg-deb", "--extract", package, folder / "tree"], check=True)
    told = subprocess.run(["file", folder / "tree/usr/sbin/signpost"], capture_output=True, text=True, check=True).stdout
    assert ", stripped" in told and "pie executable" in told
    flags = subprocess.run(["readelf", "--dynamic", folder / "tree/usr/sbin/signpost"], capture_output=True, text=True, check=True).stdout
    assert "BIND_NOW" in flags and "RPATH" not in flags and "RUNPATH" not in flags


def test_the_same_binary_gives_the_same_bits(package, folder):
    """On another day, in another place, with other habits."""
    elsewhere = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), "TZ": "Asia/Tokyo", "HOME": str(folder), "LC_ALL": "C"}
    again = build(folder / "again", **elsewhere)
    assert hashlib.sha256(again.read_bytes()).hexdigest() == hashlib.sha256(package.read_bytes()).hexdigest()


def test_a_binary_of_another_version_is_refused(folder, deploy):
    other = folder / "signpost"
    other.write_text("#!/bin/sh\necho signpost 9.9.9 of yesterday\n")
    other.chmod(0o755)
    done = subprocess.run([deploy / "package", "--binary", other, "--into", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "9.9.9" in done.stderr and "changelog says" in done.stderr


def test_lintian_has_nothing_to_say(package, debian, figure):
    debian.put(package, f"/tmp/{package.name}")
    done = debian.run(f"lintian --allow-root --fail-on error,warning --display-info --pedantic /tmp/{package.name}")
    remarks = re.findall(r"^([EWIP]): .*", done.stdout, re.M)
    figure("lintian", f"{remarks.count('E')} errors, {remarks.count('W')} warnings, {remarks.count('I') + remarks.count('P')} remarks")
    assert done.returncode == 0 and not {"E", "W"} & set(remarks), done.stdout


def mode_of(debian, path):
    return debian.well(["stat", "--format", "%A %U:%G", path]).strip()


def test_it_is_installed(package, debian, install):
    said = install(debian, package)
    assert "warning" not in said.lower(), said
    assert re.match(r"signpost:x:\d+:\d+:[^:]*:/var/lib/signpost:/usr/sbin/nologin$", debian.well("getent passwd signpost"))
    assert mode_of(debian, "/etc/signpost") == "drwxr-x--- root:signpost"
    assert mode_of(debian, "/var/lib/signpost") == "drwx------ signpost:signpost"
    assert mode_of(debian, CONFIG) == "-rw-r--r-- root:root"
    assert mode_of(debian, "/usr/sbin/signpost") == "-rwxr-xr-x root:root"
    assert debian.well("readlink /etc/systemd/system/multi-user.target.wants/signpost.service").strip() == "/lib/systemd/system/signpost.service"
    assert debian.run("test -e /etc/systemd/system/sockets.target.wants/signpost.socket").returncode == 1, "optional"
    assert debian.well("dpkg --verify signpost; ldd /usr/sbin/signpost | grep 'not found' || true") == ""
    version = subprocess.run([harness.binary(), "version"], capture_output=True, text=True, check=True).stdout
    assert debian.well("signpost version") == version
    assert debian.well("signpost check").strip() == f"{CONFIG}: well"
    for page in ("8 signpost", "5 signpost.yaml"):
        shown = debian.run(f"man --warnings {page}")
        assert shown.returncode == 0 and shown.stderr == "" and "SEE ALSO" in shown.stdout
    assert debian.well("source /usr/share/bash-completion/completions/signpost && complete -p signpost").strip().endswith("signpost")


# What apt has of a package that is installed: its files, packed again, and their index. Then it is installed no more.
NOT_YET_THERE = """
mkdir -p /archive/tree/DEBIAN && cd /archive
tar -c -C / --no-recursion $(dpkg-query -L {0}) | tar -x -C tree
dpkg-query -s {0} | sed '/^Status:/d' >tree/DEBIAN/control
dpkg-deb --root-owner-group -Znone --build tree {0}.deb
(cat tree/DEBIAN/control; echo Filename: ./{0}.deb; echo Size: $(stat -c %s {0}.deb); echo SHA256: $(sha256sum {0}.deb | cut -c-64)) >Packages
rm -f /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:/archive ./' >/etc/apt/sources.list
apt-get update && dpkg --remove {0}
"""


def test_libraries_that_are_missing_are_fetched(package, debian, deploy):
    """By the page's command, on a machine that was not made for it."""
    debian.well("set -e" + NOT_YET_THERE.format("libfmt9"))
    debian.well("mkdir build")
    debian.put(package, f"/build/{package.name}")
    debian.well(commands(deploy)[1], input="y\n")
    assert debian.well("signpost check").strip() == f"{CONFIG}: well"
    assert debian.well("dpkg-query -W -f '${Status}' libfmt9 signpost") == 2 * "install ok installed"


def as_service(debian, capability):
    """The command of the unit as its user, with or without the one capability."""
    words = re.search(r"^ExecStart=(.*)$", debian.well("cat /lib/systemd/system/signpost.service"), re.M).group(1)
    words = words.replace("${SIGNPOST_CONFIG}", CONFIG).replace(" $SIGNPOST_OPTIONS", "")
    debian.well("install -d -o signpost -g signpost -m 750 /run/signpost")
    caps = "+net_bind_service" if capability else "-all"
    return debian.start(
        "setpriv --reuid signpost --regid signpost --init-groups --no-new-privs "
        f"--inh-caps {'-all,' + caps if capability else caps} --ambient-caps {caps} --bounding-set {'-all,' + caps if capability else caps} {words}"
    )


def ended_well(debian, program):
    debian.well("kill $(pidof signpost)")
    assert program.child.wait(20) == 0, program.output()


def answers(debian, port):
    return debian.dig("@127.0.0.1", "-p", str(port), "www.demo.internal", "+short").split() == ["192.0.2.80"]


def test_the_units_command_answers(package, debian, install):
    install(debian, package)
    program = as_service(debian, capability=False)
    program.wait_ready(lambda: answers(debian, 5300), 20, "an answer of the zone that is installed")
    assert debian.dig("@127.0.0.1", "-p", "5300", "www.demo.internal", "TXT", "+short", "+tcp").strip() == '"Signpost answers"'
    assert "demo.internal" in debian.well("signpost status")
    ended_well(debian, program)


def test_port_53_takes_the_capability(package, debian, install):
    install(debian, package)
    debian.well(f"sed -i 's/127.0.0.1:5300/127.0.0.1:53/' {CONFIG}")
    program = as_service(debian, capability=True)
    program.wait_ready(lambda: answers(debian, 53), 20, "an answer on port 53")
    ended_well(debian, program)
    program = as_service(debian, capability=False)
    wait_until(lambda: not program.alive(), 20, "the end of who may not bind port 53")
    assert "CAP_NET_BIND_SERVICE" in program.output()
    program.stop()


def test_an_upgrade_keeps_what_was_edited(package, debian, install, folder):
    install(debian, package)
    # Edited here, not there: kept without a question.
    debian.well(f"sed -i 's/192.0.2.80/192.0.2.81/' {CONFIG}; echo state >/var/lib/signpost/kept")
    install(debian, changed(package, folder, "0.1.0-2", {}))
    assert "192.0.2.81" in debian.well(f"cat {CONFIG}") and debian.well("cat /var/lib/signpost/kept") == "state\n"
    # Edited in both: whoever answers with "keep" keeps it, and finds the new one beside.
    later = changed(package, folder, "0.1.0-3", {"etc/signpost/signpost.yaml": lambda text: text + "# new\n", "etc/default/signpost": lambda text: text + "# new\n"})
    install(debian, later, "--force-confold")
    assert "192.0.2.81" in debian.well(f"cat {CONFIG}") and debian.well(f"tail -n 1 {CONFIG}.dpkg-dist") == "# new\n"
    assert debian.well("tail -n 1 /etc/default/signpost") == "# new\n", "not edited: the new one"
    assert debian.well("dpkg-query -W -f '${Version}' signpost") == "0.1.0-3"


def test_remove_and_purge_leave_what_they_should(package, debian, install):
    everything = "find / -xdev -path '*signpost*' ! -path '/tmp/*' ! -path '/var/lib/dpkg/*' ! -path '/var/cache/*' ! -path '/var/log/dpkg.log' | sort"
    before = debian.well(everything)
    install(debian, package)
    debian.well(f"echo '# mine' >>{CONFIG}; echo state >/var/lib/signpost/kept; install -d -o signpost /var/log/signpost")
    debian.well("dpkg --remove signpost 2>&1")
    assert debian.run("test -e /usr/sbin/signpost").returncode == 1
    assert debian.well(f"tail -n 1 {CONFIG}") == "# mine\n" and debian.well("cat /var/lib/signpost/kept") == "state\n"
    debian.well("dpkg --purge signpost 2>&1")
    left = set(debian.well(everything).split()) - set(before.split())
    assert left == set(), left
    assert debian.well("getent passwd signpost"), "files of this user may lie elsewhere"
    assert debian.run("dpkg-query -W signpost").returncode == 1


@pytest.mark.parametrize("mistake, said", [("zonse: []", "did you mean `zones`?"), ("lameduck: soon", "`lameduck` takes"), ("zones: [", "signpost.yaml:")])
def test_a_mistake_is_said_with_its_place(package, debian, install, mistake, said):
    """What the journal shows of ExecStartPre; under a real systemd: test_service.py."""
    install(debian, package)
    debian.well(f"printf '%s\\n' '{mistake}' >>{CONFIG}")
    done = debian.run("setpriv --reuid signpost --regid signpost --init-groups /usr/sbin/signpost check")
    assert done.returncode == 1 and re.search(rf"{CONFIG}:\d+:\d+: ", done.stderr) and said in done.stderr, done.stderr
