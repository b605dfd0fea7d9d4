"""The table of deploy/SIZING.md: the command behind it runs, and what it measures fits the memory that the page asks for."""
import os
import re
import subprocess

from harness import peers
from harness.signpost import binary

ENDPOINTS = int(os.environ.get("SIGNPOST_SIZING_ENDPOINTS", 10_000))


def table(text):
    """[{column: cell}] of the first table in a text."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [dict(zip(rows[0], row)) for row in rows[2:] if len(row) == len(rows[0])]


def test_the_memory_asked_for_is_enough(deploy, figure):
    done = subprocess.run(
        ["/usr/bin/python3", peers.REPOSITORY / "tests/bench/sizing", str(ENDPOINTS)],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "SIGNPOST_BINARY": str(binary())},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    empty, measured = table(done.stdout)
    page = (deploy / "SIZING.md").read_text()
    request, limit = re.search(r"up to 100,000 .*?\| 100m \| (\d+)Mi \| (\d+)Mi \|", page).groups()
    peak = max(float(measured["peak MiB"]), float(measured["cold peak MiB"]))
    figure(f"memory of {ENDPOINTS} endpoints", f"{measured['RSS MiB']} MiB, peak {peak} MiB; empty {empty['RSS MiB']} MiB")
    assert float(measured["RSS MiB"]) <= peak <= int(request) < int(limit)
    assert float(measured["PSS MiB"]) > float(empty["PSS MiB"])


def test_pages_and_options_that_it_names_are_there(deploy):
    page = (deploy / "SIZING.md").read_text()
    named = re.findall(r"\b(?:tests|zones)/[\w/]+(?:\.md)?", page)
    assert len(named) > 3 and all((peers.REPOSITORY / path).exists() for path in named), named
    assert "SignpostConfigurationsDiffer" in (deploy / "monitoring/alerts.yaml").read_text()
