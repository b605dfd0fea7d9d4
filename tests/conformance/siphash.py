"""SipHash-2-4 (Aumasson, Bernstein 2012) and the server cookie of RFC 9018 made with it, written from the papers."""
import ipaddress
import struct

_MASK = (1 << 64) - 1


def _rotate(value, by):
    return (value << by | value >> (64 - by)) & _MASK


def _round(v0, v1, v2, v3):
    v0 = (v0 + v1) & _MASK
    v1 = _rotate(v1, 13) ^ v0
    v0 = _rotate(v0, 32)
    v2 = (v2 + v3) & _MASK
    v3 = _rotate(v3, 16) ^ v2
    v0 = (v0 + v3) & _MASK
    v3 = _rotate(v3, 21) ^ v0
    v2 = (v2 + v1) & _MASK
    v1 = _rotate(v1, 17) ^ v2
    v2 = _rotate(v2, 32)
    return v0, v1, v2, v3


def siphash(key, octets):
    """Eight octets, as they are sent."""
    k0, k1 = struct.unpack("<QQ", key)
    state = k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573
    padded = octets + bytes(7 - len(octets) % 8) + bytes([len(octets) & 255])
    for (word,) in struct.iter_unpack("<Q", padded):
        v0, v1, v2, v3 = state
        v0, v1, v2, v3 = _round(*_round(v0, v1, v2, v3 ^ word))
        state = v0 ^ word, v1, v2, v3
    v0, v1, v2, v3 = state
    v2 ^= 0xFF
    for _ in range(4):
        v0, v1, v2, v3 = _round(v0, v1, v2, v3)
    return struct.pack("<Q", v0 ^ v1 ^ v2 ^ v3)


def server_cookie(secret, client_cookie, address, when, version=1, reserved=b"\0\0\0"):
    """The 16 octets behind the client's 8; `when`: Unix time, 32 bits of which travel."""
    front = bytes([version]) + reserved + struct.pack("!I", when & 0xFFFFFFFF)
    return front + siphash(secret, client_cookie + front + ipaddress.ip_address(address).packed)
