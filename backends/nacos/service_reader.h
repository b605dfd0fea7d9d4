// A body that holds a service, read front to back without a tree of it: a list of 5 MB is 15,000 instances,
// and as a tree 100 MB and three times the time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "backends/nacos/messages.h"

namespace signpost::nacos {

/// Where the service stands in a body.
enum class ServiceAt : std::uint8_t {
  Member,  // {.., "serviceInfo": {..}}: answers and pushes over gRPC
  Top,     // {"hosts": [..], ..}: HTTP v1
  Admin,   // {"data": [..]} or {"list": [..]}: the admin API, hosts alone
};

/// Hosts of one service that are kept; the largest that is known of had 12,642.
inline constexpr std::size_t kHostsMost = 65536;

/// What of the body is not the service: its members that are no objects and no arrays.
struct ServiceBody {
  nlohmann::json head = nlohmann::json::object();
  Result<ServiceInfo> service = Error{"serviceInfo is missing"};
};

/// nullopt: no JSON object (json_scanner.h says what is taken for one). The last of members of one name
/// holds.
std::optional<ServiceBody> read_service_body(std::string_view text, ServiceAt at);

}  // namespace signpost::nacos
