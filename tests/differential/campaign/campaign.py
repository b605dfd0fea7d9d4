"""One campaign: zones from a seed, all servers on them, questions from the same seed, the tally of differences."""

import random

from harness.signpost import Signpost

from . import compare, generate, names, zone
from .asking import WINDOW, Asker
from .partners import ALL, Server
from .questions import Questions

US = "signpost"


def world_of(seed, count):
    """`count` random zones; every fourth is a child of the one before it, which delegates to it."""
    origins = []
    for i in range(count):
        nested = i % 4 == 3
        origins.append(names.child(b"child", origins[-1]) if nested else names.from_labels(b"z%d" % i, b"example"))
    zones = []
    for i, origin in enumerate(origins):
        # A generator of its own for each zone: more zones do not change the first ones.
        pick = random.Random(f"{seed}/{i}")
        children = [child for child in origins if names.parent(child) == origin]
        elsewhere = [names.child(b"www", other) for other in origins[max(0, i - 3) : i + 4] if other != origin]
        zones.append(zone.Zone(origin, generate.Generator(pick, origin, elsewhere, children).text()))
    return zone.World(zones)


class OurServer:
    """Signpost on the same files, in the shape of a partner."""

    def __init__(self, folder, files):
        self.folder = folder / US
        self.folder.mkdir()
        zones = [{"name": origin, "file": str(file)} for origin, file in files.items()]
        self.signpost = Signpost(self.folder, {}, zones).wait_ready()
        self.asker = Asker(*self.signpost.address)

    def stop(self):
        self.asker.close()
        self.signpost.stop()


class Campaign:
    """The servers of one run; `ask` questions, then look at `tally`. With `us` = None the partners run alone."""

    def __init__(self, folder, world, partners=ALL, us=US):
        self.world = world
        self.us = us
        self.tally = compare.Tally(us)
        self.servers = {}
        files = {}
        for origin, found in world.zones.items():
            text = names.text(origin)
            files[text] = folder / f"{text}zone"
            files[text].write_text(found.text)
        try:
            for name in partners:
                self.servers[name] = Server(name, folder, files)
            if us:
                self.servers[us] = OurServer(folder, files)
        except BaseException:
            self.stop()
            raise

    def stop(self):
        for server in self.servers.values():
            server.stop()

    def draw(self, seed, questions):
        """The questions of a campaign, the same number for every zone."""
        zones = list(self.world.zones.values())
        for i, found in enumerate(zones):
            source = Questions(random.Random(f"{seed}/{i}/questions"), found)
            for _ in range(questions // len(zones)):
                yield source.draw()

    def ask(self, questions):
        """Puts the questions to every server and adds each to the tally. Where any reply is truncated the question is put
        once more, over TCP, as its asker would (RFC 7766 section 5), and compared as well."""
        batch = []
        for question in questions:
            batch.append(question)
            if len(batch) == 10 * WINDOW:
                self._ask_batch(batch)
                batch = []
        self._ask_batch(batch)

    def _ask_batch(self, batch):
        datagrams = [question for question in batch if not question.tcp]
        streams = [question for question in batch if question.tcp]
        cases = self._udp(datagrams)
        again = {i: case.question.over_tcp() for i, case in enumerate(cases) if _any_truncated(case)}
        for case in self._tcp(streams):
            self.tally.add(case)
        for i, retry in zip(again, self._tcp(list(again.values()))):
            cases[i].retry = retry.responses
            self.tally.add(retry)
        for case in cases:
            self.tally.add(case)

    def _udp(self, questions):
        replies = {name: [] for name in self.servers}
        for start in range(0, len(questions), WINDOW):
            part = questions[start : start + WINDOW]
            sent = {name: server.asker.send(part) for name, server in self.servers.items()}
            for name, server in self.servers.items():
                replies[name] += server.asker.collect(sent[name])
        return self._cases(questions, replies)

    def _tcp(self, questions):
        replies = {name: [] for name in self.servers}
        for start in range(0, len(questions), WINDOW):
            for name, server in self.servers.items():
                replies[name] += server.asker.ask_tcp(questions[start : start + WINDOW])
        return self._cases(questions, replies)

    def _cases(self, questions, replies):
        return [
            compare.Case(self.world, question, {name: compare.read(replies[name][i]) for name in replies}, self.us)
            for i, question in enumerate(questions)
        ]


def _any_truncated(case):
    return any(getattr(response, "tc", False) for response in case.responses.values())
