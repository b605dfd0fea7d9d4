"""The top level, the rooms' README files, headers that explain themselves, and words that do not belong."""
import re
import subprocess

from house import ROOT, rooms, text, tracked

TOP_LEVEL = {"CMakeLists.txt", "README.md", "backends", "config", "deploy", "dns", "tests", "zones"}
CODE = [n for n in tracked() if n.endswith((".h", ".cc"))]
HEADERS = [n for n in CODE if n.endswith(".h") and not n.startswith("tests/")]
# This file names what it looks for.
WORDED = [n for n in tracked() if n != "tests/tidy/test_layout.py" and not n.endswith(("go.sum", "go.mod"))]
LEFTOVERS = re.compile(r"\b(TODO|FIXME|XXX|HACK|TBD)\b|\bplaceholder\b(?!=)|lorem ipsum|not implemented yet", re.I)
MACHINE_PATHS = re.compile(r"(?<![\w.$}/])/(?:work|root)/|/home/[a-z]")
LINES_MAX = 400  # most files fit into one sitting, about 200; beyond this one is two


def test_top_level_is_exact():
    assert {name.split("/")[0] for name in tracked() if not name.startswith(".")} == TOP_LEVEL


def test_every_room_has_a_readme():
    def told(folder):
        readme = ROOT / folder / "README.md"
        return readme.exists() and len(readme.read_text().split()) > 40

    assert not [folder for folder in rooms() if not told(folder)], "README.md tells how things flow through the room"


def test_headers_open_with_what_they_are_for():
    def opens(name):
        lines = text(name).split("\n")
        return lines[0].startswith("//") and len(lines[0]) > 20 and "#pragma once" in lines

    assert not [name for name in HEADERS if not opens(name)]


def undocumented_classes(name):
    """Classes at namespace level without a comment above. One that is alone in its header shares the header's."""
    lines = text(name).split("\n")
    found = [i for i, line in enumerate(lines) if re.match(r"class \w+[^;]*$", line)]
    return [f"{name}: {lines[i]}" for i in found if len(found) > 1 and not _documented(lines, i)]


def _documented(lines, i):
    while i > 0 and lines[i - 1].startswith("template"):
        i -= 1
    return i > 0 and lines[i - 1].lstrip().startswith("//")


def test_public_classes_have_docstrings():
    assert not [bare for name in HEADERS for bare in undocumented_classes(name)]


def lines_with(pattern, names):
    return [f"{name}: {line.strip()}" for name in names for line in text(name).split("\n") if pattern.search(line)]


def test_no_leftovers():
    assert not lines_with(LEFTOVERS, WORDED)


def test_no_paths_of_one_machine():
    assert not lines_with(MACHINE_PATHS, WORDED)


def test_files_are_readable_in_one_sitting():
    assert not [name for name in CODE if text(name).count("\n") > LINES_MAX]


def test_no_fixed_sleeps():
    """A test waits for a state; only the one function of the harness that asks again may pause."""
    python = [name for name in tracked() if re.match(r"tests/real/.*\.py", name) and not name.endswith("waiting.py")]
    assert not lines_with(re.compile(r"\bsleep_for\b|\bu?sleep\("), [name for name in CODE if name.startswith("tests/")] + python)


def scripts():
    return [n for n in tracked() if n.endswith(".sh") or re.match(r"#!.*\b(ba)?sh\b", text(n).split("\n", 1)[0])]


def test_scripts_are_well_formed():
    for name in (name for name in tracked() if name.endswith(".py")):
        compile(text(name), name, "exec")
    for name in scripts():
        done = subprocess.run(["bash", "-n", ROOT / name], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        if not name.endswith(".sh"):  # those are read by others, not run
            assert (ROOT / name).stat().st_mode & 0o100, f"{name} is run, so it is executable"
            assert "set -" in text(name) or "exec " in text(name), f"{name} goes on after a failure"


def test_code_is_formatted():
    done = subprocess.run(
        ["clang-format-14", "--dry-run", "--Werror", *CODE], cwd=ROOT, capture_output=True, text=True, check=False
    )
    wrong = sorted({line.split(":")[0] for line in done.stderr.split("\n") if "clang-format-violations" in line})
    assert done.returncode == 0, wrong
