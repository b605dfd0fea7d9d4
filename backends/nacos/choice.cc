#include "backends/nacos/choice.h"

#include <algorithm>
#include <functional>

#include "config/pattern.h"

namespace signpost::nacos {
namespace {

bool any_of(const std::vector<std::string>& patterns, const ServiceName& service) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    if (pattern.find('/') == std::string::npos) return config::matches(pattern, service.name);
    return config::matches(pattern, service.group + "/" + service.name);
  });
}

}  // namespace

Choice::Choice(ChoiceOptions options) : options_(std::move(options)) {
  for (const auto& text : options_.services) {
    // A group has no `/`, a service may (3.1): the first one parts them.
    const auto at = text.find('/');
    auto service = at == std::string::npos ? ServiceName{"DEFAULT_GROUP", text}
                                           : ServiceName{text.substr(0, at), text.substr(at + 1)};
    if (!any_of(options_.deny, service)) pinned_.insert(std::move(service));
  }
}

Choice::Verdict Choice::judge(const ServiceName& service) const {
  if (any_of(options_.deny, service)) return Verdict::Denied;
  if (options_.allow.empty() || any_of(options_.allow, service) || pinned_.contains(service)) {
    return Verdict::Taken;
  }
  return Verdict::NotAllowed;
}

bool Sieve::takes(const ServiceName& service) {
  const auto verdict = choice_.judge(service);
  if (verdict == Choice::Verdict::Taken) return true;
  const auto* why = verdict == Choice::Verdict::Denied ? "denied" : "not-allowed";
  const auto hash = std::hash<std::string>()(service.group + "/" + service.name);
  if (left_out_.insert(hash).second) counts_.add("skipped", why);
  return false;
}

}  // namespace signpost::nacos
