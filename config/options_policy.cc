#include "config/options_policy.h"

#include <algorithm>

namespace signpost::config {

Value<std::uint32_t> percent() { return whole<std::uint32_t>(0, 100, "percent"); }

Value<LastResort> last_resort() {
  return choice<LastResort>(
      {{"serving", LastResort::Serving}, {"any", LastResort::Any}, {"last_known", LastResort::LastKnown}});
}

Value<Milliseconds> ramp() { return duration(Milliseconds(0), std::chrono::hours(1)); }

void check_last_resort(Reader& reader, const Node& section, const std::vector<LastResort>& rungs) {
  const auto* entry = section.find("last_resort");
  if (entry == nullptr) return;
  const auto has = [&](LastResort rung) {
    return std::find(rungs.begin(), rungs.end(), rung) != rungs.end();
  };
  if (has(LastResort::Any) && has(LastResort::LastKnown))
    reader.report.warning(entry->value.mark,
                          "`last_known` says nothing beside `any`, which takes all that it would");
  if (std::is_sorted(rungs.begin(), rungs.end())) return;
  reader.report.error(entry->value.mark,
                      "`last_resort` is climbed in the order serving, any, last_known; write it so");
}

void check_spill_over(Reader& reader, const Node& section, Locality locality) {
  const auto* entry = section.find("spill_over");
  if (entry == nullptr || locality == Locality::Prefer) return;
  reader.report.warning(entry->key_mark, "`spill_over` says nothing without `locality: prefer`");
}

}  // namespace signpost::config
