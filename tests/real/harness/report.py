"""Told at the end of a run: measured figures, and which rules were shown. A conftest imports the names that it needs."""
import collections

import pytest

_figures = []
_shown = collections.defaultdict(list)  # id -> [(test, outcome)]


def rule_shown(item, report):
    """Called for each phase of each test; `@pytest.mark.rule(ids)` names what the test shows."""
    if report.when == "call" or report.outcome != "passed":
        for mark in item.iter_markers("rule"):
            for word in mark.args:
                _shown[word].append((item.originalname, report.outcome))


def table(terminalreporter, title, rules):
    """One row a rule, with its tests; `rules` is {id: text}. Silent when no test of them ran."""
    if not any(word in _shown for word in rules):
        return
    terminalreporter.section(title)
    for word, text in rules.items():
        runs = [run for run in _shown.get(word, []) if run[1] != "skipped"]
        outcome = "passed" if runs and all(o == "passed" for _, o in runs) else "FAILED" if runs else "not run"
        terminalreporter.write_line(f"{word:4} {outcome:8} {text}")
        tests = ", ".join(dict.fromkeys(test for test, _ in runs))
        if tests:
            terminalreporter.write_line(f"              {len(runs)} runs of {tests}")


def pytest_terminal_summary(terminalreporter):
    if _figures:
        terminalreporter.section("figures of this run")
        for line in _figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figure():
    """figure("what", "value"): one line in the report at the end."""
    return lambda what, value: _figures.append(f"{what}: {value}")
