// Much of the same work on several threads: each thing is drafted by whoever is free, and taken by one, in
// order.
#pragma once

#include <cstddef>
#include <functional>

namespace signpost {

/// So many drafts wait at most to be taken: with a service of ten instances in each a few megabytes.
inline constexpr std::size_t kDraftsMost = 512;

/// Threads that draft_abreast() would use here, the calling one among them.
std::size_t threads_abreast() noexcept;

/// Calls draft(i) once for each i < count on some thread, several at a time, and take(i) on this one, in
/// ascending order, after draft(i) and before draft(i + kDraftsMost): so drafts may lie at i % kDraftsMost.
/// What draft() did is seen by take(), and what take(i) did by draft(i + kDraftsMost). Returns when all is
/// taken. Neither may throw. `name`: of the threads.
void draft_abreast(std::size_t count, const char* name, const std::function<void(std::size_t)>& draft,
                   const std::function<void(std::size_t)>& take);

}  // namespace signpost
