"""Dependencies point one way, and the build files say the same as the includes."""
from house import FLOORS, NEIGHBOURS, floor_of, includes, room_of, rooms, tracked

SOURCES = [n for n in tracked() if n.endswith((".h", ".cc")) and not n.startswith("tests/")]


def may_include(user, used):
    """By the floors alone."""
    user_floor, user_name = floor_of(user)
    used_floor, used_name = floor_of(used)
    if user_floor != used_floor:
        return used_floor < user_floor
    return user_name == used_name or used_name in NEIGHBOURS.get(user_name, set())


def test_the_rule_itself():
    assert may_include("zones/answer", "dns/query") and may_include("dns/query", "dns/wire")
    assert not may_include("dns/wire", "dns/query") and not may_include("dns/transport", "zones/snapshot")
    assert not may_include("backends/nacos", "dns/wire") and not may_include("dns/query", "backends/registry")
    assert may_include("backends/nacos", "backends/follow") and not may_include("config", "dns/wire")
    assert len(FLOORS) == 6


def includes_of_rooms():
    """(file, its room, included header, that header's room) of everything quoted."""
    return [(name, room_of(name), header, room_of(header)) for name in SOURCES for header in includes(name)]


def test_every_file_is_in_a_room():
    assert not [name for name in SOURCES if not room_of(name)]


def test_includes_point_down():
    wrong = [f"{name} -> {header}" for name, user, header, used in includes_of_rooms()
             if used is None or not may_include(user, used)]  # fmt: skip
    assert not wrong


def uses(folder):
    """Every room that a room may use by its CMake file, itself and what its uses use included."""
    by_target = {room["target"]: path for path, room in rooms().items()}
    reached, open_rooms = set(), [folder]
    while open_rooms:
        path = open_rooms.pop()
        if path not in reached:
            reached.add(path)
            open_rooms += [by_target[target] for target in rooms()[path]["uses"] if target in by_target]
    return reached


def test_includes_are_stated_as_uses():
    unstated = {f"{user}/CMakeLists.txt: {used}" for _, user, _, used in includes_of_rooms() if used not in uses(user) | {None}}
    assert not unstated


def test_uses_point_down():
    by_target = {room["target"]: path for path, room in rooms().items()}
    wrong = [f"{folder} -> {target}" for folder, room in rooms().items() for target in room["uses"]
             if target in by_target and not may_include(folder, by_target[target])]  # fmt: skip
    assert not wrong


def test_every_source_is_built():
    """No dead .cc, and none listed that is not there."""
    for folder, room in rooms().items():
        here = {name[len(folder) + 1 :] for name in tracked() if room_of(name) == folder and name.endswith(".cc")}
        assert here == room["sources"], folder


def test_every_header_is_included():
    everything = {header for name in tracked() if name.endswith((".h", ".cc")) for header in includes(name)}
    assert not [name for name in SOURCES if name.endswith(".h") and name not in everything]
