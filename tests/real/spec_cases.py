"""Services and slices that show each line of the DNS specification of Kubernetes, questions about them, and the answers.

A row is: ids, question, answer. The answer is written as harness.sections.Reply.told() does; names that do not end in a dot
are relative to `spec.svc.cluster.local.`."""
ZONE = "cluster.local"
NAMESPACE = "spec"
BASE = f"{NAMESPACE}.svc.{ZONE}."
NOTHING = f"NXDOMAIN aa | SOA {ZONE}."
EMPTY = f"NOERROR aa | SOA {ZONE}."
HTTP = {"name": "http", "port": 80, "protocol": "TCP"}
HTTPS = {"name": "https", "port": 443, "protocol": "TCP"}
DNS = {"name": "dns", "port": 53, "protocol": "UDP"}


def services():
    """(name, spec) of every service; none has a selector, the slices are ours."""
    headless = {"clusterIP": "None", "ports": [HTTP]}
    both = {"ipFamilyPolicy": "RequireDualStack", "ipFamilies": ["IPv4", "IPv6"]}
    yield "web", {"clusterIP": "10.96.1.1", "ports": [HTTP, HTTPS, DNS]}
    yield "web6", {"clusterIP": "fd00:96::1:1", "ipFamilies": ["IPv6"], "ports": [HTTP]}
    yield "dual", {"clusterIP": "10.96.1.3", "clusterIPs": ["10.96.1.3", "fd00:96::1:3"], **both, "ports": [HTTP]}
    yield "unnamed", {"clusterIP": "10.96.1.4", "ports": [{"port": 80}]}
    yield "idle", {"clusterIP": "10.96.1.5", "ports": [HTTP]}
    yield "shadow", {"clusterIP": "10.96.1.6", "ports": [HTTP]}
    yield "pool", {**headless, **both}
    yield "pool4", headless
    yield "pool-unnamed", {"clusterIP": "None", "ports": [{"port": 80}]}
    yield "bare", {"clusterIP": "None"}
    yield "pool-idle", headless
    yield "pool-none", headless
    yield "nil", headless
    yield "twice", headless
    yield "other", headless
    yield "fqdn", headless
    yield "ext", {"type": "ExternalName", "externalName": "ext.example.test"}


def endpoint(address, host_name=None, **conditions):
    made = {"addresses": [address]}
    if host_name:
        made["hostname"] = host_name
    if conditions:
        made["conditions"] = conditions
    return made


def slices():
    """(name, service, family, endpoints, ports) of every slice."""
    up = {"ready": True}
    yield "web-a", "web", "IPv4", [endpoint("172.16.0.1", "w1", **up), endpoint("172.16.0.9", **up)], [HTTP, HTTPS, DNS]
    yield "idle-a", "idle", "IPv4", [endpoint("172.16.0.10", ready=False)], [HTTP]
    yield "shadow-a", "shadow", "IPv4", [endpoint("10.96.1.1", **up)], [HTTP]
    pool4 = [endpoint("172.16.0.2", **up), endpoint("172.16.0.3", **up), endpoint("172.16.0.4", "twin", **up)]
    yield "pool-a", "pool", "IPv4", [*pool4, endpoint("172.16.0.8", "down", ready=False)], [HTTP]
    yield "pool-b", "pool", "IPv4", [endpoint("172.16.0.5", "twin", **up)], [HTTP]
    six = ["5678:abcd::1", "5678:abcd::", "::abcd:0:0:5"]
    yield "pool-c", "pool", "IPv6", [endpoint(address, **up) for address in six], [HTTP]
    yield "pool4-a", "pool4", "IPv4", [endpoint("172.16.1.2", "b", **up)], [HTTP, DNS]
    yield "pool-unnamed-a", "pool-unnamed", "IPv4", [endpoint("172.16.0.30", **up)], [{"name": "", "port": 80}]
    yield "bare-a", "bare", "IPv4", [endpoint("172.16.0.20", "solo", **up)], None
    yield "pool-idle-a", "pool-idle", "IPv4", [endpoint("172.16.0.21", "late", ready=False)], [HTTP]
    yield "nil-a", "nil", "IPv4", [endpoint("172.16.0.22"), endpoint("172.16.0.23", serving=True)], [HTTP]
    yield "twice-a", "twice", "IPv4", [endpoint("172.16.0.24", **up), endpoint("172.16.0.25", **up)], [HTTP]
    yield "twice-b", "twice", "IPv4", [endpoint("172.16.0.24", "named", **up)], [HTTP]
    yield "other-a", "other", "IPv4", [endpoint("172.16.0.25", "seen", **up)], [HTTP]
    yield "fqdn-a", "fqdn", "IPv4", [endpoint("172.16.0.26", **up)], [HTTP]
    yield "fqdn-b", "fqdn", "FQDN", [endpoint("www.example.org", **up)], [HTTP]


