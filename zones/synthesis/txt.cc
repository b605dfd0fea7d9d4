#include "zones/synthesis/txt.h"

#include <algorithm>

#include <fmt/format.h>

#include "zones/synthesis/synthesise.h"

namespace signpost {
namespace {

/// What does not fit is left out and counted, never split.
void add_string(std::vector<std::uint8_t>& rdata, const std::string& text, SynthesisNotes& notes) {
  if (text.size() > 255 || rdata.size() + 1 + text.size() > kTxtOctetsMax) {
    ++notes.txt_left_out;
    return;
  }
  rdata.push_back(static_cast<std::uint8_t>(text.size()));
  rdata.insert(rdata.end(), text.begin(), text.end());
}

void add_metadata(std::vector<std::uint8_t>& rdata, const Metadata& metadata,
                  const std::vector<std::string>& allowed, SynthesisNotes& notes) {
  for (const auto& key : allowed) {
    const auto found =
        std::find_if(metadata.begin(), metadata.end(), [&](const auto& m) { return m.first == key; });
    if (found != metadata.end()) add_string(rdata, key + "=" + found->second, notes);
  }
}

}  // namespace

std::vector<std::uint8_t> service_txt(const ServiceState& state, const policy::Decision& decision,
                                      const std::vector<std::string>& allowed, SynthesisNotes& notes) {
  std::vector<std::uint8_t> rdata;
  auto own_name = state.key;
  own_name.registry.clear();
  const auto path = own_name.to_string();  // starts with '/', since the registry is empty
  add_string(rdata, "registry=" + state.key.registry, notes);
  add_string(rdata, "service=" + (path.empty() ? path : path.substr(1)), notes);
  add_string(rdata, fmt::format("instances={}/{}", decision.eligible, state.instances.size()), notes);
  add_metadata(rdata, state.metadata, allowed, notes);
  return rdata;
}

std::vector<std::uint8_t> instance_txt(const Instance& instance, std::uint16_t port,
                                       const std::vector<std::string>& allowed, SynthesisNotes& notes) {
  std::vector<std::uint8_t> rdata;
  add_string(rdata, fmt::format("weight={:g}", instance.weight), notes);
  add_string(rdata, fmt::format("health={}", to_string(instance.health)), notes);
  add_string(rdata, fmt::format("port={}", port), notes);
  add_metadata(rdata, instance.metadata, allowed, notes);
  return rdata;
}

}  // namespace signpost
