"""Do the servers that are compared say the same? A server that answers less would be faster for the wrong reason."""
import random
import sys

import dns.message
import dns.rcode
import rig

SAMPLE = 400  # questions of the world, drawn by seed: some 20 of the rarest kind


def said(octets):
    """What a client acts on: the rcode and the answer's records, without order; negative answers have an SOA."""
    message = dns.message.from_wire(octets)
    records = sorted(
        f"{rrset.name} {rrset.ttl} {rrset.rdtype} {rdata}" for rrset in message.answer for rdata in rrset
    )  # fmt: skip
    return dns.rcode.to_text(message.rcode()), tuple(records), bool(message.authority) if not records else None


def sample(world):
    with open(world.questions) as file:
        lines = [tuple(line.split()) for line in file]
    return random.Random(4).sample(lines, min(SAMPLE, len(lines)))


def same_everywhere(contestants):
    """Asks all of them a sample of the questions; prints the first differences. True: no server says anything else."""
    if len(contestants) < 2:
        return True
    questions, heard = sample(contestants[0].world), {}
    for one in contestants:
        with rig.Server(one) as server:
            heard[one.name] = [said(server.ask(name, qtype)) for name, qtype in questions]
    first = contestants[0].name
    different = [
        f"{name} {qtype}: {first} says {heard[first][i]}, {other.name} {heard[other.name][i]}"
        for other in contestants[1:]
        for i, (name, qtype) in enumerate(questions)
        if heard[other.name][i] != heard[first][i]
    ]
    for line in different[:10]:
        print(line)
    kinds = {rcode: sum(1 for answer in heard[first] if answer[0] == rcode) for rcode in ("NOERROR", "NXDOMAIN")}
    print(f"{len(questions)} questions to {len(contestants)} servers ({kinds}): {len(different)} different answers", flush=True)
    return not different


def check_rcodes(name, result):
    """Ends the run when a server under load gave anything but NOERROR and NXDOMAIN."""
    if result["wrong"] or any(result.get(f"rcode{number}") for number in range(16) if number not in (0, 3)):
        sys.exit(f"{name} gave wrong answers under load: {result}")
