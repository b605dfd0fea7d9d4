"""Many TCP connections (T5, T6): what a silent one costs, and whether queries on others wait for them."""
from conftest import numbers, resident_octets, size

IDLE = int(size("TCP_IDLE", 500))
BUSY = int(size("TCP_BUSY", 20))
RATE = int(size("TCP_RATE", 2000))
SECONDS = size("TCP_SECONDS", 2)

OCTETS_MAX = 4096  # of ours; the kernel's sockets are not in a process's resident memory
SLOWEST_MS = 50


def blast(beside, program, world, idle):
    """tcpblast with its silent connections open: go(it) lets it go on to its report."""
    host, port = program.address
    process = beside(
        "tcpblast", "--server", f"{host}:{port}", "--questions", world.found, "--idle", idle, "--busy", BUSY,
        "--rate", RATE if idle else 100, "--seconds", SECONDS if idle else 0.2, talks=True,
    )  # fmt: skip
    assert process.child.stdout.readline() == "open\n", process.output()
    return process


def go(process):
    process.child.stdin.write("go\n")
    process.child.stdin.flush()
    return numbers(process.child.stdout.readline())


def test_T5_silent_connections_cost_little_and_delay_nobody(start, beside, world, figure):
    program = start(tcp={"idle": "10m", "clients": 2 * (IDLE + BUSY)})
    go(blast(beside, program, world, 0))  # whatever the first queries allocate is not the silent ones'
    before = resident_octets(program.process.pid)
    process = blast(beside, program, world, IDLE)
    each = (resident_octets(program.process.pid) - before) / IDLE
    report = go(process)
    figure(f"TCP, {IDLE} silent connections", f"{each:.0f} octets of memory each")
    figure(
        f"TCP, {RATE} queries/s on {BUSY} others for {SECONDS:.0f} s",
        f"p50 {report['p50_us']:.0f} us, p99 {report['p99_us']:.0f} us, slowest {report['slowest_ms']:.1f} ms",
    )
    assert report["answers"] == report["sent"] == RATE * SECONDS and report["wrong"] == 0, report
    assert report["idle_alive"] == IDLE, report
    assert each <= OCTETS_MAX
    assert report["slowest_ms"] <= SLOWEST_MS, report


def test_the_soft_limit_of_descriptors_is_raised(folder, world):
    """tcp.clients is 10,000 by default, and sessions start with 1,024 descriptors."""
    from harness import signpost

    program = signpost.Signpost(
        folder, {"local": {"type": "file", "path": world.registry}}, [{"name": "bench.internal", "registry": "local"}],
        prefix=("prlimit", "--nofile=512:4096"),
    )  # fmt: skip
    try:
        with open(f"/proc/{program.process.pid}/limits") as file:
            soft, hard = next(line.split()[3:5] for line in file if line.startswith("Max open files"))
        assert (soft, hard) == ("4096", "4096")
        assert "few_descriptors" in program.process.output(), "10,000 clients do not fit"
    finally:
        program.stop()
