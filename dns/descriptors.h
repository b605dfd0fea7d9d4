// How many descriptors the process may have.
#pragma once

#include <cstdint>
#include <optional>

namespace signpost {

/// Every TCP client is a descriptor, beside those of registries, listeners and files; a soft limit of 1,024
/// is common where the hard one is far higher, so it is raised to that. Not empty: the limit, which is too
/// low for so many clients.
std::optional<std::uint64_t> too_few_descriptors(std::uint32_t tcp_clients);

}  // namespace signpost
