// A Kubernetes API server: how to reach it, what to ask it for, and when it has gone silent.
#include <fmt/format.h>

#include "config/label_selector.h"
#include "config/names.h"
#include "config/registry_tables.h"
#include "config/scalars.h"

namespace signpost::config {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

bool is_lower(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

/// A DNS label, always lower-case (RFC 1123): nothing else is a namespace.
Value<std::string> kubernetes_namespace() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    const auto inner = [](char c) { return is_lower(c) || c == '-'; };
    const bool good = !text.empty() && text.size() <= 63 && is_lower(text.front()) && is_lower(text.back()) &&
                      std::all_of(text.begin(), text.end(), inner);
    if (!good) return Error{};
    return std::string(text);
  };
  return {"a namespace (1 to 63 lower-case letters, digits and inner hyphens)", read,
          [](const std::string& name) { return name; }};
}

Value<std::string> label_selector() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_label_selector(text); };
  return {"a label selector, such as \"team=shop,tier in (web, api),!hidden\"", read,
          [](const std::string& selector) { return selector; }};
}

Value<std::string> label_key() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_label_key(text); };
  return {"the key of a label, such as version or app.kubernetes.io/version", read,
          [](const std::string& key) { return key; }};
}

/// What another key leaves without a meaning.
void check_extent(Reader& reader, const Node& written, const KubernetesRegistry& registry) {
  if (const auto* entry = written.find("namespace_labels"); entry && written.find("namespaces")) {
    reader.report.error(entry->key_mark,
                        "`namespace_labels` and `namespaces` both say which namespaces; keep one");
  }
  const auto idle = [&](const char* key, const char* why) {
    if (const auto* entry = written.find(key))
      reader.report.warning(entry->key_mark, fmt::format("{} says nothing here: {}", in_quotes(key), why));
  };
  if (!registry.watch_pods) {
    for (const auto* key : {"version_label", "tag_label"})
      idle(key, "Pods have these labels; add `pods: watch`");
  }
  if (const auto* entry = written.find("tag_label"); entry && registry.tag_label == registry.version_label) {
    reader.report.error(entry->value.mark, fmt::format("{} is the label of the version; take another one",
                                                       in_quotes(registry.tag_label)));
  }
  if (!registry.endpoints) idle("endpoint_names", "with `endpoints: off` no endpoint has a name");
}

/// "https://host:port" with or without a path; where the API server is.
Value<std::string> api_url() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    const auto scheme = text.substr(0, text.find("://") + 3);
    if (scheme != "https://" && scheme != "http://") return Error{};
    const auto rest = text.substr(scheme.size());
    if (rest.find('@') != std::string_view::npos) return Error{"credentials belong into token_file"};
    if (rest.find_first_of("?# \\\"<>{}|^`") != std::string_view::npos) return Error{"no query, no fragment"};
    const auto authority = rest.substr(0, rest.find('/'));
    const auto colon = authority.ends_with(']') ? std::string_view::npos : authority.rfind(':');
    const auto host = authority.substr(0, colon);
    if (colon != std::string_view::npos) {
      const auto port = parse_whole(authority.substr(colon + 1));
      if (!port || *port == 0 || *port > 65535) return Error{"the port is 1 to 65535"};
    }
    const bool literal = host.size() > 2 && host.front() == '[' && host.back() == ']';
    const auto address = IpAddress::parse(literal ? host.substr(1, host.size() - 2) : host);
    if (literal ? !address || address->is_v4() : !address && !read_host_name(host)) {
      return Error{fmt::format("{} is no host", in_quotes(host))};
    }
    auto url = std::string(text);
    while (url.ends_with('/')) url.pop_back();
    return url;
  };
  return {"https:// or http:// with a host", read, [](const std::string& url) { return url; }};
}

/// There are three ways to an API server, and a mixture would leave open which one counts.
void check_kubernetes(Reader& reader, const Node& written, KubernetesRegistry&) {
  const auto refuse = [&](std::string_view key, std::string_view why) {
    if (const auto* entry = written.find(key)) {
      reader.report.error(entry->key_mark, fmt::format("{} {}", in_quotes(key), why));
    }
  };
  const bool kubeconfig = written.find("kubeconfig") != nullptr;
  const bool url = written.find("url") != nullptr;
  if (kubeconfig) {
    refuse("url", "and `kubeconfig` both name a server; keep one");
    if (url) return;
    refuse("token_file", "goes with `url`; the kubeconfig file has its own credentials");
    refuse("ca_file", "goes with `url`; the kubeconfig file has its own authorities");
    return;
  }
  refuse("context", "goes with `kubeconfig`; add the file that has this context");
  if (url) return;
  refuse("token_file", "goes with `url`; the in-cluster account has its own");
  refuse("ca_file", "goes with `url`; the in-cluster account has its own");
}

