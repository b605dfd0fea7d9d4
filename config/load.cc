#include "config/load.h"

#include <filesystem>
#include <system_error>

#include "config/checks.h"
#include "config/include.h"
#include "config/node.h"
#include "config/options.h"
#include "config/read_file.h"
#include "config/settings.h"

namespace signpost::config {
namespace {

Config read_document(const Node& document, const std::string& file_name, Report& report, bool complete) {
  Config config;
  config.path = file_name;
  if (document.is_null()) {
    report.error({}, "the file is empty; it needs at least `zones`");
  } else if (!document.is_mapping()) {
    report.error(document.mark, "a configuration is a section with `zones`, not " + called(document));
  } else {
    Reader reader{report, {}};
    for (const auto& file : report.files()) reader.surroundings.push_back({directory_of(file)});
    read_section(reader, "configuration", document, config_table(), config);
    config.settings = settings_of(document);
    check_whole(document, config, report, complete);
  }
  return config;
}

/// What would be right where there is no file; empty where there is one.
std::string where_it_could_be(const std::string& path) {
  std::error_code unknown;
  if (std::filesystem::exists(path, unknown) || unknown) return {};
  return "; name the file with --config; in a container mount the ConfigMap or the folder that holds it at " +
         directory_of(absolute_path(path, directory_of("here")));
}

std::string absolute(const std::string& file) { return absolute_path(file, directory_of("here")); }

Attempt attempt_text(std::string_view text, const std::string& file_name) {
  Report report(file_name);
  Attempt attempt;
  Sources sources{{{absolute(file_name), content_hash(std::string(text))}}, {}};
  if (auto document = parse_document(text, report)) {
    const bool complete = join_includes(*document, file_name, report, sources) &&
                          !is_misspelt(*document, config_table().keys(), "include");
    attempt.config = read_document(*document, file_name, report, complete);
    for (const auto& entry : document->entries) attempt.places[entry.key] = report.place(entry.value.mark);
  }
  attempt.failed = report.failed();
  attempt.findings = report.diagnostics();
  attempt.findings.sources = attempt.config.sources = std::move(sources);
  return attempt;
}

Result<Loaded, Diagnostics> loaded(Attempt attempt) {
  if (attempt.failed) return std::move(attempt.findings);
  return Loaded{std::move(attempt.config), std::move(attempt.findings.warnings)};
}

}  // namespace

Attempt attempt_file(const std::string& path) {
  const auto text = read_file(path);
  if (text) return attempt_text(*text, path);
  Report report(path);
  report.error({}, text.error().message + where_it_could_be(path));
  Attempt attempt;
  attempt.failed = true;
  attempt.findings = report.diagnostics();
  attempt.findings.sources = {{{absolute(path), 0}}, {}};
  return attempt;
}

Result<Loaded, Diagnostics> load_text(std::string_view text, const std::string& file_name) {
  return loaded(attempt_text(text, file_name));
}

Result<Loaded, Diagnostics> load_file(const std::string& path) { return loaded(attempt_file(path)); }

}  // namespace signpost::config
