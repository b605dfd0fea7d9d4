// The service names of Dubbo's interface-level registration (facts: Nacos 3.6): they name an interface, and
// in the same word what tells its providers apart.
#pragma once

#include <optional>
#include <string_view>

namespace signpost {

/// Looks into the name it was read from.
struct DubboName {
  std::string_view interface;  // "com.acme.Cart"
  std::string_view version;    // "1.0"; may be empty
  std::string_view group;      // Dubbo's own, not the registry's; may be empty
};

/// `providers:<interface>:<version>:<group>`, of which trailing empty parts may be missing with their colons.
/// nullopt: another name.
std::optional<DubboName> read_dubbo_name(std::string_view service) noexcept;

}  // namespace signpost
