"""deploy/recipes after an outage of minutes: forwarders that take a server for dead look again, or nobody finds Signpost."""
import time

import pytest

from recipes import products
from recipes.mistakes import shows
from recipes.running import Running

OUTAGE, LIMIT = 150, 200  # seconds


@pytest.fixture
def running(run_folder):
    made = Running(run_folder / "outage", products.MAKERS)
    yield made
    made.stop()


@shows("unbound.md 5", "delegation.md 6")
@pytest.mark.campaign("DEPLOY_LONG")
def test_signpost_is_found_again_after_an_outage_of_minutes(running, figure):
    """Clients ask all the time, each question for 5 s: without questions nobody finds out that a server is dead."""
    def ask(side):
        start, asked = time.monotonic(), 0
        while time.monotonic() - start < OUTAGE:
            assert side.insist(f"away-{asked}.{side.product.zone}", "A", 1, 5)[0] in (None, ("SERVFAIL", 0))
            asked += 1

    for side in running.sides.values():
        side.signpost.stop()
    running.each(ask)
    for side in running.sides.values():
        side.start_signpost()
    for side in running.sides.values():
        side.wait_signpost()
    found = running.seconds_until(lambda side: side.status(f"late.{side.product.zone}", seconds=1) == "NOERROR", LIMIT)
    for name, seconds in found.items():
        figure(f"{name} after {OUTAGE} s without Signpost", f"{seconds:.1f} s" if seconds is not None else "never")
    others = {name: found.pop(name) for name in list(found) if name.startswith("delegation")}
    assert None not in found.values()
    assert all(seconds is None or seconds > 10 for seconds in others.values()), "Unbound as others have it takes Signpost for dead"