ROWS = [
    ("SV1", f"dns-version.{ZONE}. TXT", f'NOERROR aa | dns-version.{ZONE}. 5 TXT "1.1.0"'),
    ("SC1", "web A", "NOERROR aa | web 5 A 10.96.1.1"),
    ("SC1", "web AAAA", EMPTY),
    ("SC2", "web6 AAAA", "NOERROR aa | web6 5 AAAA fd00:96::1:1"),
    ("SC2", "web6 A", EMPTY),
    ("SC3", "dual A", "NOERROR aa | dual 5 A 10.96.1.3"),
    ("SC3", "dual AAAA", "NOERROR aa | dual 5 AAAA fd00:96::1:3"),
    ("SC4", "_http._tcp.web SRV", "NOERROR aa | _http._tcp.web 5 SRV 0 1 80 web"),
    ("SC4", "_https._tcp.web SRV", "NOERROR aa | _https._tcp.web 5 SRV 0 1 443 web"),
    ("SC4", "_dns._udp.web SRV", "NOERROR aa | _dns._udp.web 5 SRV 0 1 53 web"),
    ("SC4", "_dns._tcp.web SRV", NOTHING),
    ("SC5", "_tcp.unnamed SRV", NOTHING),
    ("SC5", "_._tcp.unnamed SRV", NOTHING),
    ("SC5", "_80._tcp.unnamed SRV", NOTHING),
    ("SC7", "1.1.96.10.in-addr.arpa. PTR", "NOERROR aa | 1.1.96.10.in-addr.arpa. 5 PTR web"),
    ("SC7", "3.1.96.10.in-addr.arpa. PTR", "NOERROR aa | 3.1.96.10.in-addr.arpa. 5 PTR dual"),
    ("SH1", "pool A", "NOERROR aa | pool 5 A 172.16.0.2 | pool 5 A 172.16.0.3 | pool 5 A 172.16.0.4 | pool 5 A 172.16.0.5"),
    ("SH2 O12", "pool AAAA", "NOERROR aa | pool 5 AAAA 5678:abcd:: | pool 5 AAAA 5678:abcd::1 | pool 5 AAAA ::abcd:0:0:5"),
    ("SH3", "pool-idle A", NOTHING),
    ("SH3", "pool-idle AAAA", NOTHING),
    ("SH3", "pool-idle SRV", NOTHING),
    ("SH3", "pool-idle TXT", NOTHING),
    ("SH3", "late.pool-idle A", NOTHING),
    ("SH3", "_http._tcp.pool-idle SRV", NOTHING),
    ("SH3", "_tcp.pool-idle SRV", NOTHING),
    ("SH3", "pool-none A", NOTHING),
    ("SH4", "twin.pool A", "NOERROR aa | twin.pool 5 A 172.16.0.4 | twin.pool 5 A 172.16.0.5"),
    ("SH4", "b.pool4 A", "NOERROR aa | b.pool4 5 A 172.16.1.2"),
    ("SH4", "b.pool4 AAAA", EMPTY),
    ("SH4", "down.pool A", NOTHING),
    ("SH5", "_dns._udp.pool4 SRV", "NOERROR aa | _dns._udp.pool4 5 SRV 0 1 53 b.pool4"),
    ("SH5", "_http._tcp.pool4 SRV", "NOERROR aa | _http._tcp.pool4 5 SRV 0 1 80 b.pool4"),
    ("SH6", "_._tcp.pool-unnamed SRV", NOTHING),
    ("SH6", "_tcp.pool-unnamed SRV", NOTHING),
    ("SH8", "2.1.16.172.in-addr.arpa. PTR", "NOERROR aa | 2.1.16.172.in-addr.arpa. 5 PTR b.pool4"),
    ("SH8", "2.0.16.172.in-addr.arpa. PTR", "NOERROR aa | 2.0.16.172.in-addr.arpa. 5 PTR 172-16-0-2.pool"),
    ("SE1", "ext A", "NOERROR aa | ext 5 CNAME ext.example.test."),
    ("SE1", "ext AAAA", "NOERROR aa | ext 5 CNAME ext.example.test."),
    ("SE1", "ext CNAME", "NOERROR aa | ext 5 CNAME ext.example.test."),
    ("SE1", "ext MX", "NOERROR aa | ext 5 CNAME ext.example.test."),
    ("SE1", "below.ext A", NOTHING),
    ("SG2", "WEB A", "NOERROR aa | WEB 5 A 10.96.1.1"),
    ("SG2", "TwIn.PoOl A", "NOERROR aa | TwIn.PoOl 5 A 172.16.0.4 | TwIn.PoOl 5 A 172.16.0.5"),
    ("SG5", "nil A", "NOERROR aa | nil 5 A 172.16.0.22 | nil 5 A 172.16.0.23"),
    ("O1", "idle A", "NOERROR aa | idle 5 A 10.96.1.5"),
    ("O1", "_http._tcp.idle SRV", "NOERROR aa | _http._tcp.idle 5 SRV 0 1 80 idle"),
    ("O2", "pool4 AAAA", EMPTY),
    ("O3", "w1.web A", "NOERROR aa | w1.web 5 A 172.16.0.1"),
    ("O3", "172-16-0-9.web A", "NOERROR aa | 172-16-0-9.web 5 A 172.16.0.9"),
    ("O3", "bogus.web A", NOTHING),
    ("O4", "web SRV", "NOERROR aa | web 5 SRV 0 1 443 web | web 5 SRV 0 1 53 web | web 5 SRV 0 1 80 web"),
    ("O4", "unnamed SRV", "NOERROR aa | unnamed 5 SRV 0 1 80 unnamed"),
    ("O5", f"{ZONE}. A", EMPTY),
    ("O5", f"svc.{ZONE}. A", EMPTY),
    ("O5", f"{BASE} A", EMPTY),
    ("O5", f"{BASE} NS", EMPTY),
    ("O5", f"absent.svc.{ZONE}. A", NOTHING),
    ("O5", f"foo.{ZONE}. NS", NOTHING),
    ("O5", "missing A", NOTHING),
    ("O5", "web TXT", None),
    ("O5", f"web.{BASE[:-1]}.nope. A", "REFUSED"),
    ("O6", "25.0.16.172.in-addr.arpa. PTR", "NOERROR aa | 25.0.16.172.in-addr.arpa. 5 PTR seen.other"),
    ("O7", "1.1.96.10.in-addr.arpa. PTR", "NOERROR aa | 1.1.96.10.in-addr.arpa. 5 PTR web"),
    ("O8", "5678-abcd--1.pool AAAA", "NOERROR aa | 5678-abcd--1.pool 5 AAAA 5678:abcd::1"),
    ("O8", "5678-abcd--0.pool AAAA", "NOERROR aa | 5678-abcd--0.pool 5 AAAA 5678:abcd::"),
    ("O8", "0--abcd-0-0-5.pool AAAA", "NOERROR aa | 0--abcd-0-0-5.pool 5 AAAA ::abcd:0:0:5"),
    ("O9", "twice A", "NOERROR aa | twice 5 A 172.16.0.24 | twice 5 A 172.16.0.25"),
    ("O9", "named.twice A", "NOERROR aa | named.twice 5 A 172.16.0.24"),
    ("O10", "bare A", "NOERROR aa | bare 5 A 172.16.0.20"),
    ("O10", "solo.bare A", "NOERROR aa | solo.bare 5 A 172.16.0.20"),
    ("O10", "bare SRV", EMPTY),
    ("O11", "fqdn A", "NOERROR aa | fqdn 5 A 172.16.0.26"),
    ("O11", "fqdn SRV", "NOERROR aa | fqdn 5 SRV 0 1 80 172-16-0-26.fqdn"),
    ("O13", "dual SRV", "NOERROR aa | dual 5 SRV 0 1 80 dual"),
    ("O14", "_nope._tcp.web SRV", NOTHING),
    ("O14", "_tcp.web SRV", EMPTY),
    ("O14", "_http._udp.web SRV", NOTHING),
    ("O14", "96.10.in-addr.arpa. PTR", "NOERROR aa | SOA 96.10.in-addr.arpa."),
    ("O14", "1.96.10.in-addr.arpa. PTR", "NOERROR aa | SOA 96.10.in-addr.arpa."),
    ("O16", "99.9.96.10.in-addr.arpa. PTR", "NXDOMAIN aa | SOA 96.10.in-addr.arpa."),
    ("O16", "9.9.16.172.in-addr.arpa. PTR", "NXDOMAIN aa | SOA 16.172.in-addr.arpa."),
]
