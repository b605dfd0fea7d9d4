#include "backends/nacos/watch_plan.h"

#include <algorithm>
#include <optional>
#include <span>
#include <tuple>
#include <utility>

namespace signpost::nacos {
namespace {

bool covers(std::string_view pattern, std::string_view text) {
  if (!pattern.ends_with('*')) return pattern == text;
  pattern.remove_suffix(1);
  return text.starts_with(pattern);
}

using Names = std::span<const std::string_view>;

std::size_t common_prefix(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                    b.begin())
          .first -
      a.begin());
}

/// The patterns of one group; none when it takes more than `patterns` of them.
class Splitting {
 public:
  Splitting(std::string_view group, const std::set<WatchPattern>& working,
            const std::set<WatchPattern>& failing, WatchLimits limits)
      : group_(group), working_(working), failing_(failing), limits_(limits) {}

  std::vector<WatchPattern> run(Names names) {
    if (!cover(names, 0)) found_.clear();
    return std::move(found_);
  }

 private:
  /// `names` begin alike for `length` octets, and nothing else in the group does.
  bool cover(Names names, std::size_t length) {
    const std::string prefix(names.empty() ? std::string_view() : names.front().substr(0, length));
    if (prefix.find('*') != std::string::npos) return false;  // would be read as a pattern
    const WatchPattern pattern{std::string(group_), prefix + "*"};
    const auto fill = std::max<std::size_t>(limits_.services * 4 / 5, 1);
    if (working_.contains(pattern) || (names.size() <= fill && !failing_.contains(pattern))) {
      return add(pattern);
    }
    return names.size() > 1 && split(names);
  }

  /// By the first octet in which they differ. A name that ends there is a pattern by itself.
  bool split(Names names) {
    const auto length = common_prefix(names.front(), names.back());
    if (names.front().size() == length) {
      if (!add({std::string(group_), std::string(names.front())})) return false;
      names = names.subspan(1);
    }
    while (!names.empty()) {
      const auto octet = names.front()[length];
      const auto next =
          std::find_if(names.begin(), names.end(), [&](auto name) { return name[length] != octet; });
      const auto count = static_cast<std::size_t>(next - names.begin());
      if (!cover(names.first(count), length + 1)) return false;
      names = names.subspan(count);
    }
    return true;
  }

  bool add(WatchPattern pattern) {
    if (found_.size() == limits_.patterns) return false;
    found_.push_back(std::move(pattern));
    return true;
  }

  std::string_view group_;
  const std::set<WatchPattern>& working_;
  const std::set<WatchPattern>& failing_;
  WatchLimits limits_;
  std::vector<WatchPattern> found_;
};

}  // namespace

bool covers(const WatchPattern& pattern, const ServiceName& service) {
  return covers(std::string_view(pattern.group), service.group) &&
         covers(std::string_view(pattern.name), service.name);
}

std::vector<WatchPattern> plan_watches(const std::vector<WatchedGroup>& groups,
                                       const std::set<WatchPattern>& working,
                                       const std::set<WatchPattern>& failing, WatchLimits limits) {
  struct Candidate {
    bool listed;
    std::vector<WatchPattern> patterns;
  };
  std::vector<Candidate> candidates;
  for (const auto& group : groups) {
    auto patterns = Splitting(group.name, working, failing, limits).run(group.names);
    if (!patterns.empty()) candidates.push_back({group.listed, std::move(patterns)});
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return std::tuple(a.listed, a.patterns.size(), std::cref(a.patterns.front())) <
           std::tuple(b.listed, b.patterns.size(), std::cref(b.patterns.front()));
  });
  std::vector<WatchPattern> plan;
  for (auto& candidate : candidates) {
    if (plan.size() + candidate.patterns.size() > limits.patterns) continue;
    std::move(candidate.patterns.begin(), candidate.patterns.end(), std::back_inserter(plan));
  }
  return plan;
}

}  // namespace signpost::nacos
