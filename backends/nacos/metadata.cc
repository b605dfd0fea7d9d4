#include "backends/nacos/metadata.h"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

#include "backends/registry/dubbo_name.h"

namespace signpost::nacos {
namespace {

using Keys = std::vector<std::string>;

constexpr std::size_t kTagsMost = 16;       // words of one instance that become names
constexpr std::size_t kEndpointsMost = 16;  // protocols of one Dubbo application

const std::string* find(const Metadata& metadata, std::string_view key) {
  const auto found =
      std::lower_bound(metadata.begin(), metadata.end(), key,
                       [](const auto& entry, std::string_view wanted) { return entry.first < wanted; });
  return found != metadata.end() && found->first == key ? &found->second : nullptr;
}

/// `use` takes a value that is not empty and says whether it could use it; the first such ends the search.
/// True: some value was there, and none could be used.
template <class Use>
bool look_up(const Metadata& metadata, const Keys& keys, Use use) {
  bool unusable = false;
  for (const auto& key : keys) {
    const auto* value = find(metadata, key);
    if (value == nullptr || value->empty()) continue;
    if (use(*value)) return false;
    unusable = true;
  }
  return unusable;
}

std::string first_value(const Metadata& metadata, const Keys& keys) {
  std::string found;
  look_up(metadata, keys, [&](const std::string& value) {
    found = value;
    return true;
  });
  return found;
}

/// A service name by RFC 6335 section 5.1, in lower case; empty: it cannot be one. A transport is none
/// either: `protocol` says "dubbo" here and "udp" there.
std::string port_name(std::string name) {
  if (name.empty() || name.size() > 15 || name.front() == '-' || name.back() == '-') return {};
  if (parse_protocol(name)) return {};
  bool letter = false;
  for (auto& octet : name) {
    if (octet >= 'A' && octet <= 'Z') octet = static_cast<char>(octet - 'A' + 'a');
    letter = letter || (octet >= 'a' && octet <= 'z');
    const bool allowed = (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '-';
    if (!allowed) return {};
  }
  return letter && name.find("--") == std::string::npos ? name : std::string();
}

/// What Spring Cloud registers is a web server; `secure` says of which kind.
std::string spring_port_name(const Metadata& metadata) {
  const auto* source = find(metadata, "preserved.register.source");
  if (source == nullptr || *source != "SPRING_CLOUD") return {};
  const auto* secure = find(metadata, "secure");
  return secure != nullptr && *secure == "true" ? "https" : "http";
}

void name_port(const config::NacosMetadata& keys, const Metadata& metadata, Port& port) {
  look_up(metadata, keys.port_name, [&](const std::string& value) {
    port.name = port_name(value);
    return !port.name.empty();
  });
  if (port.name.empty()) port.name = spring_port_name(metadata);
  look_up(metadata, keys.protocol, [&](const std::string& value) {
    const auto protocol = parse_protocol(value);
    if (protocol) port.protocol = *protocol;
    return protocol.has_value();
  });
}

/// Dubbo's application-level registration: every protocol of the application with its port. The one that is
/// registered anyway gets its name from here.
bool add_endpoints(const std::string& text, std::vector<Port>& ports) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return false;
  bool whole = json.size() <= kEndpointsMost;
  for (std::size_t i = 0; i < std::min(json.size(), kEndpointsMost); ++i) {
    const auto& one = json[i];
    const auto number = one.is_object() ? one.find("port") : one.end();
    const auto word = one.is_object() ? one.find("protocol") : one.end();
    const bool legal = number != one.end() && number->is_number_unsigned() && *number >= 1U &&
                       *number <= 65535U && word != one.end() && word->is_string();
    const auto name = legal ? port_name(word->get<std::string>()) : std::string();
    if (name.empty()) {
      whole = false;
      continue;
    }
    const auto port = number->get<std::uint16_t>();
    if (ports.front().number == port && ports.front().name.empty()) ports.front().name = name;
    const auto same = [&](const Port& other) { return other.number == port && other.name == name; };
    if (std::none_of(ports.begin(), ports.end(), same)) ports.push_back({name, port, Protocol::Tcp});
  }
  return whole;
}

std::vector<std::string> words_of(std::string_view list) {
  std::vector<std::string> words;
  while (!list.empty() && words.size() < kTagsMost) {
    const auto comma = std::min(list.find(','), list.size());
    auto word = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 1, list.size()));
    const auto from = word.find_first_not_of(" \t");
    if (from == std::string_view::npos) continue;
    word = word.substr(from, word.find_last_not_of(" \t") - from + 1);
    if (std::find(words.begin(), words.end(), word) == words.end()) words.emplace_back(word);
  }
  return words;
}

/// All instances of such a service have its version and group; `release` and `dubbo` in metadata are Dubbo's
/// own.
void say_dubbo_name(const DubboName& dubbo, Instance& instance) {
  if (instance.version.empty()) instance.version = dubbo.version;
  auto& tags = instance.tags;
  const bool new_tag = !dubbo.group.empty() && std::find(tags.begin(), tags.end(), dubbo.group) == tags.end();
  if (new_tag) tags.emplace_back(dubbo.group);
}

}  // namespace

const char* refusal(const IpAddress& address) {
  if (address.is_unspecified()) return "unspecified";
  if (address.is_loopback()) return "loopback";
  if (address.is_link_local()) return "link-local";
  if (address.is_multicast()) return "multicast";
  return nullptr;
}

std::optional<IpAddress> read_address(std::string_view text) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const auto address = IpAddress::parse(text);
  if (!address) return std::nullopt;
  return address->unmapped();
}

std::vector<std::string_view> read_metadata(const config::NacosMetadata& keys, std::string_view service,
                                            Instance& instance) {
  std::vector<std::string_view> left_out;
  const auto& metadata = instance.metadata;
  name_port(keys, metadata, instance.ports.front());
  if (const auto* endpoints = find(metadata, "dubbo.endpoints")) {
    if (!add_endpoints(*endpoints, instance.ports)) left_out.emplace_back("dubbo-endpoints");
  }
  instance.version = first_value(metadata, keys.version);
  instance.zone = first_value(metadata, keys.zone);
  instance.region = first_value(metadata, keys.region);
  look_up(metadata, keys.tags, [&](const std::string& value) {
    instance.tags = words_of(value);
    return !instance.tags.empty();
  });
  if (const auto dubbo = read_dubbo_name(service)) say_dubbo_name(*dubbo, instance);
  const bool bad_ipv6 = instance.v4 && look_up(metadata, keys.ipv6, [&](const std::string& value) {
                          const auto address = read_address(value);
                          const bool usable = address && address->is_v6() && refusal(*address) == nullptr;
                          if (usable) instance.v6 = address;
                          return usable;
                        });
  if (bad_ipv6) left_out.emplace_back("ipv6-metadata");
  return left_out;
}

}  // namespace signpost::nacos
