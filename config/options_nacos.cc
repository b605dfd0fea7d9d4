// A Nacos cluster: its members, what to ask it for, and as whom.
#include <algorithm>

#include <fmt/format.h>

#include "config/nacos_server.h"
#include "config/names.h"
#include "config/registry_tables.h"
#include "config/scalars.h"

namespace signpost::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

Value<NacosRegistry::Server> nacos_server() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_nacos_server(text); };
  const auto print = [](const NacosRegistry::Server& server) {
    return fmt::format("{}:{}", server.host, server.port);
  };
  return {"a host with or without a port (8848), such as nacos-0.nacos:8848", read, print};
}

/// "/nacos", "/registry/nacos"; "/" is nothing before the path.
Value<std::string> context_path() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    if (text == "/") return std::string();
    if (text.size() < 2 || text.size() > 200 || text.front() != '/' || text.back() == '/') return Error{};
    if (text.find("//") != std::string_view::npos) return Error{"it has an empty part"};
    const bool plain = std::all_of(text.begin(), text.end(),
                                   [](char c) { return is_word(c) || c == '/' || c == '.' || c == '~'; });
    if (!plain) return Error{"letters, digits and - _ . ~ are taken between the slashes"};
    return std::string(text);
  };
  const auto print = [](const std::string& path) { return path.empty() ? "/" : path; };
  return {"a path such as /nacos, without a slash at its end, or / alone", read, print};
}

/// What an address server is asked for (facts: Nacos 4.8).
Value<std::string> address_server() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<std::string> {
    const auto host = text.starts_with("http://") ? 7U : text.starts_with("https://") ? 8U : 0U;
    if (host == 0) return Error{"it begins with http:// or https://"};
    if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c == 0x7f; }))
      return Error{"no spaces"};
    const auto path = text.find('/', host);
    if (text.substr(0, path).find('@') != std::string_view::npos) return Error{"no user name in it"};
    if (path == std::string_view::npos || path + 1 == text.size())
      return Error{"the path is missing; it often is /nacos/serverlist"};
    const auto server = read_nacos_server(text.substr(host, path - host));
    if (!server) return server.error();
    return std::string(text);
  };
  return {"the URL of a list of servers, such as http://nacos-address:8080/nacos/serverlist", read,
          [](const std::string& url) { return url; }};
}

/// Either a list, or where to get one.
void check_nacos_servers(Reader& reader, const Node& written) {
  const auto* servers = written.find("servers");
  const auto* address = written.find("address_server");
  const auto keys = nacos_table().keys();
  if (servers == nullptr && address == nullptr && !is_misspelt(written, keys, "servers") &&
      !is_misspelt(written, keys, "address_server")) {
    reader.report.error(written.mark, "`servers` is missing: it takes a list, each " + nacos_server().takes +
                                          "; or write `address_server`");
  } else if (servers != nullptr && address != nullptr) {
    reader.report.error(address->key_mark, "`servers` and `address_server` say the same thing; keep one");
  }
}

