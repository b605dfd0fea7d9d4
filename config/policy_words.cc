#include "config/policy_words.h"

#include <fmt/format.h>

#include "config/value.h"

namespace signpost::config {
namespace {

constexpr std::int64_t kSampleMax = 1000;  // more records than any response holds

}  // namespace

Result<Answer> read_answer(std::string_view text) {
  if (text == "order") return Answer{AnswerMode::Order, 1};
  if (text == "all") return Answer{AnswerMode::All, 1};
  if (text == "sticky") return Answer{AnswerMode::Sticky, 1};
  if (text == "sample") return Error{"say how many, such as `sample 1`"};
  const bool sample = text.starts_with("sample ");
  if (!sample && !text.starts_with("sticky ")) return Error{};
  const auto count = read_whole(text.substr(7), 1, kSampleMax);
  if (!count)
    return Error{fmt::format("{} has 1 to {} records", sample ? "a sample" : "a sticky answer", kSampleMax)};
  return Answer{sample ? AnswerMode::Sample : AnswerMode::Sticky, static_cast<std::uint16_t>(*count)};
}

std::string to_text(const Answer& answer) {
  switch (answer.mode) {
    case AnswerMode::Order:
      return "order";
    case AnswerMode::Sample:
      return fmt::format("sample {}", answer.sample);
    case AnswerMode::All:
      return "all";
    case AnswerMode::Sticky:
      return fmt::format("sticky {}", answer.sample);
  }
  return "order";
}

std::optional<HealthPolicy> read_health_policy(std::string_view text) noexcept {
  if (text == "ready") return HealthPolicy::Ready;
  if (text == "serving") return HealthPolicy::Serving;
  if (text == "strict") return HealthPolicy::Strict;
  if (text == "any") return HealthPolicy::Any;
  return std::nullopt;
}

}  // namespace signpost::config
