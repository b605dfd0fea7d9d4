"""/metrics of a running Signpost, read by the parsers of Prometheus' own client for Python."""
import http.client
import math
import pathlib
import re

from harness import peers

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
    from prometheus_client.parser import text_string_to_metric_families as parse_text
except ImportError:
    peers.missing("python3-prometheus-client")

ROOT = pathlib.Path(__file__).parents[2]
# As Prometheus 2.42 asks.
PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


def scrape(program, accept=None):
    """The page and its content type."""
    host, _, port = program.listeners()["metrics"][0].rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    connection.request("GET", "/metrics", headers={"Accept": accept} if accept else {})
    reply = connection.getresponse()
    assert reply.status == 200
    body = reply.read().decode("utf-8")
    connection.close()
    return body, reply.headers["Content-Type"]


def samples(families):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_both_formats_by_accept(start):
    program = start()
    text, kind = scrape(program)
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
    plain = samples(parse_text(text))
    text, kind = scrape(program, PROMETHEUS)
    assert kind == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert text.endswith("# EOF\n")
    families = list(parse_open(text))
    both = samples(families)
    created = {key for key in both if key[0].endswith("_created")}
    assert created and set(both) - created == set(plain)
    started = both[("process_start_time_seconds", ())]
    assert all(abs(both[key] - started) < 1 for key in created)
    for family in families:
        for unit in ("seconds", "bytes"):
            assert (family.unit == unit) == family.name.endswith("_" + unit), family


def test_hostile_names_stay_in_their_labels(start, services, folder):
    """What a registry says is no metric's name, and what a person writes into the configuration is escaped."""
    hostile = 'a"} 1\nsignpost_fake_total 1\n\\' + "x" * 200
    services({"services": [{"name": hostile, "instances": [{"address": "10.0.0.1"}]},
                           {"name": "cart", "metadata": {hostile[:40]: hostile}, "instances": [{"address": "10.0.0.2"}]}]})
    program = start()
    for accept, parse in ((None, parse_text), (PROMETHEUS, parse_open)):
        text, _ = scrape(program, accept)
        families = list(parse(text))
        assert "fake" not in text
        assert all(not math.isnan(value) for value in samples(families).values())


def test_changes_health_and_steps_are_counted(start, services, until):
    program = start()
    count = lambda name, **labels: program.metric(name, **labels)  # noqa: E731
    assert [count("registry_instances_by_health", health=word) for word in ("up", "draining", "down", "unknown")] == [4, 0, 1, 0]
    before = count("registry_event_to_answer_seconds_count")
    assert before == 2  # cart and empty
    services({"services": [{"name": "cart", "instances": [{"address": "10.1.0.9", "healthy": False}]}]})
    until(lambda: count("registry_event_to_answer_seconds_count") == before + 1, 10, "a change is counted")
    assert 0 < count("registry_event_to_answer_seconds_sum") < 10
    assert count("registry_instances_by_health", health="down") == 1
    assert count("step_duration_seconds_count", thread="builder") > 2
    assert count("step_duration_seconds_count", thread="registry") > 2
    program.client.ask("cart.demo.internal", "A")
    assert count("dns_receive_wait_seconds_count") >= 1
    assert count("dns_request_duration_seconds_count") >= 1


def documented():
    """{family as OpenMetrics names it: (type, labels, whether it is there only sometimes)}, by METRICS.md. A label is a set
    of names, of which a sample has one."""
    rows = {}
    for line in (ROOT / "dns/admin/METRICS.md").read_text().splitlines():
        found = re.match(r"\| `([\w<>]+)` \| (\w+) \| ([`\w/ ]*)\| (.*) \|$", line)
        if not found:
            assert not line.startswith("| `"), line
            continue
        name, kind, labels, text = found.groups()
        assert kind != "counter" or name.endswith("_total")
        name = re.sub(r"(_total|_info)$", "", name)
        rows[name if name.startswith("process_") else "signpost_" + name] = (
            kind, [set(re.findall(r"`(\w+)`", label)) for label in labels.split()], "Only: " in text,
        )
    return rows


def test_every_metric_is_documented_and_every_documented_one_is_there(start, folder):
    (folder / "a.zone").write_text("@ 60 SOA ns hostmaster 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n")
    program = start(zones=[
        {"name": "demo.internal", "registry": "local"},
        {"name": "a.example", "file": str(folder / "a.zone")},
        {"name": "shop.internal", "services": [{"name": "cart", "members": [{"registry": "local", "service": "cart"}]}]},
    ])
    rows = documented()
    text, _ = scrape(program, PROMETHEUS)
    words = re.findall(r"`(\w+)`", (ROOT / "dns/admin/METRICS.md").read_text().partition("`<word>` is")[2].partition("\n\n")[0])
    protocol = {f"signpost_registry_{word}" for word in words}
    seen = set()
    for family in parse_open(text):
        seen.add(family.name)
        if family.name in protocol and family.name not in rows:
            kind, labels = "counter", [{"registry"}, {"reason"}]
        else:
            assert family.name in rows, f"{family.name} is not in METRICS.md"
            kind, labels, _ = rows[family.name]
        assert family.type == kind, family.name
        for sample in family.samples:
            names = set(sample.labels) - {"le"}
            assert len(names) == len(labels) and all(len(names & label) == 1 for label in labels), sample
    absent = {name for name, (_, _, sometimes) in rows.items() if not sometimes and "<" not in name} - seen
    assert not absent, f"in METRICS.md alone: {absent}"


def test_names_in_the_code_are_those_of_the_page():
    """What a small server has no reason to show is documented too."""
    rows = documented()
    named = {}
    for path in (ROOT / "dns/admin").glob("metrics*.cc"):
        for kind, name in re.findall(
            r"\b(counter|gauge|info|histogram|durations|sizes|by_word|by_reason)(?:<\w+>)?\(\s*(?:page, )?\"(\w+)\"", path.read_text()
        ):
            kind = {"durations": "histogram", "sizes": "histogram", "by_word": "counter", "by_reason": "counter"}.get(kind, kind)
            name = re.sub(r"(_total|_info)$", "", name)
            named[name if name.startswith("process_") else "signpost_" + name] = kind
    assert len(named) > 80
    named.pop("signpost_registry_")  # the words of protocols
    assert named == {name: kind for name, (kind, _, _) in rows.items() if "<" not in name}
