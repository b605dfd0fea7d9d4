#include "zones/table/check_book.h"

#include <algorithm>

#include <fmt/format.h>

namespace signpost {
namespace {

const Port* port_of(const std::vector<Port>& ports, const std::string& wanted) {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const Port& port) {
    if (wanted.empty()) return port.protocol == Protocol::Tcp;
    return port.name == wanted || std::to_string(port.number) == wanted;
  });
  return found == ports.end() ? nullptr : &*found;
}

/// The target that speaks for the instance, or why there is none.
std::pair<std::optional<checks::Target>, std::string> target_of(const Instance& instance,
                                                                const std::vector<Port>& ports,
                                                                const config::Check& check,
                                                                const std::vector<config::Prefix>& allow) {
  if (!instance.enabled) return {std::nullopt, "it is disabled"};
  const auto address = (instance.v4 ? *instance.v4 : *instance.v6).unmapped();
  if (const auto why = checks::refusal(address, allow))
    return {std::nullopt, fmt::format("{} is {}; `checks.allow` may name it", address.to_string(), *why)};
  const auto* port = port_of(instance.ports.empty() ? ports : instance.ports, check.port);
  if (port == nullptr)
    return {std::nullopt,
            check.port.empty() ? std::string("it has no TCP port") : "it has no port " + check.port};
  return {checks::Target{address, port->number, check.way}, ""};
}

}  // namespace

std::vector<CheckWord> CheckBook::words(const ServiceState& state, const config::Check* check,
                                        const std::vector<config::Prefix>& allow) const {
  std::vector<CheckWord> words;
  if (check == nullptr) return words;
  for (const auto& instance : state.instances) {
    auto [target, why] = target_of(instance, state.ports, *check, allow);
    auto& word = words.emplace_back();
    if (!target) {
      word.unasked = std::move(why);
    } else if (const auto found = failing_.find(*target); found != failing_.end()) {
      word.failing = found->second;
    }
  }
  return words;
}

CheckBook CheckBook::about(ServiceId id, const std::string& zone) const {
  CheckBook out;
  const auto followed = followed_.find({id, zone});
  if (failing_.empty() || followed == followed_.end()) return out;
  for (const auto& target : followed->second.targets) {
    if (const auto at = failing_.find(target); at != failing_.end()) out.failing_.insert(*at);
  }
  return out;
}

void CheckBook::follow(ServiceId id, const std::string& zone, const ServiceState& state,
                       const config::Check* check, const std::vector<config::Prefix>& allow) {
  std::vector<checks::Target> targets;
  if (check != nullptr) {
    for (const auto& instance : state.instances) {
      if (auto target = target_of(instance, state.ports, *check, allow).first)
        targets.push_back(std::move(*target));
    }
  }
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  set({id, zone}, std::move(targets));
}

void CheckBook::set(Who who, std::vector<checks::Target> targets) {
  const auto at = followed_.find(who);
  if (at == followed_.end() && targets.empty()) return;
  const std::vector<checks::Target> nothing;
  const auto& before = at == followed_.end() ? nothing : at->second.targets;
  const bool same = at != followed_.end() && before == targets;
  if (!same) {
    for (const auto& target : targets) users_[target].insert(who);
    for (const auto& target : before) {
      if (std::binary_search(targets.begin(), targets.end(), target)) continue;
      const auto users = users_.find(target);
      users->second.erase(who);
      if (!users->second.empty()) continue;
      users_.erase(users);
      failing_.erase(target);
    }
    if (wanted_) wanted_(fmt::format("{}/{}", who.first, who.second), targets);
  }
  if (targets.empty()) {
    followed_.erase(who);
  } else if (same) {
    at->second.round = round_;
  } else {
    followed_[who] = {std::move(targets), round_};
  }
}

void CheckBook::forget(ServiceId id) {
  std::vector<Who> gone;
  for (auto at = followed_.lower_bound({id, ""}); at != followed_.end() && at->first.first == id; ++at)
    gone.push_back(at->first);
  for (const auto& who : gone) set(who, {});
}

void CheckBook::sweep() {
  std::vector<Who> gone;
  for (const auto& [who, followed] : followed_) {
    if (followed.round != round_) gone.push_back(who);
  }
  for (const auto& who : gone) set(who, {});
}

std::vector<ServiceId> CheckBook::take(const checks::Change& change) {
  const auto users = users_.find(change.target);
  if (users == users_.end()) return {};  // let go while it was asked
  if (change.failing) {
    failing_[change.target] = change.target.to_string() + ": " + change.why;
  } else if (failing_.erase(change.target) == 0) {
    return {};
  }
  std::vector<ServiceId> ids;
  for (const auto& [id, zone] : users->second) ids.push_back(id);
  return ids;
}

void overlay(const std::vector<CheckWord>& words, policy::Candidates& candidates) {
  const auto fails = [](const CheckWord& word) { return !word.failing.empty(); };
  if (std::none_of(words.begin(), words.end(), fails)) return;
  candidates.overlays.resize(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) candidates.overlays[i].check_fails = fails(words[i]);
}

void explain_checks(const std::vector<CheckWord>& words, std::vector<std::string>& reasons) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].failing.empty()) reasons[i] += "; check fails: " + words[i].failing;
    if (!words[i].unasked.empty()) reasons[i] += "; not checked: " + words[i].unasked;
  }
}

std::string to_string(const config::Check& check) {
  const bool http = check.way.type == config::CheckType::Http;
  const auto port = check.port.empty() ? std::string("its first TCP port") : "port " + check.port;
  return fmt::format("{} {}{} every {} ms", http ? "GET" : "TCP connection to", port,
                     http ? " " + check.way.path : "", check.way.interval.count());
}

}  // namespace signpost
