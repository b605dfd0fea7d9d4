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
/// weight=, health=, port=, then the instance's allowed metadata, into `rdata`, which is empty.
void instance_txt(const Instance& instance, std::uint16_t port, const std::vector<std::string>& allowed,
                  SynthesisNotes& notes, std::vector<std::uint8_t>& rdata);

/// For people: what of the allowed metadata does not fit, "methods of 10.0.0.1#20880 (812 octets)", the first
/// three and how many more. Empty: nothing.
std::string txt_left_out(const ServiceState& state, const std::vector<std::string>& allowed);

}  // namespace signpost
