"""The official SDKs of Nacos as programs of their own: publishers that can be killed, listeners that tell when."""
import json
import pathlib
import queue
import shutil
import threading

from . import peers
from .process import Process, now_ms

_REAL = pathlib.Path(__file__).resolve().parents[1]


class SdkPeer:
    """One connection of an SDK. `language` is "python", "java" or "java_v1" (1.4: HTTP and UDP); the commands are in tests/real/java/SdkPeer.java."""

    def __init__(self, language, address, folder, namespace="public", login=()):
        if language == "python":
            command = [peers.program("nacos_python", "bin/python"), _REAL / "python/sdk_peer.py"]
        else:
            if shutil.which("java") is None:
                peers.missing("java")
            java = peers.program(f"nacos_{language}", "lib").parent
            command = ["java", "-Xmx128m", "-cp", f"{java}/classes:{java}/lib/*", "SdkPeer"]
        home = folder / f"{language}-home-{now_ms():.0f}"  # the SDKs write logs and a cache into the home folder
        home.mkdir()
        self.process = Process(
            [*command, address, namespace, *login], folder / f"sdk-{language}.log",
            {"HOME": str(home), "JM.LOG.PATH": str(home), "JAVA_TOOL_OPTIONS": f"-Duser.home={home}"},
            talks=True, folder=home,
        )  # fmt: skip
        self._answers = queue.Queue()
        self.events = queue.Queue()  # (service, milliseconds of CLOCK_MONOTONIC, {"ip:port": (weight, healthy, enabled)})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._expect("ready", 40)

    def _read(self):
        for line in self.process.child.stdout:
            word = line.split()
            if word and word[0] == "event":
                self.events.put((word[1], int(word[2]) / 1e6, _instances(word[3] if len(word) > 3 else "")))
            elif word and word[0] in ("ready", "ok", "error"):
                self._answers.put(line.strip())
        self._answers.put("ended")

    def _expect(self, word, seconds):
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            answer = "silence"
        if answer != word:
            raise RuntimeError(f"SDK peer: {answer} instead of {word}; its log: {self.process.output()[-1500:]}")

    def do(self, *words):
        """Returns the time (now_ms) at which the SDK's call came back: the acknowledgement of a write."""
        self.process.child.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.child.stdin.flush()
        self._expect("ok", 20)
        return now_ms()

    def register(self, service, ip, port, weight=1, enabled=True, group="DEFAULT_GROUP", metadata=None):
        """`metadata`: the Python SDK alone."""
        more = [json.dumps(metadata, separators=(",", ":"))] if metadata else []
        return self.do("register", service, group, ip, port, weight, str(enabled).lower(), *more)

    def deregister(self, service, ip, port, group="DEFAULT_GROUP"):
        return self.do("deregister", service, group, ip, port)

    def subscribe(self, service, group="DEFAULT_GROUP"):
        return self.do("subscribe", service, group)

    def kill(self):
        self.process.kill()

    def stop(self):
        self.process.stop(5)


def _instances(text):
    hosts = {}
    for host in filter(None, text.split(",")):
        address, port, weight, healthy, enabled = host.rsplit(":", 4)
        hosts[f"{address}:{port}"] = (float(weight), healthy == "true", enabled == "true")
    return hosts
