"""Words on the command line, exit codes, and `check`: nothing here serves."""
import re

import pytest


@pytest.mark.parametrize(
    "words",
    [[], ["serve"], ["run", "--nope"], ["explain"], ["dump"], ["check", "extra"], ["status", "--config"]],
    ids=" ".join,
)
def test_misuse_is_2_and_says_what_is_right(signpost, words):
    done = signpost(*words)
    assert done.returncode == 2
    assert "Usage:" in done.stderr


@pytest.mark.parametrize(
    "line, said",
    [
        ("relaese local", "there is no command `relaese`; did you mean `release`?"),
        ("help", "there is no command `help`; did you mean `--help`?"),
        ("run --hodl", "run has no option `--hodl`; did you mean `--hold`?"),
        ("run --config=a --nope=b", "run has no option `--nope`; known here: --help, --config or --hold"),
        ("--config f.yaml check", "`--config` stands behind a command, such as `signpost run --config`"),
        ("--version", "`--version` is a command here: `signpost version`"),
        ("check -config f.yaml", "`-config` is written with two hyphens: `--config`"),
        ("check f.yaml", "check takes no argument, and `f.yaml` is one too many; did you mean `--config f.yaml`?"),
        ("dump a b", "dump takes ZONE, and `b` is one too many"),
        ("explain", "NAME is missing: the name asked for, or an address"),
        ("diff old.yaml", "NEW is missing: another configuration file"),
        ("status --config", "`--config` lacks its value: the configuration file"),
        ("status --config=", "`--config` lacks its value: the configuration file"),
        ("status -c a --config b", "`--config` is written 2 times; keep one"),
        ("status --json=x", "`--json` takes no value; write it alone"),
        ("reference --markdown --schema", "`--markdown` and `--schema` do not go together; keep one"),
        ("reference --man 7", "`--man` takes 5 or 8, not `7`"),
        ("completion fish", "`SHELL` takes bash or zsh, not `fish`"),
    ],
)
def test_misuse_is_said_in_one_line(signpost, line, said):
    """And below it how the command is used, not the whole help: the line would be out of sight."""
    done = signpost(*line.split())
    assert (done.returncode, done.stdout) == (2, "")
    first, *rest = done.stderr.splitlines()
    assert first == "error: " + said
    assert len(rest) == 2 and rest[0].startswith("Usage: signpost ") and rest[1].endswith(" --help` says more.")


def test_commands_that_are_not_there_are_told_which_are(signpost):
    assert "known here: run, check," in signpost("nonsense").stderr
    alone = signpost()
    assert alone.returncode == 2 and alone.stderr.startswith("error: a command is missing\n") and "Subcommands:" in alone.stderr


def test_help_and_version(signpost):
    help_ = signpost("--help")
    assert help_.returncode == 0
    for word in ("run", "check", "diff", "reference", "completion", "explain", "dump", "status", "reload", "release", "drain", "undrain", "version"):
        assert re.search(rf"^  {word}\b", help_.stdout, re.M), word
    commands = re.findall(r"^  ([a-z-]+) ", help_.stdout.split("Subcommands:")[1], re.M)
    pages = [help_, *(signpost(command, "--help") for command in commands)]
    wide = [line for page in pages for line in page.stdout.splitlines() if len(line) > 80]
    assert len(commands) >= 16 and not wide, wide
    version = signpost("version")
    assert version.returncode == 0
    assert re.fullmatch(r"signpost \d+\.\d+\.\d+ \(.+\)\n", version.stdout)


