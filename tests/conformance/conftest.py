"""The checklist against the real binary, over every road, and the table of what it said."""
import collections
import pathlib
import shutil
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "real")]

import roads  # noqa: E402
import rules  # noqa: E402
import world  # noqa: E402

_results = collections.defaultdict(list)  # id -> [(test, outcome)]


def pytest_addoption(parser):
    parser.addoption("--rule", action="append", default=[], help="only the tests of this line, such as H4")


def pytest_configure(config):
    config.addinivalue_line("markers", "rule(*ids): the lines of the checklist that a test shows")


def _ids(item):
    return [word for mark in item.iter_markers("rule") for word in mark.args]


def pytest_collection_modifyitems(config, items):
    for item in items:
        ids = _ids(item)
        assert ids and set(ids) <= set(rules.RULES), f"{item.nodeid} names its lines of the checklist"
        item.user_properties += [("rule", word) for word in ids]
    if wanted := set(config.getoption("--rule")):
        assert wanted <= set(rules.RULES), "an id of rules.py"
        items[:] = [item for item in items if wanted & set(_ids(item))]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.when == "call" or report.outcome != "passed":
        for word in _ids(item):
            _results[word].append((item.originalname, getattr(item, "callspec", None), report.outcome))


def missing(config):
    """Lines of the checklist without a test; none when only some were asked for."""
    return [] if config.getoption("--rule") else sorted(set(rules.RULES) - set(_results))


def pytest_sessionfinish(session):
    if not session.config.option.collectonly and missing(session.config) and session.exitstatus == 0:
        session.exitstatus = 1


def pytest_terminal_summary(terminalreporter, config):
    if config.option.collectonly:
        return
    terminalreporter.section("the checklist, line by line")
    for word, text in rules.RULES.items():
        if runs := _results.get(word):
            _write_row(terminalreporter, word, text, runs)
        elif word in missing(config):
            terminalreporter.write_line(f"{word:4} MISSING  {text}")
    for word, why in rules.NOT_APPLICABLE.items():
        terminalreporter.write_line(f"{word:4} not here {why}")
    if lines := missing(config):
        terminalreporter.write_line(f"without a test: {', '.join(lines)}")


def _write_row(terminalreporter, word, text, runs):
    tests = list(dict.fromkeys(test for test, _, _ in runs))
    outcome = "passed" if all(o == "passed" for _, _, o in runs) else "FAILED"
    if all(o == "skipped" for _, _, o in runs):
        outcome = "skipped"
    heard = {value for _, callspec, _ in runs if callspec for value in callspec.params.values()}
    where = ", ".join(r for r in roads.NAMES if r in heard) or "its own sockets"
    terminalreporter.write_line(f"{word:4} {outcome:8} {text}")
    terminalreporter.write_line(f"              {len(runs)} runs of {', '.join(tests)} ({where})")


@pytest.fixture(scope="session")
def folder():
    """Short, because a Unix socket's path has at most 107 octets."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="signpost-rules-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server(folder):
    """The one server that nearly all tests ask."""
    with world.started(folder / "main", world.main()) as made:
        yield made


@pytest.fixture(scope="session")
def strict(folder):
    """A second one with narrow limits, behind wildcard addresses."""
    with world.started(folder / "strict", world.strict()) as made:
        yield made


@pytest.fixture(scope="session")
def limited(folder):
    """A third one that limits rates."""
    with world.started(folder / "limited", world.limited()) as made:
        yield made


@pytest.fixture(scope="session")
def forwarded(folder):
    """A fourth one that believes forwarders on loopback: a road for each transport and family."""
    with world.started(folder / "forwarded", world.forwarded()) as made:
        roads_made = [roads.Road(name, made.addresses) for name in roads.NAMES]
        yield roads_made
        for road in roads_made:
            road.close()


_heard = collections.defaultdict(dict)


@pytest.fixture(params=roads.NAMES)
def road(request, server):
    """One of the four; what a test hears on all of them must be the same (C7)."""
    made = roads.Road(request.param, server.addresses, _heard[request.node.originalname])
    yield made
    made.close()


@pytest.fixture(params=["tcp4", "tcp6"])
def tcp(request, server):
    """Those over TCP."""
    made = roads.Road(request.param, server.addresses)
    yield made
    made.close()


@pytest.fixture(params=["udp4", "udp6"])
def udp(request, server):
    """Those over UDP."""
    made = roads.Road(request.param, server.addresses)
    yield made
    made.close()
