"""What the option tables print: the reference, the JSON Schema for editors, the completion of shells."""
import pathlib
import shutil
import subprocess

import pytest
from harness import peers, schema

ROOT = pathlib.Path(__file__).parents[2]


def test_reference_prints_all_or_one(signpost):
    every = signpost("reference")
    assert every.returncode == 0 and "\nregistries.<name>.password_file  (type: nacos)\n" in every.stdout
    one = signpost("reference", "zones[].ttl")
    assert one.stdout.splitlines()[:2] == ["zones[].ttl", "    0 to 604800 seconds; default: 5; acts at: reload"]
    slip = signpost("reference", "zones[].tll")
    assert slip.returncode == 1 and "did you mean `zones[].ttl`?" in slip.stderr


def test_the_page_of_the_repository_is_what_is_printed(signpost):
    assert signpost("reference", "--markdown").stdout == (ROOT / "config/REFERENCE.md").read_text()


@pytest.mark.parametrize("name", ["signpost.yaml", "quickstart.yaml"])
def test_the_schema_takes_what_we_ship(name):
    assert schema.mistakes((ROOT / "deploy" / name).read_text()) == []


GOOD = {"registries": {"local": {"type": "file", "path": "s.yaml"}}, "zones": [{"name": "a.example", "registry": "local"}]}


@pytest.mark.parametrize(
    "change, place",
    [
        ({"worker": 2}, ""),
        ({"workers": 0}, "workers"),
        ({"workers": "many"}, "workers"),
        ({"lameduck": "10 s"}, "lameduck"),
        ({"tcp": {"idle": "soon"}}, "tcp/idle"),
        ({"tcp": []}, "tcp"),
        ({"edns": {"udp_size": 100}}, "edns/udp_size"),
        ({"edns": {"udp_size": "1kB"}}, "edns/udp_size"),
        ({"log": {"level": "loud"}}, "log/level"),
        ({"listen": {"dns": "0.0.0.0:53"}}, "listen/dns"),
        ({"listen": {"health": "8080"}}, "listen/health"),
        ({"access": [{"allow": "everybody"}]}, "access/0/allow"),
        ({"registries": {"local": {"path": "s.yaml"}}}, "registries/local"),
        ({"registries": {"local": {"type": "file"}}}, "registries/local"),
        ({"registries": {"local": {"type": "zookeeper"}}}, "registries/local/type"),
        ({"registries": {"n": {"type": "nacos", "servers": ["n:8848"], "kubeconfig": "/k"}}}, "registries/n"),
        ({"registries": {"n": {"type": "nacos", "servers": ["n"], "tls": {"nam": "x"}}}}, "registries/n/tls"),
        ({"zones": [{"registry": "local"}]}, "zones/0"),
        ({"zones": [{"name": "a", "registry": "local", "ttl": 604801}]}, "zones/0/ttl"),
        ({"zones": [{"name": "a", "registry": "local", "txt": True}]}, "zones/0/txt"),
        ({"zones": [{"name": "a", "registry": "local", "answer": "sample 0"}]}, "zones/0/answer"),
        ({"zones": [{"name": "a", "services": [{"name": "c", "members": [{"registry": "local"}]}]}]}, "zones/0/services/0/members/0"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_the_schema_refuses_mistakes_where_they_are(config, signpost, change, place):
    broken = {**GOOD, **change}
    assert schema.mistakes(GOOD) == []
    found = schema.mistakes(broken)
    assert found and all(path.startswith(place) for path in found), found
    assert signpost("check", "--config", config(broken)).returncode == 1, "the program takes what the schema refuses"


def complete(script, *words):
    """What bash offers for the last of these words."""
    quoted = " ".join(f"'{word}'" for word in words)
    lines = f"""
        source {script}
        COMP_WORDS=({quoted}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
        _signpost
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "--norc", "-euc", lines], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture
def script(folder, signpost):
    path = folder / "completion.bash"
    path.write_text(signpost("completion", "bash").stdout)
    return path


def test_bash_completes_commands_options_and_files(script, folder, signpost):
    known = [line.split()[0] for line in signpost("--help").stdout.split("Subcommands:")[1].splitlines() if line.startswith("  ") and line[2] != " "]
    assert len(known) >= 12 and set(known) <= complete(script, "signpost", "")
    assert complete(script, "signpost", "re") == {"reference", "release", "reload"}
    assert {"--config", "--client", "--json", "--socket", "-c", "-s"} <= complete(script, "signpost", "explain", "-")
    assert complete(script, "signpost", "drain", "a", "--f") == {"--for"}
    assert complete(script, "signpost", "drain", "a", "--for", "") == set()
    assert complete(script, "signpost", "completion", "") == {"bash", "zsh"}
    (folder / "one.yaml").touch()
    (folder / "other").mkdir()
    assert complete(script, "signpost", "check", "--config", f"{folder}/o") == {f"{folder}/one.yaml", f"{folder}/other"}
    assert complete(script, "signpost", "nonsense", "") == set()


def test_zsh_takes_its_script_and_completes(folder, signpost):
    if not shutil.which("zsh"):
        peers.missing("zsh")
    (folder / "_signpost").write_text(signpost("completion", "zsh").stdout)
    # A terminal of zsh's own: completion works only at a prompt.
    lines = r"""
        zmodload zsh/zpty
        zpty shell zsh -f -i
        send() { zpty -w shell "$1"; }
        send "PS1=; setopt no_beep; TERM=dumb; fpath=(FOLDER \$fpath); autoload -U compinit; compinit -u -D; bindkey '^I' complete-word; echo r''eady"
        zpty -m -r shell text '*ready*'
        zpty -w -n shell $'signpost refe\t'
        zpty -m -r shell text '*reference*' && print -r -- "$text"
        zpty -w -n shell $'zones --mark\t'
        zpty -m -r shell text '*--markdown*' && print -r -- "$text"
        zpty -d shell
    """.replace("FOLDER", str(folder))
    done = subprocess.run(["zsh", "-fc", lines], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0 and "reference" in done.stdout and "--markdown" in done.stdout, done.stdout + done.stderr


def test_completion_of_other_shells_is_misuse(signpost):
    assert signpost("completion", "fish").returncode == 2
    assert signpost("completion").returncode == 2

