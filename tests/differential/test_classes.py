"""The table of classes: each is shown by a question of its own, names a section, and a vote against us is stated."""

import re

import pytest
from campaign import campaign, compare, questions, report, zone
from campaign.classes import CLASSES
from campaign.pins import PINS

NAMES = [entry.name for entry in CLASSES]


@pytest.fixture(scope="module")
def pinned(tmp_path_factory):
    """All servers on the zones of all pins."""
    texts = {origin: text for pin in PINS.values() for origin, text in pin.texts().items()}
    world = zone.World([zone.Zone(origin, text) for origin, text in texts.items()])
    run = campaign.Campaign(tmp_path_factory.mktemp("pins"), world)
    yield run
    run.stop()


@pytest.mark.parametrize("name", NAMES)
def test_the_pinned_question_shows_the_class(pinned, name):
    pinned.tally = compare.Tally(pinned.us)
    pinned.ask([questions.from_text(words) for words in PINS[name].questions])
    assert not report.failures(pinned.tally), "\n".join(report.failures(pinned.tally))
    assert name in {found for found, _ in pinned.tally.counts}, report.figures(pinned.tally)


@pytest.mark.parametrize("entry", CLASSES, ids=NAMES)
def test_a_class_names_its_sentence(entry):
    assert re.search(r"RFC \d+ sections? \d", entry.rule), "the section that supports us"
    assert len(entry.rule.split()) > 12, "and what it says"


def test_pins_are_of_classes():
    assert set(PINS) == set(NAMES) and len(NAMES) == len(set(NAMES))