void check_all(Reader& reader, const Node& written, KubernetesRegistry& registry) {
  check_kubernetes(reader, written, registry);
  check_extent(reader, written, registry);
  if (!registry.url.starts_with("http://")) return;
  for (const auto* key : {"token_file", "ca_file"}) {
    if (const auto* entry = written.find(key)) {
      reader.report.warning(entry->key_mark, fmt::format("{} with http://: {}", in_quotes(key),
                                                         std::string_view(key) == "token_file"
                                                             ? "the token crosses the network in clear text"
                                                             : "there is no certificate to check"));
    }
  }
}

}  // namespace

const Table<KubernetesRegistry>& kubernetes_table() {
  static const Table<KubernetesRegistry> table{
      {
          option(
              "kubeconfig", &KubernetesRegistry::kubeconfig, path(),
              "A kubeconfig file. Without it and without `url`: the account that a Pod has in its cluster."),
          option("context", &KubernetesRegistry::context,
                 text("the name of a context in the kubeconfig", 253),
                 "Not written: the file's current-context."),
          option("url", &KubernetesRegistry::url, api_url(),
                 "The API server, such as https://10.0.0.1:6443."),
          option("token_file", &KubernetesRegistry::token_file, path(),
                 "A bearer token for `url`, read again as it rotates."),
          option(
              "ca_file", &KubernetesRegistry::ca_file, path(),
              "The authorities, in PEM, that the server's certificate is checked with; else the system's."),
          option("silence", &KubernetesRegistry::silence, duration(std::chrono::seconds(1), hours(24)),
                 "No event and no bookmark for so long: the watch is dead and is opened again. The API "
                 "server sends a "
                 "bookmark about once a minute."),
          list("namespaces", &KubernetesRegistry::namespaces, kubernetes_namespace(),
               "Only these, each watched by itself, so that a Role in each is enough. Not written: all."),
          option("namespace_labels", &KubernetesRegistry::namespace_labels, label_selector(),
                 "Only namespaces with such labels; they are watched too."),
          option("labels", &KubernetesRegistry::labels, label_selector(),
                 "Only Services, EndpointSlices and Pods with such labels; the API server picks them."),
          option(
              "pods", &KubernetesRegistry::watch_pods, choice<bool>({{"off", false}, {"watch", true}}),
              "watch: the Pods too, for `pod_names: verified`, and for weights, versions and tags that Pods "
              "carry."),
          option("endpoint_names", &KubernetesRegistry::endpoint_names,
                 choice<EndpointNames>({{"hostname", EndpointNames::HostName}, {"pod", EndpointNames::Pod}}),
                 "The label of an endpoint without a host name of its own. hostname: its address. pod: the "
                 "name of its Pod, where that has at most 63 letters."),
          option("endpoints", &KubernetesRegistry::endpoints, on_or_off(),
                 "off: EndpointSlices are not watched; headless Services and endpoints have no names then."),
          option("multicluster", &KubernetesRegistry::multicluster, on_or_off(),
                 "on: ServiceImports too (multicluster.x-k8s.io), for zones with `layout: clusterset`."),
          option("version_label", &KubernetesRegistry::version_label, label_key(),
                 "The label of a Pod that says its version."),
          option("tag_label", &KubernetesRegistry::tag_label, label_key(),
                 "The label of a Pod that says its tags, with dots between them. Not written: no tags."),
          option(
              "lists", &KubernetesRegistry::streamed_lists,
              choice<bool>({{"pages", false}, {"stream", true}}),
              "How the API server is asked for all there is. pages: 500 objects at a time, compressed. "
              "stream: "
              "as the beginning of a watch, which spares the API server memory and takes a little longer; in "
              "pages where it cannot."),
          option("audit_interval", &KubernetesRegistry::audit_interval, duration(minutes(1), hours(24)),
                 "How often everything is listed beside the watches, to find and mend what they missed."),
      },
      check_all};
  return table;
}

}  // namespace signpost::config
