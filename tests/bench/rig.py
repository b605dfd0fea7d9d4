"""One server on core 0 with the load on core 1: started, waited for, loaded, measured by its own CPU time, ended."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CORE_SERVER, CORE_LOAD = 0, 1
BUSY_MIN = 0.96  # below it the load or a neighbour, not the server, was the limit of what a clock shows
TYPES = {"A": 1, "SRV": 33, "AAAA": 28, "TXT": 16, "PTR": 12, "SOA": 6}


def free_port():
    """A port that is free for UDP and TCP on loopback at this moment."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            port = udp.getsockname()[1]
            try:
                tcp.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def family_of(pid):
    """The process and all below it: some servers answer in a child."""
    parents = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat") as stat:
            parents[int(entry)] = int(stat.read().rsplit(")", 1)[1].split()[1])
    family = [pid]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def cpu_seconds(pid):
    """What all threads of the process and its children have used, to the nanosecond."""
    total = 0
    for member in family_of(pid):
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{task}/schedstat") as stat:
                    total += int(stat.read().split()[0])
    return total / 1e9


def resident_octets(pid):
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def encode(name, qtype):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.rstrip(".").split(".") if label)
    return bytes.fromhex("000100000001000000000000") + labels + b"\0" + TYPES[qtype].to_bytes(2, "big") + b"\0\1"


def pinned(core, command):
    return ["taskset", "-c", str(core)] + [str(word) for word in command]


class Server:
    """A running server: `contestant` says how it is started and what it must answer before it counts as ready."""

    def __init__(self, contestant, core=CORE_SERVER):
        self.port = free_port()
        self.directory = tempfile.mkdtemp(prefix="signpost-bench-")
        self._log = open(os.path.join(self.directory, "log"), "w+")
        command = contestant.command(self.port, self.directory)
        environment = {**os.environ, **contestant.environment}
        # A session of its own, so that the children of a server end with it.
        self.process = subprocess.Popen(
            pinned(core, command), env=environment, stdout=self._log, stderr=self._log, start_new_session=True
        )
        try:
            self._wait_until_it_answers(contestant)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(10)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self):
        self._log.flush()
        with open(self._log.name) as file:
            return file.read()[-2000:]

    def ask(self, name, qtype, seconds=2.0):
        """The reply's octets; OSError when none comes. An earlier question's late reply is passed over."""
        query = encode(name, qtype)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", self.port))
            client.settimeout(seconds)
            client.send(query)
            return client.recv(65535)

    def _wait_until_it_answers(self, contestant):
        """Until it answers the last question of its world with NOERROR, and has nothing else to do."""
        name, qtype = contestant.last_question()
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"{contestant.name} ended with code {self.process.returncode}: {self.log()}")
            with contextlib.suppress(OSError):
                if self.ask(name, qtype, 0.1)[3] & 15 == 0 and self._is_quiet():
                    return
        sys.exit(f"{contestant.name} does not answer {name} {qtype}: {self.log()}")

    def _is_quiet(self):
        before = cpu_seconds(self.process.pid)
        time.sleep(0.3)
        return cpu_seconds(self.process.pid) - before < 0.01


def blast(tools, port, questions, seconds, *more):
    """One run of dnsblast on its core; its key=value line as a dict of numbers."""
    command = [os.path.join(tools, "dnsblast"), "--server", f"127.0.0.1:{port}", "--seconds", seconds, *more]
    if questions:
        command += ["--questions", questions]
    line = subprocess.run(pinned(CORE_LOAD, command), check=True, capture_output=True, text=True).stdout.strip()
    return {key: float(value) for key, value in (pair.split("=") for pair in line.split())}


def throughput(contestant, tools, seconds, more=()):
    """(queries by second of the server's CPU time, queries by second, share of its core that it used, dnsblast's line)."""
    with Server(contestant) as server:
        before = cpu_seconds(server.process.pid)
        more = [*more, *(["--echo"] if contestant.is_echo else [])]
        result = blast(tools, server.port, contestant.questions, seconds, *more)
        used = cpu_seconds(server.process.pid) - before
    return result["answers"] / used, result["qps"], used / seconds, result
