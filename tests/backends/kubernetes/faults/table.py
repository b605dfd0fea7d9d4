#!/usr/bin/env python3
"""The list and watch faults K1 to K38: what each demands, and which tests show it (support/faults says how a test says so).
  table.py             the table from the sources; exit status 1 when an id has no test
  table.py LOG         the table of a run, from what ctest wrote; an id whose C++ tests did not run counts as missing
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "support/faults"))
from faults import main  # noqa: E402

FAULTS = {
    "K1": "history is gone (410): keep serving, list not older than the last version, then whatever is newest",
    "K2": "a continue token expired: what was read of the list is forgotten, the list starts again",
    "K3": "the server is behind (ResourceVersionTooLarge): wait as told, then list what it has",
    "K4": "a watch ends as it should: resume from the last version, no list",
    "K5": "watches end as soon as they begin: back off",
    "K6": "a half-open connection is noticed within 30 s",
    "K7": "the connection lives, the server behind it does not: silence ends the watch, on another connection",
    "K8": "ERROR 500: the watch is tried again for a minute, then a list",
    "K9": "ERROR StorageReadError: a list at once, since the deletion never comes",
    "K10": "a bookmark moves the version and nothing else; without bookmarks all works too",
    "K11": "429 and Retry-After: wait as told, at most 60 s, keep the place, no list",
    "K12": "error pages, wrong types, cut JSON, garbage: resume from the last version that was applied",
    "K13": "refused or reset: keep the version, back off up to 1.5 s, watch again",
    "K14": "GOAWAY: what is in flight ends well, the next request opens another connection",
    "K15": "401: the token file is read again at once, one try at once, then back-off",
    "K16": "a projected token swapped by symlink is followed by its path within 60 s",
    "K17": "403: serve on, say so, quick tries for 30 s, then one a minute",
    "K18": "the CA file changes: new connections use it, one that makes no sense changes nothing",
    "K19": "the same for client certificates",
    "K20": "an older list or event is refused, another server is asked",
    "K21": "a registry that went back for good is believed after a minute and two lists",
    "K22": "duplicates, strangers, any order: the end is the truth, and never a state that was not",
    "K23": "deleted and made again under its name: one replacement",
    "K24": "an event that never came is found by the audit, repaired and counted",
    "K25": "huge objects and lists: bounded memory, what is too large is skipped and its old version kept",
    "K26": "streaming lists: complete at the end mark alone; refused or markless ones fall back to a list",
    "K27": "a slow consumer is thrown out by the server: resume, nothing lost",
    "K28": "compaction during an outage: one list, each deletion told once",
    "K29": "clock skew: no decision by wall clock, a certificate of tomorrow is trouble with its name",
    "K30": "a resource that is not there: keep the data, try each minute; without slices Endpoints serve",
    "K31": "redirects are never followed",
    "K32": "one watch dead, the others alive: each goes on by itself",
    "K33": "objects that leave a selector are deleted",
    "K34": "single octets, long heads, heads without end: bounds and deadlines",
    "K35": "the apiserver's address does not depend on our own answers",
    "K36": "a thousand clients at its return: spread, one list a resource at a time, in pages",
    "K37": "thousands of endpoints unready in one breath: all told at once, names live by guard G4 until it is over or the operator releases it",
    "K38": "odd fields cost the element, never the object",
}


if __name__ == "__main__":
    sys.exit(main(FAULTS))
