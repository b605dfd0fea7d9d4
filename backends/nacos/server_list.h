// What an address server tells: the members of a Nacos cluster, and when to ask again. No I/O, no clock
// (facts: Nacos 4.8).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/actions.h"
#include "dns/base/clock.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// A list that was read: one server a line, `host[:port]`; blank lines and what follows a `#` say nothing.
struct ServerLines {
  std::vector<Server> servers;   // in order, each once
  std::vector<std::string> bad;  // lines that are none, with what is wrong; at most 5 of them
  std::size_t bad_count = 0;
};
ServerLines read_server_lines(std::string_view body);

/// Keeps the last good list. **A list without a server, an error and silence change nothing**: whoever runs
/// the address server did not mean to take the cluster away. One owner, one thread.
class ServerList {
 public:
  ServerList(Random random, follow::Counts& counts) : random_(random), counts_(counts) {}

  /// True: servers() are other ones than before.
  bool answered(int status, std::string_view body, Monotonic now);
  void failed(const std::string& why, Monotonic now);
  /// When to ask: at once, then every 30 s, +-10 %; after a failure sooner at first, so that a start or a
  /// short outage costs little: 0.1 s, 0.2 s, .. 0.5 s, then 5 s as long as there is no list, 30 s where
  /// there is one.
  Monotonic due() const noexcept { return due_; }

  const std::vector<Server>& servers() const noexcept { return servers_; }
  /// One line on what is wrong with the last answer, or empty.
  const std::string& trouble() const noexcept { return trouble_; }

 private:
  Duration around(Duration wait);

  Random random_;
  follow::Counts& counts_;
  std::vector<Server> servers_;
  std::string trouble_;
  std::uint32_t failures_ = 0;  // in a row
  Monotonic due_{};             // at once
};

}  // namespace signpost::nacos