void check_nacos(Reader& reader, const Node& written, NacosRegistry& registry) {
  check_nacos_servers(reader, written);
  const auto* username = written.find("username");
  const auto* password = written.find("password_file");
  if (username != nullptr && password == nullptr &&
      !is_misspelt(written, nacos_table().keys(), "password_file")) {
    reader.report.error(username->key_mark,
                        "`username` needs `password_file`, a file with nothing but the password");
  }
  if (password != nullptr && username == nullptr) {
    reader.report.error(password->key_mark, "`password_file` needs `username`");
  }
  if (registry.protocol == NacosProtocol::Http) return;  // no gRPC port is used
  const auto* offset = written.find("grpc_port_offset");
  const auto* absolute = written.find("grpc_port");
  if (absolute != nullptr && offset != nullptr) {
    reader.report.error(offset->key_mark, "`grpc_port_offset` and `grpc_port` say the same thing; keep one");
  }
  if (absolute != nullptr) return;
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

void check_nacos_tls(Reader& reader, const Node& written, NacosRegistry& registry) {
  registry.tls = true;
  const auto* certificate = written.find("certificate_file");
  const auto* key = written.find("key_file");
  if (certificate != nullptr && key == nullptr) {
    reader.report.error(certificate->key_mark, "`certificate_file` needs `key_file`, its private key");
  }
  if (key != nullptr && certificate == nullptr) {
    reader.report.error(key->key_mark, "`key_file` needs `certificate_file`");
  }
}

bool is_printable(char c) noexcept { return c > ' ' && c < 127; }

Value<std::string> pattern() { return text("a pattern, such as orders/* or cart-*", 700, is_printable); }

const Table<NacosRegistry>& nacos_tls_table() {
  static const Table<NacosRegistry> table{
      {
          option(
              "ca_file", &NacosRegistry::tls_ca_file, path(),
              "The authorities, in PEM, that the servers' certificates are checked with; else the system's."),
          option("certificate_file", &NacosRegistry::tls_certificate_file, path(),
                 "Our certificate with its chain, in PEM, for servers that ask for one."),
          option("key_file", &NacosRegistry::tls_key_file, path(),
                 "The private key of `certificate_file`, in PEM, without a pass phrase."),
          option("name", &NacosRegistry::tls_name, host_name(),
                 "The name that the servers' certificates have; else the host in `servers`."),
      },
      check_nacos_tls};
  return table;
}

const Table<NacosMetadata>& nacos_metadata_table() {
  const auto keys = [](std::string_view key, std::vector<std::string> NacosMetadata::*member,
                       std::string_view help) {
    return list(key, member, text("a metadata key", 200), help, 0);
  };
  static const Table<NacosMetadata> table{
      {
          keys("port_name", &NacosMetadata::port_name,
               "The name of the port: letters, digits and `-`, at most 15."),
          keys("protocol", &NacosMetadata::protocol,
               "The port's protocol: tcp, udp or sctp; else it is tcp."),
          keys("version", &NacosMetadata::version, "The version, for <v>._version names."),
          keys("zone", &NacosMetadata::zone, "The zone, for <zone>.pin._zone and <zone>.prefer._zone names."),
          keys("region", &NacosMetadata::region, "The region."),
          keys("tags", &NacosMetadata::tags, "Words between commas, for <t>._tag names."),
          keys("ipv6", &NacosMetadata::ipv6, "A second address, of an instance that has an IPv4 address."),
      },
      nullptr};
  return table;
}

const Table<OnQuery>& on_query_table() {
  static const Table<OnQuery> table{
      {
          option("services", &OnQuery::services, whole<std::uint32_t>(1, 100000),
                 "Services followed at once for such names; beyond, the one used longest ago goes."),
          option("budget", &OnQuery::budget, duration(milliseconds(10), std::chrono::seconds(5)),
                 "How long such a query waits for the registry; then SERVFAIL."),
          option("idle", &OnQuery::idle, duration(std::chrono::seconds(1), hours(24)),
                 "A name that nobody asked for in this time is let go; the next query asks again."),
      },
      [](Reader&, const Node&, OnQuery& on_query) { on_query.enabled = true; }};
  return table;
}

}  // namespace

