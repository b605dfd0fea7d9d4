// Why an answer is not what the rules of its service alone would give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace signpost::policy {

/// Every answer of a doubtful block carries an extended error, and a metric counts its service.
enum class Doubt : std::uint8_t {
  None,
  Panic,        // too few may answer: all that are not terminating do (`panic_threshold`, guard G4)
  Serving,      // nobody may answer: those that are draining do (`last_resort: serving`)
  Any,          // nobody may answer: all that are known do, whatever their health (`last_resort: any`)
  LastKnown,    // nobody may answer: those that did last do (`last_resort: last_known`, guard G5)
  StaleMember,  // a member of a composed service answers from what a lost registry told long ago
};
inline constexpr std::size_t kDoubtCount = 6;
std::string_view to_string(Doubt doubt) noexcept;  // "panic"

}  // namespace signpost::policy
