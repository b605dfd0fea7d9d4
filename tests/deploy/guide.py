"""A guide of deploy/ as a test runs it: its shell blocks one after the other in one bash, its outputs compared.

- ```sh: commands. A variable that is assigned in the guide can be given another value (`values`).
- ```text right after one: exactly what that block prints.
- ```yaml or ```corefile after a text that names a file as `signpost.yaml`: written to that file, with `replaced` words.
Anything else in the guide is prose."""
import os
import pathlib
import re
import select
import signal
import subprocess
import time

from harness import signpost

ROOT = pathlib.Path(__file__).parents[2]


class Guide:
    """`hooks`: {beginning of a heading: function} called when the guide comes there; a test changes the world with it."""

    def __init__(self, name, folder, values=None, replaced=None, hooks=None):
        self._text = (ROOT / "deploy/migration" / name).read_text()
        self.folder, self._values, self._replaced, self._hooks = folder, values or {}, replaced or {}, hooks or {}
        self._unused = {*self._values, *self._replaced, *self._hooks}
        (folder / "bin").mkdir()
        # As in an installation: commands without --config mean the one configuration that there is.
        shim = folder / "bin/signpost"
        shim.write_text(f'#!/bin/sh\ncase " $* " in *" --config "* | *" diff "*) ;; *) set -- "$@" --config signpost.yaml ;; esac\nexec {signpost.binary()} "$@"\n')
        shim.chmod(0o755)
        (folder / "deploy").symlink_to(ROOT / "deploy")
        self._shell = subprocess.Popen(
            ["bash", "-u"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            env={**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"},
        )  # fmt: skip
        # Should the test itself be killed, its end of the pipe closes, and all of this goes too.
        self._shell.stdin.write(b"trap 'trap - EXIT; kill 0' EXIT\n")

    def stop(self):
        """Ends the shell and what its commands have left running: all of one session, which is this guide's own."""
        try:
            os.killpg(self._shell.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        self._shell.communicate(timeout=20)

    def steps(self):
        """Runs the guide to its end; yields (heading, commands, output) after each shell block."""
        heading, ran, before = "", None, ""
        for kind, block, line in _parts(self._text):
            if kind == "heading":
                heading = line
                for begin, act in self._hooks.items():
                    if line.startswith(begin):
                        self._unused.discard(begin)
                        act()
            elif kind == "sh":
                ran = self._run(self._with_values(block))
                yield heading, block, ran
            elif kind == "text":
                assert ran is not None and ran.rstrip() == block.rstrip(), f"{heading}: the guide says\n{block}\nand it was\n{ran}"
            elif kind in ("yaml", "corefile"):
                name = re.findall(r"`([\w.-]+)`", before)
                if name:
                    (self.folder / name[0]).write_text(self._with_words(block))
            before = line if kind == "prose" else ""
        assert not self._unused, f"the guide has no {self._unused}"

    def _with_values(self, block):
        for name, value in self._values.items():
            block, count = re.subn(rf"\b{name}=\S+", f"{name}={value}", block)
            if count:
                self._unused.discard(name)
        return block

    def _with_words(self, block):
        for old, new in self._replaced.items():
            if old in block:
                self._unused.discard(old)
            block = block.replace(old, new)
        return block

    def _run(self, block):
        """The block in the shell, with `set -e` for its duration; its output. A command that fails is the guide's mistake."""
        end = f"--done-{os.urandom(4).hex()}--"
        # In this shell, not a child of it: functions and variables stay. `eval` under `||` would switch `set -e` off.
        self._shell.stdin.write(f"set -e\n{block}\nset +e\nprintf '%s\\n' {end}\n".encode())
        self._shell.stdin.flush()
        seen, until = b"", time.monotonic() + 90
        while end.encode() not in seen:
            if select.select([self._shell.stdout], [], [], 1)[0]:
                more = os.read(self._shell.stdout.fileno(), 65536)
                if not more:
                    raise AssertionError(f"the shell ended in\n{block}\nand said\n{seen.decode()}")
                seen += more
            elif self._shell.poll() is not None:  # what it left running may hold the pipe
                raise AssertionError(f"a command failed in\n{block}\nand said\n{seen.decode()}")
            elif time.monotonic() > until:
                raise AssertionError(f"no end after 90 s:\n{block}\n{seen.decode()}")
        return seen.decode().replace(end + "\n", "")


def _parts(text):
    """(kind, block, line) in order: heading, prose (one paragraph's last line), and fenced blocks by their word."""
    lines = iter(text.splitlines())
    for line in lines:
        fence = re.fullmatch(r"```(\w+)", line)
        if fence:
            block = []
            for inner in lines:
                if inner == "```":
                    break
                block.append(inner)
            yield fence[1], "\n".join(block) + "\n", line
        elif line.startswith("#"):
            yield "heading", "", line.lstrip("# ")
        elif line:
            yield "prose", "", line
