// The fixture of kubernetes.md section 3, as a Kubernetes registry tells it: for tables of its rules.
#pragma once

#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {

/// A ready endpoint with port http/tcp/80.
Instance endpoint(std::string_view address, std::string host = "", Health health = Health::Up);

/// The namespace `shop` of registry `cluster`, and a little more: `both` has two named ports, `parts` an
/// unnamed port, `family` only IPv6, `bonds` dual-stack endpoints, `unready`, `shared` an address of `pool`,
/// `overlap` the address of `web` as an endpoint.
std::vector<ServiceState> shop();

/// The configuration that goes with it: zone cluster.local and both reverse zones; `zone_keys` come into the
/// zone: "ptr: all".
std::string shop_config(const std::string& zone_keys = "", const std::string& reverse_keys = "");

/// Both of them listed: made once, for tables that change nothing.
TestWorld& shop_world();

}  // namespace signpost::test
