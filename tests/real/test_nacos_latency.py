"""From a change to the right answer, beside what the official SDKs' own listeners need for the same change."""
import collections
import itertools
import statistics

import pytest
from conftest import size
from harness import stats
from harness.process import now_ms
from test_nacos import ZONE, start, target

SERVICE = "latency"
STAYS, MOVES = "10.4.0.1", "10.4.0.2"
BEHIND_MS = 20  # how much later than the SDK's own callback the answer may be, in the median
ENOUGH = 20
KILLED_SECONDS = 40  # a server that does not see the close of a connection finds out by asking (13 to 20 s)


@pytest.fixture
def signpost(nacos_server, folder):
    running = start(nacos_server, folder / "s")
    yield running
    running.stop()


class Watch:
    """Makes a change, and notes when each listener and the answer showed it."""

    def __init__(self, signpost, listeners):
        self._ask, self._listeners = signpost.client, listeners
        self.from_write = collections.defaultdict(list)  # change -> [ms]
        self.behind = collections.defaultdict(list)  # (change, language) -> [ms after its listener]

    def change(self, what, make, weight):
        """`make()` returns the time of its acknowledgement; afterwards MOVES has this weight, None: it is away."""
        acknowledged = make()
        answers = {f"0 1 80 {target(STAYS, SERVICE)}"} | ({f"0 {weight} 80 {target(MOVES, SERVICE)}"} if weight else set())
        answered = self._ask.wait_for(answers, f"{SERVICE}.{ZONE}", "SRV", seconds=KILLED_SECONDS)
        self.from_write[what].append(answered - acknowledged)
        for language, listener in self._listeners.items():
            self.behind[what, language].append(answered - _told(listener, weight))


def _told(listener, weight):
    """When the SDK's callback first saw it."""
    while True:
        _, told, instances = listener.events.get(timeout=KILLED_SECONDS)
        seen, _, enabled = instances.get(f"{MOVES}:80", (None, False, False))
        if (seen if enabled else None) == weight:
            return told


def test_latency_beside_the_official_listeners(nacos_server, sdk_peer, signpost, figure):
    """The same push reaches the SDKs' callbacks and the answer on the wire."""
    # One that stays, from elsewhere: no answer is empty, so none is held.
    nacos_server.register(SERVICE, STAYS, 80)
    signpost.client.wait_for({STAYS}, f"{SERVICE}.{ZONE}")
    listeners = {language: sdk_peer(language) for language in ("python", "java")}
    for listener in listeners.values():
        listener.subscribe(SERVICE)
    watch = Watch(signpost, listeners)
    weights = itertools.count(2)  # never the same twice: no late word of an earlier change is taken for this one

    publisher = sdk_peer("python")

    def register(weight, enabled=True):
        return lambda: publisher.register(SERVICE, MOVES, 80, weight=weight, enabled=enabled)

    def away():
        return publisher.deregister(SERVICE, MOVES, 80)

    for _ in range(size("NACOS_CHANGES", 3)):
        for what in ("register", "weight"):
            weight = next(weights)
            watch.change(what, register(weight), weight)
        watch.change("deregister", away, None)
        weight = next(weights)
        watch.change("register", register(weight), weight)
        watch.change("disable", register(weight, enabled=False), None)
        away()  # r-nacos keeps "disabled" through a second registration
    publisher.stop()
    for _ in range(size("NACOS_KILLS", 1)):
        publisher = sdk_peer("python")
        weight = next(weights)
        watch.change("register", register(weight), weight)

        def kill(peer=publisher):
            killed = now_ms()
            peer.kill()
            return killed

        watch.change("killed", kill, None)

    for what, values in watch.from_write.items():
        figure(f"Nacos {what}: acknowledged -> right answer", stats.figures(values))
    for (what, language), values in watch.behind.items():
        figure(f"Nacos {what}: right answer after the listener of the {language} SDK", stats.figures(values))
    for language in listeners:
        values = {what: watch.behind[what, language] for what in watch.from_write}
        # A median of a handful says how busy the machine was; each change is judged by itself from ENOUGH on.
        values = {what: some for what, some in values.items() if len(some) >= ENOUGH} | {"all": sum(values.values(), [])}
        late = {what: statistics.median(some) for what, some in values.items()}
        assert max(late.values()) <= BEHIND_MS, (language, late)
