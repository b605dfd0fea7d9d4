"""Random zones and questions: every difference between Signpost and five other authorities is one of the table's."""

import random

import pytest
from campaign import campaign, report
from conftest import size


def test_every_difference_is_of_a_known_class(folder, figure):
    """The default run asks the same questions every time, so that it fails for what changed; campaigns draw their seed.
    It is printed: `tests/differential/replay --seed S --zones N` asks the same questions again."""
    seed = size("SEED", 1) or random.randrange(1, 1 << 30)
    zones, questions = size("ZONES", 4), size("QUESTIONS", 4000)
    run = campaign.Campaign(folder, campaign.world_of(seed, zones))
    try:
        run.ask(run.draw(seed, questions))
    finally:
        run.stop()
    figure("differential campaign", f"seed {seed}, {zones} zones")
    for line in report.figures(run.tally):
        figure("differential campaign", line)
    assert run.tally.questions >= questions
    if failures := report.failures(run.tally):
        pytest.fail(f"seed {seed}, {zones} zones, {questions} questions\n" + "\n".join(failures), pytrace=False)
