// TXT RDATA of services and instances: one key=value a string (DESIGN.md section 2, N16).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "zones/policy/policy.h"

namespace signpost {

struct SynthesisNotes;

/// registry=, service=, instances=<answering>/<known>, then the allowed metadata that exists, in the list's
/// order.
std::vector<std::uint8_t> service_txt(const ServiceState& state, const policy::Decision& decision,
                                      const std::vector<std::string>& allowed, SynthesisNotes& notes);
/// weight=, health=, port=, then the instance's allowed metadata.
std::vector<std::uint8_t> instance_txt(const Instance& instance, std::uint16_t port,
                                       const std::vector<std::string>& allowed, SynthesisNotes& notes);

}  // namespace signpost
