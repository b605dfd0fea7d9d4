#include "config/report.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "config/utf8.h"
#include "dns/base/edit_distance.h"

namespace signpost::config {
namespace {

constexpr std::size_t kQuotedMax = 60;
/// All keys of a section are listed; of thousands of services or zones a few.
constexpr std::size_t kListedMax = 60;
constexpr std::ptrdiff_t kListedFew = 10;
constexpr std::size_t kBeginningMin = 3;

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
  const std::string_view* nearest = nullptr;
  std::size_t least = 0;
  for (const auto& each : known) {
    if (nearest != nullptr && least == 0) break;
    const auto slips = slips_max(std::max(word.size(), each.size()));
    const auto most = nearest == nullptr ? slips : std::min(slips, least - 1);
    const auto steps = edit_distance(word, each, most);
    if (steps > most) continue;
    nearest = &each;
    least = steps;
  }
  if (nearest == nullptr && word.size() >= kBeginningMin) {  // `password` for `password_file`
    const auto begins = [&](std::string_view each) { return each.starts_with(word); };
    const auto first = std::find_if(known.begin(), known.end(), begins);
    if (first != known.end() && std::find_if(first + 1, known.end(), begins) == known.end())
      nearest = &*first;
  }
  if (nearest != nullptr) return fmt::format("; did you mean {}?", in_quotes(*nearest));
  if (known.size() <= kListedMax) return "; known here: " + one_of(known);
  const std::vector<std::string_view> some(known.begin(), known.begin() + kListedFew);
  return fmt::format("; known here: {} and {} more", fmt::join(some, ", "), known.size() - some.size());
}

}  // namespace signpost::config
