// Variables that a service manager or a parent sets for this process alone.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace signpost {

/// The value, which nothing that we start inherits. At the start only: other threads may read the environment
/// later.
inline std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string copy(value);
  ::unsetenv(name);
  return copy;
}

}  // namespace signpost
