#include "zones/compose/compose.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "zones/compose/groupings.h"
#include "zones/compose/rows.h"
#include "zones/compose/standing.h"

namespace signpost::compose {
namespace {

using config::Combine;

/// While a name is composed.
class Composer {
 public:
  Composer(const config::ComposedService& service, const std::vector<MemberView>& views,
           const policy::Terms& terms, bool starting)
      : service_(service), views_(views), starting_(starting), asked_(views.size(), true) {
    auto alone = terms;  // health ladder and panic are for the whole
    alone.panic_threshold = 0;
    alone.last_resort.clear();
    for (const auto& view : views) {
      standings_.push_back(stand(view, standings_.size(), service.groups, alone));
      out_.able.push_back(standings_.back().eligible > 0);
    }
  }

  Composed compose() {
    name();
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (auto note = missing(m); !note.empty()) out_.notes.push_back(std::move(note));
      for (auto& one : standings_[m].unlike)
        out_.left_out.push_back({m, std::move(one.first), "dropped: " + one.second});
    }
    switch (service_.combine) {
      case Combine::Union:
        unite();
        break;
      case Combine::Prefer:
        prefer();
        break;
      case Combine::Share:
        share();
        break;
      case Combine::Only:
        only();
        break;
    }
    if (is_open()) out_.cold = true;
    return std::move(out_);
  }

 private:
  std::string member(std::size_t m) const { return to_string(*views_[m].member); }
  bool is_proven(std::size_t m) const { return views_[m].proven || standings_[m].eligible > 0; }

  void name() {
    auto& key = out_.state.key;
    std::vector<std::string> registries;
    for (const auto& view : views_) {
      const auto& registry = view.member->registry;
      if (std::find(registries.begin(), registries.end(), registry) != registries.end()) continue;
      registries.push_back(registry);
      key.registry += (key.registry.empty() ? "" : "+") + registry;
    }
    key.name = service_.name;
  }

  /// Nobody who would be asked may answer, and one of them has not told yet: that denies nothing (DESIGN.md
  /// section 3).
  bool is_open() const {
    bool unknown = false;
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (!asked_[m]) continue;
      if (standings_[m].eligible > 0) return false;
      unknown = unknown || standings_[m].cold;
    }
    return unknown;
  }

  std::string missing(std::size_t m) const {
    const auto& view = views_[m];
    const auto& standing = standings_[m];
    if (standing.missing.empty()) return "";
    return fmt::format("member {}: {}{}{}", member(m), standing.missing, view.why_missing.empty() ? "" : "; ",
                       view.why_missing);
  }

  /// Rows of all that take part, in the order of members.
  void take(std::vector<Row> rows) {
    const bool any_good = service_.opinions == config::HealthOpinions::Or;
    for (auto& row : rows) {
      const auto counts = counting(row);
      auto& words = out_.words.emplace_back();
      bool outdated = true;
      for (std::size_t i = 0; i < row.parts.size(); ++i) {
        const auto& part = row.parts[i];
        outdated = outdated && part.outdated;
        words.push_back({part.member, part.overlay.health.value_or(part.instance.health),
                         part.instance.weight, part.instance.enabled, counts[i]});
      }
      out_.outdated.push_back(outdated);
      row.instance.health = opinion(row, any_good);
      out_.state.instances.push_back(std::move(row.instance));
      out_.overlays.push_back(row.overlay);
    }
  }

  void leave_out(std::size_t m, const std::string& why) {
    for (auto& part : standings_[m].parts) out_.left_out.push_back({m, std::move(part.instance), why});
  }

  /// The configured groups divide whoever takes part.
  bool divide(const std::vector<Row>& rows) {
    if (service_.groups.key.empty()) return false;
    auto grouping = configured_groups(service_.groups, rows);
    for (auto& note : deserted(grouping)) out_.notes.push_back(std::move(note));
    out_.groupings.push_back(std::move(grouping));
    return true;
  }

  std::vector<Part> parts_of(const std::vector<std::size_t>& members) const {
    std::vector<Part> parts;
    for (const auto m : members)
      parts.insert(parts.end(), standings_[m].parts.begin(), standings_[m].parts.end());
    return parts;
  }

  /// The groups that members' services ask for themselves.
  void divide_by_own(const std::vector<Row>& rows) {
    std::vector<policy::Grouping> own;
    for (const auto& standing : standings_) own.push_back(standing.groups);
    auto grouping = own_groups(own, rows);
    if (!grouping.groups.empty()) out_.groupings.push_back(std::move(grouping));
  }

