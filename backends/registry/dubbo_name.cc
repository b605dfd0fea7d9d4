#include "backends/registry/dubbo_name.h"

#include <algorithm>

namespace signpost {

std::optional<DubboName> read_dubbo_name(std::string_view service) noexcept {
  constexpr std::string_view kPrefix = "providers:";
  if (!service.starts_with(kPrefix)) return std::nullopt;
  service.remove_prefix(kPrefix.size());
  const auto next = [&service] {
    const auto colon = std::min(service.find(':'), service.size());
    const auto part = service.substr(0, colon);
    service.remove_prefix(std::min(colon + 1, service.size()));
    return part;
  };
  DubboName name;
  name.interface = next();
  name.version = next();
  name.group = next();
  if (name.interface.empty() || !service.empty()) return std::nullopt;
  return name;
}

}  // namespace signpost
