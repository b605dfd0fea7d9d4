"""deploy/recipes as pages: each shows its files as they are, what it says to look with is run, and nothing in the folder
is left out."""
import re
import shlex

import pytest

import test_recipes_clients as clients
import test_recipes_mistakes  # noqa: F401
import test_recipes_outage  # noqa: F401
import test_recipes_variants  # noqa: F401
from harness import peers
from recipes import products
from recipes.mistakes import ROWS
from recipes.running import Running

PAGES = sorted(page.name for page in products.RECIPES.glob("*.md") if page.name != "README.md")
SECTIONS = ["The file", "What clients see", "Does it work?", "Common mistakes", "Run and not run"]
# Each page: who runs its commands, the recipe's files, the peers whose versions it names.
CLIENT_PAGES = {"pod.md": (clients.pod, ("pod.yaml",), ("coredns", "musl")), "resolv-conf.md": (clients.machine, ("resolv.conf",), ("musl",))}
OF_DELEGATION = ("nsd", "bind", "unbound")


def product_of(page):
    return products.MAKERS[page.removesuffix(".md") if page != "delegation.md" else "delegation-nsd"]


def maker(page):
    return CLIENT_PAGES[page][0] if page in CLIENT_PAGES else product_of(page)


def files(page):
    return CLIENT_PAGES[page][1] if page in CLIENT_PAGES else product_of(page)().files


def versions(page):
    """As the recipes of the peers have them."""
    if page in CLIENT_PAGES:
        names = CLIENT_PAGES[page][2]
    elif page == "delegation.md":
        names = OF_DELEGATION
    else:
        names = [name for name in product_of(page)().packages if name != "dns_root_data"] or ["coredns"]
    for name in names:
        yield re.search(r"\bVERSION=(\S+)", (peers.REPOSITORY / f"tests/peers/{name}/recipe").read_text())[1]


@pytest.mark.parametrize("page", PAGES)
def test_page_is_whole(page):
    text = products.recipe(page)
    assert [title.split(":")[0] for title in re.findall(r"^## (.*)", text, re.M)] == [SECTIONS[0]] * len(files(page)) + SECTIONS[1:]
    for name in files(page):
        assert re.search(rf"^```\w+\n{re.escape(products.recipe(name))}```$", text, re.M), f"{page} shows another {name}"
    ran = " ".join(text.rpartition("## Run and not run")[2].split())
    assert "Run: " in ran and "Not run: " in ran
    assert not [version for version in versions(page) if version not in ran], f"{page} names other versions than were run"
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (products.RECIPES / link).exists(), f"{page} leads to {link}"


ORDINALS = ["first", "second", "third", "fourth", "fifth"]


@pytest.mark.parametrize("page", PAGES)
def test_page_says_which_mistakes_were_run(page):
    """`shows` at a test is what was."""
    text = products.recipe(page)
    count = len(re.findall(r"^\| (?!Seen|---)", text.partition("## Common mistakes")[2], re.M))
    assert ROWS[page] <= {*range(1, count + 1)}
    left = ["the last" if row == count > 3 and row - 1 in ROWS[page] else f"the {ORDINALS[row - 1]}" for row in range(1, count + 1) if row not in ROWS[page]]
    told = "all" + (f" but {' and '.join(left)}" if left else "")
    assert re.search(rf"; of the mistakes {told}[.;,] ", " ".join(text.rpartition("## Run and not run")[2].split())), told


def test_every_file_has_a_page_and_a_run():
    used = {name for page in PAGES for name in files(page)}
    run = {name for make in products.MAKERS.values() for name in make().files} | {"pod.yaml", "resolv.conf"}
    there = {path.name for path in products.RECIPES.iterdir() if path.suffix != ".md"}
    assert there == run | {"signpost.yaml"} == used | {"signpost.yaml"}


def test_the_table_has_every_page_and_file():
    text = products.recipe("README.md")
    table = [line for line in text.splitlines() if re.match(r"\|.*\.md\)", line)]
    assert sorted(re.search(r"\(([\w-]+\.md)\)", row)[1] for row in table) == PAGES
    for row in table:
        page = re.search(r"\(([\w-]+\.md)\)", row)[1]
        assert all(f"({name})" in row for name in files(page))
        assert not [version for version in versions(page) if version not in row and page not in CLIENT_PAGES], row


@pytest.fixture(scope="module")
def looking(run_folder):
    made = Running(run_folder / "pages", {page: maker(page) for page in PAGES}, answers=False)
    yield made
    made.stop()


def commands(page):
    """(command, the answers that it may give) of the section that says how to look."""
    section = products.recipe(page).partition("## Does it work?")[2].partition("\n## ")[0]
    for line in re.search(r"```sh\n(.*?)```", section, re.S)[1].splitlines():
        command, _, expected = line.partition(" # ")
        yield shlex.split(command), expected.strip().split(" or ")


@pytest.mark.parametrize("page", PAGES)
def test_what_the_page_says_to_look_with(looking, page, until):
    side = looking.sides[page]
    if page == "resolved.md":
        side.uplink(products.for_the_uplink())
    found = list(commands(page))
    assert len(found) >= 4
    for command, expected in found:
        def said():
            lines = [" ".join(line.split()) for line in side.place.run(command).stdout.splitlines()]
            return any(wanted in lines or (wanted.startswith("status: ") and wanted in " ".join(lines)) for wanted in expected)

        until(said, 15, f"{' '.join(command)} says {expected}")

