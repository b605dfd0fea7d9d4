"""Random RDATA in master-file text."""

# Without octets above 0x7F outside TXT: dnspython 2.3, our second reader, makes two of them there.
_CHARS = b'abc XYZ019;"\\()@\x00\x7f'
_TXT_CHARS = _CHARS + b"\x80\xff"
_PARAMETERS = ["alpn=h2,h3", "port=8443", "ipv4hint=192.0.2.7", "ipv6hint=2001:db8::7"]


def one(pick, word, host):
    """One record of the type `word`; `host` is the text of the name that it may lead to."""
    if word == "TXT":
        return " ".join(
            _string(pick, pick.choice([0, 5, 40, 255]), _TXT_CHARS) for _ in range(pick.choice([1, 1, 2, 4]))
        )
    numbers = [pick.randrange(65536) for _ in range(3)]
    made = {
        "A": f"192.0.2.{numbers[0] % 256}",
        "AAAA": f"2001:db8::{numbers[0]:x}:{numbers[1]:x}",
        "MX": f"{numbers[0]} {host}",
        "SRV": f"{numbers[0]} {numbers[1]} {numbers[2]} {pick.choice([host, host, host, '.'])}",
        "PTR": host,
        "CAA": f"{pick.choice([0, 128])} issue {_string(pick, 12)}",
        "NAPTR": f'{numbers[0]} {numbers[1]} "s" "SIP+D2U" "" {host}',
        "HINFO": f"{_string(pick, 4)} {_string(pick, 4)}",
    }
    return made.get(word) or _unknown(pick)


def services(pick, host):
    """A set of SVCB or HTTPS: an alias alone, or services with parameters in ascending order (RFC 9460 section 2.2)."""
    if pick.random() < 0.3:
        return [f"0 {host}"]
    chosen = [word for word in _PARAMETERS if pick.random() < 0.5]
    return [" ".join([str(i + 1), pick.choice([".", host]), *chosen]) for i in range(pick.randrange(1, 3))]


def _unknown(pick):
    """Any octets, as RFC 3597 section 5 spells them."""
    octets = pick.randbytes(pick.choice([0, 1, 4, 17, 100]))
    return f"\\# {len(octets)} {octets.hex()}".rstrip()


def _string(pick, length, chars=_CHARS):
    return '"' + "".join(_octet(pick.choice(chars)) for _ in range(length)) + '"'


def _octet(octet):
    if octet in b'"\\':
        return "\\" + chr(octet)
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}"
