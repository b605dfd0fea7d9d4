"""From the plugins of a Corefile to a configuration of Signpost. What each becomes is in coredns.md, as a table."""
import ipaddress
import os
import re

import carry_kubernetes
from carried import Carried, listener, zone_name

DURATION = re.compile(r"\d{1,6}(ms|s|m|h)")

# Plugins that become nothing, and why.
NOTES = {
    "forward": "Signpost answers for its own zones and forwards nothing: leave this to a forwarder in front (a stub domain)",
    "grpc": "Signpost forwards nothing: leave this to a forwarder in front",
    "cache": "not needed for own data, which Signpost always holds; a forwarder in front keeps its own cache",
    "rewrite": "names are not rewritten; `aliases` of a zone answer with a CNAME, `services` put one name over others",
    "template": "no templates; `records` of a zone take fixed records and wildcards",
    "autopath": "no counterpart: search paths stay with the clients (ndots)",
    "transfer": "no zone transfer yet; `signpost dump ZONE` prints the zone",
    "etcd": "no such registry yet",
    "nomad": "no such registry yet",
    "route53": "no such registry",
    "azure": "no such registry",
    "clouddns": "no such registry",
    "secondary": "no zone transfer yet; a master file with `file` of a zone",
    "auto": "each file becomes a zone with `file`",
    "sign": "no DNSSEC yet",
    "dnssec": "no DNSSEC yet",
    "tsig": "no TSIG yet",
    "tls": "no DNS over TLS yet",
    "dns64": "no counterpart",
    "geoip": "no counterpart; `clients` and `locality` choose by the client's zone",
    "view": "no views; `access` decides who may ask",
    "header": "flags of answers are not changed",
    "multisocket": "`workers` says how many threads answer",
    "timeouts": "`tcp: {idle}`",
    "erratic": "a tool for tests",
    "whoami": "a tool for tests",
}
# Plugins of which nothing is missed: what they do is always done, or is of no use here.
SILENT = {"errors", "loop", "reload", "cancel", "any", "minimal", "debug", "trace", "pprof", "metadata", "ready", "health", "prometheus",
          "loadbalance", "bind", "log", "root", "local", "on", "proxyproto", "shed"}  # fmt: skip


