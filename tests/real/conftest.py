"""Fixtures: scratch folders on memory, the real servers once a session, and the report of measured figures."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

import fault_rules  # noqa: E402
import nacos_rules  # noqa: E402
import spec_rules  # noqa: E402
from harness import kube, nacos, report, sdk, waiting  # noqa: E402
from harness.report import figure  # noqa: E402, F401


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


@pytest.fixture(scope="session")
def run_folder():
    """A folder on memory for the whole session; kept when SIGNPOST_KEEP or a failure asks for it."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signpost-real-", dir=base))
    _kept.append(folder)
    yield folder


_kept = []


def pytest_sessionfinish(session, exitstatus):
    for folder in _kept:
        if exitstatus == 0 and not os.environ.get("SIGNPOST_KEEP"):
            shutil.rmtree(folder, ignore_errors=True)
            continue
        # Data of the servers is large and tells little; their words are kept where a later look finds them.
        logs = pathlib.Path(os.environ.get("SIGNPOST_LOGS", tempfile.gettempdir())) / folder.name
        for log in folder.rglob("*.log"):
            target = logs / log.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log, target)
        shutil.rmtree(folder, ignore_errors=True)
        print(f"\nlogs kept in {logs}")


@pytest.fixture
def folder(run_folder, request):
    """One test's own folder; short, because a Unix socket's path has at most 107 octets."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=request.node.originalname[:24] + "-", dir=run_folder))
    return path


@pytest.fixture(scope="session")
def cluster(run_folder):
    """etcd, apiserver, controller manager: started once; a scenario works in a namespace of its own."""
    path = run_folder / "cluster"
    path.mkdir()
    running = kube.Cluster(path)
    yield running
    running.stop()


@pytest.fixture
def namespace(cluster, request):
    name = request.node.originalname.replace("_", "-")[5:45].strip("-")
    cluster.namespace(name)
    return name


@pytest.fixture(scope="session")
def nacos_server(run_folder):
    path = run_folder / "nacos"
    path.mkdir()
    server = nacos.Nacos(path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sdk_peer(nacos_server, folder):
    """sdk_peer("python") or sdk_peer("java"): a connection of that SDK, ended with the test."""
    running = []

    def start(language, server=nacos_server, login=()):
        peer = sdk.SdkPeer(language, server.address, folder, login=login)
        running.append(peer)
        return peer

    yield start
    for peer in running:
        peer.stop()


@pytest.fixture
def until():
    return waiting.until
