"""The image of deploy/image: made by its scripts, by buildah out of its Dockerfile, read by skopeo and umoci."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest
from harness import peers
from harness.signpost import binary

IMAGE = pathlib.Path(__file__).parents[2] / "deploy/image"


def run(*words, environment=None, seconds=120):
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, text=True, timeout=seconds, check=False,
        env={**os.environ, **(environment or {})},
    )  # fmt: skip
    assert done.returncode == 0, f"{words}\n{done.stdout}{done.stderr}"
    return done.stdout


def tool(name, *words, seconds=120):
    """One of skopeo, umoci, buildah, crun, run to its end: what it prints."""
    program, environment = peers.unpacked("containers", f"usr/bin/{name}")
    return run(program, *words, environment=environment, seconds=seconds)


class Image:
    """`tree` is the root file system, `layout` the OCI layout made of it, `bundle` what umoci unpacked from that."""

    def __init__(self, folder, epoch=1_700_000_000):
        if os.geteuid() != 0:
            peers.missing("root, for files of several owners and for containers")
        self.epoch = epoch
        self.tree, self.layout, self.bundle = folder / "tree", folder / "layout", folder / "bundle"
        self.report = run(IMAGE / "root", binary(), self.tree, "--debug", folder / "debug", environment={"SOURCE_DATE_EPOCH": str(epoch)})
        self.manifest = run(IMAGE / "oci", self.tree, self.layout)

    def unpack(self):
        tool("umoci", "unpack", "--image", f"{self.layout}:latest", self.bundle)
        return self


class Builder:
    """buildah over our Dockerfile, with an image store of its own in `folder`."""

    def __init__(self, folder):
        self._folder, self._layout = folder, folder / "built"
        self._store = ["--root", folder / "store", "--runroot", folder / "store-run", "--storage-driver", "vfs", "--registries-conf", "/dev/null"]
        self._policy = ["--signature-policy", peers.program("containers", "etc/containers/policy.json")]
        self._find_libraries()

    def _find_libraries(self):
        """buildah starts itself anew for each RUN, without an environment: its libraries are found by a loader's cache that
        only it sees."""
        _, environment = peers.unpacked("containers", "usr/bin/buildah")
        machine = f"{os.uname().machine}-linux-gnu"
        folders = [*environment["LD_LIBRARY_PATH"].split(":"), f"/lib/{machine}", f"/usr/lib/{machine}"]
        (self._folder / "ld.so.conf").write_text("\n".join(folders) + "\n")
        self._cache = self._folder / "ld.so.cache"
        run("ldconfig", "-X", "-C", self._cache, "-f", self._folder / "ld.so.conf")

    def _do(self, command, *words, seconds=120):
        program = peers.program("containers", "usr/bin/buildah")
        script = f'mount --bind {self._cache} /etc/ld.so.cache; exec "$@"'
        return run("unshare", "--mount", "sh", "-ec", script, "sh", program, *self._store, command, *words, seconds=seconds)

    def make_base(self, name, tree):
        """An image that is this tree."""
        container = self._do("from", *self._policy, "scratch").strip()
        self._do("add", "--quiet", container, tree, "/", seconds=300)
        self._do("commit", *self._policy, "--quiet", "--rm", container, name, seconds=300)

    def build(self, context, *words, seconds=120):
        self._do(
            "bud", *self._policy, "--quiet", "--isolation", "chroot", "--format", "docker", *words,
            "-f", IMAGE / "Dockerfile", "-t", "signpost", context, seconds=seconds,
        )  # fmt: skip

    def config(self):
        """What the image says of itself, in Docker's words."""
        return json.loads(json.loads(self._do("inspect", "--type", "image", "signpost"))["Config"])["config"]

    def unpack(self, folder):
        """The bundle that umoci makes of it."""
        self._do("push", *self._policy, "--quiet", "signpost", f"oci:{self._layout}:latest", seconds=300)
        tool("umoci", "unpack", "--image", f"{self._layout}:latest", folder / "bundle")
        return folder / "bundle"


def listing(tree):
    """{path: (mode, owner, group, content or target, extended attributes)}"""
    found = {}
    for path in tree.rglob("*"):
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(tree))] = (status.st_mode, status.st_uid, status.st_gid, content, attributes(path))
    return found


def attributes(path):
    return {name: os.getxattr(path, name, follow_symlinks=False) for name in os.listxattr(path, follow_symlinks=False)}


@pytest.fixture(scope="session")
def image(tmp_path_factory):
    """Made once, and unpacked."""
    folder = tmp_path_factory.mktemp("image")
    yield Image(folder).unpack()
    shutil.rmtree(folder)
