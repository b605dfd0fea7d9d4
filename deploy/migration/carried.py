"""What a configuration of Signpost is made of while a Corefile is carried over, and how it is written as YAML."""
import ipaddress
import json
import re

_PLAIN = re.compile(r"[a-z][A-Za-z0-9._/-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def zone_name(text):
    """A zone as the configuration spells it, a prefix for a reverse zone; ValueError for what is none."""
    text = text.lower()
    if "/" in text:
        return str(ipaddress.ip_network(text, strict=False))
    name = text.rstrip(".")
    if len(name) > 253 or not all(re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", label) for label in name.split(".")):
        raise ValueError(f"{text[:60]} is no zone that Signpost can serve")
    return name


def is_reverse(zone):
    return "/" in zone or zone == "arpa" or zone.endswith(".arpa")


def listener(text, port, host="0.0.0.0"):
    """An address with a port out of `:8080`, `127.0.0.1:8080`, `[::1]:53`, `127.0.0.1`; ValueError otherwise."""
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\[\]]*))(?::(\d{1,5}))?|([0-9a-fA-F:]+)", text)
    if not found:
        raise ValueError(f"{text[:60]} is no address with a port")
    word = found[1] or found[2] or found[4] or host
    address = ipaddress.ip_address("127.0.0.1" if word == "localhost" else word)
    number = int(found[3] or port)
    if number > 65535:
        raise ValueError(f"{number} is no port")
    return f"[{address}]:{number}" if address.version == 6 else f"{address}:{number}"


def scalar(value):
    """A value in flow form. A text is plain where no reader can take it for something else."""
    if isinstance(value, list):
        return "[" + ", ".join(map(scalar, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {scalar(item)}" for key, item in value.items()) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    plain = _PLAIN.fullmatch(value) and value not in _WORDS
    # Controls and what is beyond the first plane are written as escapes that YAML and JSON share, or not at all.
    return value if plain else json.dumps("".join(c for c in value if c.isprintable() and ord(c) < 0xD800))


class OnOff(str):
    """A word that is meant as one though it looks like a truth: on, off."""


class Carried:
    """The parts, filled by `carry`: plain dictionaries in the order in which they shall be written."""

    def __init__(self):
        self.sections, self.registries, self.zones, self.access = {}, {}, {}, []
        self.notes = []  # (where, the directive, why it has no counterpart or what to do)

    def note(self, where, what, why):
        self.notes.append((where, " ".join(str(what).split())[:100], why))

    def zone(self, name, where, **keys):
        """Adds keys to a zone, which begins here if it is new. A key that says something else already stays, with a note."""
        zone = self.zones.setdefault(name, {})
        for key, value in keys.items():
            if zone.setdefault(key, value) != value:
                self.note(where, f"zone {name}", f"`{key}` is said twice; the first is taken, {scalar(zone[key])}")
        return zone

    def yaml(self, title):
        lines = [f"# {line}" for line in title]
        if self.notes:
            lines += ["#", "# Not carried over, or to be looked at:"]
            for where, what, why in self.notes:
                lines += [f"#   {where}: {_printable(what)}", f"#       {_printable(why)}"]
        lines += [f"{key}: {_value(value)}" for key, value in self.sections.items()]
        if self.access:
            lines += ["access:"] + [f"  - {scalar(entry)}" for entry in self.access]
        if self.registries:
            lines.append("registries:")
            for name, keys in self.registries.items():
                lines += [f"  {name}:"] + [f"    {key}: {_value(value)}" for key, value in keys.items()]
        lines.append("zones:")
        for name, keys in self.zones.items():
            lines.append(f"  - name: {scalar(name)}")
            for key, value in keys.items():
                if key == "records":
                    lines += ["    records: |"] + [f"      {record}" for record in value]
                else:
                    lines.append(f"    {key}: {_value(value)}")
        return "\n".join(lines) + "\n"


def _value(value):
    return str(value) if isinstance(value, OnOff) else scalar(value)


def _printable(text):
    return "".join(c if c.isprintable() else "?" for c in text)
