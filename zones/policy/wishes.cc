#include "zones/policy/wishes.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/policy_words.h"

namespace signpost::policy {

namespace {

using config::Wish;

std::string_view text(config::HealthPolicy health) {
  switch (health) {
    case config::HealthPolicy::Ready:
      return "ready";
    case config::HealthPolicy::Serving:
      return "serving";
    case config::HealthPolicy::Strict:
      return "strict";
    case config::HealthPolicy::Any:
      return "any";
  }
  return "ready";
}

std::string text(const std::string& key, const std::vector<GroupWeight>& groups) {
  std::string out;
  for (const auto& group : groups)
    out += fmt::format("{}{}={:g}", out.empty() ? "" : ", ", group.word, group.weight);
  return key == "version" ? out : key + ": " + out;
}

/// "answer: sample 2, as the service asks"; `held` is what holds.
std::string sentence(std::string_view what, std::string_view asked, std::string_view held, bool allowed) {
  if (!allowed)
    return fmt::format("{}: the service asks for {}, which the zone does not allow; {} holds", what, asked,
                       held);
  return fmt::format("{}: {}, as the service asks", what, held);
}

std::string ttl_sentence(std::uint32_t asked, const Terms& terms, const config::Annotations& bounds) {
  const bool allowed = bounds.allows(Wish::Ttl);
  if (!allowed || asked == terms.ttl)
    return sentence("ttl", fmt::format("{} s", asked), fmt::format("{} s", terms.ttl), allowed);
  return fmt::format("ttl: the service asks for {} s, the zone's {} is {} s, which holds", asked,
                     asked < terms.ttl ? "ttl_min" : "ttl_max", terms.ttl);
}

/// What becomes of weights, whoever asks for them.
std::string weight_fate(const ServiceState& state, bool allowed) {
  if (!allowed) return "which the zone does not allow; every instance counts 1";
  if (state.kind == ServiceKind::VirtualIp)
    return "which cannot act: the service answers with its virtual address (names below it, such as those of "
           "versions, follow them)";
  return "which holds";
}

bool has_own_weights(const ServiceState& state) {
  return std::any_of(state.instances.begin(), state.instances.end(),
                     [](const Instance& instance) { return instance.weight != 1; });
}

}  // namespace

Terms terms_of(const ServiceState& state, const config::Zone& zone, bool annotated) {
  Terms terms{zone.answer,      zone.ttl,  zone.health,   true,           zone.panic_threshold,
              zone.last_resort, zone.ramp, zone.locality, zone.spill_over};
  if (!annotated) return terms;
  const auto& bounds = zone.annotations;
  terms.weights = bounds.allows(Wish::Weight);
  if (state.wishes.answer && bounds.allows(Wish::Answer)) terms.answer = *state.wishes.answer;
  if (state.wishes.health && bounds.allows(Wish::Health)) terms.health = *state.wishes.health;
  // Not std::clamp: the bounds of a configuration may be out of order where no TTL is allowed anyway.
  if (state.wishes.ttl && bounds.allows(Wish::Ttl))
    terms.ttl = std::min(std::max(*state.wishes.ttl, bounds.ttl_min), bounds.ttl_max);
  return terms;
}

std::vector<std::string> explain_wishes(const ServiceState& state, const config::Zone& zone, bool annotated) {
  std::vector<std::string> out;
  if (!annotated) return out;
  const auto terms = terms_of(state, zone, annotated);
  const auto& bounds = zone.annotations;
  if (state.wishes.answer)
    out.push_back(sentence("answer", config::to_text(*state.wishes.answer), config::to_text(terms.answer),
                           bounds.allows(Wish::Answer)));
  if (state.wishes.ttl) out.push_back(ttl_sentence(*state.wishes.ttl, terms, bounds));
  if (state.wishes.health)
    out.push_back(
        sentence("health", text(*state.wishes.health), text(terms.health), bounds.allows(Wish::Health)));
  const auto fate = weight_fate(state, terms.weights);
  if (!state.group_weights.empty())
    out.push_back(fmt::format("weights: the service asks for {}, {}",
                              text(state.group_key, state.group_weights), fate));
  if (has_own_weights(state))
    out.push_back(fmt::format("weight: instances have weights of their own, {}", fate));
  return out;
}

}  // namespace signpost::policy
