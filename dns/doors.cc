#include "dns/doors.h"

#include <optional>

namespace signpost {
namespace {

/// What each door is to listen on; empty: not at all.
std::vector<std::pair<admin::Door, std::string>> wanted(const config::Listen& listen) {
  const auto text = [](const std::optional<SocketAddress>& address) {
    return address ? address->to_string() : std::string();
  };
  return {{admin::Door::Health, text(listen.health)},
          {admin::Door::Ready, text(listen.ready)},
          {admin::Door::Metrics, text(listen.metrics)},
          {admin::Door::Page, text(listen.page)},
          {admin::Door::Admin, listen.admin_socket}};
}

}  // namespace

Result<admin::ListenSocket> Doors::open(admin::Door door, const std::string& text,
                                        std::span<const int> leaving) {
  if (door == admin::Door::Admin)
    return first_ ? sockets_.open_admin(text) : admin::ListenSocket::unix_socket(text);
  const auto address = SocketAddress::parse(text).value();
  return first_ ? sockets_.open_door(door, address) : admin::ListenSocket::tcp(address, leaving);
}

Result<Doors::Plan> Doors::plan(const config::Listen& next) {
  Plan plan;
  std::vector<std::pair<admin::Door, std::string>> missing;
  std::vector<int> leaving;
  for (const auto& [door, text] : wanted(next)) {
    const auto now = served_.find(door);
    if (text == (now == served_.end() ? std::string() : now->second.wanted)) continue;
    if (now != served_.end() && text == now->second.report.address) {  // port 0 has become this one
      plan.kept.emplace_back(door, text);
      continue;
    }
    if (now != served_.end()) {
      plan.closed.push_back(door);
      if (door != admin::Door::Admin) leaving.push_back(now->second.descriptor);
    }
    if (!text.empty()) missing.emplace_back(door, text);
  }
  for (const auto& [door, text] : missing) {
    auto socket = open(door, text, leaving);
    if (!socket) return Error{"listen." + std::string(admin::to_string(door)) + " " + socket.error().message};
    plan.opened.push_back({door, text, std::move(*socket)});
  }
  return plan;
}

void Doors::take(Plan plan) {
  for (auto& [door, text] : plan.kept) served_.at(door).wanted = std::move(text);
  std::vector<admin::ListenerReport> old;
  for (const auto door : plan.closed) {
    old.push_back(served_.at(door).report);
    served_.erase(door);
    sockets_.drop_door(door);
  }
  for (auto& [door, text, socket] : plan.opened) {
    if (!first_) sockets_.keep_door(door, socket);
    const int descriptor = socket.descriptor();
    served_.emplace(door, Served{text, admin_.listen(door, std::move(socket)), descriptor});
  }
  first_ = false;
  for (const auto& report : old) admin_.close(report);
}

std::vector<admin::ListenerReport> Doors::reports() const {
  std::vector<admin::ListenerReport> reports;
  for (const auto& [door, served] : served_) reports.push_back(served.report);
  return reports;
}

}  // namespace signpost
