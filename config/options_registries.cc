// Where the names come from: one table for what every registry has, one for each type.
#include <fmt/format.h>

#include "config/names.h"
#include "config/options.h"
#include "config/scalars.h"

namespace signpost::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint16_t kNacosPort = 8848;

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// --- What every registry has ---

enum class Type { Kubernetes, Nacos, File };

struct Common {
  std::optional<Type> type;
  bool required = false;
};

const Table<Common>& common_table() {
  static const Table<Common> table{
      {
          option(
              "type", &Common::type,
              choice<Type>({{"kubernetes", Type::Kubernetes}, {"nacos", Type::Nacos}, {"file", Type::File}}),
              "Which registry this is.")
              .needed(),
          option("required", &Common::required, true_or_false(),
                 "Whether /ready waits until this registry was complete once."),
      },
      nullptr};
  return table;
}

// --- kubernetes ---

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

void warn_plain_http(Reader& reader, const Node& written, KubernetesRegistry& registry) {
  check_kubernetes(reader, written, registry);
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
          option("silence", &KubernetesRegistry::silence, duration(seconds(1), hours(24)),
                 "No event and no bookmark for so long: the watch is dead and is opened again. The API "
                 "server sends a "
                 "bookmark about once a minute."),
      },
      warn_plain_http};
  return table;
}

// --- nacos ---

/// "nacos-0.nacos:8848", "10.0.0.1", "[::1]:8848".
Value<NacosRegistry::Server> nacos_server() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<NacosRegistry::Server> {
    NacosRegistry::Server server;
    if (const auto address = IpAddress::parse(text)) {
      if (address->is_v6()) return Error{fmt::format("write [{}]", text)};
      server.host = text;
      return server;
    }
    const auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
    if (colon != std::string_view::npos) {
      const auto port = parse_whole(text.substr(colon + 1));
      if (!port || *port == 0 || *port > 65535) return Error{"the port is 1 to 65535"};
      server.port = static_cast<std::uint16_t>(*port);
    }
    const auto host = text.substr(0, colon);
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
      const auto address = IpAddress::parse(host.substr(1, host.size() - 2));
      if (!address || address->is_v4()) return Error{};
      server.host = address->to_string();
      return server;
    }
    if (const auto address = IpAddress::parse(host); address && address->is_v4()) {
      server.host = host;
      return server;
    }
    const auto name = read_host_name(host);
    if (!name) return name.error();
    server.host = *name;
    return server;
  };
  const auto print = [](const NacosRegistry::Server& server) {
    return fmt::format("{}:{}", server.host, server.port);
  };
  return {"a host with or without a port (8848), such as nacos-0.nacos:8848", read, print};
}

void check_nacos(Reader& reader, const Node& written, NacosRegistry& registry) {
  const auto* username = written.find("username");
  const auto* password = written.find("password_file");
  if (username != nullptr && password == nullptr) {
    reader.report.error(username->key_mark,
                        "`username` needs `password_file`, a file with nothing but the password");
  }
  if (password != nullptr && username == nullptr) {
    reader.report.error(password->key_mark, "`password_file` needs `username`");
  }
  const auto* offset = written.find("grpc_port_offset");
  const auto* servers = written.find("servers");
  if (servers == nullptr) return;
  for (const auto& server : registry.servers) {
    const auto port = server.port + registry.grpc_port_offset;
    if (port >= 1 && port <= 65535) continue;
    const auto& at = offset != nullptr ? offset->value.mark : servers->value.mark;
    reader.report.error(at,
                        fmt::format("the gRPC port of {} would be {} + {} = {}; ports are 1 to 65535",
                                    in_quotes(server.host), server.port, registry.grpc_port_offset, port));
  }
}

const Table<NacosRegistry>& nacos_tls_table() {
  static const Table<NacosRegistry> table{
      {
          option(
              "ca_file", &NacosRegistry::tls_ca_file, path(),
              "The authorities, in PEM, that the servers' certificates are checked with; else the system's."),
      },
      [](Reader&, const Node&, NacosRegistry& registry) { registry.tls = true; }};
  return table;
}

