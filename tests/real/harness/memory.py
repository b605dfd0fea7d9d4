"""What a process holds of the machine's memory, in octets."""
from . import waiting


def _field(path, name):
    with open(path) as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":")) * 1024


def held(pid):
    """Pss: what is the process' own, and its part of what it shares."""
    return _field(f"/proc/{pid}/smaps_rollup", "Pss")


def resident(pid):
    return _field(f"/proc/{pid}/status", "VmRSS")


def forget_peak(pid):
    """Starts `peak` from now."""
    with open(f"/proc/{pid}/clear_refs", "w") as file:
        file.write("5")


def peak(pid):
    """The largest resident size since the start, or since `forget_peak`."""
    return _field(f"/proc/{pid}/status", "VmHWM")


def settled(pid, seconds=30):
    """`held`, once two looks half a second apart agree to 0.1 %: nothing is being built or freed any more."""
    last = [0]

    def steady():
        now = held(pid)
        before, last[0] = last[0], now
        return abs(now - before) <= now / 1000 and now

    return waiting.until(steady, seconds, "the memory settles", pause=0.5)
