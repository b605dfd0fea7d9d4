"""What deploy/systemd/signpost.service lets the program do, worked out as systemd does it."""
import functools
import pathlib
import re
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "real"))

from harness import peers  # noqa: E402

UNIT = pathlib.Path(__file__).parents[2] / "deploy/systemd/signpost.service"
ARCHITECTURES = {"x86_64": ("asm/unistd_64.h", 0xC000003E), "aarch64": ("asm-generic/unistd.h", 0xC00000B7)}
# Every filter of systemd has them, whatever the unit says (systemd.exec(5): "execve(), exit(), ... are implicitly allowed").
ALWAYS = "@default"


def settings(key):
    """All values of this key of the unit, in order."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.M)


def in_debian(*words):
    """A command in the small Debian, where systemd is: its output."""
    done = subprocess.run(["chroot", peers.program("debian", "root"), *words], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.lru_cache(maxsize=None)
def groups():
    """{"@name": names of calls and groups} of this systemd."""
    found, current = {}, None
    for line in in_debian("systemd-analyze", "syscall-filter", "--no-pager").splitlines():
        if line.startswith("@"):
            current = found.setdefault(line.strip(), [])
        elif current is not None and line.startswith(" ") and not line.lstrip().startswith("#"):
            current.append(line.strip())
        elif line.startswith("#"):
            current = None
    return found


def expanded(word):
    if not word.startswith("@"):
        return {word}
    return set().union(*(expanded(each) for each in groups()[word]))


@functools.lru_cache(maxsize=None)
def allowed():
    """The names of all calls that the unit allows."""
    names = expanded(ALWAYS)
    for value in settings("SystemCallFilter"):
        words = set().union(*(expanded(word) for word in value.lstrip("~").split()))
        names = names - words if value.startswith("~") else names | words
    return frozenset(names)


def numbers():
    """({name: number}, AUDIT_ARCH) of this machine's kernel headers."""
    header, architecture = ARCHITECTURES[subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout.strip()]
    text = subprocess.run(["cpp", "-dM"], input=f"#include <{header}>\n", capture_output=True, text=True, check=True).stdout
    return {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}, architecture


def families():
    """The numbers of RestrictAddressFamilies=."""
    return [int(socket.AddressFamily[word]) for word in settings("RestrictAddressFamilies")[0].split()]
