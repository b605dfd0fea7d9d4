"""The house as the build files describe it: rooms, their sources, what each uses."""
import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# STYLE: dns/base <- config <- {dns/wire, dns/query, dns/transport, backends} <- zones <- dns/admin <- dns/main.cc.
# A room may include its own floor's listed neighbours and everything on the floors below it.
FLOORS = [["dns/base"], ["config"], ["dns/wire", "dns/query", "dns/transport", "dns/tap", "backends"], ["zones"], ["dns/admin"], ["dns"]]
# Inside the third floor: dns/wire <- dns/query <- dns/transport, and backends include none of these, nor they it.
NEIGHBOURS = {"dns/wire": set(), "dns/query": {"dns/wire"}, "dns/transport": {"dns/wire", "dns/query"}, "dns/tap": {"dns/wire", "dns/query"}, "backends": set()}


@functools.cache
def tracked():
    """Every file of the repository, as paths from its root."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def text(name):
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@functools.cache
def rooms():
    """{folder: {"target", "sources", "uses"}} of every CMakeLists.txt outside tests/. A folder with two targets (the
    library of dns/ and the program around it) is one room with the words of both, named after the first."""
    found = {}
    for name in tracked():
        if not name.endswith("/CMakeLists.txt") or name.startswith("tests/"):
            continue
        words = re.sub(r"#.*", "", text(name))
        calls = re.findall(r"(?:signpost_room|add_executable|target_link_libraries)\((\w+)(.*?)\)", words, re.S)
        room = {"target": calls[0][0], "sources": set(), "uses": set()}
        for _, arguments in calls:
            _read_arguments(arguments, room)
        room["uses"].discard(room["target"])
        found[name.rpartition("/")[0]] = room
    return found


def _read_arguments(arguments, room):
    for word in arguments.split():
        if word.endswith(".cc"):
            room["sources"].add(word)
        elif re.fullmatch(r"[a-z_]+", word):
            room["uses"].add(word)


def room_of(path):
    """The room a file or an include belongs to; None for a system header."""
    folder = path.rpartition("/")[0]
    while folder and folder not in rooms():
        folder = folder.rpartition("/")[0]
    return folder or None


def floor_of(folder):
    """(number, name) of the floor entry that holds the room: zones/answer is on ("zones")."""
    best = max(
        ((i, name) for i, floor in enumerate(FLOORS) for name in floor if folder == name or folder.startswith(name + "/")),
        key=lambda entry: len(entry[1]),
    )
    return best


def includes(name):
    """The quoted includes of a file: our own headers."""
    return re.findall(r'^\s*#include "([^"]+)"', text(name), re.M)
