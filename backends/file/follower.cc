#include "backends/file/follower.h"

#include <utility>

namespace signpost::file {

Step Follower::same() {
  trouble_.clear();
  Step step;
  step.kind = text_good_ ? Step::Kind::Unchanged : Step::Kind::Silent;
  return step;
}

Step Follower::changed(std::string text, Result<Services, config::Diagnostics> parsed) {
  trouble_.clear();
  text_ = std::move(text);
  readable_ = true;
  text_good_ = parsed.has_value();
  Step step;
  if (!parsed) {
    step.kind = Step::Kind::Refused;
    step.errors = parsed.error().errors;
    return step;
  }
  step.kind = Step::Kind::Accepted;
  step.first = !any_accepted_;
  compare(accepted_, parsed->states, step);
  accepted_ = std::move(parsed->states);
  any_accepted_ = true;
  return step;
}

Step Follower::unreadable(const std::string& why) {
  Step step;
  if (why == trouble_) return step;
  trouble_ = why;
  step.kind = Step::Kind::Unreadable;
  step.errors = {why};
  return step;
}

void compare(const std::vector<ServiceState>& before, const std::vector<ServiceState>& now, Step& step) {
  auto old = before.begin();
  for (const auto& state : now) {
    while (old != before.end() && old->key < state.key) step.erased.push_back((old++)->key);
    const bool known = old != before.end() && old->key == state.key;
    if (!known || *old != state) step.upserts.push_back(state);
    if (known) ++old;
  }
  for (; old != before.end(); ++old) step.erased.push_back(old->key);
}

}  // namespace signpost::file
