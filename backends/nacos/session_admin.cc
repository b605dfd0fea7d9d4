// `admin_list`: the services of all groups by the admin API of 3.x (facts: Nacos 4.5, 5.4 c).
//
// The source of a page is a hash set, so pages may skip and repeat while it changes: a list counts when every
// page says the same total and that many services were named. Then it decides like a list of a group, but
// over all of them. Where a server refuses, the configured groups are listed, and the admin list is tried
// again.
#include <algorithm>
#include <utility>

#include "backends/nacos/admin_page.h"
#include "backends/nacos/session.h"
#include "backends/nacos/url.h"

namespace signpost::nacos {

/// Whether lists of single groups are made.
bool Session::lists_groups() const noexcept { return !options_.admin_list || admin_.fallen; }

void Session::start_lists(Monotonic now) {
  admin_ = Admin{};
  if (options_.admin_list) {
    admin_.due = now;
    return;
  }
  for (const auto& [name, group] : groups_) enqueue({Call::List, {name, {}}});
}

Monotonic Session::admin_deadline() const { return admin_.id != 0 ? admin_.deadline : admin_.due; }

void Session::admin_tick(Monotonic now, Actions& out) {
  if (now < admin_deadline()) return;
  if (admin_.id != 0) return admin_failed("timeout", "no answer in time", now, out);
  if (awaiting_token_) {
    admin_.due = now + timing::kRetryFirst;
    return;
  }
  admin_.page = 0;
  admin_.number = ++lists_read_;
  admin_.started = ++sequence_;
  admin_.seen.clear();
  fetch_page(now, out);
}

void Session::fetch_page(Monotonic now, Actions& out) {
  admin_.id = ++last_id_;
  admin_.deadline = now + timing::kFetch;
  admin_.token = token_;
  // The shell's own time limit is longer, so that it is always this machine that gives up.
  action::Fetch fetch{
      admin_.id, current_, admin_list_target(options_.space, ++admin_.page, timing::kAdminPage),
      token_,    false,    {}};
  fetch.timeout = timing::kFetch + std::chrono::seconds(1);
  out.emplace_back(std::move(fetch));
}

void Session::on(event::Fetched&& answer, Monotonic now, Actions& out) {
  if (admin_.id == 0 || answer.id != admin_.id) return;
  const auto why = "HTTP " + std::to_string(answer.status);
  switch (answer.status) {
    case 200:
      admin_.id = 0;
      return page_came(answer.body, now, out);
    case 0:
      return admin_failed("transport", answer.why, now, out);
    case 401:
    case 403:
      if (admin_.token != token_) {  // renewed meanwhile
        admin_.id = 0;
        admin_.due = now;
        return;
      }
      return admin_fall_back("forbidden", why + ": the account may not use the admin API", now, out);
    case 400:
    case 404:
    case 410:
    case 501:
      return admin_fall_back("no-admin-api", why + ": the server has no admin API of 3.x", now, out);
    default:
      return admin_failed("refused", why, now, out);
  }
}

void Session::page_came(const std::string& body, Monotonic now, Actions& out) {
  const auto page = read_admin_page(body);
  if (!page) return admin_failed("malformed", page.error().message, now, out);
  alive_ = true;
  if (admin_.page == 1) admin_.total = page->total;
  if (admin_.total != page->total) return admin_failed("changed", "it changed while it was read", now, out);
  const auto seen_before = admin_.seen.size();
  for (const auto& name : page->services) {
    admin_.seen.insert(std::hash<std::string>()(name.group + "/" + name.name));
    auto* service = appear(name, out);
    if (service == nullptr) continue;
    service->listed = admin_.number;
    service->removed_at.reset();
  }
  const bool new_names = admin_.seen.size() > seen_before;  // else this server has no pages
  if (admin_.seen.size() < admin_.total && new_names && admin_.page * timing::kAdminPage < admin_.total) {
    return fetch_page(now, out);
  }
  if (admin_.seen.size() != admin_.total) {
    return admin_failed("changed", "its pages do not add up", now, out);
  }
  list_complete(now, out);
}

/// It decides like a list of a group (session_lists.cc), over all of them.
void Session::list_complete(Monotonic now, Actions& out) {
  if (std::exchange(admin_.fallen, false)) {
    out.emplace_back(
        action::Note{log::Level::Info, "nacos.admin_list_restored", "all groups are listed again"});
  }
  admin_told_ = false;
  admin_.failures = 0;
  admin_.due = now + options_.list_interval;
  InFlight call{{Call::List, {}}, {}, admin_.started, {}};
  readings_.push_back({std::move(call), {}, 0, admin_.number, sequence_, Reading::Stage::Comparing});
  admin_.seen = {};
}

/// Once is nothing; three times in a row the groups are listed meanwhile.
void Session::admin_failed(std::string_view reason, const std::string& why, Monotonic now, Actions& out) {
  counts_.add("requests_failed", reason);
  if (++admin_.failures >= timing::kFailuresInARow) return admin_fall_back(reason, why, now, out);
  admin_.id = 0;
  admin_.due = now + std::min(retry_delay(admin_.failures - 1), options_.list_interval);
}

void Session::admin_fall_back(std::string_view reason, const std::string& why, Monotonic now, Actions& out) {
  admin_.id = 0;
  admin_.due = now + timing::kAdminRetry;
  counts_.add("admin_list_fallbacks", reason);
  if (!std::exchange(admin_.fallen, true)) {
    for (const auto& [name, group] : groups_) {
      if (!group.queued) enqueue({Call::List, {name, {}}});
    }
  }
  if (std::exchange(admin_told_, true)) return;
  out.emplace_back(
      action::Note{log::Level::Warning, "nacos.admin_list_refused",
                   spelled(current_) + ": " + why + "; the configured groups are listed instead"});
}

}  // namespace signpost::nacos
