"""The installed unit under a real systemd, with all of its hardening: start, reload, mistakes, crashes, watchdog, sockets."""
import re
import time

import pytest
from debian_fixtures import commands
from harness.waiting import until as wait_until

CONFIG = "/etc/signpost/signpost.yaml"
BIND_SERVICE = 1 << 10  # CAP_NET_BIND_SERVICE


@pytest.fixture
def service(booted, package, install):
    """The package installed where systemd runs, as after its first start; what an earlier test wrote is gone, also from
    the journal."""
    if booted.run("dpkg --status signpost").returncode:
        assert "Created symlink" in install(booted, package)
        assert of_unit(booted, "ActiveState") == "active", journal(booted)
        booted.well(f"mkdir -p /installed; cp {CONFIG} /etc/default/signpost /installed")
    else:
        booted.well(
            f"cp /installed/signpost.yaml {CONFIG}; cp /installed/signpost /etc/default; rm -rf /etc/systemd/system/signpost.service.d; "
            "systemctl disable --now signpost.socket 2>&1; rm -f /etc/systemd/system/signpost.socket; systemctl daemon-reload; "
            "journalctl --rotate --vacuum-time=1us 2>&1; systemctl restart signpost"
        )
    return booted


def of_unit(debian, name):
    return debian.well(f"systemctl show --value --property {name} signpost.service").strip()


def journal(debian):
    return debian.well("journalctl --unit signpost --no-pager --output cat")


def answer(debian, port=5300, *words):
    return debian.dig("@127.0.0.1", "-p", str(port), "www.demo.internal", "+short", *words).strip()


def asked_twice(debian, port):
    """While nobody is there: no "connection refused", since the socket is. On a busy machine a start takes over 500 ms, and
    what has waited for so long is too old to be answered; a client's second try is not."""
    return answer(debian, port, "+tries=2").splitlines()[-1]


def replace(debian, old, new):
    debian.well(f"sed -i 's|{old}|{new}|' {CONFIG}")


def drop_in(debian, text, name="test.conf"):
    debian.well("mkdir -p /etc/systemd/system/signpost.service.d")
    debian.write(f"/etc/systemd/system/signpost.service.d/{name}", text)
    debian.well("systemctl daemon-reload")


def process(debian):
    """Of /proc/PID/status of the service: {name: text}."""
    told = debian.well(f"cat /proc/{of_unit(debian, 'MainPID')}/status")
    return dict(line.split(":\t", 1) for line in told.splitlines() if ":\t" in line)


def inodes(debian, port):
    """Of the UDP sockets on this port."""
    table = [line.split() for line in debian.well("cat /proc/net/udp").splitlines()[1:]]
    return {row[9] for row in table if row[1].endswith(f":{port:04X}")}


