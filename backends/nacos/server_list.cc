#include "backends/nacos/server_list.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "backends/nacos/timing.h"
#include "config/nacos_server.h"

namespace signpost::nacos {
namespace {

constexpr std::size_t kBadNamed = 5;
constexpr std::size_t kLineShown = 80;

std::string_view trimmed(std::string_view line) {
  line = line.substr(0, line.find('#'));
  const auto first = line.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

ServerLines read_server_lines(std::string_view body) {
  ServerLines lines;
  while (!body.empty()) {
    const auto end = std::min(body.find('\n'), body.size());
    const auto line = trimmed(body.substr(0, end));
    body.remove_prefix(std::min(end + 1, body.size()));
    if (line.empty()) continue;
    auto server = config::read_nacos_server(line);
    if (!server) {
      if (++lines.bad_count <= kBadNamed) {
        const auto& why = server.error().message;
        lines.bad.push_back("`" + std::string(line.substr(0, kLineShown)) + "`" +
                            (why.empty() ? "" : ": " + why));
      }
    } else if (std::find(lines.servers.begin(), lines.servers.end(), *server) == lines.servers.end()) {
      lines.servers.push_back(std::move(*server));
    }
  }
  return lines;
}

bool ServerList::answered(int status, std::string_view body, Monotonic now) {
  if (status != 200) {
    failed("HTTP " + std::to_string(status), now);
    return false;
  }
  auto lines = read_server_lines(body);
  if (lines.bad_count != 0) counts_.add("skipped", "server-line", lines.bad_count);
  if (lines.servers.empty()) {
    failed("no server in its list" + (lines.bad.empty() ? std::string() : ", but " + lines.bad.front()), now);
    return false;
  }
  failures_ = 0;
  due_ = now + around(timing::kServerList);
  trouble_ = lines.bad.empty() ? std::string() : "left out " + lines.bad.front();
  // The order says nothing: some address servers keep their list in a hash set.
  auto sorted = [](std::vector<Server> servers) {
    std::sort(servers.begin(), servers.end(), [](const Server& a, const Server& b) {
      return std::tie(a.host, a.port) < std::tie(b.host, b.port);
    });
    return servers;
  };
  auto now_there = sorted(std::move(lines.servers));
  if (now_there == servers_) return false;
  servers_ = std::move(now_there);
  return true;
}

void ServerList::failed(const std::string& why, Monotonic now) {
  counts_.add("server_lists_failed");
  trouble_ = why;
  ++failures_;
  const auto later = servers_.empty() ? timing::kServerListMissing : timing::kServerList;
  due_ = now + (failures_ <= timing::kServerListTries ? timing::kServerListStep * failures_ : around(later));
}

Duration ServerList::around(Duration wait) {
  const auto tenth = static_cast<std::uint64_t>(wait.count()) / 10;
  return wait - Duration(static_cast<Duration::rep>(tenth)) +
         Duration(static_cast<Duration::rep>(random_.below(2 * tenth + 1)));
}

}  // namespace signpost::nacos
