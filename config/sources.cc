#include "config/sources.h"

#include <algorithm>

#include <fmt/format.h>
#include <glob.h>
#include <xxhash.h>

#include "config/read_file.h"

namespace signpost::config {

std::uint64_t content_hash(const std::string& content) {
  const std::uint64_t hash = XXH3_64bits(content.data(), content.size());
  return hash == 0 ? 1 : hash;
}

std::vector<std::string> matching_files(const std::string& pattern) {
  std::vector<std::string> files;
  if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  glob_t found{};
  if (::glob(pattern.c_str(), GLOB_NOSORT, nullptr, &found) == 0)
    files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  std::sort(files.begin(), files.end());
  return files;
}

bool Sources::changed() const {
  for (const auto& source : files) {
    const auto text = read_file(source.path);
    if ((text ? content_hash(*text) : 0) != source.hash) return true;
  }
  const auto is_known = [&](const std::string& path) {
    return std::any_of(files.begin(), files.end(), [&](const Source& source) { return source.path == path; });
  };
  for (const auto& pattern : patterns) {
    const auto matches = matching_files(pattern);
    if (!std::all_of(matches.begin(), matches.end(), is_known)) return true;
  }
  return false;
}

std::vector<std::string> Sources::paths() const {
  auto all = patterns;
  for (const auto& source : files) all.push_back(source.path);
  return all;
}

std::string Sources::version() const {
  std::vector<std::uint64_t> hashes;
  for (const auto& source : files) hashes.push_back(source.hash);
  return fmt::format("{:016x}", XXH3_64bits(hashes.data(), hashes.size() * sizeof(std::uint64_t)));
}

}  // namespace signpost::config
