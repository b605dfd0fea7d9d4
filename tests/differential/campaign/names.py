"""Domain names in the form this package works with: uncompressed wire octets, the root included.

b"\\3www\\4shop\\0" is cheap to hash, to cut (the parent starts after the first label) and to compare. `fold` makes two
spellings of one name equal (RFC 4343 section 3: only ASCII letters have case)."""

ROOT = b"\0"
_SPECIAL = b'"().;\\@$'


def fold(name):
    """Lower-case ASCII letters. Length octets are below 64, so no length is mistaken for a letter."""
    return name.lower()


def from_labels(*labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + ROOT


def labels(name):
    found = []
    at = 0
    while name[at]:
        found.append(name[at + 1 : at + 1 + name[at]])
        at += 1 + name[at]
    return found


def parent(name):
    return name[1 + name[0] :]


def child(label, name):
    return bytes([len(label)]) + label + name


def ancestors(name):
    """The name itself, its parent, ..., the root."""
    while True:
        yield name
        if name == ROOT:
            return
        name = parent(name)


def is_under(name, top):
    """Is `name` the name `top` or below it? By labels: octets that merely end alike do not count."""
    return name.endswith(top) and any(above == top for above in ancestors(name))


def label_text(label):
    """One label in master-file text (RFC 1035 section 5.1): \\X for special characters, \\DDD for what does not print."""
    out = []
    for octet in label:
        if octet in _SPECIAL:
            out.append("\\" + chr(octet))
        elif 0x21 <= octet <= 0x7E:
            out.append(chr(octet))
        else:
            out.append(f"\\{octet:03d}")
    return "".join(out)


def text(name):
    return "".join(label_text(label) + "." for label in labels(name)) or "."


def from_text(words):
    """The reverse of `text`; relative text is taken as absolute."""
    out, label, at = [], bytearray(), 0
    while at < len(words):
        char = words[at]
        if char == "\\" and words[at + 1 : at + 4].isdigit():
            label.append(int(words[at + 1 : at + 4]))
            at += 4
        elif char == "\\":
            label.append(ord(words[at + 1]))
            at += 2
        elif char == ".":
            out.append(bytes(label))
            label = bytearray()
            at += 1
        else:
            label.append(ord(char))
            at += 1
    if label:
        out.append(bytes(label))
    return from_labels(*(part for part in out if part))