  void unite() {
    std::vector<Part> parts;  // nobody asks the standings for theirs any more
    for (auto& standing : standings_) std::ranges::move(standing.parts, std::back_inserter(parts));
    auto rows = merge(std::move(parts));
    divide(rows);
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (!standings_[m].groups.groups.empty() && service_.groups.key.empty())
        out_.notes.push_back(
            fmt::format("the weights that {} asks for do not count (combine: union)", member(m)));
    }
    take(std::move(rows));
  }

  /// Exactly this member answers.
  void take_one(std::size_t chosen, const std::string& why_not_others) {
    auto rows = keep_apart(parts_of({chosen}));
    if (!divide(rows)) divide_by_own(rows);
    take(std::move(rows));
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (m != chosen) leave_out(m, why_not_others);
    }
  }

  void wait_for(std::size_t m) {
    out_.cold = out_.waits = true;
    out_.notes.push_back(fmt::format("waiting for the first list of {}, at most {} ms after the start",
                                     member(m), service_.startup_wait.count()));
  }

  /// Nobody answers; those that are known are there for the health ladder.
  void take_first_known(const std::string& why_not_others) {
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (!standings_[m].parts.empty()) return take_one(m, why_not_others);
    }
  }

  void prefer() {
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (starting_ && standings_[m].cold) return wait_for(m);
      if (standings_[m].eligible == 0) continue;
      if (m > 0) out_.notes.push_back("no member before " + member(m) + " has anybody who may answer");
      return take_one(m, fmt::format("dropped: {} answers (combine: prefer)", member(m)));
    }
    take_first_known("dropped: an earlier member comes first (combine: prefer)");
  }

  /// README.md: a member that has never had anybody who may answer does not take over.
  void only() {
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (starting_ && standings_[m].cold) return wait_for(m);
      if (!is_proven(m)) continue;
      if (m > 0) {
        out_.notes.push_back(
            fmt::format("{} answers in place of those before it: in our sight they never had anybody who may "
                        "answer",
                        member(m)));
      }
      for (auto later = m + 1; later < views_.size(); ++later) asked_[later] = false;
      return take_one(m, fmt::format("dropped: {} answers (combine: only)", member(m)));
    }
    take_first_known("dropped: an earlier member comes first (combine: only)");
  }

  void share() {
    std::vector<double> weights;
    std::vector<std::size_t> members;
    bool taken_over = false;
    for (std::size_t m = 0; m < views_.size(); ++m) {
      weights.push_back(views_[m].member->weight.value_or(0));
      taken_over = taken_over || (weights[m] > 0 && is_proven(m));
    }
    for (std::size_t m = 0; m < views_.size(); ++m) {
      if (weights[m] > 0 || !taken_over) {
        if (!taken_over && weights[m] > 0 && starting_ && standings_[m].cold) return wait_for(m);
        members.push_back(m);
      } else {
        asked_[m] = false;
        leave_out(m, "dropped: the weight of its member is 0");
      }
    }
    auto rows = keep_apart(parts_of(members));
    divide_by_own(rows);
    if (taken_over) {
      out_.groupings.push_back(member_groups(views_, weights, rows));
    } else {
      out_.notes.push_back(
          "no member with a weight has had anybody who may answer yet, so members' weights do not count");
    }
    take(std::move(rows));
  }

  const config::ComposedService& service_;
  const std::vector<MemberView>& views_;
  const bool starting_;
  std::vector<Standing> standings_;
  std::vector<bool> asked_;  // by member: it has a say in who answers now
  Composed out_;
};

}  // namespace

Composed compose(const config::ComposedService& service, const std::vector<MemberView>& views,
                 const policy::Terms& terms, bool starting) {
  return Composer(service, views, terms, starting).compose();
}

std::string to_string(const config::Member& member) {
  auto text = ServiceKey{member.registry, member.space, member.group, member.service}.to_string();
  for (std::size_t i = 0; i < member.select.size(); ++i)
    text += fmt::format("{}{} {}", i == 0 ? " (" : ", ", member.select[i].key, member.select[i].value);
  if (!member.select.empty()) text += ")";
  if (member.address == config::MemberAddress::ClusterIp) text += " (cluster_ip)";
  return text;
}

}  // namespace signpost::compose
