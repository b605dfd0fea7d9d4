// A ServiceState as few octets: what the builder keeps of every service between its events.
//
// Strings that repeat within a service (zones, nodes, versions, metadata keys, port names) are written once;
// ports equal to those of the instance before are one bit; an id that is `address#port`, the address or the
// host name is not written at all, nor is what an instance or a service does not have. A Nacos instance
// without metadata and a Kubernetes endpoint take about 9 octets (zones/README.md).
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "backends/registry/service_state.h"

namespace signpost {

/// Goes up with every change of the octets, which state files hold (zones/state). They have the machine's
/// order of octets, so the other order is another version.
inline constexpr std::uint32_t kPackedVersion =
    std::endian::native == std::endian::little ? 1 : std::uint32_t{1} << 24;

/// Everything but the key.
std::string pack(const ServiceState& state);
/// The inverse; `packed` must come from pack().
ServiceState unpack(const ServiceKey& key, std::string_view packed);
/// The same into a state of before, whose room for instances is used again: for who unpacks many.
void unpack(const ServiceKey& key, std::string_view packed, ServiceState& state);
/// The same of octets that anybody may have written: nullopt unless they are those of a state as a backend
/// could tell it.
std::optional<ServiceState> unpack_any(const ServiceKey& key, std::string_view octets);
/// The same into a state of before; false: they are not, and `state` is anything.
bool unpack_any(const ServiceKey& key, std::string_view octets, ServiceState& state);

}  // namespace signpost
