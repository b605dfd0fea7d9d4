#!/usr/bin/env python3
"""Faults A1 to A20 and what was seen on live servers (L): what each demands, and which tests show it (support/faults).
  table.py             the table from the sources; exit status 1 when an id has no test
  table.py LOG         the table of a run, from what ctest wrote; an id whose C++ tests did not run counts as missing
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "support/faults"))
from faults import main  # noqa: E402

FAULTS = {
    "A1": "all servers down: keep serving, reconnect in 0.1 s steps up to 5 s, with jitter",
    "A2": "one of three down: another within 5 s, everything is subscribed to and read again",
    "A3": "a half-open connection is left after three health checks in vain",
    "A4": "ConnectReset moves us to the named server, a bad target falls back to the list; no data changes",
    "A5": "an empty list after a server's restart is held, not believed, unless a server that did not restart says so too",
    "A6": "a list that refills: growth at once, what is missing is held for 30 s without growth, 90 s at most",
    "A7": "servers that disagree: what is missing stays served while another still tells it, and is said; then time decides",
    "A8": "the protection threshold: health is masked, said so, and all are served",
    "A9": "null is no empty list; each instance is judged by itself",
    "A10": "older pushes of one connection are dropped, clocks of two servers are not compared",
    "A11": "a subscription that the server lost is found by a pull and made again",
    "A12": "a service that is removed: erased through the guard, and back as soon as it is listed",
    "A13": "tokens are renewed in time, once more when refused, and then with patience",
    "A14": "tokens and passwords are in no log",
    "A15": "the UDP push of 1.x is a hint to poll and never data",
    "A16": "ten thousand services: pipelined, and slower when the server says so",
    "A17": "malformed messages are dropped and counted, repeated ones end the connection",
    "A18": "names that are no DNS labels: folded, collisions settled and said",
    "A19": "we never look like a server to a server, and say which keys are missing where it wants a login",
    "A20": "one connection a namespace, and strangers' keys are dropped",
    "L1": "silence is broken after 5 s, so that the server's own detection never starts",
    "L4": "a fuzzy watch at its limit is silent afterwards: lists go on",
    "L5": "the list keeps a name that the watch has deleted: the list decides",
    "L6": "one's own ghost takes up a pattern for half a minute: wait it out",
    "L7": "the acknowledgement of the set-up has no id, and an early 301 is tried again",
    "L8": "a push without acknowledgement comes again every 6 s: the same once more changes nothing",
    "L9": "success is tested, not the result code",
    "L10": "namespace and group are never left empty",
    "L11": "one address and port in two clusters are two instances",
    "L13": "a stream that just ends is a lost connection",
    "L14": "after a restart the first short answers are well formed: only time tells",
    "L15": "a persistent instance that fails its probe is down, and comes back",
    "L16": "allIps and allIPs are both nothing to us",
    "L17": "odd weights, host names and port 0 arrive over gRPC and cost the instance alone",
    "L18": "no PING: a server ends a connection that sends one every 10 s",
    "L19": "a refused registration leaves an empty service: a name without addresses",
}


if __name__ == "__main__":
    sys.exit(main(FAULTS))
