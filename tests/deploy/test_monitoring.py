"""deploy/monitoring: the dashboard and the alert rules name what a running Signpost shows, and each alert fires when it should."""
import json
import pathlib
import re
import subprocess

import pytest
import yaml

from harness import peers

try:
    from prometheus_client.parser import text_string_to_metric_families as parse_text
except ImportError:
    peers.missing("python3-prometheus-client")

FOLDER = pathlib.Path(__file__).parents[2] / "deploy/monitoring"
ALERTS = yaml.safe_load((FOLDER / "alerts.yaml").read_text())
DASHBOARD = json.loads((FOLDER / "grafana-dashboard.json").read_text())
FROM_PROMETHEUS = {"instance", "job", "namespace", "service"}  # labels of the scrape; the last two in Kubernetes


def panels():
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


def expressions():
    """(where it stands, expression, labels that its texts name)"""
    for rule in ALERTS["groups"][0]["rules"]:
        texts = " ".join(rule["annotations"].values())
        yield rule["alert"], rule["expr"], set(re.findall(r"\$labels\.(\w+)", texts))
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"], set(re.findall(r"{{(\w+)}}", target["legendFormat"]))


@pytest.fixture
def rows(start, folder, until):
    """{sample name: [labels]} of a running Signpost."""
    (folder / "a.zone").write_text("@ 60 SOA ns hostmaster 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n")
    (folder / "state").mkdir()
    program = start(zones=[
        {"name": "demo.internal", "registry": "local"},
        {"name": "a.example", "file": str(folder / "a.zone")},
        {"name": "shop.internal", "services": [{"name": "cart", "members": [{"registry": "local", "service": "cart"}]}]},
    ], state_directory=str(folder / "state"))
    until(lambda: "state_file_age_seconds" in program.http("metrics", "/metrics")[1], 20, "a state file is written")
    found = {}
    for family in parse_text(program.http("metrics", "/metrics")[1]):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def test_every_metric_and_label_is_there(rows):
    for where, expression, legend in expressions():
        known = set(FROM_PROMETHEUS)
        names = re.findall(r"\b(signpost_\w+|process_\w+)\b(?:{(.*?)})?", expression)
        assert names, where
        for name, matchers in names:
            assert name in rows, f"{where}: {name}"
            known |= set().union(*rows[name])
            for label, operator, value in re.findall(r'(\w+)(=~?|!=)"([^"]*)"', matchers):
                if label in FROM_PROMETHEUS:
                    continue
                values = {labels.get(label) for labels in rows[name]}
                wanted = value.split("|") if operator == "=~" else [value]
                assert set(wanted) <= values, f"{where}: {name} has no {label} {wanted}"
        for group in re.findall(r"\bby \(([\w, ]+)\)", expression):
            assert set(group.split(", ")) <= known, f"{where}: by ({group})"
        assert legend <= known, f"{where}: {legend - known}"


def test_the_dashboard_is_one():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    taken = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken, f"{panel['title']} lies over another panel"
        taken |= cells
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?(\w+)", " ".join(json.dumps(panel) for panel in panels())))
    assert used - {"__rate_interval"} == variables


def promtool(*words):
    program, environment = peers.unpacked("readers", "usr/bin/promtool")
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr


def test_expressions_are_promql(folder):
    rules = [
        {"record": f"panel:{i}", "expr": expression.replace("$__rate_interval", "5m")}
        for i, (_, expression, _) in enumerate(expressions())
    ]
    (folder / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}))
    promtool("check", "rules", folder / "rules.yaml")
    promtool("check", "rules", FOLDER / "alerts.yaml")


STILL, COUNTS = "0+0x60", "0+6000x60"  # 60 minutes, a sample a minute
BUCKETS = ("6.4e-05", "0.004096", "0.008192", "0.131072", "2.097152", "+Inf")


