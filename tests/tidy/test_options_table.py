"""The table of CoreDNS' options in backends/kubernetes/README.md: each row but those that say so names tests that exist."""
import re

from house import ROOT, text

README = "backends/kubernetes/README.md"
CASES = "tests/real/options_cases.py"
UNTESTED = {"`transfer`"}  # "not yet"


def rows():
    """The cells of each row below the heading."""
    section = text(README).split("## CoreDNS' options, and ours\n")[1].split("\n## ")[0]
    lines = [line for line in section.split("\n") if line.startswith("| ")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_row_names_its_tests():
    assert len(rows()) > 20
    for option, _, _, tests in rows():
        named = re.findall(r"`(tests/[^`]+)`|`options\[([^`]+)\]`", tests)
        assert named or option in UNTESTED, option
        for place, case in named:
            if case:
                assert f'"{case}": Options(' in text(CASES), f"{option}: {case}"
                continue
            path, name = place.split("::")
            assert (ROOT / path).is_file(), place
            assert re.search(rf"\b{name}\b", text(path)), place
