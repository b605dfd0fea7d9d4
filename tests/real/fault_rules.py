"""Faults that a real control plane shows on request (ids of the fault table; the others need a scripted one and are
shown in tests/backends/kubernetes)."""

RULES = {
    "K1": "history compacted: a new list, nothing lost, nothing served in part",
    "K6": "a connection that died silently is noticed within 30 s",
    "K13": "the apiserver killed and back: answers stay, changes are seen within 2 s, at most one list a resource",
    "K15": "a token that is refused: the file is read again",
    "K16": "a token rotated by rename",
    "K17": "rights taken away: answers stay, and what changed is seen once they are back",
    "K18": "another certificate authority: the file is read again",
    "K21": "etcd restored from an older state: its world is accepted, late and never in part",
    "K23": "deleted and made again with the same name",
    "K26": "lists as streams: complete at their mark, and again after the history is gone",
    "K28": "compacted while disconnected: deletions are seen",
    "K30": "no EndpointSlices on the server: Endpoints take their place",
    "K33": "objects that leave a selector are gone",
}