class Carry:
    """One Corefile; `trial`: an address with a port for DNS beside the old server, and no listener but the admin socket."""

    def __init__(self, reader, trial=None):
        self.out = Carried()
        self._trial = trial
        self._dns, self._later, self._root = [], [], ""
        for where, pattern in reader.missing:
            self.out.note(where, f"import {pattern}", "there is no such snippet or file here")
        for name in sorted(reader.unset):
            self.out.note("Corefile", f"{{${name}}}", "not set in this environment: taken as nothing")
        for block in reader.blocks:
            self._block(block)
        for act in self._later:  # what needs all zones
            act()
        self._listen()

    def _block(self, block):
        zones, port = [], 53
        for key in block.keys:
            scheme, _, rest = key.rpartition("://")
            if scheme not in ("", "dns"):
                self.out.note(block.where, key, "plain DNS alone, over UDP and TCP")
                continue
            found = re.fullmatch(r"(.*?)(?::(\d{1,5}))?", rest)
            port = int(found[2] or port)
            zones.append(found[1] or ".")
        before = len(self.out.zones)
        self._root = next((one.arguments[0] for one in block.directives if one.name == "root" and one.arguments), "")
        for directive in block.directives:
            act = getattr(self, f"_{directive.name}", None)
            if directive.name in ("kubernetes", "k8s_external"):
                getattr(carry_kubernetes, directive.name)(self.out, directive, zones)
            elif act and directive.name in ("file", "hosts", "acl", "nsid", "chaos", "bufsize", "dnstap"):
                act(directive, zones)
            elif directive.name in NOTES:
                self.out.note(directive.where, directive, NOTES[directive.name])
            elif directive.name not in SILENT:
                self.out.note(directive.where, directive, "not known here")
        if len(self.out.zones) == before:
            self.out.note(block.where, " ".join(block.keys), "nothing of this server block is Signpost's: leave it where it is")
            return
        for directive in block.directives:
            self._beside(directive, port)
        if not any(directive.name == "bind" for directive in block.directives):
            self._dns += [f"0.0.0.0:{port}", f"[::]:{port}"]

    # What stands beside the zones of a block that is carried over.

    def _beside(self, directive, port):
        words = directive.arguments
        try:
            if directive.name == "bind":
                self._dns += [listener(word, port) for word in words]
                if directive.body:
                    self.out.note(directive.where, directive, "`except` is not known: list the addresses that are meant")
            elif directive.name in ("health", "ready", "prometheus"):
                self._door(directive, words)
            elif directive.name == "log":
                self.out.sections["query_log"] = {"to": "stderr"}
                if words or directive.body:
                    self.out.note(directive.where, directive, "`query_log` has all queries, or a sample of them; no format, no classes")
            elif directive.name == "loadbalance" and words[:1] not in ([], ["round_robin"]):
                self.out.note(directive.where, directive, "weights come from the registry (annotations), see `answer` and `annotations`")
        except ValueError as wrong:
            self.out.note(directive.where, directive, str(wrong))

    def _door(self, directive, words):
        kind, default = {"health": ("health", ":8080"), "ready": ("ready", ":8181"), "prometheus": ("metrics", "localhost:9153")}[directive.name]
        self.out.sections.setdefault("listen", {}).setdefault(kind, listener(words[0] if words else default, default.rpartition(":")[2]))
        for option in directive.body:
            if option.name == "lameduck" and option.arguments and DURATION.fullmatch(option.arguments[0]):
                self.out.sections["lameduck"] = option.arguments[0]
            else:
                self.out.note(option.where, f"{directive.name}: {option}", "no counterpart")

    def _listen(self):
        listen = self.out.sections.pop("listen", {})
        dns = list(dict.fromkeys(self._dns))
        if self._trial:
            listen = {"dns": [listener(self._trial, 53)], "admin": "unix:signpost.sock"}
            self.out.sections.pop("query_log", None)
        else:
            listen = {**({} if dns == ["0.0.0.0:53", "[::]:53"] else {"dns": dns}), **listen, "admin": "unix:/run/signpost/admin.sock"}
        self.out.sections = {"listen": listen, **self.out.sections}

    # Plugins, each as CoreDNS' own page describes it.

    def _zones(self, directive, words, default):
        """The zones that a plugin is for; those of the block if it names none. The root is nobody's."""
        found = []
        for word in words or default:
            try:
                if word in (".", ""):
                    raise ValueError("Signpost does not serve the root zone: name the zones")
                found.append(zone_name(word))
            except ValueError as wrong:
                self.out.note(directive.where, directive, str(wrong))
        return found

    def _file(self, directive, zones):
        for name in self._zones(directive, directive.arguments[1:], zones) if directive.arguments else []:
            self.out.zone(name, directive.where, file=os.path.join(self._root, directive.arguments[0]))
        for option in directive.body:
            if option.name != "reload":  # a file is watched
                self.out.note(option.where, f"file: {option}", "no counterpart")

    def _hosts(self, directive, _):
        """Lines of the block, once all zones are known. A file of hosts is left to its owner."""
        words, ttl, lines = directive.arguments, 3600, []
        if words and not re.fullmatch(r"[0-9.]+|.*:.*", words[0]):
            self.out.note(directive.where, directive, "a file of hosts is not read: write its lines as `records` of their zones")
        for option in directive.body:
            if option.name == "ttl" and option.arguments and option.arguments[0].isdigit():
                ttl = min(int(option.arguments[0]), 604800)
            elif option.name not in ("no_reverse", "reload", "fallthrough", "ttl"):
                lines.append(option)
        self._later.append(lambda: [self._host(line, ttl) for line in lines])

    def _host(self, line, ttl):
        try:
            address = ipaddress.ip_address(line.name)
        except ValueError:
            self.out.note(line.where, f"hosts: {line}", "no address and names")
            return
        for word in line.arguments:
            try:
                name = zone_name(word)
            except ValueError as wrong:
                self.out.note(line.where, f"hosts: {line}", str(wrong))
                continue
            within = [zone for zone in self.out.zones if name == zone or name.endswith("." + zone)]
            if not within:
                self.out.note(line.where, f"hosts: {line.name} {name}", "in no zone that is carried over: a zone of its own with `records`, or leave it")
                continue
            records = self.out.zones[max(within, key=len)].setdefault("records", [])
            records.append(f"{name}. {ttl} {'AAAA' if address.version == 6 else 'A'} {address}")

    def _acl(self, directive, zones):
        self._later.append(lambda: [self._rule(directive, rule, zones) for rule in directive.body])

    def _rule(self, directive, rule, zones):
        """One rule of `acl`. Where no rule fits both servers allow."""
        word = {"allow": "allow", "block": "refuse", "drop": "drop"}.get(rule.name)
        words, nets, types, into = rule.arguments, [], [], None
        for one in words:
            if one in ("net", "type"):
                into = nets if one == "net" else types
            elif into is not None:
                into.append(one)
        if not word or (types and types not in (["*"], ["ANY"])):
            self.out.note(rule.where, f"acl: {rule}", "`access` allows, refuses or drops whatever is asked: no types, no empty answers")
            return
        try:
            prefixes = [str(ipaddress.ip_network(net, strict=False)) for net in nets if net != "*"] or ["0.0.0.0/0", "::/0"]
        except ValueError as wrong:
            self.out.note(rule.where, f"acl: {rule}", str(wrong))
            return
        wanted = [one.lower().rstrip(".") for one in directive.arguments or zones]
        entry = {word: prefixes if len(prefixes) > 1 else prefixes[0]}
        if "" not in wanted:
            wanted = [zone for zone in self.out.zones if zone in wanted]
            if not wanted:
                self.out.note(rule.where, f"acl: {rule}", "for no zone that is carried over")
                return
            entry["zones"] = wanted
        self.out.access.append(entry)

    def _nsid(self, directive, _):
        if directive.arguments:
            self.out.sections.setdefault("server", {})["id"] = " ".join(directive.arguments)[:128]

    def _chaos(self, directive, _):
        if directive.arguments:
            self.out.sections.setdefault("server", {})["version"] = directive.arguments[0][:255]

    def _bufsize(self, directive, _):
        size = int(directive.arguments[0]) if directive.arguments and directive.arguments[0].isdigit() else 1232
        self.out.sections["edns"] = {"udp_size": min(max(size, 512), 4096)}

    def _dnstap(self, directive, _):
        path = re.fullmatch(r"(?:unix://)?(/.+)", directive.arguments[0] if directive.arguments else "")
        if path:
            self.out.sections["dnstap"] = {"to": f"unix:{path[1]}"}
        else:
            self.out.note(directive.where, directive, "dnstap goes to a Unix socket or a file")
