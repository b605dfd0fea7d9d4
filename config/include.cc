#include "config/include.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "config/read_file.h"
#include "config/value.h"

namespace signpost::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 1000;
constexpr std::string_view kTakes = "a path such as conf.d/*.yaml, or a list of them";

/// As canonical paths go: two spellings of one file are one file.
std::string identity(const std::string& path) {
  std::error_code error;
  const auto real = fs::canonical(path, error);
  return error ? path : real.string();
}

/// The matched path as a person would write it who wrote `includer` for the file that includes it.
std::string shown(const std::string& path, const std::string& includer) {
  const auto below = fs::path(path).lexically_relative(directory_of(includer));
  if (below.empty() || below.begin()->string() == "..") return path;
  return (fs::path(includer).parent_path() / below).string();
}

class Joiner {
 public:
  Joiner(Report& report, Sources& sources) : report_(report), sources_(sources) {}

  /// `document` is that of the file numbered `file`.
  void join(Node& document, int file) {
    const auto* entry = document.find("include");
    if (entry == nullptr) return;
    const auto patterns = entry->value;
    std::erase_if(document.entries, [](const Entry& each) { return each.key == "include"; });
    if (patterns.is_scalar()) return include(document, patterns, file);
    const auto is_scalar = [](const Node& item) { return item.is_scalar(); };
    if (!patterns.is_list() || !std::all_of(patterns.items.begin(), patterns.items.end(), is_scalar)) {
      report_.error(patterns.mark, fmt::format("`include` takes {}, not {}", kTakes, called(patterns)));
      complete_ = false;
      return;
    }
    for (const auto& pattern : patterns.items) include(document, pattern, file);
  }

  void begin_with(const std::string& file) { open_.push_back(identity(file)); }
  bool complete() const { return complete_; }

 private:
  void include(Node& document, const Node& written, int file) {
    if (written.scalar.empty() || written.scalar.find('\0') != std::string::npos) {
      report_.error(written.mark, fmt::format("`include` takes {}, not {}", kTakes, called(written)));
      complete_ = false;
      return;
    }
    const auto includer = report_.files()[static_cast<std::size_t>(file)];
    const auto pattern = absolute_path(written.scalar, directory_of(includer));
    sources_.patterns.push_back(pattern);
    for (const auto& path : matching_files(pattern)) {
      if (!may_read(path, written)) continue;
      const int number = report_.add_file(shown(path, includer));
      if (auto included = read(path, written.mark, number)) {
        open_.push_back(identity(path));
        join(*included, number);
        open_.pop_back();
        merge(document, std::move(*included), 0);
      }
    }
  }

  /// Each file once: twice is a cycle, or two patterns that overlap.
  bool may_read(const std::string& path, const Node& written) {
    const auto file = identity(path);
    if (std::find(open_.begin(), open_.end(), file) != open_.end()) {
      report_.error(written.mark, fmt::format("{} includes itself by {}; take it out, or let the pattern not "
                                              "match it",
                                              path, in_quotes(written.scalar)));
      return false;
    }
    const auto [first, fresh] = read_.emplace(file, written.mark);
    if (!fresh) {
      report_.error(written.mark, fmt::format("{} is included twice, first by {}; keep one", path,
                                              report_.other(written.mark, first->second)));
      return false;
    }
    if (read_.size() > kFilesMax) {
      if (read_.size() == kFilesMax + 1)
        report_.error(written.mark, fmt::format("more than {} files are included", kFilesMax));
      return false;
    }
    return true;
  }

  std::optional<Node> read(const std::string& path, Mark by, int number) {
    const auto text = read_file(path);
    sources_.files.push_back({path, text ? content_hash(*text) : 0});
    if (!text) report_.error(by, fmt::format("{} {}", path, text.error().message));
    auto document = text ? parse_document(*text, report_, number) : std::nullopt;
    if (document && (document->is_mapping() || document->is_null())) return document;
    complete_ = false;
    if (document) {
      report_.error(document->mark,
                    "an included file is a section like the whole, with `zones` or other keys, not " +
                        called(*document));
    }
    return std::nullopt;
  }

  /// Only the parts of `registries` and of sections come together: a registry or zone is written in one
  /// place.
  void merge(Node& into, Node&& from, int depth) {
    for (auto& entry : from.entries) {
      const auto same = [&](const Entry& other) { return other.key == entry.key; };
      const auto known = std::find_if(into.entries.begin(), into.entries.end(), same);
      if (known == into.entries.end()) {
        into.entries.push_back(std::move(entry));
      } else if (entry.value.is_null()) {
        continue;
      } else if (known->value.is_null()) {
        *known = std::move(entry);
      } else if (depth == 0 && known->value.is_mapping() && entry.value.is_mapping()) {
        merge(known->value, std::move(entry.value), depth + 1);
      } else if (depth == 0 && (entry.key == "zones" || entry.key == "access") && known->value.is_list() &&
                 entry.value.is_list()) {
        auto& items = entry.value.items;
        std::move(items.begin(), items.end(), std::back_inserter(known->value.items));
      } else {
        report_.error(entry.key_mark,
                      fmt::format("{} is written twice, first in {}; keep one", in_quotes(entry.key),
                                  report_.other(entry.key_mark, known->key_mark)));
      }
    }
  }

  Report& report_;
  Sources& sources_;
  std::vector<std::string> open_;     // from the first file to the one that is joined now
  std::map<std::string, Mark> read_;  // where each was included
  bool complete_ = true;              // all that should be here is
};

}  // namespace

std::string directory_of(const std::string& file) {
  std::error_code error;
  auto absolute = fs::absolute(file, error);
  return error ? "/" : absolute.parent_path().string();
}

bool join_includes(Node& document, const std::string& file, Report& report, Sources& sources) {
  Joiner joiner(report, sources);
  joiner.begin_with(file);
  joiner.join(document, 0);
  return joiner.complete();
}

}  // namespace signpost::config
