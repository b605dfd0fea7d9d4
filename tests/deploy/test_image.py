"""deploy/image: what is in the image, that it can be made again, and that it runs locked down as its page says."""
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest
from container import IMAGE, NOBODY, Container, Image, Run, Sandbox, run, tool
from harness import peers
from harness.fake_nacos import FakeNacos
from harness.process import Process
from harness.waiting import until

ROOT = peers.REPOSITORY
PAGE = (IMAGE / "README.md").read_text()
SHOP = (ROOT / "deploy/shop.yaml").read_text()


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    made = Image(tmp_path_factory.mktemp("image")).unpack()
    yield made
    for folder in (made.tree, made.layout, made.bundle):
        shutil.rmtree(folder)


@pytest.fixture
def sandbox(folder):
    made = Sandbox(folder)
    yield made
    made.stop()


STATE = "--tmpfs /var/lib/signpost:uid=65532,gid=65532,mode=0700,size=8m"


def docker_run(etc, state=STATE, replace=None):
    """The line of the page, with the folder `etc` and the words `state` in the place of its volumes. `replace`: {words: others}."""
    line = re.search(r"^docker run .*?(?<!\\)$", PAGE, re.M | re.S).group().replace("\\\n", " ")
    for old, new in {"-v /etc/signpost:": f"-v {etc}:", "-v signpost-state:/var/lib/signpost": state, **(replace or {})}.items():
        assert old in line, f"{old}: {line}"
        line = line.replace(old, new)
    return line


def write_config(folder, port=53, **more):
    """/etc/signpost of a container: a configuration over the shop."""
    etc = folder / "etc"
    etc.mkdir(exist_ok=True)
    config = {
        "listen": {
            "dns": [f"127.0.0.1:{port}"],
            "health": "0.0.0.0:8080",
            "metrics": "127.0.0.1:9153",
            "admin": "unix:/run/signpost/admin.sock",
        },
        "state_directory": "/var/lib/signpost",
        "registries": {"shop": {"type": "file", "path": "shop.yaml", "required": True}},
        "zones": [{"name": "demo.internal", "registry": "shop"}],
        **more,
    }
    (etc / "signpost.yaml").write_text(json.dumps(config))
    (etc / "shop.yaml").write_text(SHOP)
    folder.chmod(0o755)
    return etc


@pytest.fixture
def contain(image, sandbox, folder):
    """contain(line): a container, ended with the test."""
    running = []

    def begin(line):
        place = folder / f"container-{len(running)}"
        place.mkdir()
        running.append(Container(image, sandbox, place, line))
        return running[-1]

    yield begin
    for container in running:
        container.stop()


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


