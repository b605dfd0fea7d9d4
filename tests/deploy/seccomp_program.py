"""The unit's filters as a program for seccomp(2): SystemCallFilter= with the groups as systemd has them, where what is
outside ends the process, as there; MemoryDenyWriteExecute= and RestrictAddressFamilies= too. tests/deploy/filtered runs
a command under it."""
import pathlib
import struct

import unit_filter

LAUNCHER = pathlib.Path(__file__).with_name("filtered")

KILL_PROCESS, ERRNO, ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, JUMP_EQUAL, JUMP_SET, RETURN = 0x20, 0x15, 0x45, 0x06  # of struct sock_filter, all on 32 bits and constants
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
EPERM, EAFNOSUPPORT = 1, 97
PROT_WRITE, PROT_EXEC = 2, 4


def step(code, true, false, value):
    return struct.pack("HBBI", code, true, false, value)


def argument(number, index, steps):
    """If it is this call, looks at its argument and goes through `steps`, which end in a return or fall through."""
    body = [step(LOAD, 0, 0, ARGUMENTS + 8 * index), *steps, step(LOAD, 0, 0, NUMBER)]
    return [step(JUMP_EQUAL, 0, len(body), number), *body]


def program():
    numbers, architecture = unit_filter.numbers()
    families = unit_filter.families()
    code = [step(LOAD, 0, 0, ARCHITECTURE), step(JUMP_EQUAL, 1, 0, architecture), step(RETURN, 0, 0, KILL_PROCESS)]
    code.append(step(LOAD, 0, 0, NUMBER))
    known = [step(JUMP_EQUAL, len(families) - i, 0, family) for i, family in enumerate(families)]
    code += argument(numbers["socket"], 0, [*known, step(RETURN, 0, 0, ERRNO | EAFNOSUPPORT)])
    refuse = step(RETURN, 0, 0, ERRNO | EPERM)
    code += argument(numbers["mprotect"], 2, [step(JUMP_SET, 0, 1, PROT_EXEC), refuse])
    code += argument(numbers["mmap"], 2, [step(JUMP_SET, 0, 2, PROT_EXEC), step(JUMP_SET, 0, 1, PROT_WRITE), refuse])
    for name in sorted(unit_filter.allowed() & numbers.keys()):
        code += [step(JUMP_EQUAL, 0, 1, numbers[name]), step(RETURN, 0, 0, ALLOW)]
    return b"".join([*code, step(RETURN, 0, 0, KILL_PROCESS)])