def test_it_starts_confined_and_answers(service):
    wait_until(lambda: "answering" in of_unit(service, "StatusText"), 10, "its status")
    assert answer(service) == answer(service, 5300, "+tcp") == "192.0.2.80"
    is_now = process(service)
    assert is_now["Uid"].split() == [service.well("id -u signpost").strip()] * 4
    assert {int(is_now[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {BIND_SERVICE}
    assert is_now["NoNewPrivs"] == "1" and is_now["Seccomp"] == "2"
    # Its own view of the files: nothing to write but state, logs and the socket's directory.
    pid = of_unit(service, "MainPID")
    inside = f"nsenter --target {pid} --mount --root --setuid $(id -u signpost) --setgid $(id -g signpost)"
    for place in ("/", "/usr", "/etc/signpost", "/home"):
        assert service.run(f"{inside} touch {place}/x").returncode == 1, place
    service.well(f"{inside} touch /var/lib/signpost/x /var/log/signpost/x /run/signpost/x")
    assert service.well("signpost status").strip() and service.run("setpriv --reuid nobody --clear-groups signpost status").returncode == 1
    assert service.well("setpriv --reuid nobody --regid nogroup --groups signpost signpost status").strip(), "a member of the group may ask"
    service.well("systemctl stop signpost")
    assert (of_unit(service, "Result"), of_unit(service, "ExecMainStatus")) == ("success", "0"), journal(service)


def test_the_readme_is_right(service, package, deploy):
    """Its commands, line by line; the first has made the package already."""
    make, put, ask = commands(deploy)
    path = put.removeprefix("apt install ./")
    assert make.split() == ["deploy/package", "--into", "build"] and path == f"build/{package.name}"
    service.well("dpkg --purge signpost && mkdir -p build")
    service.put(package, f"/{path}")
    service.well(put)
    assert ask.startswith("dig ") and "192.0.2.80" in service.dig(*ask.split()[1:])


def test_reload_takes_over_what_is_good_and_says_what_is_not(service):
    replace(service, "include: conf.d", "reload: signal\\ninclude: conf.d")
    service.well("systemctl reload signpost")
    wait_until(lambda: "last reload says" in of_unit(service, "StatusText"), 10, "a reload")
    replace(service, "192.0.2.80", "192.0.2.81")
    pid = of_unit(service, "MainPID")
    service.well("systemctl reload signpost")
    wait_until(lambda: answer(service) == "192.0.2.81", 10, "the new answer")
    replace(service, "dns: ..127.0.0.1:5300", "dsn: [\"127.0.0.1:5300")
    refused = service.run("systemctl reload signpost")
    assert refused.returncode == 1
    assert re.search(rf"{CONFIG}:\d+:\d+: unknown key `dsn`; did you mean `dns`", journal(service))
    assert answer(service) == "192.0.2.81" and of_unit(service, "MainPID") == pid
    # A start with the mistake: the same line; and it comes back by itself when the file is right again.
    assert service.run("systemctl restart signpost").returncode == 1
    assert journal(service).count("unknown key `dsn`") >= 2 and "control process exited" in service.run("systemctl status signpost").stdout.lower() + journal(service).lower()
    replace(service, "dsn: ", "dns: ")
    wait_until(lambda: answer(service) == "192.0.2.81", 20, "an answer after the repair")


def test_a_mistake_leaves_room_in_the_journal(service):
    """It is tried again after 5 s; who mends it and restarts waits for nothing."""
    replace(service, "dns: ..127.0.0.1:5300", "dsn: [\"127.0.0.1:5300")
    begun = time.monotonic()
    assert service.run("systemctl restart signpost").returncode == 1
    wait_until(lambda: service.well("journalctl --identifier signpost").count("did you mean `dns`") > 1, 20, "another try")
    assert time.monotonic() - begun > 4
    wait_until(lambda: service.run("test -e /run/signpost/starting").returncode == 1, 10, "the next one waits")
    replace(service, "dsn: ", "dns: ")
    begun = time.monotonic()
    service.well("systemctl restart signpost")
    assert time.monotonic() - begun < 4 and answer(service) == "192.0.2.80"


def test_an_address_may_come_later(service):
    """As at boot, when the network is not there yet; with the sysctl it need not be."""
    replace(service, "127.0.0.1:5300", "192.0.2.53:5300")
    begun = time.monotonic()
    assert service.run("systemctl restart signpost").returncode == 1
    assert "no interface of this machine has that address" in journal(service)
    service.in_network("ip", "address", "add", "192.0.2.53/32", "dev", "lo")
    wait_until(lambda: "192.0.2.80" in service.dig("@192.0.2.53", "-p", "5300", "www.demo.internal", "+short"), 20, "an answer there")
    assert time.monotonic() - begun > 4
    replace(service, "192.0.2.53", "192.0.2.54")
    service.well("echo 1 >/proc/sys/net/ipv4/ip_nonlocal_bind; systemctl restart signpost")


def test_sockets_outlive_crash_restart_and_upgrade(service, package, install, figure):
    before = inodes(service, 5300)
    assert before and int(of_unit(service, "NFileDescriptorStore")) >= 3  # UDP, TCP, admin
    pid, restarts = of_unit(service, "MainPID"), int(of_unit(service, "NRestarts"))
    service.well(f"kill -9 {pid}")
    begun = time.monotonic()
    assert asked_twice(service, 5300) == "192.0.2.80"
    figure("kill -9 to answer, by systemd", f"{1000 * (time.monotonic() - begun):.0f} ms")
    assert of_unit(service, "MainPID") != pid and int(of_unit(service, "NRestarts")) == restarts + 1
    assert inodes(service, 5300) == before
    service.well("systemctl restart signpost")
    assert answer(service) == "192.0.2.80" and inodes(service, 5300) == before
    pid = of_unit(service, "MainPID")
    install(service, package)
    assert answer(service) == "192.0.2.80" and inodes(service, 5300) == before
    assert of_unit(service, "MainPID") != pid, "an upgrade starts the new program"
    assert "admin.sock" in service.well("ls /run/signpost") and service.well("signpost status")


def test_with_hold_a_crash_is_hardly_seen(service, figure):
    """The option of /etc/default/signpost: a parent in the unit, which systemd takes for the service."""
    service.well("sed -i 's/^SIGNPOST_OPTIONS=.*/SIGNPOST_OPTIONS=--hold/' /etc/default/signpost && systemctl restart signpost")
    assert answer(service) == "192.0.2.80"
    parent, restarts = of_unit(service, "MainPID"), of_unit(service, "NRestarts")
    service.well(f"kill -9 $(cat /proc/{parent}/task/{parent}/children)")
    begun = time.monotonic()
    assert answer(service) == "192.0.2.80"
    figure("kill -9 to answer, with --hold", f"{1000 * (time.monotonic() - begun):.0f} ms")
    assert of_unit(service, "MainPID") == parent and of_unit(service, "NRestarts") == restarts
    service.well("systemctl stop signpost")
    assert of_unit(service, "Result") == "success"


def test_one_that_hangs_is_started_anew(service):
    drop_in(service, "[Service]\nWatchdogSec=1s\n")
    service.well("systemctl restart signpost")
    pid = of_unit(service, "MainPID")
    service.well(f"kill -STOP {pid}")
    wait_until(lambda: of_unit(service, "MainPID") not in (pid, "0"), 30, "another process")
    wait_until(lambda: answer(service) == "192.0.2.80", 20, "its answer")
    assert "Watchdog timeout" in journal(service)


def test_port_53_and_who_has_it(service):
    replace(service, "127.0.0.1:5300", "127.0.0.1:53")
    service.well("systemctl restart signpost")
    assert answer(service, 53) == "192.0.2.80"
    # systemd-resolved has 127.0.0.53:53, which 0.0.0.0 includes; here another program does.
    replace(service, "127.0.0.1:53", "127.0.0.53:53")
    holder = service.start("perl -MIO::Socket::INET -e 'my $s = IO::Socket::INET->new(Proto=>\"udp\",LocalAddr=>\"127.0.0.53:53\") or die; sleep 60'")
    wait_until(lambda: inodes(service, 53) - {""} and "3500007F" in service.well("cat /proc/net/udp"), 10, "its socket")
    service.run("systemctl restart signpost")
    wait_until(lambda: "another program listens there" in journal(service), 10, "what is wrong")
    assert "systemd-resolved" in journal(service)
    service.well("kill $(pidof perl)")
    holder.stop()


def test_the_query_log_is_rotated(service):
    """As logrotate.timer does each day; the program notices, and nobody else writes there."""
    log = "/var/log/signpost/queries"
    replace(service, "listen:", f"query_log: {{to: {log}}}\\nlisten:")
    service.well(f"systemctl restart signpost")

    def asked():
        return answer(service) and "www.demo.internal" in service.run(f"cat {log}").stdout

    for _ in range(2):
        wait_until(asked, 10, "a line")
        service.well("logrotate --force /etc/logrotate.conf")
    wait_until(asked, 10, "a line")
    assert service.well(f"ls {log}* && gzip -cd {log}.2.gz | grep -q www.demo").split() == [log, f"{log}.1", f"{log}.2.gz"]
    assert set(service.well(f"stat --format '%A %U' {log}*").splitlines()) == {"-rw------- signpost"}


def test_with_sockets_of_systemd_it_needs_no_capability(service, deploy):
    replace(service, "127.0.0.1:5300", "127.0.0.1:53")
    service.well("sed 's/:5300/:53/' /lib/systemd/system/signpost.socket >/etc/systemd/system/signpost.socket")
    service.well("systemctl stop signpost")
    drop_in(service, (deploy / "systemd/sockets-only.conf").read_text())
    service.well("systemctl enable --now signpost.socket 2>&1")
    before = inodes(service, 53)
    assert of_unit(service, "ActiveState") == "inactive" and before
    assert asked_twice(service, 53) == "192.0.2.80", "the first question starts it"
    is_now = process(service)
    assert {int(is_now[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert "handed_down_unused" not in journal(service)
    service.well("systemctl stop signpost.service")
    assert inodes(service, 53) == before and asked_twice(service, 53) == "192.0.2.80"


def test_removal_ends_it(service):
    """Also what was enabled by hand, and secrets beside the configuration."""
    service.well("systemctl enable signpost.socket 2>&1; touch /etc/signpost/nacos-password /etc/signpost/conf.d/team.yaml")
    service.well("dpkg --remove signpost 2>&1")
    assert of_unit(service, "ActiveState") == "inactive" and not inodes(service, 5300)
    assert service.well("ls /etc/signpost/nacos-password /etc/signpost/conf.d/team.yaml")
    service.well("dpkg --purge signpost 2>&1")
    assert "not-found" in of_unit(service, "LoadState")
    assert service.run("systemctl list-unit-files --no-legend 'signpost*'").stdout.strip() == ""
    assert service.run("ls -d /etc/signpost /var/lib/signpost /var/log/signpost").stdout == ""
    assert service.well("find /etc -name 'signpost*'") == ""
