"""The tables of deploy/SIZING.md: the command behind them runs and comes to the same, and what is asked for follows from what was measured."""
import os
import re
import subprocess

import pytest
from harness import peers
from harness.signpost import binary

SPREAD = 1.3  # from one machine to the next: libraries, pages of the allocator


def number(cell):
    """"28 MiB" -> 28.0; "10,000" -> 10000.0; "none" and "-" -> 0."""
    found = re.match(r"(?:up to )?([\d,.]+)", cell)
    return float(found[1].replace(",", "")) if found else 0.0


def tables(text):
    """Each table of a text as [{column: cell}]."""
    found = []
    for block in re.findall(r"(?:^\|.*\n)+", text, flags=re.M):
        rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.splitlines()]
        found.append([dict(zip(rows[0], row)) for row in rows[2:]])
    return found


@pytest.fixture
def page(deploy):
    return (deploy / "SIZING.md").read_text()


def measured_rows(page):
    """{endpoints: {column: number}}"""
    return {int(number(row["endpoints"])): {name: number(cell) for name, cell in row.items()} for row in tables(page)[0]}


def asked_rows(page):
    return [{name: number(cell) for name, cell in row.items()} for row in tables(page)[1]]


@pytest.mark.parametrize("endpoints", [10_000, pytest.param(100_000, marks=pytest.mark.campaign("DEPLOY_LONG"))])
def test_the_page_says_what_the_command_measures(page, figure, endpoints):
    done = subprocess.run(
        ["/usr/bin/python3", peers.REPOSITORY / "tests/bench/sizing", str(endpoints)],
        capture_output=True, text=True, timeout=300, check=False, env={**os.environ, "SIGNPOST_BINARY": str(binary())},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    empty, found = [{name: number(cell) for name, cell in row.items()} for row in tables(done.stdout)[0]]
    figure(f"memory of {endpoints} endpoints", f"{found['RSS MiB']} MiB, peaks {found['peak MiB']} and {found['cold peak MiB']} MiB; empty {empty['RSS MiB']} MiB")
    told = measured_rows(page)
    pairs = [
        (empty["RSS MiB"], told[0]["memory (RSS), steady"]),
        (found["RSS MiB"], told[endpoints]["memory (RSS), steady"]),
        (found["cold peak MiB"], told[endpoints]["peak of a cold start"]),
        (found["state MiB"], told[endpoints]["state file"]),
    ]
    assert not [pair for pair in pairs if not pair[1] / SPREAD <= pair[0] <= pair[1] * SPREAD], pairs
    # The page has the largest of many runs.
    assert found["RSS MiB"] <= found["peak MiB"] <= told[endpoints]["peak while listing"] * SPREAD


def test_requests_follow_from_the_peaks(page):
    """The rule of the page: the largest peak and a quarter, up to the next 16 MiB; the limit is twice that."""
    told, asked = measured_rows(page), asked_rows(page)
    assert len(asked) >= 2
    for row in asked:
        rows = [found for endpoints, found in told.items() if endpoints <= row["endpoints"]]
        peak = max(max(found["peak while listing"], found["peak of a cold start"]) for found in rows)
        assert row["memory request"] % 16 == 0
        assert peak * 5 / 4 <= row["memory request"] < peak * 5 / 4 + 16, row
        assert row["memory limit"] == 2 * row["memory request"]


def test_the_chart_asks_for_the_first_row(page, deploy):
    row = tables(page)[1][0]
    values = (deploy / "chart/signpost/values.yaml").read_text()
    assert f"memory: {row['memory request']}" in values and f"memory: {row['memory limit']}" in values
    assert f"cpu: {row['cpu request']}" in values


def test_pages_and_options_that_it_names_are_there(page, deploy):
    named = re.findall(r"\b(?:tests|zones)/[\w/]+(?:\.md)?", page)
    assert len(named) > 3 and all((peers.REPOSITORY / path).exists() for path in named), named
    assert "SignpostConfigurationsDiffer" in (deploy / "monitoring/alerts.yaml").read_text()
