"""A question for each class of the table, on the smallest zones that show the difference.

Every zone gets a SOA (TTL 300, MINIMUM 60), an NS record for its host ns1, and that host's address, unless it brings its own."""

from dataclasses import dataclass

from . import names

_HEAD = "@ 300 IN SOA ns1 host 7 7200 900 1209600 60\n@ 300 IN NS ns1\nns1 300 IN A 192.0.2.1\n"
_LONG = "".join(f'long 60 IN TXT "{i:03d}{"x" * 200}"\n' for i in range(7))


def _wide(letter):
    """A relative name of 183 octets."""
    return ".".join([letter * 60] * 3)


@dataclass(frozen=True)
class Pin:
    """`zones`: {origin: records}; `questions` as in questions.from_text."""

    zones: dict
    questions: tuple

    def texts(self):
        """{origin in wire octets: the whole file}"""
        return {
            names.from_text(origin): f"$ORIGIN {origin}\n{_HEAD}{records}" for origin, records in self.zones.items()
        }


PINS = {
    "cd_is_copied": Pin({"cd.test.": ""}, ("cd.test. SOA +cd",)),
    "ad_is_copied_when_truncated": Pin({"ad.test.": _LONG}, ("long.ad.test. TXT +ad",)),
    "rrsig_is_refused": Pin({"refused.test.": "www 60 IN A 192.0.2.2\n"}, ("www.refused.test. RRSIG",)),
    "one_encoding_fits": Pin(
        # The host's name is written eight times; a writer without pointers into it needs more than 512 octets.
        {
            "fits.test.": "".join(f'@ 60 IN NAPTR {i} 1 "s" "SIP+D2U" "" {"x" * 40}.fits.test.\n' for i in range(6))
            + "m 60 IN MX 1 a\n"
            + "".join(f"mx 60 IN MX {i} {'y' * 30}{i:02d}.{'z' * 40}.fits.test.\n" for i in range(8))
        },
        ("mx.fits.test. MX", "fits.test. NAPTR"),
    ),
    "more_than_1232_octets": Pin({"more.test.": _LONG}, ("long.more.test. TXT +size=4096",)),
    # CoreDNS counts octets that are escaped in text four times.
    "truncated_too_early": Pin({"early.test.": 't 60 IN TXT "' + r"\255" * 200 + '"\n'}, ("t.early.test. TXT",)),
    "part_of_a_set_behind_an_alias": Pin(
        {
            "part.test.": "w 60 IN CNAME t.whole.test.\n",
            "whole.test.": "".join(f't 60 IN TXT "{i}{"x" * 200}"\n' for i in range(3)),
        },
        ("w.part.test. TXT",),
    ),
    "pointer_to_itself": Pin(
        {
            "itself.test.": "".join(
                f"h 60 IN HTTPS {i} b.mail.ndc1b01j26._dns.\\009._udp._udp.shop.8ucylxen ipv6hint=2001:db8::7\n"
                for i in (1, 2)
            )
            + "".join(f"b.mail.ndc1b01j26._dns.\\009._udp._udp.shop.8ucylxen 60 IN A 192.0.2.{i}\n" for i in range(16))
        },
        ("h.itself.test. HTTPS +size=512",),
    ),
    "apex_ns_beside_an_answer": Pin({"ns.test.": "www 60 IN A 192.0.2.2\n"}, ("www.ns.test. A",)),
    "target_of_an_alias_that_was_asked_for": Pin(
        {"asked.test.": "*.w 60 IN CNAME x.cut\ncut 60 IN NS ns.cut\nns.cut 60 IN A 192.0.2.9\n"},
        ("a.w.asked.test. CNAME",),
    ),
    "wildcard_itself_in_additional": Pin(
        {"starred.test.": "a 60 IN HTTPS 0 b.w.starred.test.\n*.w 60 IN A 192.0.2.3\n"}, ("a.starred.test. HTTPS",)
    ),
    "useful_addresses": Pin(
        {
            "useful.test.": "@ 60 IN MX 1 mx\nmx 60 IN A 192.0.2.5\nmx 60 IN AAAA 2001:db8::5\nsub 60 IN NS ns.sib\nsib 60 IN NS ns.sib\nns.sib 60 IN A 192.0.2.6\n"
            'p 60 IN PTR mx\nn 60 IN NS mx\na 60 IN NAPTR 1 1 "a" "x" "" mx.useful.test.\n'
        },
        ("useful.test. MX", "x.sub.useful.test. A", "p.useful.test. PTR", "a.useful.test. NAPTR", "useful.test. NS"),
    ),
    "alias_into_another_zone": Pin(
        {
            "from.test.": "a 60 IN CNAME www.to.test.\nsub 60 IN NS ns1.sub\nns1.sub 60 IN A 192.0.2.1\nb 60 IN CNAME www.sub\n",
            "to.test.": "www 60 IN A 192.0.2.2\n",
            "sub.from.test.": "www 60 IN A 192.0.2.3\n",
        },
        ("a.from.test. A", "b.from.test. A", "a.from.test. AAAA"),
    ),
    "chain_of_more_than_five": Pin(
        {"chain.test.": "".join(f"c{i} 60 IN CNAME c{i + 1}\n" for i in range(7)) + "c7 60 IN A 192.0.2.7\n"},
        ("c0.chain.test. A", "c2.chain.test. A"),
    ),
    "chain_of_more_than_eight": Pin(
        {"nine.test.": "".join(f"c{i} 60 IN CNAME c{i + 1}\n" for i in range(20)) + "c20 60 IN A 192.0.2.7\n"},
        ("c0.nine.test. A", "c10.nine.test. A", "c11.nine.test. A", "c12.nine.test. A"),
    ),
    "name_from_a_dname_too_long": Pin(
        {"made.test.": f"d 60 IN DNAME {'t' * 60}\n* 60 IN TXT wild\n"},
        (f"{'y' * 60}.{'y' * 60}.{'y' * 60}.y.d.made.test. TXT",),
    ),
    "code_of_a_truncated_response": Pin(
        {
            "code.test.": f"a 60 IN CNAME {_wide('x')}\n{_wide('x')} 60 IN CNAME {_wide('w')}\n{_wide('w')} 60 IN CNAME {_wide('v')}\n"
        },
        ("a.code.test. A",),
    ),
    "alias_loop": Pin(
        {"loop.test.": "a 60 IN CNAME b\nb 60 IN CNAME a\nc 60 IN CNAME c\n"}, ("a.loop.test. A", "c.loop.test. A")
    ),
    "alias_followed_for_rrsig": Pin(
        {"beside.test.": "a 60 IN CNAME b\nb 60 IN A 192.0.2.2\n"}, ("a.beside.test. RRSIG", "a.beside.test. NSEC")
    ),
    "glue_of_the_parent_exists_in_the_child": Pin(
        {"glue.test.": "kid 60 IN NS ns.deep.kid\nns.deep.kid 60 IN A 192.0.2.9\n", "kid.glue.test.": ""},
        ("ns.deep.kid.glue.test. A", "deep.kid.glue.test. A"),
    ),
    "ds_below_a_child_from_the_parent": Pin(
        {"ds.test.": "kid 60 IN NS ns1.kid\nns1.kid 60 IN A 192.0.2.9\n", "kid.ds.test.": "www 60 IN A 192.0.2.2\n"},
        ("www.kid.ds.test. DS", "kid.ds.test. DS"),
    ),
    "ds_of_a_child_after_an_alias": Pin(
        {
            "dsa.test.": "kid 60 IN NS ns1.kid\nns1.kid 60 IN A 192.0.2.9\na 60 IN CNAME kid\n",
            "kid.dsa.test.": "b 60 IN CNAME kid.dsa.test.\n",
        },
        ("a.dsa.test. DS", "b.kid.dsa.test. DS"),
    ),
    "wildcard_for_an_empty_non_terminal": Pin(
        {"ent.test.": '* 60 IN A 192.0.2.4\nx.ent 60 IN TXT "deep"\n'}, ("ent.ent.test. A", "other.ent.test. A")
    ),
    "escaped_name_missed": Pin(
        {"denied.test.": "x.ent.sp\\032ace 60 IN SRV 1 1 1 .\n"}, ("ent.sp\\032ace.denied.test. A",)
    ),
    "soa_with_its_own_ttl": Pin({"ttl.test.": ""}, ("nothing.ttl.test. A", "ns1.ttl.test. TXT")),
    "soa_of_the_first_zone": Pin(
        {"first.test.": "a 60 IN CNAME nothing.last.test.\n", "last.test.": ""}, ("a.first.test. A",)
    ),
    "alias_without_its_end": Pin({"end.test.": "a 60 IN CNAME ns1\n"}, ("a.end.test. TXT",)),
    "ds_in_an_unsigned_referral": Pin(
        {"unsigned.test.": "cut 60 IN NS ns.elsewhere.test.\ncut 60 IN DS 1 13 2 " + "00" * 32 + "\n"},
        ("x.cut.unsigned.test. A +size=1232 +do",),
    ),
    "glue_is_missing": Pin(
        {
            "missing.test.": "cut 60 IN NS ns.a\\.b.cut\nns.a\\.b.cut 60 IN A 192.0.2.4\n"
            + "".join(
                f"c2 60 IN NS {'n' * 20}{i}.c2\n{'n' * 20}{i}.c2 60 IN A 192.0.2.{i}\n{'n' * 20}{i}.c2 60 IN AAAA 2001:db8::{i}\n"
                for i in range(7)
            )
        },
        ("x.cut.missing.test. A", "x.c2.missing.test. A +size=512"),
    ),
    "relative_name_taken_as_absolute": Pin(
        {"relative.test.": "www 60 IN HTTPS 1 host port=8443\nhost 60 IN A 192.0.2.2\n"}, ("www.relative.test. HTTPS",)
    ),
}