const Table<NacosRegistry>& nacos_table() {
  static const Table<NacosRegistry> table{
      {
          list("servers", &NacosRegistry::servers, nacos_server(), "The members of the Nacos cluster.")
              .needed(),
          list("namespaces", &NacosRegistry::namespaces,
               text("the id of a namespace (letters, digits, `-` and `_`)", 128, is_word),
               "Namespace ids, not their show names."),
          list("groups", &NacosRegistry::groups,
               text("a group (letters, digits, `-`, `_`, `:` and `.`)", 128,
                    [](char c) { return is_word(c) || c == ':' || c == '.'; }),
               "The groups to list where the server cannot tell them by itself (Nacos before 3.0)."),
          option("grpc_port_offset", &NacosRegistry::grpc_port_offset, whole<std::int32_t>(-65534, 65534),
                 "What is added to a server's port for gRPC."),
          option("username", &NacosRegistry::username, text("the name of a Nacos user", 256),
                 "For the login."),
          option("password_file", &NacosRegistry::password_file, path(),
                 "A file that holds the user's password."),
          part("tls", nacos_tls_table,
               "TLS for gRPC and the login. `tls: {}` takes the system's authorities."),
          option("list_interval", &NacosRegistry::list_interval, duration(milliseconds(100), hours(1)),
                 "How often the services of the configured groups are listed."),
      },
      check_nacos};
  return table;
}

// --- file ---

const Table<FileRegistry>& file_table() {
  static const Table<FileRegistry> table{
      {
          option("path", &FileRegistry::path, path(), "A YAML file of services, watched for changes.")
              .needed(),
      },
      nullptr};
  return table;
}

// --- all of them ---

template <class R>
void read_typed(Reader& reader, const Node& node, const Table<R>& table, std::string_view type,
                Registry& registry) {
  auto known = common_table().keys();
  for (const auto key : table.keys()) known.push_back(key);
  const std::pair<std::string_view, std::vector<std::string_view>> types[] = {
      {"kubernetes", kubernetes_table().keys()},
      {"nacos", nacos_table().keys()},
      {"file", file_table().keys()}};
  for (const auto& [other, keys] : types) {
    for (const auto key : keys) {
      const auto* entry = node.find(key);
      if (entry == nullptr || std::find(known.begin(), known.end(), key) != known.end()) continue;
      reader.report.error(entry->key_mark,
                          fmt::format("{} is for type {}, and this is type {}", in_quotes(key), other, type));
      known.push_back(key);
    }
  }
  reject_unknown(reader, node, known);
  R options;
  read_options(reader, node, table, options);
  registry.options = std::move(options);
}

void read_registry(Reader& reader, const Entry& entry, Config& config) {
  Registry& registry = config.registries.emplace_back();
  registry.options = FileRegistry{};
  registry.name = entry.key;
  registry.place = {reader.report.file(), entry.key_mark.line, entry.key_mark.column};
  if (const auto name = read_registry_name(entry.key); !name) {
    reader.report.error(entry.key_mark, fmt::format("{} cannot name a registry; {}", in_quotes(entry.key),
                                                    name.error().message));
  }
  const auto& node = entry.value;
  if (!is_section(reader, entry.key, node, {"type"})) return;
  Common common;
  read_options(reader, node, common_table(), common);
  registry.required = common.required;
  if (!common.type) return;  // reported; without it nobody knows which keys are right
  switch (*common.type) {
    case Type::Kubernetes:
      return read_typed(reader, node, kubernetes_table(), "kubernetes", registry);
    case Type::Nacos:
      return read_typed(reader, node, nacos_table(), "nacos", registry);
    case Type::File:
      return read_typed(reader, node, file_table(), "file", registry);
  }
}

}  // namespace

Option<Config> registries_option() {
  const auto read = [](Reader& reader, const Node& node, Config& config) {
    if (!is_section(reader, "registries", node, {"a name of your choice for each registry"})) return;
    for (const auto& entry : node.entries) read_registry(reader, entry, config);
  };
  const auto inside = [](const std::string& path, OptionLines& lines) {
    const auto one = path + ".<name>.";
    describe(common_table(), one, lines);
    describe(kubernetes_table(), one, lines);
    describe(nacos_table(), one, lines);
    describe(file_table(), one, lines);
  };
  return {"registries", "a section for each registry, under a name of your choice",
          "",           "Where the services are known.",
          read,         inside};
}

}  // namespace signpost::config
