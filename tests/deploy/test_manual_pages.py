"""signpost(8) and signpost.yaml(5): printed by the program, so that they say what it does; read here by man and mandoc."""
import os
import re
import subprocess

import pytest

PLAIN = {"MANWIDTH": "200", "LC_ALL": "C.UTF-8", "MAN_KEEP_FORMATTING": "", "GROFF_NO_SGR": "1"}


@pytest.fixture(params=["5", "8"])
def page(request, folder, signpost):
    path = folder / f"page.{request.param}"
    path.write_text(signpost("reference", "--man", request.param).stdout)
    return path


@pytest.fixture
def shown(folder, signpost):
    """shown(SECTION): the page as a person reads it."""

    def read(section):
        path = folder / f"page.{section}"
        path.write_text(signpost("reference", "--man", section).stdout)
        done = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=400", path], capture_output=True, text=True, timeout=20, check=True)
        return re.sub(r".\x08", "", done.stdout)

    return read


def test_man_has_nothing_to_warn_of(page):
    done = subprocess.run(
        ["man", "--warnings", "-l", page], capture_output=True, text=True, timeout=20, check=False, env={**os.environ, **PLAIN}
    )
    assert done.returncode == 0 and done.stderr == "" and "SEE ALSO" in done.stdout


def test_mandoc_has_nothing_to_say_even_of_style(page):
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", page], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_date_is_that_of_the_sources(signpost):
    dated = signpost("reference", "--man", "8", env={**os.environ, "SOURCE_DATE_EPOCH": "1000000000"})
    version = signpost("version").stdout.split()[1]
    assert dated.stdout.splitlines()[0] == f'.TH SIGNPOST 8 "2001-09-09" "signpost {version}" "System administration"'


def test_every_command_and_option_is_in_the_page(signpost, shown):
    page = shown("8")
    commands = re.findall(r"^  ([a-z-]+) ", signpost("--help").stdout.split("Subcommands:")[1], re.M)
    assert len(commands) >= 15
    for command in commands:
        part = re.search(rf"^ *signpost {command}\b.*?(?=^ *signpost [a-z-]+\b|^[A-Z]|\Z)", page, re.M | re.S).group()
        told = signpost(command, "--help").stdout
        for option in re.findall(r"--[a-z]+(?= |$)", told.split("Options:")[1], re.M):
            assert option == "--help" or option in part, f"signpost {command} {option}"
        for argument in re.findall(r"^  ([A-Z/\[\]]+) TEXT", told, re.M):
            assert argument in part, f"signpost {command} {argument}"


def test_every_key_is_in_the_page_with_its_words(signpost, shown):
    page = " ".join(shown("5").split())
    keys = re.findall(r"^(\S+)(?:  \(type: \w+\))?\n    (.*)\n    (.*)$", signpost("reference").stdout, re.M)
    assert len(keys) >= 150
    for path, rule, meaning in keys:
        assert path in page and " ".join(meaning.replace("`", "").split()) in page, path
        for part in re.findall(r"default: ([^;]+)", rule):
            assert f"default {part}" in page, path


def test_the_example_is_a_configuration(signpost, config):
    page = signpost("reference", "--man", "5").stdout
    example = re.search(r"^\.EX\n(.*?)^\.EE", page, re.M | re.S).group(1).replace("\\-", "-").replace("\\(aq", "'")
    assert "nacos.internal" in example
    done = signpost("check", "--config", config(example))
    assert done.returncode == 0, done.stderr
