"""The products, each as its package starts it and with the package's own settings, and the recipe's file where its
first line says. Other names than Signpost's go to a small server of the tests, `elsewhere`: all of them, or those below
`example` where the product would go to the root."""
import dataclasses
import json
import pathlib
import re
import shlex
import unittest.mock

import yaml

from harness import peers

from .place import ELSEWHERE, PARENT

RECIPES = pathlib.Path(__file__).parents[3] / "deploy/recipes"


def recipe(name):
    return (RECIPES / name).read_text()


def changed(maker, change):
    """The product with other files: `change(name, text)` gives what stands in each of the recipe's."""
    with unittest.mock.patch(f"{__name__}.recipe", lambda name: change(name, (RECIPES / name).read_text())):
        return maker()


def shipped(peer, path):
    """A file of an unpacked package, to which a recipe's lines are added."""
    return peers.program(peer, path).read_text()


@dataclasses.dataclass
class Product:
    """`files` are the recipe's files it runs with, `command` starts it, `address` is where it is asked for `zone`.
    What its place needs besides: unpacked packages, settings below /etc, accounts, folders with their owners.
    `company` are (name, command) of daemons that it needs, started first, then `before` runs for a moment; `beside` are
    servers across the link; `reverse`: PTR is forwarded as well."""

    files: tuple
    command: tuple
    packages: tuple = ()
    etc: dict = dataclasses.field(default_factory=dict)
    users: tuple = ()
    folders: dict = dataclasses.field(default_factory=dict)
    address: str = "127.0.0.1"
    zone: str = "shop.internal"
    reverse: bool = True
    company: tuple = ()
    before: tuple = ()
    beside: tuple = ()


def cluster_corefile():
    """What kubeadm installs, without its plugins `kubernetes` and `ready`, and ending at once."""
    return (
        ".:53 {\n    errors\n    health\n"
        f"    prometheus :9153\n    forward . {ELSEWHERE} {{\n        max_concurrent 1000\n    }}\n"
        "    cache 30\n    loop\n    reload\n    loadbalance\n}\n"
    )


def coredns():
    """In a cluster: at the address of its DNS."""
    return Product(
        files=("coredns.Corefile",), address="10.96.0.10", etc={"coredns/Corefile": cluster_corefile() + recipe("coredns.Corefile")},
        command=(peers.program("coredns", "bin/coredns"), "-conf", "/etc/coredns/Corefile"),
    )  # fmt: skip


def nodelocal_corefile():
    """What Kubernetes publishes: its blocks with its sizes, the addresses filled in as its installation does."""
    bind = "    reload\n    loop\n    bind 169.254.20.10 10.96.0.10\n"
    up = f"    forward . {ELSEWHERE} {{\n        force_tcp\n    }}\n    prometheus :9253\n"
    sizes = "    cache {\n        success 9984 30\n        denial 9984 5\n    }\n"
    blocks = f"cluster.local:53 {{\n    errors\n{sizes}{bind}{up}    health 169.254.20.10:8080\n}}\n"
    for zone in ("in-addr.arpa", "ip6.arpa"):
        blocks += f"{zone}:53 {{\n    errors\n    cache 30\n{bind}{up}}}\n"
    return f"{blocks}.:53 {{\n    errors\n    cache 30\n{bind}    forward . {ELSEWHERE}\n    prometheus :9253\n}}\n"


def nodelocal():
    return Product(
        files=("nodelocal.Corefile",), address="169.254.20.10", etc={"coredns/Corefile": nodelocal_corefile() + recipe("nodelocal.Corefile")},
        command=(peers.program("coredns", "bin/coredns"), "-conf", "/etc/coredns/Corefile"),
    )  # fmt: skip


def nanny_arguments(config_map):
    """What kube-dns' sidecar dnsmasq-nanny starts dnsmasq with: the arguments of its published Deployment, then one
    --server for each stub domain, with # before a port."""
    yield from ("-k", "--cache-size=1000", "--no-negcache", "--dns-loop-detect", "--log-facility=-")
    yield from (f"--server=/{zone}/127.0.0.1#10053" for zone in ("cluster.local", "in-addr.arpa", "ip6.arpa"))
    for zone, servers in json.loads(config_map["data"]["stubDomains"]).items():
        for server in servers:
            yield from ("--server", f"/{zone}/" + re.sub(r":(\d+)$", r"#\1", server))


def kube_dns():
    """The Pod's /etc/resolv.conf has the servers of all other names; nothing else is set. kube-dns itself is something that
    knows no name."""
    itself = "--keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --user=root --pid-file= --log-facility=- --port=10053"
    local = [f"--local=/{zone}/" for zone in ("cluster.local", "in-addr.arpa", "ip6.arpa")]
    return Product(
        files=("kube-dns.yaml",), users=("dnsmasq",), packages=("dnsmasq",), etc={"resolv.conf": f"nameserver {ELSEWHERE}\n"},
        address="10.96.0.10", company=(("kube-dns", (peers.program("dnsmasq", "usr/sbin/dnsmasq"), *itself.split(), *local)),),
        command=("/usr/sbin/dnsmasq", "--pid-file=", *nanny_arguments(yaml.safe_load(recipe("kube-dns.yaml")))),
    )  # fmt: skip


