"""Processes of the tests: started, watched, ended by their own id; what they print goes to a file."""
import ctypes
import os
import signal
import subprocess
import time

from .waiting import until


_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def _die_with_parent():
    """In the child: should the tests themselves be killed, the kernel ends their processes too. Counts from the
    thread that started the process, so processes are started from the main thread only."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """One running program. Its output is appended to `log`; with `talks` its stdin and stdout are pipes instead."""

    def __init__(self, command, log, environment=None, talks=False, folder=None):
        self.command = [str(part) for part in command]
        self.log = log
        self._file = open(log, "ab")
        self._file.write(f"--- {' '.join(self.command)}\n".encode())
        self._file.flush()
        self._start = self._file.tell()
        pipe = subprocess.PIPE if talks else None
        self.child = subprocess.Popen(
            self.command,
            stdin=pipe or subprocess.DEVNULL,
            stdout=pipe or self._file,
            stderr=self._file,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            text=True,
            preexec_fn=_die_with_parent,
            start_new_session=True,  # a Ctrl-C in the terminal ends the tests, and they end their processes
        )

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child.poll() is None

    def output(self):
        """What this run has printed into its log so far."""
        with open(self.log, "rb") as file:
            file.seek(self._start)
            return file.read().decode(errors="replace")

    def wait_ready(self, question, seconds, what):
        """Until `question()` is true; a program that ends meanwhile is an error at once, with its last words."""

        def ready():
            if not self.alive():
                raise RuntimeError(f"{self.command[0]} ended with {self.child.returncode}: {self.output()[-2000:]}")
            return question()

        try:
            return until(ready, seconds, what)
        except AssertionError as late:
            raise RuntimeError(f"{late}; {self.command[0]} said: {self.output()[-2000:]}") from late

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        """SIGKILL, as a crash would."""
        self._end(signal.SIGKILL, 10)

    def stop(self, seconds=10):
        """SIGTERM, then SIGKILL. Returns the exit status."""
        return self._end(signal.SIGTERM, seconds)

    def _end(self, number, seconds):
        if self.alive():
            self.child.send_signal(number)
            try:
                self.child.wait(seconds)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait(10)
        for pipe in (self.child.stdin, self.child.stdout):
            if pipe:
                pipe.close()
        self._file.close()
        return self.child.returncode

    def cpu_seconds(self):
        """User and system time so far; for reports."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self):
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def now_ms():
    """CLOCK_MONOTONIC in milliseconds: the same clock for every process of the machine."""
    return time.monotonic_ns() / 1e6
