"""Which tests show that we bear a fault: what table.py of a registry and its faults prints.

A C++ test says so in its name, `K13_ConnectionTrouble...` or `..._A13`, a Python test by its mark, `@pytest.mark.rule("K13")`;
each may have several ids.
"""
import pathlib
import re
import sys

TESTS = pathlib.Path(__file__).resolve().parents[2]

CXX = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
PYTHON = re.compile(r"^@pytest\.mark\.rule\(([^)]*)\)\n(?:@.*\n)*def (test_\w+)\(", re.M)
RESULT = re.compile(r"^(?:\d+: )?\[ +(OK|FAILED|SKIPPED) +\] (\w[\w/]*)\.(\w[\w/]*) \(", re.M)


def ids(name, faults):
    """["K1", "K28"] of `K1_K28_Compaction` and of `"K1", "K28"`."""
    return [word for word in re.split(r"[^A-Za-z0-9]", name.replace("_", " ")) if word in faults]


def in_sources(faults):
    """{id: [test]} of all tests that are written down."""
    found = {word: [] for word in faults}
    for path in sorted(TESTS.rglob("*.cc")):
        for suite, name in CXX.findall(path.read_text(encoding="utf-8")):
            for word in ids(name, faults):
                found[word].append(f"{suite}.{name}")
    for path in sorted(TESTS.rglob("test_*.py")):
        for marks, name in PYTHON.findall(path.read_text(encoding="utf-8")):
            for word in ids(marks, faults):
                found[word].append(f"{path.parent.name}/{path.name}::{name}")
    return found


def in_log(text, faults):
    """{id: [(test, "OK" or "FAILED" or "SKIPPED")]} of the C++ tests of a run."""
    found = {word: [] for word in faults}
    for outcome, suite, name in RESULT.findall(text):
        for word in ids(name.split("/")[0], faults):
            found[word].append((f"{suite}.{name}", outcome))
    return found


def outcome_of(written, ran):
    """One word for a line of the table."""
    if any(outcome == "FAILED" for _, outcome in ran):
        return "FAILED"
    if ran:
        return "passed" if any(outcome == "OK" for _, outcome in ran) else "skipped"
    elsewhere = written and all("::" in test for test in written)
    return "elsewhere" if elsewhere else "MISSING"


def main(faults):
    """Prints the table of {id: what it demands}; the exit status. With the path of what ctest wrote as the argument: that of a
    run, in which an id whose C++ tests did not run counts as missing."""
    sources = in_sources(faults)
    log = in_log(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace"), faults) if len(sys.argv) > 1 else None
    bad = [word for word, tests in sources.items() if not tests]
    for word, text in faults.items():
        outcome = outcome_of(sources[word], log[word]) if log else "tested" if sources[word] else "MISSING"
        if outcome in ("MISSING", "FAILED") and word not in bad:
            bad.append(word)
        print(f"{word:4} {outcome:9} {text}")
        print(f"               {', '.join(sources[word])}")
    if bad:
        print(f"without a test that passed: {', '.join(bad)}")
    return 1 if bad else 0
