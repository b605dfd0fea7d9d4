// What the tests of the configuration share: a small good file, and what loading a text comes to, as one
// text.
#pragma once

#include <string>
#include <string_view>

#include "config/load.h"

namespace signpost::config {

/// Every line that loading says, errors with "E " and warnings with "W " before them; empty: good and quiet.
inline std::string said(std::string_view text, const std::string& file = "f.yaml") {
  const auto loaded = load_text(text, file);
  std::string out;
  const auto add = [&](const char* mark, const std::vector<std::string>& lines) {
    for (const auto& line : lines) out += mark + line + "\n";
  };
  if (!loaded) add("E ", loaded.error().errors);
  add("W ", loaded ? loaded->warnings : loaded.error().warnings);
  if (!out.empty()) out.pop_back();
  return out;
}

/// Sections of the server before two lines that make any of them a whole configuration.
inline std::string with_zone(std::string_view before) {
  return std::string(before) +
         "\nregistries: {local: {type: file, path: s.yaml}}\nzones: [{name: a.example, registry: local}]\n";
}

/// A registry of these keys that one zone uses. Line 1, the brace in column 20.
inline std::string registry(std::string_view keys) {
  return "registries: {local: {" + std::string(keys) + "}}\nzones: [{name: a.example, registry: local}]\n";
}

/// A zone of these keys from a file registry. Line 2, the first key in column 10.
inline std::string zone(std::string_view keys) {
  return "registries: {local: {type: file, path: s.yaml}}\nzones: [{" + std::string(keys) + "}]\n";
}

}  // namespace signpost::config
