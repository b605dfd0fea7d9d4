"""The chart as helm renders it, and its objects."""
import os
import pathlib
import shutil
import subprocess

import yaml
from harness import peers
from harness import signpost as harness

DEPLOY = pathlib.Path(__file__).parents[2] / "deploy"
CHART = DEPLOY / "chart/signpost"
VARIANTS = sorted(file.name.removesuffix("-values.yaml") for file in (CHART / "ci").glob("*-values.yaml"))


def run(name, *words, environment=None):
    """helm or kubectl, to its end."""
    command = [peers.program("helm", f"bin/{name}"), *words]
    return subprocess.run(
        [*map(str, command)], capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **(environment or {})}
    )


def variant(name):
    """The words that choose a variant of ci/."""
    return ["--values", CHART / f"ci/{name}-values.yaml"]


def template(*words, release="signpost", namespace="signpost", chart=CHART):
    """The objects, by (kind, name, namespace) in helm's order. `words`: more for helm, such as --set."""
    done = run("helm", "template", release, chart, "--namespace", namespace, *words)
    assert done.returncode == 0, done.stderr
    return by_name(done.stdout)


def by_name(text):
    items = [item for item in yaml.safe_load_all(text) if item]
    return {(item["kind"], item["metadata"]["name"], item["metadata"].get("namespace", "")): item for item in items}


def only(objects, kind, name="signpost"):
    """The one object of this kind and name."""
    (found,) = (item for one, item in objects.items() if one[:2] == (kind, name))
    return found


def refusal(*words):
    """What helm says of values that it does not take."""
    done = run("helm", "template", "signpost", CHART, *words)
    assert done.returncode != 0, done.stdout
    return done.stderr


def notes(folder, *words):
    """What helm says at the end of an installation, which it does not say without a cluster: here as an object of a chart
    that is like ours but for it."""
    if not (folder / "chart").exists():
        shutil.copytree(CHART, folder / "chart")
        whole = 'kind: Notes\nmetadata: {name: notes}\ntext: {{ include (print .Template.BasePath "/NOTES.txt") . | toJson }}\n'
        (folder / "chart/templates/notes.yaml").write_text(whole)
    return only(template(*words, chart=folder / "chart"), "Notes", "notes")["text"]


def render(*words):
    """deploy/chart/render."""
    tools = {"HELM": str(peers.program("helm", "bin/helm")), "SIGNPOST_BINARY": str(harness.binary())}
    return subprocess.run(
        [DEPLOY / "chart/render", *words], capture_output=True, text=True, timeout=120, check=False, env={**os.environ, **tools}
    )
