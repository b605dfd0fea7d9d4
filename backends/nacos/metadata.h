// What the metadata of an instance says about it, whoever registered it: Spring Cloud, Dubbo, others (facts:
// Nacos 3.6). Pure.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/config.h"

namespace signpost::nacos {

/// An address as registries write it: also "[fd00::1]" (L17), IPv4-mapped ones as IPv4. nullopt: none.
std::optional<IpAddress> read_address(std::string_view text);
/// Why an address that a registry hands out cannot be one that others reach; nullptr: it can.
const char* refusal(const IpAddress& address);

/// Fills in what `instance.metadata` (normalised) says: the name and protocol of the one port that it has by
/// now, more ports, version, zone, region, tags, the second address. Returns why something there was left
/// out; empty: nothing was.
std::vector<std::string_view> read_metadata(const config::NacosMetadata& keys, std::string_view service,
                                            Instance& instance);

}  // namespace signpost::nacos
