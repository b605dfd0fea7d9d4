"""Containers of the image: crun runs them in a network of their own, with what `docker run` was told."""
import json
import os
import pathlib
import re
import shlex
import subprocess

import pytest
from harness import peers
from harness.process import Process
from harness.waiting import until
from image import IMAGE, run

ROOT = peers.REPOSITORY
NOBODY = 65532
PAGE = (IMAGE / "README.md").read_text()
SHOP = (ROOT / "deploy/shop.yaml").read_text()


class Sandbox:
    """A network with loopback alone, as a Pod has one; `prefix` starts a program in it."""

    def __init__(self, folder):
        self._holder = Process(["unshare", "--net", "sh", "-ec", "ip link set lo up; echo there; exec cat"], folder / "sandbox.log", talks=True)
        if self._holder.child.stdout.readline() != "there\n":
            raise RuntimeError(f"no network of its own: {self._holder.output()}")
        self.prefix = ["nsenter", "--target", str(self._holder.pid), "--net"]

    def run(self, *words):
        return run(*self.prefix, *words)

    def dig(self, *words):
        return self.run("dig", "@127.0.0.1", "+short", "+tries=1", "+time=2", *words).split()

    def stop(self):
        self._holder.stop()


def filter_of_engines(held):
    """The system calls that podman allows (its seccomp.json, made of Docker's), in the runtime's words."""
    profile = json.loads(peers.program("containers", "usr/share/containers/seccomp.json").read_text())
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[os.uname().machine]

    def counts(rule):
        include, exclude = rule.get("includes") or {}, rule.get("excludes") or {}
        return (
            set(include.get("caps", [])) <= held
            and machine in include.get("arches", [machine])
            and not set(exclude.get("caps", [])) & held
        )

    rules = []
    for rule in filter(counts, profile["syscalls"]):
        made = {"names": rule["names"], "action": rule["action"]}
        if rule.get("args"):
            made["args"] = rule["args"]
        if rule["action"] == "SCMP_ACT_ERRNO":
            made["errnoRet"] = rule["errnoRet"]
        rules.append(made)
    return {"defaultAction": profile["defaultAction"], "defaultErrnoRet": profile["defaultErrnoRet"], "syscalls": rules}


# Which sets of a process' capabilities an engine fills for a user other than root. containerd and CRI-O, so Kubernetes,
# inherit none since 2022 (CVE-2022-24769) and have no ambient ones; Docker bounds what files may give, and opens low ports
# by a sysctl of the network instead; podman makes them ambient.
ENGINES = {
    "kubernetes": {"bounding", "effective", "permitted"},
    "docker": {"bounding"},
    "podman": {"bounding", "effective", "permitted", "inheritable", "ambient"},
}
LOW_PORTS = "net.ipv4.ip_unprivileged_port_start"


class Run:
    """`docker run` as its words have it, in those of a runtime, as this engine would. What is not known here is an error."""

    def __init__(self, line, engine="kubernetes"):
        words = shlex.split(line)
        assert words[:2] == ["docker", "run"], line
        self.read_only, self.capabilities, self.no_new_privileges = False, set(), False
        self.mounts, self.command = [], []
        self.engine, self.sysctl = engine, {LOW_PORTS: "0"} if engine == "docker" else {}
        rest = words[2:]
        while rest and rest[0].startswith("-"):
            name, _, value = rest.pop(0).partition("=")
            self._take(name, value or (rest.pop(0) if name not in ("--rm", "--read-only") else ""))
        assert rest.pop(0).partition(":")[0] == "signpost", line
        self.command = rest

    def _take(self, name, value):
        if name == "--read-only":
            self.read_only = True
        elif name == "--cap-add":
            self.capabilities.add(f"CAP_{value}")
        elif name == "--tmpfs":
            target, _, options = value.partition(":")
            self.mounts.append((target, "tmpfs", "tmpfs", options.split(",") if options else []))
        elif name in ("-v", "--volume"):
            source, target, *options = value.split(":")
            self.mounts.append((target, "bind", source, ["rbind", *options]))
        elif name == "--sysctl":
            key, _, number = value.partition("=")
            self.sysctl[key] = number
        elif (name, value) == ("--security-opt", "no-new-privileges"):
            self.no_new_privileges = True
        else:
            assert (name, value) in (("--cap-drop", "ALL"), ("--rm", "")) or name in ("-p", "--publish", "--name"), f"{name} {value}"

    def configure(self, config, rootfs):
        """The runtime's configuration made of the one that umoci read from the image."""
        process = config["process"]
        process["terminal"] = False
        process["args"] = process["args"][:1] + self.command if self.command else process["args"]
        process["capabilities"] = {kind: sorted(self.capabilities) for kind in ENGINES[self.engine]}
        process["noNewPrivileges"] = self.no_new_privileges
        process["rlimits"] = []
        config["root"] = {"path": str(rootfs), "readonly": self.read_only}
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] in ("/proc", "/dev", "/sys")] + [
            {"destination": target, "type": kind, "source": str(source), "options": options} for target, kind, source, options in self.mounts
        ]
        linux = config["linux"]
        # The sandbox is the network; what it is told here is told to it.
        linux["namespaces"] = [kind for kind in linux["namespaces"] if kind["type"] != "network"]
        linux["seccomp"] = filter_of_engines(self.capabilities)
        linux["resources"] = {}
        return config


