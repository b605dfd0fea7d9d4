"""deploy/migration/from-corefile: Corefiles as distributions ship them, every option that has a counterpart, and hostile ones.
What comes out is read by the real program and its schema. The real CoreDNS beside it: test_migration_guides.py."""
import inspect
import random
import re
import subprocess
import sys

import pytest
import yaml

from authority import authority
from harness import schema

KUBEADM = """.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
"""
K3S = """.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    hosts /etc/coredns/NodeHosts {
      ttl 60
      reload 15s
      fallthrough
    }
    prometheus :9153
    cache 30
    loop
    reload
    import /etc/coredns/custom/*.override
    loadbalance
    forward . /etc/resolv.conf
}
import /etc/coredns/custom/*.server
"""
NODE_LOCAL = """cluster.local:53 {
    errors
    cache {
        success 9984 30
        denial 9984 5
    }
    reload
    loop
    bind 169.254.20.10
    forward . 10.96.0.10 {
        force_tcp
    }
    prometheus :9253
    health 169.254.20.10:8080
}
.:53 {
    errors
    cache 30
    bind 169.254.20.10
    forward . /etc/resolv.conf
    prometheus :9253
}
"""
REVERSE = {"reverse_of": ["cluster.local"], "ptr": "all"}
# Name: (Corefile, parts of what comes out).
CARRIED = {
    "kubeadm": (KUBEADM, {
        "listen": {"health": "0.0.0.0:8080", "ready": "0.0.0.0:8181", "metrics": "0.0.0.0:9153", "admin": "unix:/run/signpost/admin.sock"},
        "lameduck": "5s",
        "registries": {"cluster": {"type": "kubernetes", "required": True}},
        "zones": [
            {"name": "cluster.local", "registry": "cluster", "pod_names": "insecure", "ttl": 30},
            {"name": "in-addr.arpa", **REVERSE, "ttl": 30},
            {"name": "ip6.arpa", **REVERSE, "ttl": 30},
        ],
    }),
    "k3s": (K3S, {"zones": [{"name": "cluster.local", "registry": "cluster", "pod_names": "insecure"}, {"name": "in-addr.arpa", **REVERSE}, {"name": "ip6.arpa", **REVERSE}]}),
    "every option": (
        """(common) {
            nsid "signpost of team a"
            bufsize 4096
            chaos "none of your business"
        }
        Cluster.Local:5353 10.0.0.0/16:5353 clusterset.local:5353 {
            import common
            bind 127.0.0.1 ::1
            kubernetes {
                kubeconfig admin.conf there
                namespaces shop web
                labels "dns!=off, tier in (a,b)"
                pods verified
                endpoint_pod_names
                noendpoints
                ignore empty_service
                multicluster clusterset.local
                apiserver_qps 5
                startup_timeout 3s
            }
            k8s_external lb.example.org {
                headless
                ttl 7
                apex dns
            }
            acl 10.0.0.0/16 {
                allow net 10.0.0.0/8 fd00::/8
                drop net 192.0.2.1
                block
                filter type A net 10.1.0.0/16
            }
            dnstap unix:///run/dnstap.sock full
            log . combined
            hosts {
                10.0.9.9 db.shop.svc.cluster.local elsewhere.example
                fd00::9 db.shop.svc.cluster.local
                ttl 120
                fallthrough
            }
        }
        example.org { # a zone of its own
            file example.org.db
        }
        """,
        {
            "listen": {"dns": ["127.0.0.1:5353", "[::1]:5353", "0.0.0.0:53", "[::]:53"], "admin": "unix:/run/signpost/admin.sock"},
            "server": {"id": "signpost of team a", "version": "none of your business"},
            "edns": {"udp_size": 4096},
            "dnstap": {"to": "unix:/run/dnstap.sock"},
            "query_log": {"to": "stderr"},
            "access": [
                {"allow": ["10.0.0.0/8", "fd00::/8"], "zones": ["10.0.0.0/16"]},
                {"drop": "192.0.2.1/32", "zones": ["10.0.0.0/16"]},
                {"refuse": ["0.0.0.0/0", "::/0"], "zones": ["10.0.0.0/16"]},
            ],
            "registries": {"cluster": {
                "type": "kubernetes", "required": True, "kubeconfig": "admin.conf", "context": "there", "namespaces": ["shop", "web"],
                "labels": "dns!=off, tier in (a,b)", "pods": "watch", "endpoint_names": "pod", "endpoints": "off", "multicluster": "on",
            }},
            "zones": [
                {"name": "cluster.local", "registry": "cluster", "pod_names": "verified", "empty_services": "hide",
                 "records": "db.shop.svc.cluster.local. 120 A 10.0.9.9\ndb.shop.svc.cluster.local. 120 AAAA fd00::9\n"},
                {"name": "clusterset.local", "registry": "cluster", "layout": "clusterset"},
                {"name": "10.0.0.0/16", **REVERSE},
                {"name": "lb.example.org", "registry": "cluster", "layout": "external", "external_headless": "on", "ttl": 7},
                {"name": "example.org", "file": "example.org.db"},
            ],
        },
    ),
    "by address": ("a.example {\n kubernetes {\n endpoint https://192.0.2.1:6443 https://192.0.2.2:6443\n tls c.pem k.pem ca.pem\n }\n}\n", {
        "registries": {"cluster": {"type": "kubernetes", "required": True, "url": "https://192.0.2.1:6443", "ca_file": "ca.pem"}},
    }),
    "files below a root": ("example.org {\n file example.org.db\n root zones\n}\n", {"zones": [{"name": "example.org", "file": "zones/example.org.db"}]}),
    "without braces": ("a.example:5300\nkubernetes a.example\n", {"listen": {"dns": ["0.0.0.0:5300", "[::]:5300"], "admin": "unix:/run/signpost/admin.sock"}}),
}  # fmt: skip
# What is said of what cannot come along: (Corefile, words of the comments).
NOTED = [
    (KUBEADM, ["fallthrough in-addr.arpa", "forwards nothing", "cache 30"]),
    (K3S, ["a file of hosts is not read", "/etc/coredns/custom/*.override", "/etc/coredns/custom/*.server"]),
    (CARRIED["every option"][0], ["apiserver_qps", "startup_timeout", "apex dns", "filter type A", "elsewhere.example", "no format, no classes"]),
    (CARRIED["by address"][0], ["client-certificate", "only the first URL"]),
    ("a.example {\n kubernetes\n foo bar\n view x\n}\n", ["foo bar", "not known here", "no views"]),
    ("a.example tls://b.example {\n kubernetes\n}\n", ["tls://b.example", "plain DNS alone"]),
    ("a.example {\n kubernetes . a.example {\n pods sometimes\n }\n}\n", ["root zone", "pods sometimes"]),
    ("a.example {\n kubernetes\n}\na.example:5300 {\n kubernetes\n}\n", ["from another server block already"]),
    ("a.example {\n kubernetes\n hosts {\n x y\n 10.0.0.1 -.a.example\n }\n bind eth0\n}\n", ["no address and names", "-.a.example", "eth0"]),
    ("a.example {\n kubernetes {\n ttl {$TTL_OF_NO_ONE}\n }\n}\n", ["{$TTL_OF_NO_ONE}", "not set"]),
]
# Corefile, what is said on stderr with exit code 1.
REFUSED = [
    (NODE_LOCAL, "no zone here is one for Signpost"),
    ("", "no zone here"),
    ("a.example {\n kubernetes\n", "Corefile:1: a block begins here and does not end"),
    ('a.example {\n kubernetes "b.example\n}\n', "Corefile:2: a quoted word begins here"),
    ("a.example {\n kubernetes {\n }}\n}\n", "Corefile:3: { stands at the end of a line"),
    ("a.example {\n}\n}\n", "Corefile:3"),
    ("a {\n" + "b {\n" * 5000, "over 8 deep"),
    ("import Corefile\n", "over 64 imports"),
    ("(a0) {\n x\n x\n}\n" + "".join(f"(a{i + 1}) {{\n import a{i}\n import a{i}\n}}\n" for i in range(60)) + "a.example {\n import a60\n}\n", "over 200000 words"),
    ("a.example {\n kubernetes\n}\0\n", "a NUL octet"),
    (b"a.example {\n kubernetes \xff\n}\n", "octet 24 is no UTF-8"),
    ("#" * (1 << 21), "over 1048576 octets"),
]


