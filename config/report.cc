#include "config/report.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "config/utf8.h"

namespace signpost::config {
namespace {

constexpr std::size_t kQuotedMax = 60;

/// Insertions, deletions, changes and swaps of neighbours (optimal string alignment); words here are short.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> rows(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    rows[i][0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto changed = rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      rows[i][j] = std::min({rows[i - 1][j] + 1, rows[i][j - 1] + 1, changed});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  }
  return rows.back().back();
}

}  // namespace

void Report::Findings::add(Mark mark, std::string what) {
  if (found.size() == kFindingsMax) {
    ++left_out;
    return;
  }
  found.push_back({mark, std::move(what)});
}

std::vector<std::string> Report::lines(const Findings& findings) const {
  auto sorted = findings.found;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.mark.file, a.mark.line, a.mark.column) <
           std::tie(b.mark.file, b.mark.line, b.mark.column);
  });
  std::vector<std::string> lines;
  for (const auto& finding : sorted) {
    const auto at = place(finding.mark);
    lines.push_back((at.line == 0 ? at.file : at.to_string()) + ": " + finding.what);
  }
  if (findings.left_out > 0)
    lines.push_back(fmt::format("{}: and {} more", files_.front(), findings.left_out));
  return lines;
}

int Report::add_file(std::string file) {
  files_.push_back(std::move(file));
  return static_cast<int>(files_.size()) - 1;
}

Place Report::place(Mark mark) const {
  return {files_[static_cast<std::size_t>(mark.file)], mark.line, mark.column};
}

Mark Report::mark(const Place& place) const {
  const auto found = std::find(files_.begin(), files_.end(), place.file);
  const auto file = found == files_.end() ? 0 : static_cast<int>(found - files_.begin());
  return {place.line, place.column, file};
}

std::string Report::other(Mark from, Mark mark) const {
  if (from.file == mark.file) return fmt::format("line {}", mark.line);
  return fmt::format("{}:{}", files_[static_cast<std::size_t>(mark.file)], mark.line);
}

Diagnostics Report::diagnostics() const { return {lines(errors_), lines(warnings_)}; }

std::string in_quotes(std::string_view text) {
  const bool is_text = !first_unprintable(text);
  std::string out = "`";
  for (const char c : text.substr(0, kQuotedMax)) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet == 0x7f || (octet >= 0x80 && !is_text)) {
      out += fmt::format("\\x{:02x}", octet);
    } else {
      out += c;
    }
  }
  if (text.size() > kQuotedMax) {
    // The cut must not leave half a UTF-8 sequence: drop what follows the last lead octet, and that octet.
    while (out.size() > 1 && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (static_cast<unsigned char>(out.back()) >= 0xc0) out.pop_back();
    out += "...";
  }
  return out + "`";
}

std::string one_of(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  if (known.empty()) return {};
  if (word.size() <= kQuotedMax) {
    const auto nearest = std::min_element(
        known.begin(), known.end(), [&](auto a, auto b) { return distance(word, a) < distance(word, b); });
    // A third of the word wrong is a slip; more is another word.
    if (distance(word, *nearest) <= std::max<std::size_t>(1, std::max(word.size(), nearest->size()) / 3)) {
      return fmt::format("; did you mean {}?", in_quotes(*nearest));
    }
  }
  return "; known here: " + one_of(known);
}

}  // namespace signpost::config
