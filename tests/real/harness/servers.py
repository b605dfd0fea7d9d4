"""Fixtures: scratch folders on memory, and the real servers once a session. A conftest imports all of them."""
import os
import pathlib
import shutil
import tempfile

import pytest

from . import kube, nacos, sdk, waiting

__all__ = ["run_folder", "pytest_sessionfinish", "folder", "cluster", "namespace", "nacos_server", "sdk_peer", "until"]


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
