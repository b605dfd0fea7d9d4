"""Fixtures come from harness/servers.py; here are the rules that tests show, the campaigns and the report of figures."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import fault_rules  # noqa: E402
import nacos_rules  # noqa: E402
import spec_rules  # noqa: E402
from harness import report  # noqa: E402
from harness.report import figure  # noqa: E402, F401
from harness.servers import *  # noqa: E402, F403


def pytest_configure(config):
    config.addinivalue_line("markers", "rule(*ids): the lines of spec_rules, fault_rules or nacos_rules that a test shows")
    config.addinivalue_line("markers", "campaign(name): too long for every run; only when SIGNPOST_<name> is set")


def pytest_terminal_summary(terminalreporter):
    report.table(terminalreporter, "the Kubernetes DNS specification, line by line", spec_rules.RULES)
    report.table(terminalreporter, "faults of a real apiserver", fault_rules.RULES)
    report.table(terminalreporter, "faults of a Nacos server", nacos_rules.RULES)
    report.pytest_terminal_summary(terminalreporter)


def pytest_collection_modifyitems(config, items):
    later = [item for item in items if any(not size(mark.args[0], 0) for mark in item.iter_markers("campaign"))]
    items[:] = [item for item in items if item not in later]
    config.hook.pytest_deselected(items=later)
    known = set(spec_rules.RULES) | set(fault_rules.RULES) | set(nacos_rules.RULES)
    for item in items:
        unknown = {word for mark in item.iter_markers("rule") for word in mark.args} - known
        assert not unknown, f"{item.nodeid} names rules that no table has: {unknown}"


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report.rule_shown(item, (yield).get_result())


def size(name, default):
    """A number of a scenario; campaigns set it larger through the environment, e.g. SIGNPOST_CHURN_WRITES=5000."""
    return int(os.environ.get(f"SIGNPOST_{name}", default))