@pytest.fixture
def convert(deploy, folder):
    """convert(text, *options): writes a Corefile; gives exit code, what is written and what is said."""

    def run(text, *options):
        (folder / "Corefile").write_bytes(text if isinstance(text, bytes) else text.encode())
        command = [sys.executable, deploy / "migration/from-corefile", *options, folder / "Corefile"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.mark.parametrize("name", CARRIED)
def test_carried_over(convert, signpost, folder, name):
    corefile, expected = CARRIED[name]
    (folder / "zones").mkdir()
    for place in (folder, folder / "zones"):
        (place / "example.org.db").write_text("@ 60 SOA ns hostmaster 1 2 3 4 5\n@ 60 NS ns\nns 60 A 192.0.2.1\n")
    authority(folder, "api.test")[0].rename(folder / "ca.pem")
    (folder / "admin.conf").write_text(
        "apiVersion: v1\nkind: Config\ncurrent-context: there\nclusters: [{name: c, cluster: {server: 'https://192.0.2.1'}}]\n"
        "users: [{name: u, user: {token: t}}]\ncontexts: [{name: there, context: {cluster: c, user: u}}]\n"
    )
    code, text, said = convert(corefile)
    assert code == 0, said
    written = yaml.load(text, schema.Loader)  # noqa: S506
    for key, value in expected.items():
        assert written[key] == value
    assert schema.mistakes(text) == []
    (folder / "signpost.yaml").write_text(text)
    checked = signpost("check", "--config", folder / "signpost.yaml")
    assert checked.returncode == 0, text + checked.stderr


@pytest.mark.parametrize("corefile, words", NOTED)
def test_what_does_not_come_along_is_said(convert, corefile, words):
    code, text, said = convert(corefile)
    assert code == 0, said
    comments = "\n".join(line for line in text.splitlines() if line.startswith("#"))
    assert [word for word in words if word not in comments] == [], comments


@pytest.mark.parametrize("corefile, words", REFUSED, ids=[words for _, words in REFUSED])
def test_refused(convert, corefile, words):
    code, text, said = convert(corefile)
    assert (code, text) == (1, "") and words in said, said[:500]


def test_a_trial_listens_where_it_is_told(convert):
    listen = yaml.safe_load(convert(KUBEADM, "--trial", "127.0.0.1:5353")[1])["listen"]
    assert listen == {"dns": ["127.0.0.1:5353"], "admin": "unix:signpost.sock"}
    assert convert(KUBEADM, "--trial", "there")[0] == 2


def test_the_page_tells_of_every_plugin_and_option(deploy, monkeypatch):
    """What the tool leaves behind, and what becomes of the options: the tables of coredns.md have it."""
    monkeypatch.syspath_prepend(str(deploy / "migration"))
    import carry
    import carry_kubernetes

    rows = [line for line in (deploy / "migration/coredns.md").read_text().splitlines() if line.startswith("| `")]
    said = set(re.findall(r"[a-z0-9_]+", " ".join(row.split("|")[1] for row in rows)))
    options = set(re.findall(r'name == "(\w+)"', inspect.getsource(carry_kubernetes.Options._take)))
    assert len(options) > 8
    assert set(carry.NOTES) | options <= said, (set(carry.NOTES) | options) - said


def test_words_of_a_corefile_stay_words(convert, signpost, folder):
    """Whatever stands in quotes, nothing of it becomes a key of the configuration."""
    evil = '"x\\"\nzones: []\n}: {y: "'
    text = convert(f'a.example {{\n kubernetes {{\n namespaces {evil}\n labels {evil}\n kubeconfig {evil} {evil}\n }}\n nsid {evil}\n foo {evil}\n}}\n')[1]
    written = yaml.safe_load(text)
    assert set(written) == {"listen", "server", "registries", "zones"}
    assert [zone["name"] for zone in written["zones"]] == ["a.example"]
    assert set(written["registries"]["cluster"]) == {"type", "required", "namespaces", "labels", "kubeconfig", "context"}


def test_broken_corefiles_never_break_the_tool(deploy, monkeypatch):
    """Two thousand damaged copies: a mistake with its place, or YAML with the keys that there are."""
    monkeypatch.syspath_prepend(str(deploy / "migration"))
    import carry
    import corefile as reading

    seed = random.randrange(1 << 30)
    rng, read = random.Random(seed), 0
    texts = [KUBEADM, K3S, NODE_LOCAL, CARRIED["every option"][0]]
    pieces = ["{", "}", '"', "#", "\n", " ", "import x", "\\", "{$PATH}", "()", ",", ":", "[::", "kubernetes", ".", "\u2028", "\U0001f600", "-", "/33"]
    for _ in range(2000):
        text = rng.choice(texts)
        for _ in range(rng.randrange(1, 6)):
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(pieces) + text[at + rng.randrange(0, 8) :]
        try:
            made = carry.Carry(reading.Reader("/nowhere/Corefile", text, {})).out
        except reading.Mistake as wrong:
            assert str(wrong).startswith("Corefile"), f"seed {seed}: {wrong}"
            continue
        read += 1
        written = yaml.safe_load(made.yaml(["title"]))
        known = {"listen", "lameduck", "server", "edns", "dnstap", "query_log", "access", "registries", "zones"}
        assert set(written) <= known, f"seed {seed}: {text}"
    assert read > 500, f"seed {seed}: most copies are damaged beyond reading"
