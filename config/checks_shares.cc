#include <algorithm>

#include <fmt/format.h>

#include "config/checks.h"
#include "config/policy_words.h"

namespace signpost::config {
namespace {

// Caches of one client group keep one draw for a TTL: at 30 s that is 120 draws an hour, which leaves a share
// of a tenth known to about 3 points.
constexpr std::uint32_t kSampledTtlMax = 30;  // seconds

}  // namespace

void check_sampled_ttl(Mark mark, const Answer& answer, std::uint32_t ttl, Report& report) {
  if (answer.mode != AnswerMode::Sample || ttl <= kSampledTtlMax) return;
  report.warning(mark,
                 fmt::format("everybody behind one cache gets the same `answer: {}` for {} s, so shares "
                             "come in coarse pieces; `ttl: {}` or less keeps them fine",
                             to_text(answer), ttl, kSampledTtlMax));
}

void check_sampled_ttls(const Node& written, const Config& config, Report& report) {
  const auto* zones = written.find("zones");
  for (std::size_t i = 0; zones != nullptr && i < std::min(zones->value.items.size(), config.zones.size());
       ++i) {
    const auto& zone = config.zones[i];
    // Not written: the default, which is short.
    const auto* ttl = zones->value.items[i].find("ttl");
    if (ttl != nullptr && !zone.is_reverse())
      check_sampled_ttl(ttl->value.mark, zone.answer, zone.ttl, report);
  }
}

}  // namespace signpost::config
