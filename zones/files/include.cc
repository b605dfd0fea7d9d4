#include "zones/files/include.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "config/report.h"

namespace signpost::files {
namespace {

namespace fs = std::filesystem;
using config::in_quotes;

bool is_inside(const fs::path& path, const fs::path& root) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

}  // namespace

Result<std::string> root_of(const std::string& zone_file) {
  std::error_code error;
  const auto root = fs::canonical(fs::path(zone_file).parent_path(), error);
  if (error) return Error{"its directory cannot be read: " + error.message()};
  return root.string();
}

std::string wanted_include(std::string_view written, const std::string& from) {
  const fs::path path(written);
  return (path.is_absolute() ? path : fs::path(from).parent_path() / path).string();
}

Result<std::string> resolve_include(std::string_view written, const std::string& from,
                                    const std::string& root) {
  const fs::path path(written);
  if (std::find(path.begin(), path.end(), "..") != path.end()) {
    return Error{fmt::format("$INCLUDE {}: `..` is not followed; the file lies in {} or below",
                             in_quotes(written), root)};
  }
  const auto wanted = wanted_include(written, from);
  std::error_code error;
  const auto real = fs::canonical(wanted, error);
  if (error) return Error{fmt::format("$INCLUDE {}: {}: {}", in_quotes(written), wanted, error.message())};
  if (!is_inside(real, root)) {
    return Error{fmt::format("$INCLUDE {}: it leads to {}, which is outside of {}; put the file there",
                             in_quotes(written), real.string(), root)};
  }
  return real.string();
}

}  // namespace signpost::files
