// Who the server says it is, and by what it knows its clients again.
#include "config/options.h"

namespace signpost::config {
namespace {

constexpr std::size_t kIdOctetsMax = 128;       // so that NSID leaves room in 512 octets
constexpr std::size_t kVersionOctetsMax = 255;  // one string of TXT

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

}  // namespace

const Table<Server>& server_table() {
  static const Table<Server> table{
      {
          option("id", &Server::id, text("1 to 128 ASCII characters", kIdOctetsMax, is_printable),
                 "What NSID (RFC 5001) and the TXT records of id.server and hostname.bind in class CH say. "
                 "hidden: nothing. Not written: POD_NAME of the environment, or else the name of the host."),
          option("version", &Server::version,
                 text("hidden, shown or 1 to 255 ASCII characters", kVersionOctetsMax, is_printable),
                 "What the TXT records of version.server and version.bind in class CH say. shown: what "
                 "`signpost version` says."),
      },
      nullptr};
  return table;
}

const Table<Cookies>& cookies_table() {
  static const Table<Cookies> table{
      {
          option("secret_file", &Cookies::secret_file, path(),
                 "The secrets of DNS cookies (RFC 9018), one to three lines of 32 hexadecimal digits: the "
                 "first makes cookies, all are accepted. The same file on all replicas; read again within 10 "
                 "seconds. Not written: a secret of this process alone, new at each start."),
      },
      [](Reader& reader, const Node& written, Cookies& cookies) {
        if (const auto* entry = written.find("secret_file"))
          cookies.place = reader.report.place(entry->value.mark);
      }};
  return table;
}

}  // namespace signpost::config