def histogram(name, slow_from=len(BUCKETS), **labels):
    """Series of a histogram whose values lie below the first bound, or (`slow_from`: 2) above the second one."""
    words = "".join(f'{key}="{value}",' for key, value in labels.items())
    return {
        f'signpost_{name}_bucket{{instance="a",{words}le="{le}"}}': STILL if i < slow_from < len(BUCKETS) else COUNTS
        for i, le in enumerate(BUCKETS)
    } | {f'signpost_{name}_count{{instance="a",{words[:-1]}}}': COUNTS}


HEALTHY = {
    'up{job="signpost",instance="a"}': "1+0x60",
    'signpost_build_info{job="signpost",instance="a"}': "1+0x60",
    'signpost_health_request_failures_total{instance="a"}': STILL,
    'signpost_dns_responses_total{instance="a",rcode="NOERROR"}': COUNTS,
    'signpost_dns_responses_total{instance="a",rcode="SERVFAIL"}': "0+60x60",
    'signpost_dns_dropped_total{instance="a",reason="too_old"}': STILL,
    'signpost_zone_cold{instance="a",zone="demo.internal."}': STILL,
    'signpost_zone_file_good{instance="a",zone="a.example."}': "1+0x60",
    'signpost_registry_state{instance="a",registry="r",state="stale"}': STILL,
    'signpost_registry_restarts_total{instance="a",registry="r"}': STILL,
    'signpost_registry_instances{instance="a",registry="r",state="eligible"}': "20+0x60",
    'signpost_registry_instances{instance="a",registry="r",state="withheld"}': "2+0x60",
    'signpost_guard_held_services{instance="a",registry="r",guard="empty_read"}': STILL,
    'signpost_rescued_services{instance="a",registry="r",rule="panic"}': STILL,
    'signpost_reload_failed_total{instance="a"}': STILL,
    'signpost_reload_version_info{job="signpost",instance="a",hash="xxh3",value="1"}': "1+0x60",
    'signpost_reload_version_info{job="signpost",instance="b",hash="xxh3",value="1"}': "1+0x60",
    'signpost_reload_version_info{job="signpost",instance="b",hash="xxh3",value="2"}': "_x60",
    'signpost_cookie_file_refused_total{instance="a"}': STILL,
    'signpost_log_lost_total{instance="a"}': STILL,
    'signpost_state_errors_total{instance="a",registry="r",when="write"}': STILL,
    'process_open_fds{job="signpost",instance="a"}': "100+0x60",
    'process_max_fds{job="signpost",instance="a"}': "1000+0x60",
    # Found by annotations, so under a job of another name; beside it a program that is none of ours.
    'up{job="pods",instance="c"}': "1+0x60",
    'up{job="pods",instance="other"}': "0+0x60",
    'signpost_build_info{job="pods",instance="c"}': "1+0x60",
    'process_open_fds{job="pods",instance="c"}': "100+0x60",
    'process_max_fds{job="pods",instance="c"}': "1000+0x60",
    'process_open_fds{job="pods",instance="other"}': "1000+0x60",
    'process_max_fds{job="pods",instance="other"}': "1000+0x60",
    # Two releases of the chart, each with its own configuration.
    'signpost_reload_version_info{job="signpost",namespace="dns",service="one-metrics",instance="d",hash="xxh3",value="3"}': "1+0x60",
    'signpost_reload_version_info{job="signpost",namespace="dns",service="two-metrics",instance="e",hash="xxh3",value="4"}': "1+0x60",
    **histogram("dns_request_duration_seconds"),
    **histogram("dns_receive_wait_seconds"),
    **histogram("registry_event_to_answer_seconds", registry="r"),
    **histogram("step_duration_seconds", thread="builder"),
}
# What differs from the healthy server, and the one alert that it makes.
TROUBLES = {
    "SignpostDown": {'up{job="signpost",instance="a"}': "1x20 0x40"},
    "SignpostWorkerSilent": {'signpost_health_request_failures_total{instance="a"}': "0x27 1x33"},
    "SignpostServfail": {'signpost_dns_responses_total{instance="a",rcode="SERVFAIL"}': "0+600x60"},
    "SignpostSlow": histogram("dns_request_duration_seconds", 2),
    "SignpostOverloaded": {'signpost_dns_dropped_total{instance="a",reason="too_old"}': "0+6x60"},
    "SignpostZoneCold": {'signpost_zone_cold{instance="a",zone="demo.internal."}': "1+0x60"},
    "SignpostRegistryStale": {'signpost_registry_state{instance="a",registry="r",state="stale"}': "0x20 1x40"},
    "SignpostRegistryRestarts": {'signpost_registry_restarts_total{instance="a",registry="r"}': "0+1x60"},
    "SignpostChangesLate": histogram("registry_event_to_answer_seconds", 4, registry="r"),
    "SignpostInstancesHalved": {
        'signpost_registry_instances{instance="a",registry="r",state="eligible"}': "20x24 9x36"
    },
    "SignpostHolds": {'signpost_guard_held_services{instance="a",registry="r",guard="empty_read"}': "3+0x60"},
    "SignpostAnswersIll": {'signpost_rescued_services{instance="a",registry="r",rule="panic"}': "1+0x60"},
    "SignpostConfigurationRefused": {'signpost_reload_failed_total{instance="a"}': "0x20 1x40"},
    "SignpostConfigurationsDiffer": {
        'signpost_reload_version_info{job="signpost",instance="b",hash="xxh3",value="1"}': "_x60",
        'signpost_reload_version_info{job="signpost",instance="b",hash="xxh3",value="2"}': "1+0x60",
    },
    "SignpostZoneFileBad": {'signpost_zone_file_good{instance="a",zone="a.example."}': STILL},
    "SignpostStateUnwritten": {'signpost_state_errors_total{instance="a",registry="r",when="write"}': "0x10 1x5 2x45"},
    "SignpostStepsLong": histogram("step_duration_seconds", 3, thread="builder"),
    "SignpostLogLost": {'signpost_log_lost_total{instance="a"}': "0x25 7x35"},
    "SignpostDescriptors": {'process_open_fds{job="signpost",instance="a"}': "950+0x60"},
}
# Where the job has another name; the first one's series end, as those of a server that is not scraped do.
ELSEWHERE = {
    "SignpostDown": {'up{job="pods",instance="c"}': "1x20 0x40", 'signpost_build_info{job="pods",instance="c"}': "1x20 stale _x39"},
    "SignpostDescriptors": {'process_open_fds{job="pods",instance="c"}': "950+0x60"},
}


def scenario(trouble, alert):
    """Half an hour in, exactly this alert fires (None: no alert)."""
    assert set(trouble) <= set(HEALTHY)
    series = [{"series": name.replace(",}", "}"), "values": values} for name, values in {**HEALTHY, **trouble}.items()]
    fires = [{"labels": f'{{alertname="{alert}"}}', "value": 1}] if alert else []
    question = 'count by (alertname) (ALERTS{alertstate="firing"})'
    return {
        "interval": "1m",
        "input_series": series,
        "promql_expr_test": [{"expr": question, "eval_time": "30m", "exp_samples": fires}],
    }


def test_each_alert_fires_in_its_trouble_alone(folder):
    assert [rule["alert"] for rule in ALERTS["groups"][0]["rules"]] == list(TROUBLES)
    tests = [scenario({}, None)] + [scenario(trouble, alert) for troubles in (TROUBLES, ELSEWHERE) for alert, trouble in troubles.items()]
    content = {"rule_files": [str(FOLDER / "alerts.yaml")], "evaluation_interval": "1m", "tests": tests}
    (folder / "alerts_test.yaml").write_text(yaml.safe_dump(content))
    promtool("test", "rules", folder / "alerts_test.yaml")
