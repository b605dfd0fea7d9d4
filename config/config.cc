#include "config/config.h"

namespace signpost::config {

std::string Place::to_string() const {
  return file + ":" + std::to_string(line) + ":" + std::to_string(column);
}

}  // namespace signpost::config