def test_others_read_the_layout(image, folder):
    config = json.loads(tool("skopeo", "inspect", "--config", f"oci:{image.layout}:latest"))
    assert config["config"]["User"] == f"{NOBODY}:{NOBODY}" and config["config"]["Entrypoint"] == ["/usr/bin/signpost"]
    version = re.search(r"^project\(signpost VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M).group(1)
    assert config["config"]["Labels"]["org.opencontainers.image.version"] == version
    policy = peers.program("containers", "etc/containers/policy.json")
    archive = f"docker-archive:{folder}/signpost.tar"
    tool("skopeo", "--policy", policy, "copy", "--quiet", f"oci:{image.layout}:latest", f"{archive}:signpost:latest")
    docker = json.loads(tool("skopeo", "inspect", "--config", archive))
    assert docker["rootfs"] == config["rootfs"]
    unpacked = {str(path.relative_to(image.bundle / "rootfs")) for path in (image.bundle / "rootfs").rglob("*")}
    assert unpacked == {str(path.relative_to(image.tree)) for path in image.tree.rglob("*")}


def test_the_dockerfile_comes_to_the_same_image(image, folder):
    """buildah reads it; its stage `root` is the tree that the script made, so nothing is compiled."""
    context = folder / "context"
    (context / "image").mkdir(parents=True)
    shutil.copytree(image.tree, context / "image", symlinks=True, dirs_exist_ok=True)
    for name in ("run/signpost", "var/lib/signpost"):
        os.chown(context / "image" / name, NOBODY, NOBODY)
    store = ["--root", folder / "store", "--runroot", folder / "run", "--storage-driver", "vfs", "--registries-conf", "/dev/null"]
    policy = peers.program("containers", "etc/containers/policy.json")
    tool(
        "buildah", *store, "bud", "--quiet", "--isolation", "chroot", "--signature-policy", policy, "--format", "docker",
        "--build-context", f"root={context}", "--timestamp", image.epoch, "-f", IMAGE / "Dockerfile", "-t", "signpost", ROOT,
    )  # fmt: skip
    built = json.loads(json.loads(tool("buildah", *store, "inspect", "--type", "image", "signpost"))["Config"])["config"]
    ours = json.loads(tool("skopeo", "inspect", "--raw", "--config", f"oci:{image.layout}:latest"))["config"]
    assert built["Labels"].pop("io.buildah.version")
    assert {key: built[key] for key in ours} == ours
    policy_words = ["--signature-policy", policy, "--quiet"]
    tool("buildah", *store, "push", *policy_words, "signpost", f"oci:{folder}/built:latest")
    tool("umoci", "unpack", "--image", f"{folder}/built:latest", folder / "bundle")
    assert listing(folder / "bundle/rootfs") == listing(image.bundle / "rootfs")


def listing(tree):
    """{path: (mode, owner, group, content or target)}"""
    found = {}
    for path in tree.rglob("*"):
        status = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[str(path.relative_to(tree))] = (status.st_mode, status.st_uid, status.st_gid, content)
    return found


@pytest.mark.campaign("DEPLOY_LONG")
def test_what_the_build_is_given_suffices_to_configure(folder):
    """`COPY . .` takes what .dockerignore lets through."""
    kept = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.M)
    copied = run("git", "-c", "safe.directory=*", "-C", ROOT, "ls-files", "--", *kept).split()
    for name in copied:
        (folder / "src" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / "src" / name)
    words = re.search(r"^RUN (cmake [^&]*)", (IMAGE / "Dockerfile").read_text(), re.M).group(1).split()
    done = subprocess.run(words, cwd=folder / "src", capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "deploy/image/root" in copied and "deploy/packages-install" in copied


def test_it_runs_locked_down(contain, folder):
    container = contain(docker_run(write_config(folder))).wait_log("signpost.ready")
    answers = {"10.1.0.1", "10.1.0.2"}
    assert set(container.sandbox.dig("cart.demo.internal")) == answers
    assert set(container.sandbox.dig("cart.demo.internal", "+tcp")) == answers
    status = dict(re.findall(r"^(\w+):[ \t]*(.*)$", pathlib.Path(f"/proc/{container.pid()}/status").read_text(), re.M))
    assert status["Uid"].split() == status["Gid"].split() == [str(NOBODY)] * 4 and status["Groups"] in ("", str(NOBODY))
    bind = 1 << 10  # CAP_NET_BIND_SERVICE
    assert {int(status[f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {bind}
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    mounts = [line.split() for line in pathlib.Path(f"/proc/{container.pid()}/mountinfo").read_text().splitlines()]
    writable = {fields[4] for fields in mounts if "rw" in fields[5].split(",")}
    assert not {place for place in writable if not place.startswith(("/dev", "/proc", "/sys"))} - {"/run/signpost", "/var/lib/signpost"}
    assert container.inside("/usr/bin/signpost", "probe") == (0, "OK")
    assert container.inside("/usr/bin/signpost", "explain", "cart.demo.internal", "A")[0] == 0
    until(lambda: container.metric("state_writes_total") >= 1, 15, "a state file")
    assert container.terminate() == 0
    assert container.stdout.read_text() == "" and "signpost.stopped" in container.process.output()


def test_port_53_without_the_capability_says_the_remedies(contain, folder):
    """And each of the other two is one, with no capability at all."""
    bare = {"--cap-add NET_BIND_SERVICE": ""}
    container = contain(docker_run(write_config(folder), replace=bare))
    assert container.wait_end() == 1
    said = container.process.output()
    for words in (
        "listen 127.0.0.1:53: bind UDP: Permission denied",
        "CAP_NET_BIND_SERVICE",
        "net.ipv4.ip_unprivileged_port_start=0",
        "another port here, such as 1053, to which a Service maps 53",
    ):
        assert words in said, said
    other = contain(docker_run(write_config(folder, port=1053), replace=bare)).wait_log("signpost.ready")
    assert other.sandbox.dig("cart.demo.internal", "-p", "1053") and other.terminate() == 0
    sysctl = {"--cap-add NET_BIND_SERVICE": "--sysctl net.ipv4.ip_unprivileged_port_start=0"}
    opened = contain(docker_run(write_config(folder), replace=sysctl)).wait_log("signpost.ready")
    assert opened.sandbox.dig("cart.demo.internal")


def test_a_missing_configuration_says_what_to_mount(contain, folder):
    (folder / "etc").mkdir()
    container = contain(docker_run(folder / "etc"))
    assert container.wait_end() == 1
    assert (
        "error: /etc/signpost/signpost.yaml: cannot be read: No such file or directory; name the file with --config; in a container "
        "mount the ConfigMap or the folder that holds it at /etc/signpost\n" in container.process.output()
    )


def test_an_admin_socket_needs_a_place(contain, folder):
    tmpfs = "--tmpfs /run/signpost:uid=65532,gid=65532,mode=0750"
    container = contain(docker_run(write_config(folder), replace={tmpfs: ""}))
    assert container.wait_end() == 1
    assert "Read-only file system; the directory must be writable for this user (in a Pod: mount an emptyDir there)" in container.process.output()


@pytest.mark.parametrize(
    "volume, directory, why",
    [
        ("", "/var/lib/signpost", "lock: Read-only file system; mount the directory writable, or leave state_directory out"),
        ("", "/data", "/data: No such file or directory; create it, for this user alone (0700), or mount a volume there"),
        ("--tmpfs /var/lib/signpost:uid=0,mode=0755", "/var/lib/signpost",
         "lock: Permission denied; it must belong to this process, uid 65532 and gid 65532 (in a Pod: securityContext.fsGroup 65532)"),
        ("--tmpfs /var/lib/signpost:uid=65532,mode=0700,size=4k", "/var/lib/signpost",
         "No space left on device; the volume is too small: the last good files stay, answers go on"),
    ],
    ids=["read_only", "missing", "of_another_user", "full"],
)  # fmt: skip
def test_a_state_volume_that_takes_nothing_costs_no_answer(contain, folder, volume, directory, why):
    etc = write_config(folder, state_directory=directory)
    container = contain(docker_run(etc, volume)).wait_log("signpost.ready")
    until(lambda: container.metric("state_errors_total") >= 1, 30, "a try to write")
    assert container.sandbox.dig("cart.demo.internal")
    said = container.process.output()
    assert why in said, said
    once = [line for line in said.splitlines() if "state.no" in line and ("registry=shop" in line or "state.no_directory" in line)]
    assert len({line.split(" ", 1)[1] for line in once}) == len(once) <= 2, once


def test_a_volume_keeps_the_state(contain, folder):
    """A volume as an engine makes it: empty, with the owner and the mode of the image's directory."""
    state = folder / "volume"
    state.mkdir(mode=0o700)
    os.chown(state, NOBODY, NOBODY)
    etc = write_config(folder)
    first = contain(docker_run(etc, f"-v {state}:/var/lib/signpost")).wait_log("signpost.ready")
    until(lambda: first.metric("state_writes_total") >= 1, 15, "a state file")
    assert first.terminate() == 0
    assert {path.name for path in state.iterdir()} >= {"lock", "shop.a"}
    (etc / "shop.yaml").unlink()
    second = contain(docker_run(etc, f"-v {state}:/var/lib/signpost")).wait_log("registry.restored")
    assert second.sandbox.dig("cart.demo.internal")


def authority(folder, *names):
    """(bundle, certificate, key): a certificate for these names, which is its own authority."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    run(
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", f"/CN={names[0]}",
        "-addext", "subjectAltName=" + ",".join(f"DNS:{name}" for name in names), "-keyout", key, "-out", certificate,
    )  # fmt: skip
    key.chmod(0o644)
    return certificate, key


def test_tls_by_names_and_the_systems_authorities(contain, sandbox, folder):
    """gRPC and libcurl find the one bundle; names come from /etc/hosts and, by glibc, from the name server of resolv.conf,
    which is this very server."""
    certificate, key = authority(folder, "nacos.test", "api.test")
    nacos = FakeNacos(folder, prefix=sandbox.prefix, tls_certificate=str(certificate), tls_key=str(key))
    api = Process(
        [*sandbox.prefix, "/usr/bin/python3", ROOT / "tests/bench/bulk_apiserver.py", 20, 2, certificate, key], folder / "api.log"
    )
    try:
        api.wait_ready(lambda: '"port"' in api.output(), 20, "the fake apiserver")
        port = json.loads(api.output().splitlines()[-1])["port"]
        registration = json.dumps({"service": "cart", "instances": [{"ip": "10.9.0.1", "port": 80}]})
        sandbox.run("curl", "-skf", "--data", registration, f"https://{nacos.address}/control/register")
        registries = {
            "nacos": {"type": "nacos", "servers": [f"nacos.test:{nacos.port}"], "tls": {}, "list_interval": "1s", "required": True},
            "cluster": {"type": "kubernetes", "url": f"https://api.test:{port}", "required": True},
        }
        zones = [
            {"name": "n.internal", "registry": "nacos"},
            {"name": "cluster.local", "registry": "cluster"},
            {"name": "test", "records": "@ 60 SOA ns hostmaster 1 60 60 60 60\n@ 60 NS ns\nns 60 A 127.0.0.1\napi 60 A 127.0.0.1\n"},
        ]
        etc = write_config(folder, registries=registries, zones=zones)
        (folder / "hosts").write_text("127.0.0.1 nacos.test\n")
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:1\n")
        mounts = f" -v {folder}/hosts:/etc/hosts:ro -v {folder}/resolv.conf:/etc/resolv.conf:ro"
        strange = contain(docker_run(etc, replace={" -p 53:53/udp": mounts}))
        for registry in registries:
            until(lambda: re.search(rf"registry={registry} .*certificate", strange.process.output()), 20, f"{registry} is not trusted")
        strange.stop()
        mounts += f" -v {certificate}:/etc/ssl/certs/ca-certificates.crt:ro"
        container = contain(docker_run(etc, replace={" -p 53:53/udp": mounts}))
        container.wait_log("signpost.ready", 40)
        until(lambda: container.sandbox.dig("cart.n.internal") == ["10.9.0.1"], 20, "an answer from Nacos")
        until(lambda: len(container.sandbox.dig("s19.team-9.svc.cluster.local")) == 2, 20, "an answer from the apiserver")
    finally:
        api.stop()
        nacos.stop()


def test_words_that_are_not_understood_are_told():
    """The translation of `docker run` leaves nothing out in silence."""
    with pytest.raises(AssertionError):
        Run("docker run --privileged signpost")
