"""Names of Nacos services and the answers, whole, over UDP and TCP; and who has a name that two services want."""
import pytest
from harness.sections import Asker
from harness.signpost import Signpost
from harness.waiting import until
from nacos_names_cases import COLLISIONS, GROUPS, NAMESPACES, RECORDS, ROWS, SERVICES, ZONE


@pytest.fixture(scope="module")
def world(nacos_server, run_folder):
    for namespace, group, service, instances in SERVICES:
        for ip, port, more in instances:
            nacos_server.register(service, ip, port, group=group, namespaceId=namespace, **more)
    for number, (_, _, winner, loser, _) in enumerate(COLLISIONS):
        for service, ip in ((loser, loser_address(number)), (winner, winner_address(number))):
            if service:
                nacos_server.register(service[2], ip, 80, group=service[1], namespaceId=service[0])
    folder = run_folder / "nacos-names"
    folder.mkdir()
    registry = {"type": "nacos", "required": True, "servers": [nacos_server.address],
                "namespaces": NAMESPACES, "groups": GROUPS, "list_interval": "1s"}  # fmt: skip
    zone = {"name": ZONE.rstrip("."), "registry": "nacos", "ttl": 5, "records": RECORDS}
    signpost = Signpost(folder, {"nacos": registry}, [zone]).wait_ready()
    made = World(signpost)
    # Ready is after the lists; each service is read after that.
    until(lambda: all(made.told(row, False) != "SERVFAIL" for row, _ in ROWS), 20, "every service has been read")
    yield made
    signpost.stop()


class World:
    def __init__(self, signpost):
        self.signpost = signpost
        self._asker = Asker(signpost.address)

    def told(self, question, tcp):
        name, kind = question.split()
        told = self._asker.ask(f"{name}.{ZONE}", kind, tcp=tcp).told()
        return told.replace(f".{ZONE}", "").replace(ZONE, "@")


def winner_address(number):
    return f"10.3.{number}.1"


def loser_address(number):
    return f"10.3.{number}.2"


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize("question,answer", ROWS, ids=[question for question, _ in ROWS])
def test_row(world, question, answer, tcp):
    assert world.told(question, tcp) == answer


@pytest.mark.parametrize("tcp", [False, True], ids=["udp", "tcp"])
@pytest.mark.parametrize("number", range(len(COLLISIONS)), ids=[row[0] for row in COLLISIONS])
def test_collision(world, number, tcp):
    """The winner answers; `explain` says of the loser who has the name and by which rule."""
    _, name, winner, loser, why = COLLISIONS[number]
    if winner:
        assert world.told(f"{name} A", tcp) == f"NOERROR aa | {name} 5 A {winner_address(number)}"
    else:
        assert loser_address(number) not in world.told(f"{name} A", tcp)
    status, text = world.signpost.command("explain", f"{name}.{ZONE}", "A")
    assert status == 0
    assert f"nacos/{'/'.join(loser)}" in text, text
    taken = f"lost {name}.{ZONE}: taken by " + (f"nacos/{'/'.join(winner)}" if winner else "")
    losses = [line for line in text.splitlines() if line.strip().startswith(taken)]
    assert losses and why in losses[0], text


@pytest.mark.parametrize("number", range(len(COLLISIONS)), ids=[row[0] for row in COLLISIONS])
def test_loser_is_reached_by_its_other_forms(world, number):
    """All but those whose full forms are one as well: of them the loser has no name at all."""
    _, _, _, loser, why = COLLISIONS[number]
    namespace, group, service = loser
    full = f"{service}.{group.lower().replace('_', '-')}.{namespace}".lower()
    told = world.told(f"{full} A", tcp=False)
    same_everywhere = why in ("DEFAULT_GROUP owns default-group", "fewer dots", "exact spelling", "byte order")
    owner = winner_address(number) if same_everywhere else loser_address(number)
    assert told == f"NOERROR aa | {full} 5 A {owner}"


def test_names_below_the_winner_come_first(nacos_server, world):
    """An instance of `plain` has a name that a service of its own would have as well."""
    name = "10-2-0-1.plain"
    nacos_server.register(name, "10.3.99.1", 80)
    until(lambda: "10.3.99.1" in world.signpost.command("explain", f"{name}.{ZONE}", "A")[1], 10, "the other is known")
    assert world.told(f"{name} A", tcp=False) == f"NOERROR aa | {name} 5 A 10.2.0.1"
