#include "config/load.h"

#include <filesystem>

#include "config/checks.h"
#include "config/node.h"
#include "config/options.h"
#include "config/read_file.h"

namespace signpost::config {
namespace {

std::string directory_of(const std::string& file) {
  std::error_code error;
  auto absolute = std::filesystem::absolute(file, error);
  return error ? "/" : absolute.parent_path().string();
}

Config read_document(const Node& document, const std::string& file_name, Report& report) {
  Config config;
  config.path = file_name;
  if (document.is_null()) {
    report.error({}, "the file is empty; it needs at least `zones`");
  } else if (!document.is_mapping()) {
    report.error(document.mark, "a configuration is a section with `zones`, not " + called(document));
  } else {
    Reader reader{report, {directory_of(file_name)}};
    read_section(reader, "configuration", document, config_table(), config);
    check_whole(document, config, report);
  }
  return config;
}

}  // namespace

Result<Loaded, Diagnostics> load_text(std::string_view text, const std::string& file_name) {
  Report report(file_name);
  const auto document = parse_document(text, report);
  if (!document) return report.diagnostics();
  auto config = read_document(*document, file_name, report);
  if (report.failed()) return report.diagnostics();
  return Loaded{std::move(config), report.diagnostics().warnings};
}

Result<Loaded, Diagnostics> load_file(const std::string& path) {
  const auto text = read_file(path);
  if (text) return load_text(*text, path);
  Report report(path);
  report.error({}, text.error().message);
  return report.diagnostics();
}

}  // namespace signpost::config
