"""What is asked about a world: each name with every type in a campaign, with some of them otherwise."""
import ipaddress

TYPES = ("A", "AAAA", "SRV", "TXT", "CNAME", "MX", "NS", "SOA", "PTR", "HTTPS", "HINFO", "TYPE65280")
_MAIN = ("A", "AAAA", "SRV")


def label(address):
    """The label of an endpoint without a host name."""
    dashed = address.replace(".", "-").replace(":", "-")
    return dashed + "0" if dashed.endswith("-") else dashed


def reverse(address):
    return ipaddress.ip_address(address).reverse_pointer


def _main_names(owner, service, rng):
    """Names at and below a service that exist, or nearly."""
    yield owner
    for name, protocol in service.ports():
        if name:
            yield f"_{name}._{protocol}.{owner}"
            yield f"_{name}._{'udp' if protocol == 'tcp' else 'tcp'}.{owner}"
    yield f"_nope._tcp.{owner}"
    for host in service.hosts():
        yield f"{host}.{owner}"
    for address in rng.sample(service.addresses(), min(3, len(service.addresses()))):
        yield f"{label(address)}.{owner}"


def _odd_names(owner, service, rng):
    """Names that are nobody's, and spellings."""
    first = (service.ports() or [("http", "tcp")])[0]
    yield from rng.sample(
        [
            f"absent.{owner}", f"a.b.{owner}", f"a.b.c.{owner}", f"_tcp.{owner}", f"_udp.{owner}", f"_.{owner}",
            f"_._tcp.{owner}", f"{first[0] or 'http'}.{first[1]}.{owner}", f"_http._tcp.absent.{owner}", f"*.{owner}",
            f"10-0-0-1.{owner}", f"--1.{owner}", "".join(rng.choice((c, c.upper())) for c in owner),
            f"x._{first[0]}._{first[1]}.{owner}", f"{'y' * 63}.{owner}", f"a.pin._zone.{owner}", f"c.pin._zone.{owner}", f"b.prefer._zone.{owner}",
            f"c.prefer._zone.{owner}", f"a.other._zone.{owner}", f"pin._zone.{owner}", f"_zone.{owner}",
        ],
        5,
    )  # fmt: skip


def _structure(world):
    z = world.zone
    for name in ("", "svc.", "pod.", "foo.", "dns-version.", "dns.", "ns.dns.", "a.ns.dns.", "_tcp.", "10-0-0-1.", "svc.svc."):
        yield name + z
    for namespace in (*world.namespaces, "absent", "kube-system", "default"):
        for name in (f"{namespace}.svc", f"{namespace}.pod", f"x.{namespace}.svc", f"10-0-0-1.{namespace}.pod", namespace):
            yield f"{name}.{z}"
    yield f"kubernetes.default.svc.{z}"
    yield f"_https._tcp.kubernetes.default.svc.{z}"


def _junk(world, count):
    labels = ("svc", "pod", "s1", "_tcp", "_http", "shop-0", "a", "1", "_", "10-20-0-1", "any", "*", "-x", "dns", "x" * 63)
    for _ in range(count):
        below = [world.random.choice(labels) for _ in range(world.random.randrange(1, 7))]
        yield ".".join([*below, world.zone])


def questions(world, thorough):
    """A sorted list of (name, type) without doubles."""
    rng, asked = world.random, set()

    def ask(name, kinds, count):
        asked.update((name, kind) for kind in (TYPES if thorough else rng.sample(kinds, count)))

    for namespace, service in world.all():
        owner = f"{service.name}.{namespace}.svc.{world.zone}"
        asked.update((owner, kind) for kind in _MAIN)
        for name in _main_names(owner, service, rng):
            ask(name, _MAIN, 1)
            asked.add((name, "SRV" if name.startswith("_") else "A"))
        ask(owner, TYPES[3:], 1)
        for name in _odd_names(owner, service, rng):
            ask(name, TYPES, 1)
        for address in service.addresses()[:4]:
            asked.add((reverse(address), "PTR"))
            ask(reverse(address), TYPES, 0 if rng.random() < 0.9 else 1)
    for name in _structure(world):
        ask(name, TYPES, 4)
    for name in _junk(world, len(world.all())):
        ask(name, TYPES, 1)
    for inner in ("10.in-addr.arpa", "20.10.in-addr.arpa", "1.20.10.in-addr.arpa", "99.99.99.10.in-addr.arpa", "96.10.in-addr.arpa",
                  "d.f.ip6.arpa", "0.2.0.0.0.0.d.f.ip6.arpa", "x.in-addr.arpa", "300.1.20.10.in-addr.arpa", "1.1.1.0.20.10.in-addr.arpa"):  # fmt: skip
        ask(inner, TYPES, 4)
    return sorted(asked)
