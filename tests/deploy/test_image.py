"""deploy/image: what is in the image, and that it can be made again, by its scripts and by its Dockerfile."""
import json
import os
import re
import shutil
import stat
import tarfile
import time
import types

import pytest
from container import NOBODY, PAGE, ROOT, Container, docker_run, write_config
from harness import peers
from image import IMAGE, Builder, Image, listing, run, tool


def files_of(tree):
    return [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]


def test_the_same_binary_gives_the_same_image(image, folder, figure):
    again = Image(folder, image.epoch)
    assert again.manifest == image.manifest and again.report == image.report
    times = {int(path.lstat().st_mtime) for path in again.tree.rglob("*")}
    assert times == {image.epoch}
    figure("image", " ".join(image.manifest.split()[1:5]))


def test_nothing_is_missing_and_nothing_is_too_much(image):
    tree = image.tree
    libraries = {path.name for path in (tree / "usr/lib").rglob("*.so*")}
    programs = [path for path in files_of(tree) if path.read_bytes()[:4] == b"\x7fELF"]
    for program in programs:
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program))
        assert set(needed) <= libraries, f"{program}: {set(needed) - libraries}"
    assert len(programs) > 50
    assert [path.name for path in (tree / "usr/bin").iterdir()] == ["signpost"] and not (tree / "usr/sbin").exists()
    assert not any(path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID) for path in files_of(tree))
    runs = {path.name for path in programs if path.stat().st_mode & 0o111}
    assert {name for name in runs if ".so" not in name} == {"signpost"}
    mine = {str(path.relative_to(tree)) for path in tree.rglob("*") if path.lstat().st_uid != 0}
    assert mine == {"run/signpost", "var/lib/signpost"}
    assert not [path for path in tree.rglob("*") if path.is_symlink() and not (tree / path.resolve().relative_to(tree.resolve())).exists()]
    assert run("getcap", "-r", tree).split() == [f"{tree}/usr/bin/signpost", "cap_net_bind_service=p"]
    sections = run("readelf", "-S", tree / "usr/bin/signpost")
    assert ".debug_info" not in sections and ".gnu_debuglink" in sections


def test_every_package_has_its_papers(image):
    packages = {path.name for path in (image.tree / "var/lib/dpkg/status.d").iterdir()}
    assert {"libc6", "libssl3", "libgrpc++1.51", "ca-certificates"} <= packages
    for package in packages:
        assert (image.tree / "usr/share/doc" / package / "copyright").stat().st_size > 100, package
        entry = (image.tree / "var/lib/dpkg/status.d" / package).read_text()
        assert f"Package: {package}\n" in entry and "\nVersion: " in entry


def test_the_page_has_the_figures_of_the_script(image):
    size, files = (int(re.search(rf"^{word} +(\d+)", image.report, re.M).group(1)) for word in ("size", "files"))
    libraries, packages = re.search(r"^libraries +(\d+), of (\d+) packages", image.report, re.M).groups()
    packed = int(re.search(r"(\d+) compressed", image.manifest).group(1))
    told = re.search(r"Now: (\d+) MB in (\d+) files, (\d+) MB compressed.*?; (\d+) libraries of (\d+) Debian packages", PAGE, re.S)
    for number, page in zip((size / 1e6, files, packed / 1e6, int(libraries), int(packages)), map(int, told.groups())):
        assert abs(number - page) <= 0.1 * page, f"the page says {page}, the script {number}"


def test_the_page_makes_the_image_that_the_chart_asks_for(deploy):
    """Each name of it on the page is that of the manifests, which is the chart's."""
    asked = set(re.findall(r'image: "(signpost:\S+)"', (deploy / "manifests/stub-domain.yaml").read_text()))
    assert len(asked) == 1 and set(re.findall(r"\bsignpost:\d[\w.]*", PAGE)) == asked


def test_others_read_the_layout(image, folder):
    config = json.loads(tool("skopeo", "inspect", "--config", f"oci:{image.layout}:latest"))
    assert config["config"]["User"] == f"{NOBODY}:{NOBODY}" and config["config"]["Entrypoint"] == ["/usr/bin/signpost"]
    version = re.search(r"^project\(signpost VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M).group(1)
    assert config["config"]["Labels"]["org.opencontainers.image.version"] == version
    policy = peers.program("containers", "etc/containers/policy.json")
    archive = f"docker-archive:{folder}/signpost.tar"
    tool("skopeo", "--policy", policy, "copy", "--quiet", f"oci:{image.layout}:latest", f"{archive}:signpost:{version}")
    with tarfile.open(folder / "signpost.tar") as packed:
        assert json.load(packed.extractfile("manifest.json"))[0]["RepoTags"] == [f"docker.io/library/signpost:{version}"]
    docker = json.loads(tool("skopeo", "inspect", "--config", archive))
    assert docker["rootfs"] == config["rootfs"]
    assert listing(image.bundle / "rootfs") == listing(image.tree)


def test_the_dockerfile_comes_to_the_same_image(image, folder):
    """buildah reads it; its stage `root` is the tree that the script made, so nothing is compiled."""
    context = folder / "context"
    (context / "image").mkdir(parents=True)
    shutil.copytree(image.tree, context / "image", symlinks=True, dirs_exist_ok=True)
    for name in ("run/signpost", "var/lib/signpost"):
        os.chown(context / "image" / name, NOBODY, NOBODY)
    builder = Builder(folder)
    builder.build(ROOT, "--build-context", f"root={context}", "--timestamp", image.epoch)
    ours = json.loads(tool("skopeo", "inspect", "--raw", "--config", f"oci:{image.layout}:latest"))["config"]
    built = builder.config()
    assert built["Labels"].pop("io.buildah.version")
    assert {key: built[key] for key in ours} == ours
    assert listing(builder.unpack(folder) / "rootfs") == listing(image.bundle / "rootfs")


@pytest.mark.campaign("DEPLOY_LONG")
def test_the_whole_dockerfile(image, sandbox, tmp_path, figure):
    """On a debian:bookworm made by debootstrap: packages, compilation (minutes) and all, from what .dockerignore lets through."""
    if not shutil.which("debootstrap"):
        peers.missing("debootstrap")
    began = time.monotonic()
    run("debootstrap", "--variant=minbase", "bookworm", tmp_path / "debian", seconds=600)
    builder = Builder(tmp_path)
    builder.make_base("debian:bookworm", tmp_path / "debian")
    builder.build(ROOT, "--pull-never", "--build-arg", f"SOURCE_DATE_EPOCH={image.epoch}", seconds=7200)
    figure("the whole Dockerfile", f"{time.monotonic() - began:.0f} s")
    bundle = builder.unpack(tmp_path)
    assert set(listing(bundle / "rootfs")) == set(listing(image.bundle / "rootfs"))
    image_of_it = types.SimpleNamespace(bundle=bundle)
    (tmp_path / "run").mkdir()
    container = Container(image_of_it, sandbox, tmp_path / "run", docker_run(write_config(tmp_path))).wait_log("signpost.ready")
    try:
        assert set(container.sandbox.dig("cart.demo.internal")) == {"10.1.0.1", "10.1.0.2"}
    finally:
        container.stop()
        shutil.rmtree(tmp_path)
