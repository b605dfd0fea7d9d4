"""become.py USER CAPABILITIES COMMAND...: what an engine for Kubernetes does last before a container's program runs. The set of
capabilities (a number, bit by bit as in linux/capability.h) is bounding, permitted and effective, never inheritable or ambient
(CVE-2022-24769); the user is another; nothing new is to be had from a file (no_new_privs). Then it becomes the command."""
import ctypes
import os
import sys

PR_SET_KEEPCAPS, PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 8, 23, 24, 38
CAPABILITY_VERSION_3 = 0x20080522
libc = ctypes.CDLL(None, use_errno=True)


def well(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def prctl(option, value):
    return libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0)


def bound(held):
    number = 0
    while prctl(PR_CAPBSET_READ, number) >= 0:
        if not held >> number & 1:
            well(prctl(PR_CAPBSET_DROP, number), "PR_CAPBSET_DROP")
        number += 1


def hold(held):
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    low, high = held & 0xFFFFFFFF, held >> 32
    sets = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)  # effective, permitted, inheritable; twice
    well(libc.capset(header, sets), "capset")


def main(user, held, command):
    bound(held)
    well(prctl(PR_SET_KEEPCAPS, 1), "PR_SET_KEEPCAPS")
    os.setgroups([user])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    hold(held)
    well(prctl(PR_SET_NO_NEW_PRIVS, 1), "PR_SET_NO_NEW_PRIVS")
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
