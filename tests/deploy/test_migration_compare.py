"""deploy/migration/compare: what it finds between two servers, what it lets pass and why, and servers that misbehave."""
import socket
import subprocess
import sys
import threading

import pytest

from harness import ports
from harness.signpost import Signpost

INSTANCES = [{"address": "10.1.0.1", "weight": 3}, {"address": "10.1.0.2"}]
CART = {"name": "cart", "ports": [{"name": "http", "port": 8080}], "instances": INSTANCES}


@pytest.fixture
def server(folder):
    """server(name, services, **zone): a Signpost over these services."""
    running = []

    def begin(folder_name, some, **zone):
        path = folder / folder_name
        path.mkdir()
        (path / "services.yaml").write_text(str({"services": some}))
        zones = [{"name": "demo.internal", "registry": "local", **zone}]
        if "reverse" in zone:
            reverse = zones[0].pop("reverse")
            zones.append({"name": "10.0.0.0/8", "reverse_of": ["demo.internal"], "ptr": reverse})
        running.append(Signpost(path, {"local": {"type": "file", "path": "services.yaml", "required": True}}, zones).wait_ready())
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def compare(deploy):
    """compare(old, new, questions, *options): exit code and all that is printed."""

    def run(old, new, questions, *options):
        words = [one if isinstance(one, str) else "{}:{}".format(*one.address) for one in (old, new)]
        done = subprocess.run(
            [sys.executable, deploy / "migration/compare", *options, *words], input=questions, capture_output=True, text=True, timeout=60, check=False
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    return run


def test_equal_servers_and_all_three_forms_of_questions(server, compare):
    one, other = server("one", [CART]), server("two", [CART])
    code, dump = one.command("dump", "demo.internal")
    assert code == 0
    code, said = compare(one, other, dump)
    assert code == 0 and "7 questions: 7 alike, 0 differ as known, 0 differ" in said, f"{dump}{said}"
    logged = '[INFO] 10.0.0.7:4242 - 7 "SRV IN _http._tcp.cart.demo.internal. udp 60 false 1232" NOERROR qr,aa 120 0.0001s\n'
    code, said = compare(one, other, logged + logged + "CART.demo.Internal. AAAA txt TYPE65280\nnobody.demo.internal\n# a remark\n\n")
    assert code == 0 and "6 questions: 6 alike" in said, said


def test_what_differs_is_shown_and_counts(server, compare):
    old, new = server("old", [CART]), server("new", [{**CART, "instances": INSTANCES[:1]}])
    code, said = compare(old, new, "cart.demo.internal A\nx.demo.internal A\n", "--patience", "0")
    assert code == 1 and "2 questions: 1 alike, 0 differ as known, 1 differ" in said
    assert "    old  cart.demo.internal. A 10.1.0.2" in said and "    new  cart.demo.internal. A 10.1.0.1" in said
    assert "    new  cart.demo.internal. A 10.1.0.2" not in said


def test_what_is_known_to_differ_passes_with_its_reason(server, compare):
    same = {"name": "bag", "instances": [{"address": "10.1.0.1"}]}
    old = server("old", [{**CART, "instances": [{"address": "10.1.0.1"}, {"address": "10.1.0.2"}]}, same], reverse="all")
    new = server("new", [CART, same], reverse="one")
    asked = "cart.demo.internal SRV\n1.0.1.10.in-addr.arpa PTR\n"
    code, said = compare(old, new, asked)
    assert code == 0 and "0 alike, 2 differ as known, 0 differ" in said and "weights of SRV" in said and "one pointer" in said, said
    code, said = compare(old, new, asked, "--strict", "--patience", "0")
    assert code == 1 and "0 differ as known, 2 differ" in said


def test_a_name_that_is_gone_is_no_known_difference(server, compare):
    """The old server has an address there, the new one says of all types that there is nothing; asked is AAAA alone."""
    old, new = server("old", [CART]), server("new", [])
    code, said = compare(old, new, "cart.demo.internal AAAA\n", "--patience", "0")
    assert code == 1 and "old  NOERROR, no records" in said and "new  NXDOMAIN, no records" in said, said
    code, said = compare(new, old, "cart.demo.internal AAAA\nx.cart.demo.internal A\n")
    assert code == 0 and "1 alike, 1 differ as known" in said, said


def test_ttl_and_times(server, compare):
    old, new = server("old", [CART], ttl=5, answer="sample 1"), server("new", [CART], ttl=9)
    assert compare(old, new, "cart.demo.internal A\n", "--patience", "0")[0] == 1, "one of two each time"
    assert compare(old, new, "cart.demo.internal A\n", "--times", "40")[0] == 0
    code, said = compare(old, new, "cart.demo.internal A\n", "--times", "40", "--ttl", "--patience", "0")
    assert code == 1 and "cart.demo.internal. 9 A 10.1.0.1" in said


def test_names_without_their_ending(server, compare):
    """As nacos-coredns-plugin has them: the old server knows `cart`, the new one `cart.demo.internal`."""
    old = server("old", [], name="cart", records="@ A 192.0.2.1\nx A 192.0.2.2\n")
    new = server("new", [], records="cart A 192.0.2.1\nx.cart A 192.0.2.3\n")
    assert compare(old, new, "cart.demo.internal A\n", "--strip", "demo.internal")[0] == 0
    code, said = compare(old, new, "X.cart.Demo.internal A\n", "--strip", "demo.internal.", "--patience", "0")
    assert code == 1 and "old  x.cart.demo.internal. A 192.0.2.2" in said, said


def test_a_large_answer_comes_over_tcp(server, compare):
    many = {"name": "many", "instances": [{"address": f"10.2.{i}.1"} for i in range(200)]}
    one, other = server("one", [many]), server("two", [{**many, "instances": many["instances"][:-1]}])
    assert compare(one, one, "many.demo.internal A\n")[0] == 0
    code, said = compare(one, other, "many.demo.internal A\n", "--patience", "0")
    assert code == 1 and said.count("10.2.") == 399


@pytest.mark.parametrize(
    "old, questions, words",
    [
        ("127.0.0.1:1", "a A\n", "no answer from 127.0.0.1:1"),
        ("there", "a A\n", "there: a server is an address"),
        ("127.0.0.1:53", "", "no questions"),
        ("127.0.0.1:53", "a ANY\n" + "x" * 300 + " A\n", "no questions"),
    ],
)
def test_no_comparison_is_no_success(compare, old, questions, words):
    code, said = compare(old, "127.0.0.1:1", questions)
    assert code == 2 and words in said, said


ECHO = bytes.fromhex("00010000000000")  # after the identifier: one question, and a record that is announced
BROKEN = [
    b"", b"\0", b"\x80\0" + b"\xff" * 8, b"\x84\0\0\1\0\1\0\0\0\0\xc0\x0c" + b"\0" * 20, b"\x84\0\0\0\0\1\0\0\0\0\1a\0\0\1\0\1\0\0\0\0\xff\xff\1",
    b"\x84\0\0\0\xff\xff\0\0\0\0", b"\x84\0\0\0\0\1\0\0\0\0\1a\0\0\x10\0\1\0\0\0\0\0\2\xff\1",
]  # fmt: skip


@pytest.mark.parametrize("rest", BROKEN, ids=range(len(BROKEN)))
def test_a_server_that_sends_rubbish_differs(server, compare, rest):
    """Its identifier is right, the rest is not a message: a difference that is named, not a crash."""
    good = server("good", [CART])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", ports.free()))
        line.settimeout(20)

        def answer():
            for _ in range(2):  # the first look, and the comparison
                query, client = line.recvfrom(4096)
                line.sendto(query[:2] + rest, client)

        thread = threading.Thread(target=answer)
        thread.start()
        code, said = compare("127.0.0.1:{}".format(line.getsockname()[1]), good, "cart.demo.internal A\n", "--patience", "0")
        thread.join()
    assert code == 1 and ("old  broken, no records" in said or "old  TYPE" in said or "old  a. TXT" in said), said
