"""The protobuf envelope of Nacos messages, by hand: Payload{metadata 2 {type 3, headers 7}, body 3 {value 2}}."""

import json


class Malformed(Exception):
    """Octets that are no Payload."""


def _varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _delimited(field, octets):
    return _varint(field << 3 | 2) + _varint(len(octets)) + octets


def _read_varint(octets, at):
    value = shift = 0
    while True:
        if at >= len(octets) or shift > 63:
            raise Malformed("varint")
        octet = octets[at]
        at += 1
        value |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:
            return value, at


def _fields(octets):
    at = 0
    while at < len(octets):
        tag, at = _read_varint(octets, at)
        kind = tag & 7
        if kind == 0:
            _, at = _read_varint(octets, at)
            continue
        if kind in (1, 5):
            at += 8 if kind == 1 else 4
            continue
        if kind != 2:
            raise Malformed("wire type")
        size, at = _read_varint(octets, at)
        if at + size > len(octets):
            raise Malformed("length")
        yield tag >> 3, octets[at:at + size]
        at += size


def encode(kind, body):
    """`body` is a dict, or text that is sent as it is."""
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"))
    metadata = _delimited(3, kind.encode())
    return _delimited(2, metadata) + _delimited(3, _delimited(2, text.encode()))


def decode(octets):
    """(type, headers, body) of a request; the Java server refuses what cannot be read, and so does this."""
    kind, headers, body = "", {}, b""
    for number, value in _fields(octets):
        if number == 2:
            for inner, content in _fields(value):
                if inner == 3:
                    kind = content.decode()
                if inner == 7:
                    entry = dict(_fields(content))
                    headers[entry.get(1, b"").decode()] = entry.get(2, b"").decode()
        if number == 3:
            body = dict(_fields(value)).get(2, b"")
    if not kind:
        raise Malformed("no type")
    return kind, headers, json.loads(body or b"{}")
