"""Two responses to one question: in which facets do they differ, and which class of the table explains it?"""

import collections
import struct
from dataclasses import dataclass

from . import model, names, wire
from .classes import CLASSES
from .evidence import udp_limit
from .partners import FOUR

HEADER = ("rcode", "aa", "tc", "rd", "ra", "ad", "cd", "z", "question", "opt")
SECTIONS = ("answer", "authority", "additional")


@dataclass
class Case:
    """One question, what is known about it, and all responses: Response, None (silence) or str (malformed)."""

    world: object
    question: object
    responses: dict
    us: str
    retry: dict = None  # the responses to the same question over TCP, where any was truncated
    peer: str = ""  # whom `explain` is looking at

    def __post_init__(self):
        self.name = names.fold(self.question.name)
        self.expected = model.expect(self.world, self.question)
        self.zone = self.world.find(self.name)


def read(message):
    if message is None:
        return None
    try:
        return wire.Response(message)
    except (ValueError, IndexError, struct.error) as broken:
        return f"{broken}: {message.hex()}"


def facets(ours, theirs):
    """The names of what differs. The sections of a truncated response are not looked at: its receiver ignores them and
    asks again over TCP (RFC 2181 section 9)."""
    for one, other in ((ours, theirs), (theirs, ours)):
        if one is None:
            return frozenset() if other is None else frozenset(["silence"])
        if isinstance(one, str):
            return frozenset(["malformed"])
    found = {facet for facet in HEADER if getattr(ours, facet) != getattr(theirs, facet)}
    if not ours.tc and not theirs.tc:
        found |= {section for section in SECTIONS if getattr(ours, section) != getattr(theirs, section)}
    return frozenset(found)


def explain(case, peer, ours, theirs, found):
    """(names of the classes that apply, facets that no class explains)."""
    applied, left = [], set(found)
    case.peer = peer
    for entry in CLASSES:
        if peer in entry.peers and entry.facets & left and entry.applies(case, ours, theirs):
            applied.append(entry)
            left -= entry.facets
        if not left:
            break
    return applied, frozenset(left)


def broken_rules(question, response):
    """What no response of ours may do, whatever the others do."""
    if response is None:
        return ["silence"]
    if isinstance(response, str):
        return [f"malformed: {response}"]
    found = []
    limit = 65535 if question.tcp else udp_limit(question)
    if response.size > limit:
        found.append(f"{response.size} octets where {limit} are allowed (E8, E9)")
    if response.tc and (question.tcp or response.answer or response.authority or response.additional):
        found.append("TC over TCP, or records beside TC (E10, T8)")
    if response.repeated:
        found.append("a record twice in one section (N12)")
    if response.compressed & wire.NEVER_COMPRESSED:
        found.append("a compressed name in a type that may have none (N14, RFC 3597 section 4)")
    ttls = {}
    for record in response.answer | response.authority | response.additional:
        ttls.setdefault(record[:2], set()).add(record[3])
    if any(len(found_ttls) > 1 for found_ttls in ttls.values()):
        found.append("different TTLs in one RRset (N12)")
    return found


def needless_truncation(case):
    """TC where the required records would have fitted: those of our whole response over TCP, without what was added to
    it (RFC 2181 section 9). An added record takes at least a pointer, ten octets and its RDATA."""
    ours, whole = case.responses[case.us], (case.retry or {}).get(case.us)
    if not isinstance(whole, wire.Response) or not getattr(ours, "tc", False):
        return []
    if case.expected.where == "long":  # the model ends there, and knows no glue of what the chain leads to
        return []
    added = sum(12 + len(record[4]) for record in whole.additional - case.expected.glue)
    fits = whole.size - added <= udp_limit(case.question)
    return [f"TC, and {whole.size - added} octets would have been enough (E10)"] if fits else []


def _vote(response, facet):
    """What a peer stands for in a facet. Code and required sections belong together: two that agree in one of them by
    chance do not agree."""
    if not isinstance(response, wire.Response):
        return str(response)
    if facet in ("rcode", "aa", "tc", "answer", "authority"):
        sections = () if response.tc else (response.answer, response.authority)
        return (response.rcode, response.aa, response.tc, *sections)
    return getattr(response, facet)


class Tally:
    """Differences between one server ("us") and the others, by class."""

    def __init__(self, us):
        self.us = us
        self.questions = 0
        self.cases = []  # the last few, for those who asked by hand
        self.equal = 0
        self.counts = collections.Counter()  # (class name, peer) -> how often
        self.examples = {}  # (class name, peer) -> the first case
        self.broken = []  # (case, rules that our response breaks)
        self.unexplained = []  # (case, peer, facets)
        self.outvoted = []  # (case, facet, peers): three of the four agree against us, and the table does not say so

    def add(self, case):
        self.questions += 1
        self.cases = [*self.cases[-2:], case]
        if self.us is None:
            return
        ours = case.responses[self.us]
        if broken := broken_rules(case.question, ours) + needless_truncation(case):
            self.broken.append((case, broken))
        by_facet = collections.defaultdict(list)
        for peer, theirs in case.responses.items():
            if peer == self.us:
                continue
            found = facets(ours, theirs)
            if not found:
                self.equal += 1
                continue
            applied, left = explain(case, peer, ours, theirs, found)
            for entry in applied:
                self.counts[entry.name, peer] += 1
                self.examples.setdefault((entry.name, peer), case)
            if left:
                self.unexplained.append((case, peer, left))
            for facet in found if peer in FOUR else ():
                by_facet[facet].append((peer, theirs, applied))
        self._count_votes(case, by_facet)

    def _count_votes(self, case, by_facet):
        for facet, voters in by_facet.items():
            sides = collections.defaultdict(list)
            for peer, theirs, applied in voters:
                value = _vote(theirs, facet)
                sides[value].append((peer, any(entry.outvoted and facet in entry.facets for entry in applied)))
            for side in sides.values():
                if len(side) >= 3 and not all(stated for _, stated in side):
                    self.outvoted.append((case, facet, [peer for peer, _ in side]))
