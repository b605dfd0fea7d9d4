"""Fuzzy watch (5.4): patterns `namespace>>group>>service`, first batches, changes, limits (L4, L6)."""

import asyncio
import time

GHOST_SECONDS = 31  # a dead connection's patterns count for so long (L6)


def part_matches(pattern, text):
    if pattern == "*":
        return True
    head, tail = pattern.startswith("*"), pattern.endswith("*")
    core = pattern.strip("*")
    if head and tail:
        return core in text
    if head:
        return text.endswith(core)
    if tail:
        return text.startswith(core)
    return pattern == text


def matches(pattern, key):
    space, group, name = pattern.split(">>")
    return space == key[0] and part_matches(group, key[1]) and part_matches(name, key[2])


def spelled(key):
    return "@@".join(key)


class Watching:
    def __init__(self, registry, connections, config):
        self.registry, self.connections, self.config = registry, connections, config
        self.ghosts = []  # (until, pattern)

    def bury(self, connection):
        self.ghosts += [(time.monotonic() + GHOST_SECONDS, pattern) for pattern in connection.watches]

    def _patterns(self):
        now = time.monotonic()
        self.ghosts = [ghost for ghost in self.ghosts if ghost[0] > now]
        live = {pattern for each in self.connections.values() for pattern in each.watches}
        return live | {pattern for _, pattern in self.ghosts}

    def watch(self, connection, body):
        """0, 50310 or 50311."""
        pattern = body.get("groupKeyPattern", "")
        if body.get("watchType") == "CANCEL_WATCH":
            connection.watches.pop(pattern, None)
            return 0
        known = self._patterns()
        if pattern not in known and len(known) >= self.config["pattern_limit"]:
            return 50310
        found = [key for key in self.registry.alive() if matches(pattern, key)]
        limited = len(found) >= self.config["match_limit"]
        found = found[:self.config["match_limit"]]
        held = {tuple(key.split("@@")) for key in body.get("receivedGroupKeys") or []}
        connection.watches[pattern] = set(found)
        if body.get("initializing"):
            connection.start(self._first_sync(connection, pattern, found))
        else:
            connection.start(self._difference(connection, pattern, set(found), held))
        return 50311 if limited else 0

    async def _first_sync(self, connection, pattern, found):
        if found:
            await asyncio.sleep(self.config["watch_delay"])
        batches = [found[at:at + 10] for at in range(0, len(found), 10)]
        for number, batch in enumerate(batches, 1):
            await connection.insist("NamingFuzzyWatchSyncRequest", lambda batch=batch, number=number: {
                "syncType": "FUZZY_WATCH_INIT_NOTIFY", "groupKeyPattern": pattern, "totalBatch": len(batches),
                "currentBatch": number,
                "contexts": [{"serviceKey": spelled(key), "changedType": "ADD_SERVICE"} for key in batch]})
        await connection.insist("NamingFuzzyWatchSyncRequest", lambda: {
            "syncType": "FINISH_FUZZY_WATCH_INIT_NOTIFY", "groupKeyPattern": pattern, "totalBatch": 1,
            "currentBatch": 1})

    async def _difference(self, connection, pattern, found, held):
        contexts = [{"serviceKey": spelled(key), "changedType": "ADD_SERVICE"} for key in sorted(found - held)]
        contexts += [{"serviceKey": spelled(key), "changedType": "DELETE_SERVICE"} for key in sorted(held - found)]
        if contexts:
            await connection.insist("NamingFuzzyWatchSyncRequest", lambda: {
                "syncType": "FUZZY_WATCH_DIFF_SYNC_NOTIFY", "groupKeyPattern": pattern, "totalBatch": 1,
                "currentBatch": 1, "contexts": contexts})

    def changed(self, key, what):
        for connection in list(self.connections.values()):
            for pattern, told in connection.watches.items():
                if not matches(pattern, key):
                    continue
                if what == "ADD_SERVICE" and len(told) >= self.config["match_limit"]:
                    continue  # silently (L4)
                (told.add if what == "ADD_SERVICE" else told.discard)(key)
                connection.start(self._tell(connection, key, what))

    async def _tell(self, connection, key, what):
        await asyncio.sleep(self.config["change_delay"])
        await connection.insist("NamingFuzzyWatchChangeNotifyRequest", lambda: {
            "syncType": "FUZZY_WATCH_RESOURCE_CHANGED", "serviceKey": spelled(key), "changedType": what})
