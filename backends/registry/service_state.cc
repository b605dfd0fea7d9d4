#include "backends/registry/service_state.h"

#include <algorithm>
#include <cctype>

namespace signpost {

std::string ServiceKey::to_string() const {
  std::string text = registry;
  for (const auto* part : {&space, &group, &name}) {
    if (part->empty()) continue;
    text += '/';
    text += *part;
  }
  return text;
}

std::string_view to_string(Protocol protocol) noexcept {
  switch (protocol) {
    case Protocol::Tcp:
      return "tcp";
    case Protocol::Udp:
      return "udp";
    case Protocol::Sctp:
      return "sctp";
  }
  return "tcp";
}

std::optional<Protocol> parse_protocol(std::string_view word) noexcept {
  for (const auto protocol : {Protocol::Tcp, Protocol::Udp, Protocol::Sctp}) {
    const auto known = to_string(protocol);
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    if (std::equal(word.begin(), word.end(), known.begin(), known.end(), same)) return protocol;
  }
  return std::nullopt;
}

std::string_view to_string(Health health) noexcept {
  switch (health) {
    case Health::Up:
      return "up";
    case Health::Draining:
      return "draining";
    case Health::Down:
      return "down";
    case Health::Unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view word_of(const Instance& instance, std::string_view key) noexcept {
  if (key == "version") return instance.version;
  if (key == "zone") return instance.zone;
  if (key == "cluster") return instance.cluster;
  const auto found = std::find_if(instance.metadata.begin(), instance.metadata.end(),
                                  [key](const auto& entry) { return entry.first == key; });
  return found == instance.metadata.end() ? std::string_view() : std::string_view(found->second);
}

void normalise(Metadata& metadata) {
  const auto by_key = [](const auto& a, const auto& b) { return a.first < b.first; };
  const auto same_key = [](const auto& a, const auto& b) { return a.first == b.first; };
  std::stable_sort(metadata.begin(), metadata.end(), by_key);
  metadata.erase(std::unique(metadata.begin(), metadata.end(), same_key), metadata.end());
}

}  // namespace signpost
