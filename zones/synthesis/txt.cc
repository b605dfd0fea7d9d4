#include "zones/synthesis/txt.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "zones/synthesis/synthesise.h"

namespace signpost {
namespace {

/// What does not fit is left out and counted, never split (RFC 1035, section 3.3.14; RFC 6763, section 6.2).
bool add_string(std::vector<std::uint8_t>& rdata, std::string_view text, SynthesisNotes& notes) {
  if (text.size() > 255 || rdata.size() + 1 + text.size() > kTxtOctetsMax) {
    ++notes.txt_left_out;
    return false;
  }
  rdata.push_back(static_cast<std::uint8_t>(text.size()));
  rdata.insert(rdata.end(), text.begin(), text.end());
  return true;
}

/// `left_out` is told of each key that does not fit, and of how long its string would be.
template <class LeftOut>
void add_metadata(std::vector<std::uint8_t>& rdata, const Metadata& metadata,
                  const std::vector<std::string>& allowed, SynthesisNotes& notes, LeftOut left_out) {
  for (const auto& key : allowed) {
    const auto found =
        std::find_if(metadata.begin(), metadata.end(), [&](const auto& m) { return m.first == key; });
    if (found == metadata.end()) continue;
    const auto text = key + "=" + found->second;
    if (!add_string(rdata, text, notes)) left_out(key, text.size());
  }
}

constexpr auto kNobody = [](const std::string&, std::size_t) {};

/// As "{:g}" writes it. Nearly all weights are small whole numbers, and those are written quickly.
void append_weight(std::string& out, double weight) {
  constexpr double kSixDigits = 1e6;  // from here on it has an exponent
  if (!(weight > 0 && weight < kSixDigits && std::trunc(weight) == weight)) {
    fmt::format_to(std::back_inserter(out), "{:g}", weight);
    return;
  }
  out += fmt::format_int(static_cast<unsigned>(weight)).c_str();
}

std::vector<std::uint8_t> service_strings(const ServiceState& state, std::size_t eligible,
                                          SynthesisNotes& notes) {
  std::vector<std::uint8_t> rdata;
  auto own_name = state.key;
  own_name.registry.clear();
  const auto path = own_name.to_string();  // starts with '/', since the registry is empty
  add_string(rdata, "registry=" + state.key.registry, notes);
  add_string(rdata, "service=" + (path.empty() ? path : path.substr(1)), notes);
  add_string(rdata, fmt::format("instances={}/{}", eligible, state.instances.size()), notes);
  return rdata;
}

/// `rdata` is empty.
void instance_strings(const Instance& instance, std::uint16_t port, SynthesisNotes& notes,
                      std::vector<std::uint8_t>& rdata) {
  constexpr std::size_t kUsual = 64;  // "weight=100", "health=draining", "port=65535", and a little metadata
  rdata.reserve(kUsual);
  std::string text = "weight=";
  append_weight(text, instance.weight);
  add_string(rdata, text, notes);
  (text = "health=") += to_string(instance.health);
  add_string(rdata, text, notes);
  (text = "port=") += fmt::format_int(port).c_str();
  add_string(rdata, text, notes);
}

}  // namespace

std::vector<std::uint8_t> service_txt(const ServiceState& state, const policy::Decision& decision,
                                      const std::vector<std::string>& allowed, SynthesisNotes& notes) {
  auto rdata = service_strings(state, decision.eligible, notes);
  add_metadata(rdata, state.metadata, allowed, notes, kNobody);
  return rdata;
}

void instance_txt(const Instance& instance, std::uint16_t port, const std::vector<std::string>& allowed,
                  SynthesisNotes& notes, std::vector<std::uint8_t>& rdata) {
  instance_strings(instance, port, notes, rdata);
  add_metadata(rdata, instance.metadata, allowed, notes, kNobody);
}

std::string txt_left_out(const ServiceState& state, const std::vector<std::string>& allowed) {
  constexpr std::size_t kNamed = 3;
  SynthesisNotes notes;
  std::string text;
  std::size_t count = 0;
  const auto tell = [&](const std::string& of, const std::string& key, std::size_t octets) {
    if (++count <= kNamed)
      text += fmt::format("{}{} of {} ({} octets)", count == 1 ? "" : ", ", key, of, octets);
  };
  auto rdata = service_strings(state, state.instances.size(), notes);
  add_metadata(rdata, state.metadata, allowed, notes,
               [&](const auto& key, std::size_t octets) { tell("the service", key, octets); });
  for (const auto& instance : state.instances) {
    const auto& ports = instance.ports.empty() ? state.ports : instance.ports;
    rdata.clear();
    instance_strings(instance, ports.empty() ? 0 : ports.front().number, notes, rdata);
    add_metadata(rdata, instance.metadata, allowed, notes,
                 [&](const auto& key, std::size_t octets) { tell(instance.id, key, octets); });
  }
  if (count > kNamed) text += fmt::format(" and {} more", count - kNamed);
  return text;
}

}  // namespace signpost