def test_check_good(signpost, config, services):
    path = config(
        {
            "registries": {"local": {"type": "file", "path": str(services())}},
            "zones": [{"name": "demo.internal", "registry": "local", "answer": "sample 1"}],
        }
    )
    done = signpost("check", "--config", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: well\n", "")


def test_check_lists_every_mistake_with_its_place(signpost, config):
    path = config(
        "zones:\n"
        "  - name: demo.internal\n"
        "    registry: nowhere\n"
        "    ttl: soon\n"
        "    tttl: 3\n"
        "workers: many\n"
    )
    done = signpost("check", "--config", path)
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    places = [re.match(rf"error: {re.escape(str(path))}:(\d+):\d+: \S", line) for line in lines]
    assert all(places), lines
    assert [4, 5, 6] == sorted({int(place[1]) for place in places} & {4, 5, 6}), lines


def test_check_goes_on_after_a_mistake(signpost, config, services, folder):
    """What is wrong in files that a broken configuration names is told in the same run."""
    services("services:\n  - name: cart\n    instances: [{address: 10.0.0.300}]\n")
    (folder / "a.zone").write_text("www A 10.0.0\n")
    path = config(
        "tcp: {idle: soon}\n"
        f"registries: {{local: {{type: file, path: {services()}}}}}\n"
        f"zones: [{{name: demo.internal, registry: local}}, {{name: a.internal, file: {folder}/a.zone}}, {{name: b..internal, registry: local}}]\n"
    )
    done = signpost("check", "--config", path)
    assert done.returncode == 1
    for place in (f"{path}:1:", f"{path}:3:", f"{services()}:3:", f"{folder}/a.zone:1:"):
        assert f"error: {place}" in done.stderr, done.stderr


def test_check_looks_into_services_files(signpost, config, services):
    services("services:\n  - name: cart\n    instances: [{address: 10.0.0.300}]\n")
    path = config(
        {
            "registries": {"local": {"type": "file", "path": str(services())}},
            "zones": [{"name": "demo.internal", "registry": "local"}],
        }
    )
    done = signpost("check", "--config", path)
    assert done.returncode == 1
    assert f"error: {services()}:3:" in done.stderr


def test_check_warns_of_weights_that_an_order_loses(signpost, config, services):
    """Unequal weights under `order`; one of weight 0 or disabled does not answer, so it makes none unequal."""
    equal = "[{address: 10.0.0.1}, {address: 10.0.0.2, weight: 0}, {address: 10.0.0.3, weight: 5, enabled: false}]"
    services(
        "services:\n"
        f"  - name: pay\n    instances: {equal}\n"
        "  - name: cart\n    instances: [{address: 10.0.1.1, weight: 3}, {address: 10.0.1.2}]\n"
        "  - name: web\n    instances: [{address: 10.0.2.1, weight: 3}, {address: 10.0.2.2}]\n"
    )
    zones = [{"name": f"{i}.internal", "registry": "local", "answer": answer} for i, answer in enumerate(("order", "sample 1", "all"))]
    path = config({"registries": {"local": {"type": "file", "path": str(services())}}, "zones": zones})
    done = signpost("check", "--config", path)
    assert done.returncode == 0 and done.stdout == f"{path}: well\n"
    (line,) = done.stderr.splitlines()
    assert re.match(rf"warning: {re.escape(str(path))}:\d+:\d+: zone 0\.internal: cart of registry local and 1 more", line), line
    assert line.endswith("`answer: sample 1` keeps them")


def test_check_warns_of_weights_of_composed_services(signpost, config, services):
    """Parts of members and groups are told by the configuration, unequal weights of a file's instances besides."""
    services(
        "services:\n"
        "  - name: cart\n    instances: [{address: 10.0.1.1, weight: 3, version: v1}, {address: 10.0.1.2, version: v2}]\n"
        "  - name: web\n    instances: [{address: 10.0.2.1}]\n"
    )

    def one(name, *members, **more):
        return {"name": name, "members": [{"registry": "local", **member} for member in members], **more}

    cart, web = {"service": "cart"}, {"service": "web"}
    named = [
        one("a", {**web, "weight": 10}, {**cart, "weight": 90}, combine="share"),
        one("b", {**web, "weight": 100}, {**cart, "weight": 0}, combine="share"),
        one("c", {**web, "weight": 10}, {**cart, "weight": 90}, combine="share", answer="sample 1"),
        one("d", cart),
        one("e", {**cart, "select": {"version": "v1"}}),
        one("f", web, groups={"key": "version", "weights": {"v1": 1, "v2": 2}}),
    ]
    zones = [{"name": "shop.internal", "services": named}]
    path = config({"registries": {"local": {"type": "file", "path": str(services())}}, "zones": zones})
    done = signpost("check", "--config", path)
    assert done.returncode == 0, done.stderr
    lost = " unequal weights, which `answer: order` loses behind any forwarder for all but SRV clients; `answer: sample 1` keeps them"
    told = [re.sub(r"^warning: .*?:\d+:\d+: ", "", line) for line in done.stderr.splitlines()]
    assert [line[:3] for line in told if "divides its answers" in line] == ["`a`", "`f`"]
    assert [line for line in told if "divides its answers" not in line] == [
        "service d of zone shop.internal: cart of registry local has" + lost
    ]


def test_check_warns_of_members_that_the_file_does_not_have(signpost, config, services):
    services("services:\n  - name: cart\n    instances: [{address: 10.0.0.1}]\n")
    path = config(
        f"registries: {{local: {{type: file, path: {services()}}}}}\n"
        "zones:\n- name: t\n  services:\n  - name: shop\n    members:\n"
        "    - {registry: local, service: cart}\n    - {registry: local, service: cars}\n"
    )
    done = signpost("check", "--config", path)
    assert done.returncode == 0
    assert done.stderr == f"warning: {path}:8:18: the file of registry local has no service `cars`; did you mean `cart`?\n"


@pytest.mark.parametrize(
    "registry, key",
    [
        ({"type": "kubernetes", "kubeconfig": "/nonexistent/kubeconfig"}, "kubeconfig"),
        ({"type": "kubernetes", "url": "https://192.0.2.1", "token_file": "/nonexistent/token"}, "token_file"),
        (
            {"type": "nacos", "servers": ["192.0.2.1"], "username": "dns", "password_file": "/nonexistent/password"},
            "password_file",
        ),
    ],
    ids=["kubeconfig", "token_file", "password_file"],
)
def test_check_opens_what_the_configuration_names(signpost, config, registry, key):
    path = config({"registries": {"it": registry}, "zones": [{"name": "demo.internal", "registry": "it"}]})
    done = signpost("check", "--config", path)
    assert done.returncode == 1
    assert key in done.stderr
    assert "/nonexistent/" in done.stderr


def test_check_missing_file(signpost, folder):
    done = signpost("check", "--config", folder / "none.yaml")
    assert done.returncode == 1
    assert str(folder / "none.yaml") in done.stderr


def test_run_refuses_a_bad_configuration(signpost, config):
    path = config("zones: [{name: demo.internal, ttl: -1}]\n")
    done = signpost("run", "--config", path)
    assert done.returncode == 1
    assert f"error: {path}:1:" in done.stderr
    assert "listen.ready" not in done.stderr


def test_clients_say_which_socket_and_why(signpost, folder, config):
    nobody = signpost("status", "--socket", folder / "admin.sock")
    assert nobody.returncode == 1
    assert f"unix:{folder}/admin.sock" in nobody.stderr and "is signpost running" in nobody.stderr
    unset = signpost("status", "--config", config({"zones": []}))
    assert unset.returncode == 1
    assert "admin" in unset.stderr
    broken = signpost("dump", "demo.internal", "--config", config("zones: [", "broken.yaml"))
    assert broken.returncode == 1
    assert "--socket" in broken.stderr
