"""The page for people, over HTTP and in a real browser."""
import html.parser
import pathlib
import shutil
import subprocess
import urllib.parse
import urllib.request

import pytest
from harness import peers

PICTURES = pathlib.Path(__file__).parents[2] / "build/logs"
HOSTILE = '<script>document.title="owned"</script>"><img src=x onerror=alert(1)>'


class Reader(html.parser.HTMLParser):
    """The tables of a page as rows of texts, and every tag that it has."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags, self.links = [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        self.links += [value for name, value in attributes if name in ("href", "src", "action")]

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data

    def row(self, first):
        return next(row for row in self.rows if row and row[0].strip() == first)


def read(program, path):
    status, text = program.http("page", path)
    assert status == 200, text
    return Reader(text)


def test_the_overview_shows_registries_zones_and_changes(start, services, until):
    program = start()
    page = read(program, "/")
    assert page.row("local")[1:3] == ["file", "live"]
    assert page.row("demo.internal.")[2] == "2"
    services({"services": [{"name": "fresh", "instances": [{"address": "10.9.0.1"}]}]})
    until(lambda: any("fresh.demo.internal. - → 1" in " ".join(row) for row in read(program, "/").rows), 10, "the change is shown")


def test_services_are_found_and_paged(start, services):
    services({"services": [{"name": f"s{i:03}", "instances": [{"address": "10.1.0.1"}]} for i in range(250)]})
    program = start()
    page = read(program, "/zone?name=demo.internal")
    names = [row[0] for row in page.rows[1:]]
    assert names == [f"s{i:03}.demo.internal." for i in range(100)]
    while behind := [link for link in page.links if "after=s" in link]:
        page = read(program, behind[0])
        names += [row[0] for row in page.rows[1:]]
    assert names == [f"s{i:03}.demo.internal." for i in range(250)]
    assert [row[0] for row in read(program, "/zone?name=demo.internal&holds=s24").rows[1:]] == [
        f"s{i}.demo.internal." for i in range(240, 250)
    ]


def test_an_explanation_names_every_instance(start):
    page = read(start(), "/explain?name=cart.demo.internal&type=A")
    assert len(page.rows) == 6
    text = "\n".join(" ".join(row) for row in page.rows)
    for part in ("10.1.0.1", "66.7 %", "33.3 %", "10.1.0.3", "down", "disabled", "fd00::3"):
        assert part in text


@pytest.mark.parametrize("path", ["/zone?name=nope", "/zone", "/explain?name=..", "/explain?name=a&type=NOPE", "/explain?name=a&client=x"])
def test_mistakes_are_told_on_the_page(start, path):
    status, text = start().http("page", path)
    assert status == (404 if path.startswith("/zone") else 400)
    assert 'class="bad"' in text


def test_it_is_read_only_and_for_itself(start):
    program = start()
    host, _, port = program.listeners()["page"][0].rpartition(":")
    for method in ("POST", "PUT", "DELETE"):
        request = urllib.request.Request(f"http://{host}:{port}/", data=b"x", method=method)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert refused.value.code == 405
    for path in ("/reload", "/release", "/drain", "/status", "/dump", "/metrics"):
        assert program.http("page", path)[0] == 404
    with urllib.request.urlopen(f"http://{host}:{port}/", timeout=5) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
        assert answer.headers["Access-Control-Allow-Origin"] is None
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def browser(*words):
    """Headless, knowing no host but loopback: what came from elsewhere would be missing."""
    program = shutil.which("chromium-headless-shell") or peers.missing("chromium-headless-shell")
    done = subprocess.run(
        [program, "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
         "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1100,1400", *words],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_real_browser_shows_it(start):
    """The pictures are kept in build/logs; a hostile question stays text in it."""
    program = start()
    base = "http://" + program.listeners()["page"][0]
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, path in (
        ("overview", "/"), ("zone", "/zone?name=demo.internal"), ("explain", "/explain?name=cart.demo.internal&type=A"),
    ):  # fmt: skip
        picture = PICTURES / f"page-{name}.png"
        picture.unlink(missing_ok=True)
        browser(f"--screenshot={picture}", base + path)
        assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and picture.stat().st_size > 10000, "a picture of something"
    seen = browser("--dump-dom", f"{base}/explain?name={urllib.parse.quote(HOSTILE)}")
    assert "<title>owned" not in seen and "&lt;script&gt;" in seen and "<img" not in seen