const Table<NacosRegistry>& nacos_table() {
  static const Table<NacosRegistry> table{
      {
          list("servers", &NacosRegistry::servers, nacos_server(), "The members of the Nacos cluster."),
          option("address_server", &NacosRegistry::address_server, address_server(),
                 "Where the members are listed, a line each, instead of `servers`; read every 30 s."),
          list("namespaces", &NacosRegistry::namespaces,
               text("the id of a namespace (letters, digits, `-` and `_`)", 128, is_word),
               "Namespace ids, not their show names."),
          list("groups", &NacosRegistry::groups,
               text("a group (letters, digits, `-`, `_`, `:` and `.`)", 128,
                    [](char c) { return is_word(c) || c == ':' || c == '.'; }),
               "The groups to list where the server cannot tell them by itself (Nacos before 3.0)."),
          option(
              "protocol", &NacosRegistry::protocol,
              choice<NacosProtocol>({{"auto", NacosProtocol::Auto},
                                     {"grpc", NacosProtocol::Grpc},
                                     {"http", NacosProtocol::Http}}),
              "`grpc`: servers from 2.0 on. `http`: v1, polled, which is all that 1.x has. `auto` tries gRPC "
              "first and follows servers that are upgraded."),
          option("context_path", &NacosRegistry::context_path, context_path(),
                 "Where the servers' HTTP begins (`nacos.server.contextPath`)."),
          option(
              "udp_push", &NacosRegistry::udp_push, on_or_off(),
              "Over HTTP v1: whether servers may send a datagram to a free port here when a service changes, "
              "which then is read at once instead of within 10 s."),
          option("grpc_port_offset", &NacosRegistry::grpc_port_offset, whole<std::int32_t>(-65534, 65534),
                 "What is added to a server's port for gRPC."),
          option("grpc_port", &NacosRegistry::grpc_port, whole<std::uint16_t>(1, 65535),
                 "The port of gRPC at every server, instead of `grpc_port_offset`."),
          option("username", &NacosRegistry::username, text("the name of a Nacos user", 256),
                 "For the login."),
          option("password_file", &NacosRegistry::password_file, path(),
                 "A file that holds the user's password."),
          part("tls", nacos_tls_table,
               "TLS for gRPC, HTTP and the login. `tls: {}` takes the system's authorities."),
          option("list_interval", &NacosRegistry::list_interval, duration(milliseconds(100), hours(1)),
                 "How often the services of the configured groups are listed."),
          option("audit_interval", &NacosRegistry::audit_interval, duration(milliseconds(10000), hours(24)),
                 "In which each service is asked for once beside its pushes (over 3000: 50 a second)."),
          list("services", &NacosRegistry::services,
               text("GROUP/name, or a name in DEFAULT_GROUP", 700, is_printable),
               "Services to follow whether a list names them or not.", 0),
          list("allow", &NacosRegistry::allow, pattern(),
               "What to follow of what is found. A pattern with / is held against group/service, one without "
               "against the service; * stands for any characters, ? for one.",
               0),
          list("deny", &NacosRegistry::deny, pattern(),
               "What never to follow, in the same patterns: before `allow` and `services`.", 0),
          option("fuzzy_watch", &NacosRegistry::fuzzy_watch, on_or_off(),
                 "Whether new services of all groups are found by the fuzzy watch of Nacos 3.0 and later."),
          option(
              "admin_list", &NacosRegistry::admin_list, on_or_off(),
              "Whether all groups are listed by the admin API of Nacos 3.0 and later, which asks for rights; "
              "where it refuses, `groups` are listed."),
          option("absent_after", &NacosRegistry::absent_after, duration(milliseconds(100), hours(1)),
                 "When a service that the fuzzy watch calls deleted goes, where no list says so sooner."),
          option("protected", &NacosRegistry::protection,
                 choice<ProtectedHealth>({{"all", ProtectedHealth::All},
                                          {"last_known", ProtectedHealth::LastKnown},
                                          {"admin", ProtectedHealth::Admin}}),
                 "Who answers while the protection threshold of a service makes Nacos call every instance "
                 "healthy. all: every one. last_known: those not seen unhealthy before that. admin: those "
                 "that the admin API calls healthy (the account needs its rights), else as last_known."),
          section("metadata", &NacosRegistry::metadata, nacos_metadata_table,
                  "Metadata keys of instances, the first usable one wins; [] for none."),
          section("on_query", &NacosRegistry::on_query, on_query_table,
                  "Services in groups that nobody lists are found when they are asked for. Leave it out to "
                  "turn it off."),
          option("second_opinion", &NacosRegistry::second_opinion, on_or_off(),
                 "Whether another of the servers is asked about what guards hold; one server has none."),
      },
      check_nacos};
  return table;
}

}  // namespace signpost::config
