// What the process itself needs: sockets, threads, the log. The registries and zones have their own files.
#include "config/options.h"

namespace signpost::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kSocketPathMax = 107;  // sun_path holds 108 octets with the final NUL (unix(7))

const SocketAddress kEveryV4{IpAddress::v4({}), 53};
const SocketAddress kEveryV6{IpAddress::v6({}), 53};

/// "unix:/run/signpost/admin.sock" to its path.
Value<std::string> unix_socket() {
  const auto read = [file = path()](std::string_view text,
                                    const Surroundings& around) -> Result<std::string> {
    if (!text.starts_with("unix:"))
      return Error{"only a Unix socket, whose file permissions say who may connect"};
    auto path = file.read(text.substr(5), around);
    if (path && path->size() > kSocketPathMax) return Error{"the path of a socket has at most 107 octets"};
    return path;
  };
  return {"`unix:` and a path, such as \"unix:/run/signpost/admin.sock\"", read,
          [](const std::string& path) { return path; }};
}

/// One of them is all addresses of the family, or both are the same.
bool overlap(const SocketAddress& a, const SocketAddress& b) {
  return a.port == b.port && a.ip.is_v4() == b.ip.is_v4() &&
         (a.ip == b.ip || a.ip.is_unspecified() || b.ip.is_unspecified());
}

/// Two servers cannot listen on one port; port 0 is a free one for each.
void check_listen(Reader& reader, const Node& written, Listen& listen) {
  if (written.find("dns") == nullptr) listen.dns = {kEveryV4, kEveryV6};
  std::vector<std::pair<SocketAddress, std::string_view>> taken;
  for (const auto& address : listen.dns) taken.emplace_back(address, "dns");
  const std::pair<std::string_view, const std::optional<SocketAddress>*> servers[] = {
      {"health", &listen.health},
      {"ready", &listen.ready},
      {"metrics", &listen.metrics},
      {"page", &listen.page}};
  for (const auto& [key, address] : servers) {
    if (!*address || (*address)->port == 0) continue;
    for (const auto& [other, owner] : taken) {
      if (!overlap(other, **address)) continue;
      const auto also = other == **address ? "" : " beside " + other.to_string();
      reader.report.error(written.find(key)->value.mark,
                          in_quotes(key) + " cannot have " + (*address)->to_string() + also +
                              ", which is that of " + in_quotes(owner) + "; give each a port of its own");
    }
    taken.emplace_back(**address, key);
  }
}

const Table<Listen>& listen_table() {
  static const Table<Listen> table = [] {
    auto dns = list("dns", &Listen::dns, socket_address(),
                    "Where DNS is answered, over UDP and TCP. Port 0 takes a free one, which is logged.");
    dns.fallback = R"(["0.0.0.0:53", "[::]:53"])";
    return Table<Listen>{
        {
            dns,
            option("health", &Listen::health, socket_address(),
                   "GET /health: whether the workers answer; never depends on a registry. Not written: not "
                   "served."),
            option("ready", &Listen::ready, socket_address(),
                   "GET /ready: whether every required registry was complete once. Not written: not served."),
            option("metrics", &Listen::metrics, socket_address(),
                   "GET /metrics: counters for Prometheus. Not written: not served."),
            option("page", &Listen::page, socket_address(),
                   "A page for people: registries, zones, services and why they answer so. Whoever reaches "
                   "it sees all of that. Not written: not served."),
            option("admin", &Listen::admin_socket, unix_socket(),
                   "The socket that `signpost explain`, `status` and `dump` ask. Not written: none."),
        },
        check_listen};
  }();
  return table;
}

const Table<Log>& log_table() {
  static const Table<Log> table{
      {
          option("level", &Log::level,
                 choice<log::Level>({{"debug", log::Level::Debug},
                                     {"info", log::Level::Info},
                                     {"warning", log::Level::Warning},
                                     {"error", log::Level::Error}}),
                 "The least important events that are written."),
          option("format", &Log::format,
                 choice<log::Format>({{"text", log::Format::Text}, {"json", log::Format::Json}}),
                 "One event a line on stderr, as key=value or as JSON."),
      },
      nullptr};
  return table;
}

const Table<Config>& edns_table() {
  static const Table<Config> table{
      {
          option("udp_size", &Config::edns_udp_size, size<std::uint16_t>(512, 4096),
                 "The largest UDP response; 1232 fits every path without fragments (dnsflagday.net/2020)."),
      },
      nullptr};
  return table;
}

