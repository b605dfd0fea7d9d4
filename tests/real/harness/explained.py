"""What `signpost explain` says of shares, and whether answers agree with it."""
import collections
import re
import struct

from . import stats

_KEPT = re.compile(r"^  (?:kept|drop) +\S+ +(?P<addresses>[^\[]+?) +\[.*? share (?P<share>[\d.]+) %", re.M)


def shares(signpost, name, kind="A"):
    """{address: percent}; instances of one address add up. Percents have two places, as they are printed."""
    code, text = signpost.command("explain", name, kind)
    assert code == 0, text
    found = collections.Counter()
    for match in _KEPT.finditer(text):
        found[match["addresses"].split()[0].rstrip(",")] += float(match["share"])
    assert found, text
    return dict(found)


def _fits(seen, draws, chance):
    """Did something of this chance happen so often in so many draws? Six standard deviations, and what printing cut off."""
    return abs(seen - draws * chance) <= 6 * (draws * chance * (1 - chance)) ** 0.5 + draws * 0.0001 + 1e-9


def disagreements(signpost, name, mode, draws):
    """Whatever answers of `name` contradict its explained shares; empty: none. `mode` as in the configuration. Of
    `sticky` the draws are clients: that many subnets, each asking by way of a forwarder that is believed."""
    told = {address: percent / 100 for address, percent in shares(signpost, name).items()}
    answering = {address: share for address, share in told.items() if share > 0}
    if mode.startswith("sticky"):
        networks = [struct.pack("!BH", 100 + i // 65536, i % 65536) for i in range(draws)]
        answers = signpost.client.of_networks(name, "A", networks)
    else:
        answers = signpost.client.many(name, "A", draws)
    included = collections.Counter(text for answer in answers for text in answer.texts("A"))
    first = collections.Counter(answer.texts("A")[0] for answer in answers)
    count = _records(mode, answering)
    wrong = [f"{len(answer.texts('A'))} records, not {count}" for answer in answers if len(set(answer.texts("A"))) != count][:3]
    wrong += [f"{address} answers, but its share is 0" for address in set(included) - set(answering)]
    for address, share in answering.items():
        chance = count * share if mode.startswith("sample") or count == 1 else 1 if count == len(answering) else None
        if chance is not None and not _fits(included[address], draws, chance):
            wrong.append(f"{address} is in {included[address]} answers of {draws}, expected {chance:.4f}")
    if mode != "all" and len(answering) > 1:
        fit = stats.fit([first[address] for address in answering], _whole(answering.values()))
        wrong += [f"first places {dict(first)}: p={fit:.3g} for {answering}"] if fit < 1e-6 else []
    return wrong


def _records(mode, answering):
    """How many records each answer must have."""
    word, _, asked = mode.partition(" ")
    if word == "sample":
        return min(int(asked), int(1 / max(answering.values()) + 1e-3))
    return min(int(asked or 1), len(answering)) if word == "sticky" else len(answering)


def _whole(some):
    return [one / sum(some) for one in some]


def srv_shares(signpost, owner):
    """{address: percent} as the SRV weights of one answer have it."""
    records = [text.split() for text in signpost.client.ask(owner, "SRV").texts("SRV")]
    total = sum(int(record[1]) for record in records)
    found = collections.Counter()
    for record in records:
        found[record[3].partition(".")[0].replace("-", ".")] += 100 * int(record[1]) / total
    return dict(found)
