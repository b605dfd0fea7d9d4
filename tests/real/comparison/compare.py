"""Two replies to one question: in which sections they differ, and whether a class of difference explains each of them."""
import collections
import dataclasses

FACETS = ("rcode", "aa", "answer", "authority", "additional")


@dataclasses.dataclass(frozen=True)
class Case:
    """One question and both replies, `plain`: in lower case, SOA records without their serial (each server counts its
    own). `world` is what the cluster holds; `whole` our reply over TCP, where the additional sections differ."""

    name: str
    kind: str
    ours: object
    theirs: object
    world: object
    whole: object = None

    def differs(self):
        return [facet for facet in FACETS if getattr(self.ours, facet) != getattr(self.theirs, facet)]

    def __str__(self):
        lines = [f"{self.name} {self.kind}"]
        for who, reply in (("signpost", self.ours), ("coredns", self.theirs)):
            lines.append(f"    {who:8} {reply.told()} || {reply.extra()}")
        return "\n".join(lines)


def plain(reply):
    sections = {}
    for section in ("answer", "authority", "additional"):
        sections[section] = frozenset(_plain_record(*record) for record in getattr(reply, section))
    return dataclasses.replace(reply, **sections)


def _plain_record(owner, ttl, kind, data):
    data = data.lower()
    if kind == "SOA":
        words = data.split()
        data = " ".join([*words[:2], "-", *words[3:]])
    return owner.lower(), ttl, kind, data


class Tally:
    """`counts` of cases by class, `left`: those that no class explains in every facet."""

    def __init__(self, classes):
        self._classes = classes
        self.asked, self.equal = 0, 0
        self.counts, self.left = collections.Counter(), []

    def add(self, case):
        self.asked += 1
        differs = case.differs()
        if not differs:
            self.equal += 1
            return
        found = [entry for entry in self._classes if set(differs) & entry.facets and entry.applies(case)]
        if set(differs) <= {facet for entry in found for facet in entry.facets}:
            self.counts.update(entry.name for entry in found)
        else:
            self.left.append(case)
