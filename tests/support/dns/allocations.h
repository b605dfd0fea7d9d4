// Counts what operator new was asked for, by any thread of the test program.
#pragma once

#include <cstdint>

namespace signpost::test {

/// Calls of any operator new since the program started.
std::uint64_t allocation_count() noexcept;

}  // namespace signpost::test