def dnsmasq():
    """With the lines beside it that throw private addresses out of everything else."""
    return Product(
        files=("dnsmasq.conf",), packages=("dnsmasq",), users=("dnsmasq",),
        etc={
            "dnsmasq.d/signpost.conf": recipe("dnsmasq.conf"), "resolv.conf": f"nameserver {ELSEWHERE}\n",
            "dnsmasq.conf": "domain-needed\nbogus-priv\nstop-dns-rebind\nconf-dir=/etc/dnsmasq.d/,*.conf\n",
        },
        command=("/usr/sbin/dnsmasq", "-k", "-u", "dnsmasq", "--log-facility=-", "--pid-file="),
    )  # fmt: skip


UNBOUND_WORLD = f'server:\n    domain-insecure: "example"\nforward-zone:\n    name: "example"\n    forward-addr: {ELSEWHERE}\n'


def unbound():
    """Validating, as Debian sets it up, and with the lines beside it that keep private addresses out of other answers."""
    return Product(
        files=("unbound.conf",), packages=("unbound", "dns_root_data"), users=("unbound",),
        etc={
            "unbound/unbound.conf.d/signpost.conf": recipe("unbound.conf"),
            "unbound/unbound.conf.d/rebinding.conf": "server:\n    private-address: 10.0.0.0/8\n    private-address: fd00::/8\n",
            "unbound/unbound.conf.d/world.conf": UNBOUND_WORLD,
        },
        folders={"/var/lib/unbound": "unbound"},
        before=("sh", "-c", "cp /usr/share/dns/root.key /var/lib/unbound/; chown unbound: /var/lib/unbound/root.key"),
        command=("/usr/sbin/unbound", "-d", "-p"),
    )  # fmt: skip


def bind():
    return Product(
        files=("bind.conf",), packages=("bind", "dns_root_data"), users=("bind",),
        etc={
            "bind/named.conf.options": recipe("bind.conf"),
            "bind/named.conf.local": f'zone "example" {{ type forward; forward only; forwarders {{ {ELSEWHERE}; }}; }};\n',
        },
        folders={"/run/named": "bind", "/var/cache/bind": "bind"},
        command=("/usr/sbin/named", "-g", "-u", "bind"),
    )  # fmt: skip


def recursor():
    return Product(
        files=("recursor.conf", "recursor.lua"), packages=("pdns_recursor", "dns_root_data"), users=("pdns",),
        etc={
            "powerdns/recursor.d/signpost.conf": recipe("recursor.conf"),
            "powerdns/recursor.d/world.conf": "forward-zones-file=/etc/powerdns/world\n", "powerdns/world": f"example={ELSEWHERE}\n",
            "powerdns/recursor.lua": shipped("pdns_recursor", "etc/powerdns/recursor.lua") + recipe("recursor.lua"),
        },
        folders={"/run/pdns-recursor": "pdns"},
        command=("/usr/sbin/pdns_recursor", "--daemon=no", "--write-pid=no", "--disable-syslog", "--log-timestamp=no", "--setuid=pdns"),
    )  # fmt: skip


def dnsdist():
    return Product(
        files=("dnsdist.conf",), packages=("dnsdist",), users=("_dnsdist",), etc={"dnsdist/dnsdist.conf": recipe("dnsdist.conf")},
        command=("/usr/bin/dnsdist", "--supervised", "--disable-syslog"),
    )  # fmt: skip


def kresd():
    """As its unit does, it starts as its own user, who may open port 53."""
    usr = peers.program("knot_resolver", "usr")
    preconfig = next(usr.glob("lib/*/knot-resolver/distro-preconfig.lua"))
    world = f"policy.add(policy.suffix(policy.STUB('{ELSEWHERE}'), policy.todnames({{'example'}})))\n"
    return Product(
        files=("kresd.conf",), packages=("knot_resolver", "dns_root_data"), users=("knot-resolver",),
        etc={"knot-resolver/kresd.conf": shipped("knot_resolver", "etc/knot-resolver/kresd.conf") + recipe("kresd.conf") + world},
        folders={path: "knot-resolver" for path in ("/var/lib/knot-resolver", "/var/cache/knot-resolver", "/run/knot-resolver")},
        command=(
            "setpriv", "--reuid=knot-resolver", "--regid=knot-resolver", "--clear-groups", "--inh-caps=+net_bind_service",
            "--ambient-caps=+net_bind_service", "env", "-C", "/var/lib/knot-resolver", "/usr/sbin/kresd",
            "-c", f"/usr/{preconfig.relative_to(usr)}", "-c", "/etc/knot-resolver/kresd.conf", "-n",
        ),
    )  # fmt: skip


