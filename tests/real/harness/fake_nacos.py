"""Our own strict Nacos server (tests/support/fake_nacos), judged here by the official SDKs."""
import json
import pathlib
import urllib.request

from .process import Process

_SERVER = pathlib.Path(__file__).resolve().parents[2] / "support/fake_nacos/server.py"


class FakeNacos:
    """A running fake on free ports, or on `port` and the one 1000 higher; `settings` are its own (push_delay=0.05,
    user="dns", ...). `prefix` starts it elsewhere, such as `nsenter --net`, where `control` does not reach."""

    def __init__(self, folder, port=0, prefix=(), **settings):
        given = [word for name, value in settings.items() for word in ("--set", f"{name}={json.dumps(value)}")]
        self.process = Process([*prefix, "/usr/bin/python3", _SERVER, "--port", port, *given], folder / "fake-nacos.log")
        self.process.wait_ready(lambda: '"http"' in self.process.output(), 20, "fake Nacos ready")
        line = next(line for line in self.process.output().splitlines() if '"http"' in line)
        self.port = json.loads(line)["http"]
        self.address = f"127.0.0.1:{self.port}"

    def _ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"http://{self.address}/control/{path}", data, timeout=10) as answer:
            return json.load(answer)

    def control(self, verb, **arguments):
        return self._ask(verb, arguments)

    def state(self):
        return self._ask("state")

    def stop(self):
        self.process.stop()