class Container:
    """A running container of the image in a Sandbox, its log in `process.output()`; what it writes to stdout is apart."""

    def __init__(self, image, sandbox, folder, line, engine="kubernetes"):
        asked = Run(line, engine)
        self.folder, self.sandbox = folder, sandbox
        self.stdout = folder / "stdout"
        for key, value in asked.sysctl.items():
            sandbox.run("sh", "-c", f'echo {value} >/proc/sys/{key.replace(".", "/")}')
        config = asked.configure(json.loads((image.bundle / "config.json").read_text()), image.bundle / "rootfs")
        (folder / "config.json").write_text(json.dumps(config))
        crun, environment = peers.unpacked("containers", "usr/bin/crun")
        self._crun = [crun, "--root", folder / "crun", "--cgroup-manager=disabled"]
        # crun knows one tree of control groups or several, but not both at once, which some machines have: it sees one, and
        # makes none. --kill-child: whatever ends the tests ends the container.
        words = " ".join(map(str, [*self._crun, "run", "--bundle", folder, "signpost"]))
        script = f"mount -t cgroup2 none /sys/fs/cgroup; exec {words} >{self.stdout}"
        self._environment = environment
        self.process = Process(
            [*sandbox.prefix, "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-ec", script],
            folder / "signpost.log", environment=environment,
        )  # fmt: skip

    def pid(self):
        """Of the program itself, seen from here: the only descendant that runs our binary."""
        found = until(lambda: [pid for pid in self._descendants(self.process.pid) if self._is_ours(pid)], 10, "the program runs")
        return found[0]

    def _descendants(self, pid):
        try:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return []
        return [found for child in children for found in [int(child), *self._descendants(int(child))]]

    def _is_ours(self, pid):
        try:
            return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"/usr/bin/signpost\0")
        except OSError:
            return False

    def wait_log(self, words, seconds=15):
        self.process.wait_ready(lambda: words in self.process.output(), seconds, f"the container says {words}")
        return self

    def inside(self, *words):
        """`docker exec`: (exit status, output) of a program of the image, in all of the container's namespaces."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.pid()), "--all", f"--setuid={NOBODY}", f"--setgid={NOBODY}", *words],
            capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def metric(self, name):
        """The sum of a metric's rows, from port 9153 of the sandbox."""
        page = self.sandbox.run("curl", "-sf", "http://127.0.0.1:9153/metrics")
        return sum(float(value) for value in re.findall(rf"^signpost_{name}(?:{{.*}})? (\S+)$", page, re.M))

    def wait_end(self, seconds=15):
        """The exit status of a program that ends by itself."""
        until(lambda: not self.process.alive(), seconds, "the container ends")
        return self.process.child.returncode

    def terminate(self):
        """SIGTERM to the program, as an engine does it: its exit status."""
        os.kill(self.pid(), 15)
        return self.wait_end()

    def stop(self):
        self.process.kill()


STATE = "--tmpfs /var/lib/signpost:uid=65532,gid=65532,mode=0700,size=8m"


def docker_run(etc, state=STATE, replace=None):
    """The line of the page, with the folder `etc` and the words `state` in the place of its volumes. `replace`: {words: others}."""
    line = re.search(r"^docker run .*?(?<!\\)$", PAGE, re.M | re.S).group().replace("\\\n", " ")
    for old, new in {"-v /etc/signpost:": f"-v {etc}:", "-v signpost-state:/var/lib/signpost": state, **(replace or {})}.items():
        assert old in line, f"{old}: {line}"
        line = line.replace(old, new)
    return line


def write_config(folder, port=53, **more):
    """/etc/signpost of a container: a configuration over the shop."""
    etc = folder / "etc"
    etc.mkdir(exist_ok=True)
    config = {
        "listen": {
            "dns": [f"127.0.0.1:{port}"],
            "health": "0.0.0.0:8080",
            "metrics": "127.0.0.1:9153",
            "admin": "unix:/run/signpost/admin.sock",
        },
        "state_directory": "/var/lib/signpost",
        "registries": {"shop": {"type": "file", "path": "shop.yaml", "required": True}},
        "zones": [{"name": "demo.internal", "registry": "shop"}],
        **more,
    }
    (etc / "signpost.yaml").write_text(json.dumps(config))
    (etc / "shop.yaml").write_text(SHOP)
    folder.chmod(0o755)
    return etc


@pytest.fixture
def sandbox(folder):
    made = Sandbox(folder)
    yield made
    made.stop()


@pytest.fixture
def contain(image, sandbox, folder):
    """contain(line, engine="kubernetes"): a container, ended with the test."""
    running = []

    def begin(line, engine="kubernetes"):
        place = folder / f"container-{len(running)}"
        place.mkdir()
        running.append(Container(image, sandbox, place, line, engine))
        return running[-1]

    yield begin
    for container in running:
        container.stop()
