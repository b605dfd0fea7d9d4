"""What a campaign says: its figures, and each difference in a form that can be read and asked again."""

from . import wire


def figures(tally):
    """Lines for the end of a run: classes, and which peers differ how often."""
    classes = sorted({name for name, _ in tally.counts})
    lines = [f"{tally.questions} questions, {tally.equal} equal responses, {len(classes)} classes of difference"]
    for name in classes:
        peers = ", ".join(f"{peer} {count}" for (found, peer), count in sorted(tally.counts.items()) if found == name)
        lines.append(f"{name}: {peers}")
    return lines


def failures(tally, most=8):
    """Everything that must not be, the first few of each kind."""
    found = [f"{len(tally.broken)} of our responses break a rule"] if tally.broken else []
    for case, rules in tally.broken[:most]:
        found.append(f"{'; '.join(rules)}\n{describe(case, [tally.us])}")
    if tally.unexplained:
        found.append(f"{len(tally.unexplained)} differences without a class")
    for case, peer, facets in _one_of_each(tally.unexplained)[:most]:
        found.append(f"{peer} differs in {', '.join(sorted(facets))}\n{describe(case, [tally.us, peer])}")
    if tally.outvoted:
        found.append(f"{len(tally.outvoted)} times three of the four agree against us where the table does not say so")
    for case, facet, peers in tally.outvoted[:most]:
        found.append(f"{', '.join(peers)} agree in {facet}\n{describe(case, [tally.us, peers[0]])}")
    return found


def _one_of_each(unexplained):
    """The shortest example of each kind."""
    kinds = {}
    for entry in sorted(unexplained, key=lambda entry: len(describe(entry[0], [entry[1]]))):
        case, peer, facets = entry
        kinds.setdefault((peer, facets, case.expected.where), entry)
    return list(kinds.values())


def describe(case, servers):
    """The question, what the rules ask for, and the responses of some servers."""
    words = [f"{case.question.text()}   (by the model: {case.expected.where or 'no end'})"]
    words += [f" {name}:\n{wire.response_text(case.responses[name])}" for name in servers]
    return "\n".join(words)
