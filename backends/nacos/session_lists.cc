// What lists say. They decide (L5), and they may be long: each step deals with a piece, and asks for the next
// by a deadline that has passed already. What goes, goes at once for everybody who walks over the services.
#include <algorithm>
#include <utility>

#include "backends/nacos/session.h"

namespace signpost::nacos {
namespace {

// A step's worth of work: a name costs a look-up, an Upsert and a request, as much as eight services
// compared.
constexpr std::size_t kName = 8, kCompared = 1, kTaken = 8;
constexpr std::size_t kBudget = kName * timing::kPiece;

}  // namespace

/// The same as a list that comes by itself, but now, and somebody waits for it.
void Session::on(event::ListAgain&&, Monotonic now, Actions&) {
  if (list_again_ != 0) return;
  list_again_ = ++sequence_;
  for (auto& [name, group] : groups_) group.due = std::min(group.due, now);
  admin_.due = std::min(admin_.due, now);
}

void Session::vanish(const ServiceName& name, bool by_list, Actions& out) {
  if (!by_list) distrust_list_of(name.group);
  out.emplace_back(action::Erase{key_of(name), by_list});
  meaning_.forget(key_of(name));
  if (auto& service = services_[name];
      service.wanted || service.pinned) {  // it stays armed: a push tells when it is back
    service.found = service.shown = false;
    service.removed_at.reset();
    return;
  }
  enqueue({Call::Unsubscribe, name});
  services_.erase(name);
}

/// The same octets as the last list of this group, and nothing was heard that contradicts it since: there is
/// nothing to do. A list of 20,000 names every 10 s then costs one hash over it instead of 20,000 strings.
/// Servers list a hash set, whose order is stable while it is unchanged (4.2).
bool Session::listed_as_before(const InFlight& call, const std::string& octets, Monotonic now) {
  list_hash_ = std::hash<std::string>()(octets);
  auto& group = groups_[call.work.service.group];
  if (group.octets_hash == 0 || group.octets_hash != list_hash_) return false;
  group = Group{now + options_.list_interval, false, true, true, 0, call.started, list_hash_};
  if (list_again_ > call.started) group.due = now;
  return true;
}

/// What is told of one of its services otherwise makes the next list of a group one to be read.
void Session::distrust_list_of(const std::string& group_name) {
  const auto group = groups_.find(group_name);
  if (group == groups_.end()) return;
  group->second.octets_hash = 0;
  group->second.distrusted = ++sequence_;
}

/// Nothing is done with a list that cannot be read.
void Session::listed(InFlight&& call, const Payload& payload, ListReader&& names, Monotonic now, Actions&) {
  if (const auto empty = read_list(payload); !empty) {
    counts_.add("skipped", "malformed-answer");
    return try_again(call.work, now);
  }
  readings_.push_back({std::move(call), std::move(names), list_hash_, ++lists_read_, sequence_});
}

/// One step: small lists whole.
void Session::read_on(Monotonic now, Actions& out) {
  for (std::size_t budget = kBudget; budget > 0 && !readings_.empty();) {
    auto& reading = readings_.front();
    if (reading.stage == Reading::Stage::Naming) {
      name_some(reading, budget, now, out);
    } else if (reading.stage == Reading::Stage::Comparing) {
      compare_some(reading, budget, now);
    } else {
      take_some(reading, budget, out);
    }
  }
}

/// What it names is there. One that breaks off has named what it named; nothing goes.
void Session::name_some(Reading& reading, std::size_t& budget, Monotonic now, Actions& out) {
  const auto names = reading.names.next(std::max<std::size_t>(budget / kName, 1));
  if (!names) {
    counts_.add("skipped", "malformed-answer");
    try_again(reading.call.work, now);
    readings_.pop_front();
    return;
  }
  budget -= std::min(budget, (names->size() + 1) * kName);
  for (const auto& name : *names) {
    if (name.empty()) continue;
    auto* service = appear({reading.call.work.service.group, name}, out);
    if (service == nullptr) continue;
    service->listed = reading.number;
    service->removed_at.reset();
  }
  if (names->empty()) reading.stage = Reading::Stage::Comparing;
}

/// What it does not name is gone, unless the fuzzy watch announced it after the list was asked for. When all
/// have been looked at, those that are gone are so together.
void Session::compare_some(Reading& reading, std::size_t& budget, Monotonic now) {
  const auto& group_name = reading.call.work.service.group;
  const bool all = group_name.empty();  // session_admin.cc
  auto entry =
      reading.at.name.empty() ? services_.lower_bound({group_name, {}}) : services_.upper_bound(reading.at);
  for (; entry != services_.end() && (all || entry->first.group == group_name); ++entry) {
    auto& service = entry->second;
    reading.at = entry->first;
    const bool unnamed_pin = service.pinned && !service.found;  // no list ever knew of it
    if (service.listed != reading.number && service.shown && !unnamed_pin) {
      const bool newer = service.appeared >= reading.call.started;
      reading.spared = reading.spared || newer;
      if (!newer) {
        service.left_out = reading.number;
        reading.gone.push_back(entry->first);
      }
    }
    budget -= std::min(budget, kCompared);
    if (budget == 0) return;
  }
  const auto started = reading.call.started;
  for (auto& [name, group] : groups_) {
    if (!all && name != group_name) continue;
    const bool trusted = !reading.spared && group.distrusted <= reading.began;
    const auto hash = trusted ? reading.octets_hash : 0;
    group = Group{now + options_.list_interval, false, true, true, 0, started, hash, group.distrusted};
    if (list_again_ > started) group.due = now;
  }
  if (all && list_again_ > started) admin_.due = now;
  taking_ = reading.number;
  reading.stage = Reading::Stage::Taking;
}

void Session::take_some(Reading& reading, std::size_t& budget, Actions& out) {
  while (!reading.gone.empty() && budget > 0) {
    const auto name = std::move(reading.gone.back());
    reading.gone.pop_back();
    budget -= std::min(budget, kTaken);
    const auto found = services_.find(name);
    if (found == services_.end() || found->second.left_out != reading.number) continue;  // announced since
    found->second.left_out = 0;
    vanish(name, true, out);
  }
  if (!reading.gone.empty()) return;
  taking_ = 0;
  readings_.pop_front();
}

}  // namespace signpost::nacos
