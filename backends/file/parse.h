// The text of a services file to whole ServiceStates. Pure: no I/O but load_services(), no clock.
//
//   services:
//     - name: cart                          # dots make more labels
//       ports: [{name: http, port: 8080, protocol: tcp}]
//       metadata: {team: shop}
//       instances:
//         - {address: 10.1.0.1, weight: 2, zone: a, version: v1}
//         - {address: ["10.1.0.3", "fd00::3"], port: 9090, tags: [canary]}
//
// An instance's `port` is the number of the service's one port there; without service ports it is an unnamed
// TCP port. With several service ports `port` would be a guess, so it is an error: `ports` then lists all
// that the instance has. The id of an instance is address#port.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "config/report.h"
#include "dns/base/result.h"

namespace signpost::file {

struct Services {
  std::vector<ServiceState> states;   // sorted by key
  std::vector<std::string> warnings;  // "services.yaml:3:5: what"
};

/// Any thread; never throws. `file_name` opens every message, `registry` becomes part of every key.
/// The error lists every mistake: a file is accepted whole or not at all.
Result<Services, config::Diagnostics> parse_services(std::string_view text, const std::string& file_name,
                                                     const std::string& registry);

/// The same for a file on disk, as `signpost check` reads it.
Result<Services, config::Diagnostics> load_services(const std::string& path, const std::string& registry);

}  // namespace signpost::file
