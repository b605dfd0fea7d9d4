"""/metrics of a running Signpost, read by the parsers of Prometheus' own client for Python."""
import http.client
import math

from harness import peers

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
    from prometheus_client.parser import text_string_to_metric_families as parse_text
except ImportError:
    peers.missing("python3-prometheus-client")

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
    hostile = 'a"} 1\nsignpost_fake_total 1\n\\' + "x" * 60000
    services({"services": [{"name": hostile, "instances": [{"address": "10.0.0.1"}]},
                           {"name": "cart", "metadata": {hostile[:40]: hostile}, "instances": [{"address": "10.0.0.2"}]}]})
    program = start()
    for accept, parse in ((None, parse_text), (PROMETHEUS, parse_open)):
        text, _ = scrape(program, accept)
        families = list(parse(text))
        assert "fake" not in text
        assert all(not math.isnan(value) for value in samples(families).values())
