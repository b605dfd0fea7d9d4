"""Pages of the repository: links lead somewhere, figures of the front page are those of the pages that measured them, pictures are whole."""
import re
import xml.etree.ElementTree as xml

import pytest
from house import ROOT, text, tracked

PAGES = [name for name in tracked() if name.endswith(".md")]
PICTURES = [name for name in tracked() if name.endswith(".svg")]
MEASURED_IN = ("tests/bench/README.md", "deploy/SIZING.md", "backends/kubernetes/README.md", "deploy/image/README.md", "deploy/systemd/README.md")
SVG = "{http://www.w3.org/2000/svg}"


def without_code(page):
    return re.sub(r"^```.*?^```|`[^`\n]*`", "", text(page), flags=re.M | re.S)


def anchors(page):
    """What a heading is called in a link: lower case, words joined by hyphens, other signs gone."""
    return {re.sub(r"[^\w\- ]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in text(page).split("\n") if line.startswith("#")}


def test_links_lead_somewhere():
    broken, seen = [], 0
    for page in PAGES:
        for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page)):
            if re.match(r"[a-z]+:", target):
                continue
            seen += 1
            path, _, anchor = target.partition("#")
            file = (ROOT / page).parent / path if path else ROOT / page
            if not file.exists() or anchor and anchor not in anchors(file.resolve().relative_to(ROOT)):
                broken.append(f"{page}: {target}")
    assert not broken and seen > 20


def test_every_room_is_linked_from_the_front():
    front = text("README.md")
    assert not [page for page in PAGES if page.endswith("/README.md") and page.count("/") < 3 and page.split("/")[0] != "tests"
                and page.split("/")[0] != "deploy" and f"]({page})" not in front]  # fmt: skip


def test_figures_of_the_front_page_were_measured():
    """Every number of its table `Measured` stands in one of the pages that say how it was come by."""
    table = text("README.md").partition("## Measured")[2].partition("\n## ")[0]
    told = "\n".join(text(page) for page in MEASURED_IN)
    rows = [line.split("|")[2] for line in table.split("\n") if line.startswith("|")][2:]
    figures = [figure for row in rows for figure in re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?", re.sub(r"p\d+\b", "", row))]
    assert len(figures) > 12
    assert not [figure for figure in figures if not re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|\.\d)", told)]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_whole(name):
    """Readable by itself: no script, nothing from elsewhere, a title, both colour schemes; no text runs out of its box."""
    root = xml.fromstring(text(name))
    assert root.tag == f"{SVG}svg" and root.find(f"{SVG}title") is not None
    assert not re.search(r"<script|href=|url\((?!#)|@import|\son\w+=", text(name))
    assert "prefers-color-scheme: dark" in text(name)
    boxes = [tuple(float(box.get(key)) for key in ("x", "y", "width", "height")) for box in root.iter(f"{SVG}rect")]
    words = list(root.iter(f"{SVG}text"))
    assert boxes and words
    for word in words:
        x, y, size = float(word.get("x")), float(word.get("y")), {"small": 12, "code": 12, "name": 15}.get(word.get("class"), 14)
        around = [box for box in boxes if box[0] < x < box[0] + box[2] and box[1] < y < box[1] + box[3]]
        assert around, f"{word.text} stands outside of everything"
        room = min(box[0] + box[2] for box in around) - x
        wide = 0.61 if word.get("class") in ("name", "code") else 0.54  # of a letter's height, in the widest common fonts
        assert len(word.text) * size * wide <= room + 4, f"{word.text!r} runs out of its box"
