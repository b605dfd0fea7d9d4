"""Every example in every README is run: shell blocks line by line, YAML blocks through `signpost check`, commands of
`signpost`, `dig` and `curl` in the text. All in a network and a /run of its own, since examples name real ports and paths."""
import os
import pathlib
import re
import shlex
import subprocess

import pytest
import yaml
from harness import peers, schema
from harness import signpost as harness
from harness.process import Process

ROOT = pathlib.Path(__file__).parents[2]
READMES = sorted(
    name
    for name in subprocess.run(["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    if name.endswith("README.md")
)
RUN_IN_TEXT = ("signpost ", "dig ", "curl ")
NEEDS_MORE = {"run", "explain", "dump", "drain", "undrain", "diff", "completion", "top"}  # alone in a text they are only named
SETTING = """
listen:
  dns: ["127.0.0.1:53"]
  health: "127.0.0.1:8080"
  ready: "127.0.0.1:8181"
  metrics: "127.0.0.1:9153"
  admin: "unix:/run/signpost/admin.sock"
registries: {cluster: {type: file, path: shop.yaml, required: true}}
zones: [{name: demo.internal, registry: cluster}, {name: 10.0.0.0/8, reverse_of: [demo.internal]}]
"""


def examples():
    """(README, kind, text) of each; kind is the word behind ```, or `text` for a command in a sentence."""
    for name in READMES:
        content = (ROOT / name).read_text()
        for kind, block in re.findall(r"^```(\w*)\n(.*?)^```", content, re.M | re.S):
            yield name, kind, block
        content = re.sub(r"^```.*?^```", "", content, flags=re.M | re.S)
        for block in re.findall(r"(?:^    \S.*\n(?:^     +\S.*\n)*)+", content, re.M):
            yield name, "sh", re.sub(r"^    ", "", block, flags=re.M)
        for words in re.findall(r"`([^`\n]+)`", content):
            if words.startswith(RUN_IN_TEXT):
                yield name, "text", words


def lines_of(block):
    """The commands of a shell block, without comments and with continued lines joined."""
    for line in block.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield line, words


class Inside:
    """A network with loopback alone and an empty /run. `sh` runs a line in the repository, with `signpost` on the PATH."""

    def __init__(self, folder):
        if os.geteuid() != 0:
            peers.missing("root, for a network and a /run of their own")
        script = folder / "inside"
        script.write_text('#!/bin/sh -e\nip link set lo up\nmount -t tmpfs none /run\nmkdir /run/signpost\necho there; exec "$@"\n')
        script.chmod(0o755)
        self._folder = folder
        self._holder = Process(["unshare", "--net", "--mount", script, "cat"], folder / "inside.log", talks=True)
        if self._holder.child.stdout.readline() != "there\n":
            raise RuntimeError(f"no network of its own: {self._holder.output()}")
        self._prefix = ["nsenter", "--target", str(self._holder.pid), "--net", "--mount", "--root", f"--wd={ROOT}"]
        self._running = []
        (folder / "signpost.yaml").write_text(SETTING)
        (folder / "shop.yaml").write_text((ROOT / "deploy/shop.yaml").read_text())
        (folder / "bin").mkdir()
        command = folder / "bin/signpost"
        command.write_text(
            "#!/bin/sh\ncase $1 in reference | completion | version | diff | -*) set -- \"$@\" ;; "
            f"*) set -- \"$@\" --config {folder}/signpost.yaml ;; esac\nexec {harness.binary()} \"$@\"\n"
        )
        command.chmod(0o755)
        self._path = {"PATH": f"{folder}/bin:{os.environ['PATH']}"}

    def start(self, *words):
        self._running.append(Process([*self._prefix, *words], self._folder / f"{len(self._running)}.log", environment=self._path))
        return self._running[-1]

    def sh(self, line):
        return subprocess.run(
            [*self._prefix, "bash", "-c", line], capture_output=True, text=True, timeout=30, check=False, env={**os.environ, **self._path}
        )

    def stop(self):
        for process in reversed(self._running):
            process.stop()
        self._holder.stop()


@pytest.fixture(scope="module")
def inside(tmp_path_factory):
    made = Inside(tmp_path_factory.mktemp("readme"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def quickstart(inside):
    """`deploy/quickstart` as the README has it, on the port that it has."""
    if not (ROOT / "build/build.ninja").exists():
        peers.missing("a configured build/ (tests/run --stage build)")
    process = inside.start("deploy/quickstart")
    process.wait_ready(lambda: "NOERROR" in inside.sh("dig @127.0.0.1 -p 5300 cart.demo.internal +tries=1 +time=1").stdout, 300, "quickstart answers")
    return process


@pytest.fixture(scope="module")
def usual(inside):
    """A Signpost on the ports and paths that it has in a text."""
    process = inside.start("signpost", "run")
    process.wait_ready(lambda: inside.sh("curl -sf http://127.0.0.1:8181/ready").returncode == 0, 20, "ready")
    return process


def run_dig(inside, line):
    done = inside.sh(line)
    assert "status: NOERROR" in done.stdout and not re.search(r"ANSWER: 0\b", done.stdout), f"{line}\n{done.stdout}"


def run_tests_runner(words):
    """Itself it cannot be run from here; its stages and campaigns can be listed."""
    known = subprocess.run([ROOT / "tests/run", "--list"], capture_output=True, text=True, timeout=20, check=True).stdout
    for word, name in zip(words[1::2], words[2::2]):
        assert word in ("--stage", "--campaign"), words
        assert re.search(rf"^{word[2:]} +{name} ", known, re.M), f"{words}: {known}"


def run_tool(words):
    """Of a program that runs for minutes or needs another build: it is there, and knows these options."""
    program = ROOT / words[0]
    if words[0].startswith(("build/", "build-sanitize/")):
        assert any(re.search(rf"\b{program.name}\b", file.read_text()) for file in (ROOT / "tests").rglob("CMakeLists.txt")) or (
            ROOT / f"tests/fuzz/{program.name}.cc"
        ).exists(), words
        return
    assert os.access(program, os.X_OK), words
    if not any(word.startswith("--") for word in words):
        return
    told = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=20, check=False)
    for word in words[1 : words.index("--") if "--" in words else None]:
        assert not word.startswith("--") or word in told.stdout + told.stderr, f"{words}: {told.stdout}{told.stderr}"


def run_kubectl(folder, words):
    """Scenarios of tests/real and tests/deploy run with exactly these files."""
    for option, name in zip(words, words[1:]):
        if option in ("-f", "-k"):
            path = next(at for at in (ROOT / name, ROOT / folder / name) if at.exists())
            assert option == "-k" or list(yaml.safe_load_all(path.read_text())), name
            tests = [*(ROOT / "tests/real").rglob("*.py"), *(ROOT / "tests/deploy").rglob("*.py")]
            assert any(path.name in file.read_text() for file in tests), f"no test applies {name}"


def run_helm(words):
    """tests/deploy/test_chart_cluster.py installs on a real apiserver what the chart's README does; here without one."""
    assert words[1] in ("install", "upgrade"), words
    command = [peers.program("helm", "bin/helm"), "template", *words[2:]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "kind: ConfigMap" in done.stdout, done.stderr


def run_image_tool(words):
    """tests/deploy/test_image.py and test_container.py do what these words say: with crun and buildah in the place of docker, which needs a daemon."""
    if words[0].startswith("deploy/image/"):
        return run_tool(words)
    assert words[:2] in (["docker", "build"], ["docker", "run"], ["skopeo", "copy"]), words
    for flag, file in zip(words, words[1:]):
        assert flag != "-f" or (ROOT / file).exists(), words


def run_packaging(words):
    """tests/deploy/test_service.py runs this block line by line, in a Debian where the package may be installed."""
    if words[0] == "deploy/package":
        return run_tool(words)
    assert words[0] in ("apt", "dig"), words


def run_shell_line(request, readme, line, words):
    if readme == "deploy/systemd/README.md":
        return run_packaging(words)
    inside = request.getfixturevalue("inside")
    if words == ["deploy/quickstart"]:
        assert request.getfixturevalue("quickstart").alive()
    elif words[0] == "dig":
        request.getfixturevalue("quickstart")
        run_dig(inside, line)
    elif words[0] == "tests/run":
        run_tests_runner(words)
    elif words[0] == "build/dns/signpost" and "run" not in words:
        request.getfixturevalue("quickstart")
        done = inside.sh(line + " --once" if "top" in words else line)  # which would look until somebody ends it
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    elif words[0] in ("signpost", "curl", "source"):
        request.getfixturevalue("usual")
        done = inside.sh(line)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
    elif words[0].startswith(("tests/", "build/", "build-sanitize/")):
        run_tool(words)
    elif words[0] in ("docker", "skopeo") or words[0].startswith("deploy/image/"):
        run_image_tool(words)
    elif words[0] == "kubectl":
        for part in line.split("&&"):
            run_kubectl(pathlib.Path(readme).parent, shlex.split(part))
    elif words[0] == "helm":
        run_helm(words)
    elif words[0] == "cmake":  # the build stage runs it, with every option that an example has
        for word in words:
            assert not word.startswith("-D") or word in (ROOT / "tests/run").read_text(), line
    elif words[0].startswith("SIGNPOST_BINARY="):  # the conformance stage runs them all
        assert words[1:5] == ["python3", "-m", "pytest", "tests/conformance"] and "stage_conformance" in (ROOT / "tests/run").read_text()
        for word in words[5:]:
            assert not word.startswith("--") or f'"{word}"' in (ROOT / "tests/conformance/conftest.py").read_text(), line
    else:
        pytest.fail(f"{readme}: no way to run this is known here: {line}")


@pytest.mark.parametrize("readme, kind, text", list(examples()), ids=lambda value: str(value).splitlines()[0][:60] if value else "plain")
def test_example(request, folder, signpost, readme, kind, text):
    if kind == "sh":
        for line, words in lines_of(text):
            run_shell_line(request, readme, line, words)
    elif kind == "yaml":
        path = folder / "example.yaml"
        path.write_text(text)
        (folder / "conf.d").mkdir()
        assert schema.mistakes(text) == []
        done = signpost("check", "--config", path)
        assert done.returncode == 0, done.stderr
    elif kind == "text":
        words = shlex.split(text)
        if re.search(r"\b[A-Z]{3,}\b|\[", text.replace("SRV", "").replace("AAAA", "")) or (len(words) == 2 and words[1] in NEEDS_MORE):
            known = signpost("--help").stdout
            assert words[0] != "signpost" or re.search(rf"^  {re.escape(words[1])} ", known, re.M), f"{readme}: {text}"
            return
        request.getfixturevalue("usual")
        done = request.getfixturevalue("inside").sh(text)
        assert done.returncode == 0 or ("cart.demo.internal" not in text and done.returncode == 1), f"{text}\n{done.stdout}{done.stderr}"
    else:
        assert kind in ("", "cpp"), f"{readme}: say which language an example is in"