const Table<Tcp>& tcp_table() {
  static const Table<Tcp> table{
      {
          option("idle", &Tcp::idle, duration(milliseconds(100), hours(1)),
                 "A connection without a question for so long is closed (RFC 7766 section 6.2.3)."),
          option("clients", &Tcp::clients, whole<std::uint32_t>(1, 1000000, "connections"),
                 "Connections open at one time."),
          option("per_source", &Tcp::per_source, whole<std::uint32_t>(1, 1000000, "connections"),
                 "Connections open at one time from one address."),
      },
      nullptr};
  return table;
}

/// Read before all others, by include.h; here for the reference and for who looks for unknown keys.
Option<Config> include_option() {
  static constexpr std::string_view kTakes = "a path such as conf.d/*.yaml, or a list of them";
  return Option<Config>{"include", std::string(kTakes), "",
                        "More files of the configuration. * and ? stand for characters of a file's name; "
                        "what matches is read in the "
                        "order of the names. Their `zones` and `access` follow those written before, their "
                        "`registries` and sections "
                        "are added; nothing may be written twice. Relative paths begin at the directory of "
                        "the file that has them.",
                        [](Reader&, const Node&, Config&) {}}
      .as(Form::ScalarOrList, {}, 0);
}

/// What cannot be seen from one section alone is in checks.h; `listen` has a default also when it is not
/// written.
void finish_config(Reader& reader, const Node& written, Config& config) {
  if (written.find("listen") == nullptr) listen_table().check(reader, Node{}, config.listen);
}

}  // namespace

const Table<Config>& config_table() {
  static const Table<Config> table{
      {
          include_option(),
          option("reload", &Config::reload,
                 choice<ReloadOn>({{"change", ReloadOn::Change}, {"signal", ReloadOn::Signal}}),
                 "What makes the configuration be read again. signal: SIGHUP and `signpost reload`. change: "
                 "also that "
                 "a file of it is another one, a second after the last change."),
          section("server", &Config::server, server_table, "What is told of the server to who asks for it."),
          section("listen", &Config::listen, listen_table,
                  "The sockets. Apart from DNS, nothing listens unasked."),
          option(
              "lameduck", &Config::lameduck, duration(milliseconds(0), minutes(5)),
              "After SIGTERM /ready says no at once, and answers go on for so long: time for clients to be "
              "sent elsewhere. A second signal ends it. In a cluster about 10s, less than the grace period."),
          option("workers", &Config::workers, or_word<std::uint32_t>("auto", 0, whole<std::uint32_t>(1, 256)),
                 "Threads that answer. auto: what the affinity mask and the cgroup's CPU quota allow."),
          option("state_directory", &Config::state_directory, path(),
                 "Where what registries told is kept, so that a start answers before they do; a directory "
                 "that is there, of one Signpost alone. Not written: nothing is kept."),
          option("ready_from_state", &Config::ready_from_state, true_or_false(),
                 "Whether /ready says yes as soon as every required registry answers from its state file. "
                 "false: it waits until each has listed."),
          section("log", &Config::log, log_table, "The log on stderr."),
          section("query_log", &Config::query_log, query_log_table,
                  "Queries and their answers, a line each."),
          section("dnstap", &Config::dnstap, dnstap_table,
                  "Queries and their answers for programs that read dnstap (dnstap.info)."),
          part("edns", edns_table, "EDNS(0), RFC 6891."),
          section("tcp", &Config::tcp, tcp_table, "DNS over TCP."),
          section("cookies", &Config::cookies, cookies_table, "DNS cookies, RFC 7873. They are always on."),
          section(
              "rate_limit", &Config::rate_limit, rate_limit_table,
              "How much one network (an IPv4 /24, an IPv6 /56) is answered over UDP, where senders can be "
              "forged. TCP and clients with a valid cookie are not held back. Not written: no limit."),
          section("checks", &Config::checks, checks_table,
                  "Bounds of all active checks (`checks` of zones)."),
          sections("access", &Config::access, access_table,
                   "Who may ask, by address. The first entry that matches decides; who matches none may ask. "
                   "IPv6 has entries of its own.",
                   0),
          section("clients", &Config::clients, clients_table,
                  "Who the clients are that answers may depend on."),
          registries_option(),
          sections("zones", &Config::zones, zone_table, "The zones this server is authoritative for.")
              .needed(),
      },
      finish_config};
  return table;
}

OptionLines all_options() {
  OptionLines lines;
  describe(config_table(), "", lines);
  return lines;
}

}  // namespace signpost::config