def resolved():
    """A D-Bus of its own, by which resolvectl gives a link its server as a DHCP client would."""
    return Product(
        files=("resolved.conf",), packages=("resolved",), users=("systemd-resolve", "messagebus"), address="127.0.0.53",
        etc={"systemd/resolved.conf.d/signpost.conf": recipe("resolved.conf"), "resolv.conf": "nameserver 127.0.0.53\n"},
        folders={"/run/systemd/resolve": "systemd-resolve", "/run/dbus": "messagebus"},
        company=(("dbus", ("/usr/bin/dbus-daemon", "--system", "--nofork", "--nopidfile")),),
        before=("timeout", "15", "sh", "-c", "until test -S /run/dbus/system_bus_socket; do sleep 0.02; done"),
        command=("/usr/lib/systemd/systemd-resolved",),
    )  # fmt: skip


def for_the_uplink():
    """What resolved.md says for the link that leads out."""
    return shlex.split(re.search(r"^```sh\n(resolvectl .*)\n```", recipe("resolved.md"), re.M)[1])


PARENT_ZONE = f"""$ORIGIN example.org.
@    3600  IN  SOA  ns1 hostmaster 1 7200 900 86400 300
@    3600  IN  NS   ns1
ns1  3600  IN  A    {PARENT}
"""


def _delegation(package, etc, users, folders, command):
    """A parent zone with the recipe's lines, and a resolver that goes there and from there to Signpost by itself."""
    resolver = f'server:\n    domain-insecure: "example.org"\nstub-zone:\n    name: "example.org"\n    stub-addr: {PARENT}\n'
    product = unbound()
    product.files, product.zone, product.reverse = ("delegation.zone",), "shop.example.org", False
    product.packages, product.users = (*product.packages, package), (*product.users, *users)
    product.folders = {**product.folders, **folders}
    product.etc = {"unbound/unbound.conf.d/parent.conf": resolver, "unbound/unbound.conf.d/world.conf": UNBOUND_WORLD, **etc, "parent.zone": PARENT_ZONE + recipe("delegation.zone")}
    product.beside = (("parent", command),)
    return product


def delegation_nsd():
    config = f'server:\n    ip-address: {PARENT}\n    log-only-syslog: no\nremote-control:\n    control-enable: no\n'
    config += "zone:\n    name: example.org\n    zonefile: /etc/parent.zone\n"
    return _delegation(
        "nsd", {"nsd/nsd.conf.d/example.conf": config}, ("nsd",), {"/run/nsd": "nsd", "/var/lib/nsd": "nsd"}, ("/usr/sbin/nsd", "-d", "-P", ""),
    )  # fmt: skip


def delegation_bind():
    options = f'options {{ directory "/var/cache/bind"; recursion no; listen-on {{ {PARENT}; }}; listen-on-v6 {{ none; }}; }};\n'
    etc = {"bind/named.conf.options": options, "bind/named.conf.local": 'zone "example.org" { type primary; file "/etc/parent.zone"; };\n'}
    return _delegation(
        "bind", etc, ("bind",), {"/run/named": "bind", "/var/cache/bind": "bind"}, ("/usr/sbin/named", "-g", "-u", "bind"),
    )  # fmt: skip


def delegation_signed():
    """The zone above is signed by BIND, and Unbound validates from its key on: so it is proved that the part is not."""
    product = delegation_bind()
    here = "/var/cache/bind"
    product.etc["bind/named.conf.local"] = (
        f'zone "example.org" {{ type primary; file "{here}/parent.zone"; dnssec-policy default; inline-signing yes; }};\n'
    )
    product.etc["unbound/unbound.conf.d/parent.conf"] = (
        'server:\n    trust-anchor-file: "/var/lib/unbound/example.key"\n'
        f'stub-zone:\n    name: "example.org"\n    stub-addr: {PARENT}\n'
    )
    copied = f"cp /etc/parent.zone {here}/ && chown bind: {here}/parent.zone && exec /usr/sbin/named -g -u bind"
    product.beside = (("parent", ("sh", "-c", copied)),)
    asked, key = f"dig @{PARENT} +tries=1 +time=1 example.org DNSKEY", "/var/lib/unbound/example.key"
    signed = f"until {asked} +dnssec | grep -q RRSIG; do sleep 0.05; done; {asked} +noall +answer | grep -w 257 >{key}"
    product.before = (*product.before[:2], f"{product.before[2]}; {signed}; chown unbound: {key}")
    return product


MAKERS = {maker.__name__.replace("_", "-"): maker for maker in (
    coredns, nodelocal, kube_dns, dnsmasq, unbound, bind, recursor, dnsdist, kresd, resolved, delegation_nsd, delegation_bind, delegation_signed,
)}  # fmt: skip
