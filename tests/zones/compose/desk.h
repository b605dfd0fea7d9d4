// Composes services by hand: members in a few words, and the outcome as one text.
#pragma once

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "zones/compose/compose.h"
#include "zones/policy/policy.h"

namespace signpost::compose {

/// "10.0.0.1:8080", or "10.0.0.1" without a port.
inline Instance at(std::string_view text, double weight = 1, Health health = Health::Up) {
  Instance one;
  const auto colon = text.find(':');
  one.v4 = *IpAddress::parse(text.substr(0, colon));
  one.id = std::string(text);
  one.weight = weight;
  one.health = health;
  if (colon != std::string_view::npos) {
    const auto port = std::stoul(std::string(text.substr(colon + 1)));
    one.ports.push_back({"", static_cast<std::uint16_t>(port), Protocol::Tcp});
  }
  return one;
}

/// One member and what is known of it.
struct Seat {
  config::Member member;
  MemberView view;
  ServiceState state;
};

/// A composed service and its members. Registries named "cluster..." are Kubernetes.
class Desk {
 public:
  explicit Desk(config::Combine combine) {
    service.name = "cart";
    service.combine = combine;
  }

  Seat& seat(std::string registry, std::vector<Instance> instances = {}, double weight = -1) {
    auto& one = seats.emplace_back();
    one.member.registry = registry;
    one.member.service = "cart";
    if (weight >= 0) one.member.weight = weight;
    one.state.key = {registry, "", "", "cart"};
    one.state.instances = std::move(instances);
    one.view.freshness = Freshness::Fresh;
    one.view.kubernetes = registry.starts_with("cluster");
    known(one, true);
    return one;
  }
  static void known(Seat& one, bool is) { one.view.state = is ? &one.state : nullptr; }

  Composed composed() {
    std::vector<MemberView> views;
    for (auto& one : seats) {
      one.view.member = &one.member;
      views.push_back(one.view);
    }
    return compose(service, views, terms, starting);
  }

  /// "10.0.0.1:8080 nacos 90.0 | 10.0.0.2 cluster 10.0", those who answer in the order of members; "cold";
  /// "nobody".
  std::string answers() {
    const auto made = composed();
    for (std::size_t m = 0; m < seats.size(); ++m)
      seats[m].view.proven = seats[m].view.proven || made.able[m];
    if (made.cold) return "cold";
    const auto decision = policy::decide(made.candidates(), terms);
    const auto sum = std::accumulate(decision.weights.begin(), decision.weights.end(), 0.0);
    std::string text;
    for (std::size_t i = 0; i < decision.verdicts.size(); ++i) {
      if (decision.verdicts[i] != policy::Verdict::Eligible) continue;
      const auto& one = made.state.instances[i];
      text += fmt::format("{}{}", text.empty() ? "" : " | ", one.v4->to_string());
      for (std::size_t p = 0; p < one.ports.size(); ++p)
        text += fmt::format("{}{}{}", p == 0 ? ":" : ",", one.ports[p].number, one.ports[p].name);
      std::string who;
      for (const auto& word : made.words[i])
        who += (who.empty() ? " " : "+") + seats[word.member].member.registry;
      text += who + fmt::format(" {:.1f}", 100 * decision.weights[i] / sum);
    }
    return text.empty() ? "nobody" : text;
  }

  std::string notes() {
    std::string text;
    for (const auto& note : composed().notes) text += note + "\n";
    return text;
  }

  config::ComposedService service;
  std::deque<Seat> seats;
  policy::Terms terms;
  bool starting = false;
};

}  // namespace signpost::compose
