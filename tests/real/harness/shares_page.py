"""zones/answer/SHARES.md: its table of measured shares, written by a campaign and read by the test of its form."""
from . import peers, resolvers, shares

PAGE = peers.REPOSITORY / "zones/answer/SHARES.md"
DIRECT = "none"
FORWARDERS = (DIRECT, *resolvers.MAKERS)
COLUMNS = tuple((client, ttl) for ttl in (60, 0) for client in ("uniform", "first", "weighted"))
BOUND = 1.5  # points
_CLIENTS = {"uniform": "A, any", "first": "A, first", "weighted": "SRV"}
_BEGIN, _END = "<!-- measured -->\n", "<!-- end of what was measured -->\n"


def percents(counts):
    return [100 * count / sum(counts) for count in counts]


def off(percents_seen, weights):
    """The largest distance from the configured shares, in points."""
    total = sum(shares.SETS[weights])
    wanted = [100 * weight / total for weight in shares.SETS[weights]]
    return max(abs(seen - share) for seen, share in zip(percents_seen, wanted, strict=True))


def _cell(percents_seen, weights):
    text = " ".join(f"{percent:.1f}" for percent in percents_seen)
    return text if off(percents_seen, weights) <= BOUND else f"**{text}**"


def render(found):
    """`found`: {(weights, forwarder, mode, client, ttl): percents}, complete."""
    lines = []
    for weights, numbers in shares.SETS.items():
        lines += ["", f"### Weights {':'.join(map(str, numbers))}", ""]
        heads = [f"{_CLIENTS[client]}, TTL {ttl}" for client, ttl in COLUMNS]
        lines += [f"| Forwarder | Mode | {' | '.join(heads)} |", "| --- " * (len(heads) + 2) + "|"]
        for forwarder in FORWARDERS:
            for mode in shares.MODES:
                cells = [_cell(found[weights, forwarder, mode, *column], weights) for column in COLUMNS]
                lines.append(f"| {forwarder} | `{mode}` | {' | '.join(cells)} |")
    return "\n".join(lines[1:]) + "\n"


def read(text):
    """What render() wrote: {(weights, forwarder, mode, client, ttl): percents}; a table of another form is an error."""
    found, weights = {}, iter(shares.SETS)
    current = None
    for line in text.splitlines():
        if line.startswith("###"):
            current = next(weights)
        elif line.startswith("|") and not line.startswith(("| Forwarder", "| ---")):
            forwarder, mode, *cells = [cell.strip() for cell in line.strip("|").split("|")]
            for column, cell in zip(COLUMNS, cells, strict=True):
                found[current, forwarder, mode.strip("`"), *column] = [float(word) for word in cell.strip("*").split()]
    return found


def measured():
    """The text of the page between its marks."""
    return PAGE.read_text().partition(_BEGIN)[2].partition(_END)[0]


def write(found):
    text = PAGE.read_text()
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    PAGE.write_text(before + _BEGIN + render(found) + _END + after)


def wrong(percents_of):
    """What contradicts the page's prose, for both the campaign's figures and the page's own; `percents_of` as read()."""
    found = []
    for (weights, forwarder, mode, client, ttl), seen in percents_of.items():
        distance = off(seen, weights)
        if promised(forwarder, mode, client, ttl) != (distance <= BOUND):
            found.append(f"{forwarder} {mode} {client} TTL {ttl} {weights}: {seen}, {distance:.1f} points off")
    return found


def promised(forwarder, mode, client, ttl):
    """Does the page say that the configured shares arrive? dnsmasq turns what it has in its cache; `sticky` has one
    answer for all who ask from one network, and the measuring client does."""
    if mode == "sticky":
        return False
    if client == "weighted" or mode.startswith("sample"):
        return True
    keeps_order = (DIRECT, "dnsdist", "nodelocal") if ttl else (DIRECT, "dnsdist", "nodelocal", "dnsmasq")
    return mode == "order" and client == "first" and forwarder in keeps_order
