"""One name over two file registries, moved from one to the other by reload while it is asked."""
import collections
import json
import threading

from harness import dns

ANSWERS = 3000


def fleet(folder, name, *instances):
    """A services file with the service `cart` of (address, weight)."""
    path = folder / f"{name}.yaml"
    service = {
        "name": "cart",
        "ports": [{"name": "http", "port": 8080}],
        "instances": [{"address": address, "weight": weight} for address, weight in instances],
    }
    path.write_text(json.dumps({"services": [service]}))
    return {"type": "file", "path": str(path)}


def zones(new):
    members = [
        {"registry": "old", "service": "cart", "weight": 100 - new},
        {"registry": "new", "service": "cart", "weight": new},
    ]
    service = {"name": "cart", "combine": "share", "answer": "sample 1", "members": members}
    return [{"name": "shop.internal", "services": [service]}]


def draws(program):
    """Of every 100 answers, how many name each address."""
    counts = collections.Counter()
    for _ in range(ANSWERS):
        counts.update(program.client.set("cart.shop.internal"))
    return {address: 100 * count / ANSWERS for address, count in counts.items()}


class Asking:
    """Asks all the time; what is no answer of one known address is kept."""

    def __init__(self, program, known):
        self.wrong, self.asked, self._stop = [], 0, threading.Event()
        client = dns.Client(program.address)

        def ask():
            while not self._stop.is_set():
                try:
                    answer = client.set("cart.shop.internal")
                except OSError as lost:
                    answer = lost
                self.asked += 1
                if not isinstance(answer, set) or len(answer) != 1 or not answer <= known:
                    self.wrong.append(answer)

        self._thread = threading.Thread(target=ask)
        self._thread.start()

    def stop(self):
        self._stop.set()
        self._thread.join()


def test_a_service_moves_by_reload(start, folder):
    registries = {
        "old": fleet(folder, "old", ("10.1.0.1", 1), ("10.1.0.2", 3)),
        "new": fleet(folder, "new", ("10.2.0.1", 1)),
    }
    program = start(zones(0), registries)
    asking = Asking(program, {"10.1.0.1", "10.1.0.2", "10.2.0.1"})
    try:
        for new in (0, 10, 50, 100):
            program.write_config(zones(new))
            status, text = program.command("reload")
            assert status == 0, text
            seen = draws(program)
            assert abs(seen.pop("10.2.0.1", 0) - new) < 4, (new, seen)
            assert abs(seen.get("10.1.0.2", 0) - 0.75 * (100 - new)) < 5, (new, seen)
            if new in (0, 100):
                assert set(seen) == ({"10.1.0.1", "10.1.0.2"} if new == 0 else set())
    finally:
        asking.stop()
    assert asking.asked > 1000 and not asking.wrong, asking.wrong[:5]


def test_explain_shows_the_whole_sum(start, folder):
    registries = {"old": fleet(folder, "old", ("10.1.0.1", 1), ("10.1.0.2", 3)), "new": fleet(folder, "new")}
    program = start(zones(20), registries)
    status, text = program.command("explain", "cart.shop.internal", "A")
    assert status == 0
    for line in (
        "old+new/cart in zone shop.internal",
        "  note: composed of 2 members, combine: share",
        "  note: member new/cart: it has no instances",
        "share 75.00 %",
        "         in member old/cart: 80",
        "         old up, weight 3",
    ):
        assert line in text, text
    status, text = program.command("status")
    assert "cart.shop.internal." in text and "member new/cart: it has no instances" in text
    told = json.loads(program.command("status", "--json")[1])["composed"][0]
    assert (told["combine"], told["eligible"], told["cold"]) == ("share", 2, False)


def test_what_is_missing_is_no_mistake(start, folder):
    registries = {"old": fleet(folder, "old", ("10.1.0.1", 1)), "new": fleet(folder, "new")}
    made = zones(20)
    made[0]["services"][0]["members"][1]["service"] = "cart-to-come"
    program = start(made, registries)
    assert program.command("check")[0] == 0
    assert program.client.set("cart.shop.internal") == {"10.1.0.1"}
    assert "member new/cart-to-come: its registry knows no such service" in program.command("status")[1]
