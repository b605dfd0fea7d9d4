"""The plugins `kubernetes` and `k8s_external` of CoreDNS as registries and zones. What differs where both have an option
is in backends/kubernetes/README.md, with the test that compares them."""
import re

from carried import OnOff, is_reverse, zone_name

REMOVED = {"upstream", "resyncperiod", "federation"}
THROTTLES = {"apiserver_qps", "apiserver_burst", "apiserver_max_inflight"}


class Options:
    """The lines of one `kubernetes { ... }` as keys of a registry, of its forward zones and of its reverse zones."""

    def __init__(self, out, directive):
        self.registry, self.forward, self.reverse, self.clusterset = {"type": "kubernetes", "required": True}, {}, {}, []
        self._out = out
        for option in directive.body:
            self._take(option, option.arguments)
        if "kubeconfig" in self.registry:  # wins over endpoint and tls, as in CoreDNS
            for key in ("url", "ca_file"):
                self.registry.pop(key, None)

    def _take(self, option, words):
        name, first = option.name, words[0] if words else ""
        if name == "kubeconfig" and first:
            self.registry["kubeconfig"] = first
            if len(words) > 1:
                self.registry["context"] = words[1]
        elif name == "endpoint" and re.match(r"https?://", first):
            self.registry["url"] = first
            self._note(option, "set `token_file`, or write a kubeconfig; only the first URL is taken, as CoreDNS does")
        elif name == "tls" and len(words) == 3:
            self.registry["ca_file"] = words[2]
            self._note(option, "certificate and key go into a kubeconfig (`client-certificate`, `client-key`), named by `kubeconfig`")
        elif name == "namespaces" and words:
            self.registry["namespaces"] = words
        elif name in ("namespace_labels", "labels") and words:
            self.registry[name] = " ".join(words)
        elif name == "pods" and first in ("disabled", "insecure", "verified"):
            self.forward["pod_names"] = first
            if first == "verified":
                self.registry["pods"] = "watch"
        elif name == "endpoint_pod_names":
            self.registry["endpoint_names"] = "pod"
        elif name == "ttl" and first.isdigit():
            self.forward["ttl"] = self.reverse["ttl"] = min(int(first), 604800)
        elif name == "noendpoints":
            self.registry["endpoints"] = OnOff("off")
        elif name == "ignore" and words[:1] == ["empty_service"]:
            self.forward["empty_services"] = "hide"
        elif name == "multicluster" and words:
            self.registry["multicluster"] = OnOff("on")
            self.clusterset = words
        elif name == "zonal":
            pass  # `topology: on` is the default
        elif name == "fallthrough":
            self._note(option, "nothing is passed on: put records of the same zone into its `file`, `records` or `aliases`")
        elif name == "startup_timeout":
            self._note(option, "nobody waits: until it knows them Signpost answers names with SERVFAIL, and /ready says no")
        elif name in THROTTLES:
            self._note(option, "not needed: one request at a time for each resource")
        elif name in REMOVED:
            self._note(option, "removed from CoreDNS as well")
        else:
            self._note(option, "not known here, or with words that are not")

    def _note(self, option, why):
        self._out.note(option.where, f"kubernetes: {option}", why)


def names_of(out, directive, words, default):
    found = []
    for word in words or default:
        try:
            if word.rstrip(".") == "":
                raise ValueError("Signpost does not serve the root zone: name the zones of the cluster")
            found.append(zone_name(word))
        except ValueError as wrong:
            out.note(directive.where, directive, str(wrong))
    return list(dict.fromkeys(found))


def kubernetes(out, directive, default):
    """One registry, its forward zones, and its reverse zones, whose pointers give the first forward one."""
    names = names_of(out, directive, directive.arguments, default)
    forward = [name for name in names if not is_reverse(name)]
    if not forward:
        out.note(directive.where, directive, "no forward zone: nothing is carried over")
        return
    options = Options(out, directive)
    registry = "cluster" if "cluster" not in out.registries else f"cluster-{len(out.registries) + 1}"
    clusterset = [name for name in names_of(out, directive, options.clusterset, []) if not is_reverse(name)]
    taken = [name for name in forward if "registry" in out.zones.get(name, {})]
    for name in taken:
        out.note(directive.where, f"zone {name}", "is there from another server block already, and stays as that says")
    mine = [name for name in forward if name not in taken and name not in clusterset]
    if not mine:
        return
    out.registries[registry] = options.registry
    for name in mine:
        out.zone(name, directive.where, registry=registry, **options.forward)
    for name in clusterset:
        out.zone(name, directive.where, registry=registry, layout="clusterset", **{k: v for k, v in options.forward.items() if k == "ttl"})
    for name in names:
        if is_reverse(name):
            out.zone(name, directive.where, reverse_of=[mine[0]], ptr="all", **options.reverse)


def k8s_external(out, directive, default):
    """Zones with the addresses of load balancers, from the registry that the Corefile has before them."""
    if not out.registries:
        out.note(directive.where, directive, "without `kubernetes` before it there is no registry")
        return
    keys = {"registry": list(out.registries)[-1], "layout": "external"}
    for option in directive.body:
        if option.name == "headless":
            keys["external_headless"] = OnOff("on")
        elif option.name == "ttl" and option.arguments and option.arguments[0].isdigit():
            keys["ttl"] = min(int(option.arguments[0]), 604800)
        else:
            out.note(option.where, f"k8s_external: {option}", "`soa` and `nameservers` of the zone say who serves it; nothing is passed on")
    for name in names_of(out, directive, directive.arguments, default):
        if not is_reverse(name):
            out.zone(name, directive.where, **keys)
