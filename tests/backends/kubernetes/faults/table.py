#!/usr/bin/env python3
"""The list and watch faults K1 to K38: what each demands, and which tests show it.

A C++ test says so in its name, `K13_ConnectionTrouble...`, a Python test by its mark, `@pytest.mark.rule("K13")`; each may
have several ids.
  table.py             the table from the sources; exit status 1 when an id has no test
  table.py LOG         the table of a run, from what ctest wrote; an id whose C++ tests did not run counts as missing
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parents[2]

FAULTS = {
    "K1": "history is gone (410): keep serving, list not older than the last version, then whatever is newest",
    "K2": "a continue token expired: what was read of the list is forgotten, the list starts again",
    "K3": "the server is behind (ResourceVersionTooLarge): wait as told, then list what it has",
    "K4": "a watch ends as it should: resume from the last version, no list",
    "K5": "watches end as soon as they begin: back off",
    "K6": "a half-open connection is noticed within 30 s",
    "K7": "the connection lives, the server behind it does not: silence ends the watch, on another connection",
    "K8": "ERROR 500: the watch is tried again for a minute, then a list",
    "K9": "ERROR StorageReadError: a list at once, since the deletion never comes",
    "K10": "a bookmark moves the version and nothing else; without bookmarks all works too",
    "K11": "429 and Retry-After: wait as told, at most 60 s, keep the place, no list",
    "K12": "error pages, wrong types, cut JSON, garbage: resume from the last version that was applied",
    "K13": "refused or reset: keep the version, back off up to 1.5 s, watch again",
    "K14": "GOAWAY: what is in flight ends well, the next request opens another connection",
    "K15": "401: the token file is read again at once, one try at once, then back-off",
    "K16": "a projected token swapped by symlink is followed by its path within 60 s",
    "K17": "403: serve on, say so, quick tries for 30 s, then one a minute",
    "K18": "the CA file changes: new connections use it, one that makes no sense changes nothing",
    "K19": "the same for client certificates",
    "K20": "an older list or event is refused, another server is asked",
    "K21": "a registry that went back for good is believed after a minute and two lists",
    "K22": "duplicates, strangers, any order: the end is the truth, and never a state that was not",
    "K23": "deleted and made again under its name: one replacement",
    "K24": "an event that never came is found by the audit, repaired and counted",
    "K25": "huge objects and lists: bounded memory, what is too large is skipped and its old version kept",
    "K26": "streaming lists: complete at the end mark alone; refused or markless ones fall back to a list",
    "K27": "a slow consumer is thrown out by the server: resume, nothing lost",
    "K28": "compaction during an outage: one list, each deletion told once",
    "K29": "clock skew: no decision by wall clock, a certificate of tomorrow is trouble with its name",
    "K30": "a resource that is not there: keep the data, try each minute; without slices Endpoints serve",
    "K31": "redirects are never followed",
    "K32": "one watch dead, the others alive: each goes on by itself",
    "K33": "objects that leave a selector are deleted",
    "K34": "single octets, long heads, heads without end: bounds and deadlines",
    "K35": "the apiserver's address does not depend on our own answers",
    "K36": "a thousand clients at its return: spread, one list a resource at a time, in pages",
    "K37": "thousands of endpoints unready in one breath: all told at once, names live as the zone's health policy says",
    "K38": "odd fields cost the element, never the object",
}

CXX = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.M)
PYTHON = re.compile(r"^@pytest\.mark\.rule\(([^)]*)\)\n(?:@.*\n)*def (test_\w+)\(", re.M)
RESULT = re.compile(r"^(?:\d+: )?\[ +(OK|FAILED|SKIPPED) +\] (\w[\w/]*)\.(\w[\w/]*) \(", re.M)


def ids(name):
    """["K1", "K28"] of `K1_K28_Compaction` and of `"K1", "K28"`."""
    return [word for word in re.split(r"[^A-Za-z0-9]", name.replace("_", " ")) if word in FAULTS]


def in_sources():
    """{id: [test]} of all tests that are written down."""
    found = {word: [] for word in FAULTS}
    for path in sorted(TESTS.rglob("*.cc")):
        for suite, name in CXX.findall(path.read_text(encoding="utf-8")):
            for word in ids(name):
                found[word].append(f"{suite}.{name}")
    for path in sorted(TESTS.rglob("test_*.py")):
        for marks, name in PYTHON.findall(path.read_text(encoding="utf-8")):
            for word in ids(marks):
                found[word].append(f"{path.parent.name}/{path.name}::{name}")
    return found


def in_log(text):
    """{id: [(test, "OK" or "FAILED" or "SKIPPED")]} of the C++ tests of a run."""
    found = {word: [] for word in FAULTS}
    for outcome, suite, name in RESULT.findall(text):
        for word in ids(name.split("/")[0]):
            found[word].append((f"{suite}.{name}", outcome))
    return found


def missing(sources=None):
    """Ids that no test carries."""
    return [word for word, tests in (sources or in_sources()).items() if not tests]


def outcome_of(written, ran):
    """One word for a line of the table."""
    if any(outcome == "FAILED" for _, outcome in ran):
        return "FAILED"
    if ran:
        return "passed" if any(outcome == "OK" for _, outcome in ran) else "skipped"
    elsewhere = written and all("::" in test for test in written)
    return "elsewhere" if elsewhere else "MISSING"


def main():
    sources = in_sources()
    log = in_log(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8", errors="replace")) if len(sys.argv) > 1 else None
    bad = missing(sources)
    for word, text in FAULTS.items():
        outcome = outcome_of(sources[word], log[word]) if log else "tested" if sources[word] else "MISSING"
        if outcome in ("MISSING", "FAILED") and word not in bad:
            bad.append(word)
        print(f"{word:4} {outcome:9} {text}")
        print(f"               {', '.join(sources[word])}")
    if bad:
        print(f"without a test that passed: {', '.join(bad)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
