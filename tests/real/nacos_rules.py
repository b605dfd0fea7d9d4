"""Faults of Nacos servers that need the whole program; the others are in tests/backends/nacos/faults/table.py."""
RULES = {
    "A14": "tokens and passwords are in no log, metric, status or explanation",
    "L18": "no PING, whatever data comes",
}
