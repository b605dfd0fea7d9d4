"""A small Debian of our own, for a test: the peer's root under a writable layer on memory, with its own network, processes
and names. Nothing of it is left when it ends. With `boots` its first process is a real systemd."""
import os
import pathlib
import shlex
import subprocess

from harness import peers
from harness.process import Process
from harness.waiting import until

_INSIDE = """#!/bin/sh -e
mkdir -p {folder}/root {folder}/layer
mount -t tmpfs none {folder}/layer
mkdir {folder}/layer/upper {folder}/layer/work
mount -t overlay none -o lowerdir={lower},upperdir={folder}/layer/upper,workdir={folder}/layer/work {folder}/root
cd {folder}/root
mount -t proc proc proc
mount -t sysfs -o ro none sys
for place in run dev tmp; do mount -t tmpfs -o mode=755 none $place; done
chmod 1777 tmp
for device in null zero full random urandom tty; do touch dev/$device; mount --bind /dev/$device dev/$device; done
mkdir dev/shm dev/pts dev/mqueue
mount -t tmpfs -o mode=1777 none dev/shm
mount -t devpts -o newinstance,ptmxmode=666 none dev/pts
ln -s pts/ptmx dev/ptmx
ip link set lo up
{more}
# The namespace's own root, also where the tests run in a chroot: in one, no user namespace may be made.
exec nsenter --mount=/proc/self/ns/mnt --wd=. sh -ec 'pivot_root . mnt; umount -l mnt; echo there
exec chroot . env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=test LC_ALL=C.UTF-8 {first}'
"""
_CGROUPS = "mount -t cgroup2 none sys/fs/cgroup"
# Groups are those of the machine: ours is made, entered, and at the end removed through a mount that nobody else sees.
_IN_GROUP = 'mkdir -p {folder}/groups && mount -t cgroup2 none {folder}/groups && cd {folder}/groups && '
_ENTER = _IN_GROUP + 'mkdir {group} && echo $$ >{group}/cgroup.procs && cd / && exec "$@"'
_REMOVE = _IN_GROUP + "find {group} -depth -type d -exec rmdir {{}} +"


class DebianRoot:
    def __init__(self, folder, boots=False):
        if os.geteuid() != 0:
            peers.missing("root, for a Debian of its own")
        self.folder = folder
        self._group = {"folder": folder, "group": f"signpost-{os.getpid()}"} if boots else None
        if boots and "cgroup2" not in pathlib.Path("/proc/filesystems").read_text():
            peers.missing("cgroup2, for a systemd of its own")
        script = folder / "inside"
        script.write_text(
            _INSIDE.format(
                folder=folder,
                lower=peers.program("debian", "root"),
                more=_CGROUPS if boots else "",
                first="/lib/systemd/systemd --system --unit=multi-user.target" if boots else "cat",
            )
        )
        script.chmod(0o755)
        into = ["unshare", "--mount", "sh", "-c", _ENTER.format(**self._group), "-"] if boots else []
        unshare = ["unshare", "--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child", *(["--cgroup"] if boots else [])]
        self._holder = Process([*into, *unshare, script], folder / "inside.log", talks=True)
        if self._holder.child.stdout.readline() != "there\n":
            self.stop()
            raise RuntimeError(f"no Debian of its own: {self._holder.output()}")
        self._prefix = ["nsenter", "--target", str(self._first()), "--all", "--root", "--wdns=/", "env", "-i"]
        self._prefix += ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]
        self.path = folder / "root"
        if boots:
            until(self._booted, 30, "systemd has started")

    def _first(self):
        """The id, outside, of the first process inside."""
        with open(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children") as file:
            return int(file.read().split()[0])

    def _booted(self):
        return self.run("systemctl is-system-running").stdout.strip() in ("running", "degraded")

    def run(self, words, **more):
        """A command inside, to its end; `words` as a shell has them."""
        command = [*self._prefix, "bash", "-c", words] if isinstance(words, str) else [*self._prefix, *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)

    def well(self, words, **more):
        """The same for a command that has to succeed: what it says."""
        done = self.run(words, **more)
        assert done.returncode == 0, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, words):
        """A program inside that stays: a Process."""
        return Process([*self._prefix, *shlex.split(words)], self.folder / f"{shlex.split(words)[0].replace('/', '_')}.log")

    def put(self, file, path, mode=0o644):
        """Copies a file of ours to a path inside."""
        self.write(path, pathlib.Path(file).read_bytes(), mode)

    def write(self, path, content, mode=0o644):
        data = content if isinstance(content, bytes) else content.encode()
        done = subprocess.run([*self._prefix, "sh", "-c", 'cat >"$1" && chmod "$2" "$1"', "-", path, oct(mode)[2:]], input=data, timeout=60, check=False)
        assert done.returncode == 0, path

    def in_network(self, *words):
        """What a program of ours says in the network inside."""
        command = ["nsenter", "--target", str(self._first()), "--net", *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False).stdout

    def dig(self, *words):
        return self.in_network("dig", "+tries=1", "+time=2", *words)

    def stop(self):
        """With the first process all others of its namespace go, and the mounts with them."""
        self._holder.kill()
        if self._group:
            until(self._group_removed, 10, "the group of the systemd is empty")

    def _group_removed(self):
        command = ["unshare", "--mount", "sh", "-c", _REMOVE.format(**self._group)]
        return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
