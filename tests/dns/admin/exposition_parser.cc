#include "tests/dns/admin/exposition_parser.h"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>

namespace signpost::admin {
namespace {

bool is_name(std::string_view text, bool colon) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text) {
    const bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!ok && !(colon && c == ':')) return false;
  }
  return true;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const std::size_t length = octet < 0x80    ? 1
                               : octet >= 0xf0 ? 4
                               : octet >= 0xe0 ? 3
                               : octet >= 0xc2 ? 2
                                               : 0;
    if (length == 0 || octet > 0xf4 || i + length > text.size()) return false;
    std::uint32_t point = length == 1 ? octet : octet & (0xffu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if ((next & 0xc0) != 0x80) return false;
      point = point << 6 | (next & 0x3f);
    }
    const bool surrogate = point >= 0xd800 && point <= 0xdfff;
    if (surrogate || point > 0x10ffff || (length == 3 && point < 0x800) || (length == 4 && point < 0x10000))
      return false;
    i += length;
  }
  return true;
}

struct Cursor {
  std::string_view rest;
  bool take(std::string_view word) {
    if (rest.substr(0, word.size()) != word) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  std::string_view until(std::string_view ends) {
    const auto at = std::min(rest.find_first_of(ends), rest.size());
    const auto taken = rest.substr(0, at);
    rest.remove_prefix(at);
    return taken;
  }
};

/// After the opening quote, up to and with the closing one.
std::optional<std::string> label_value(Cursor& cursor) {
  std::string out;
  while (!cursor.rest.empty()) {
    const char c = cursor.rest[0];
    cursor.rest.remove_prefix(1);
    if (c == '"') return out;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (cursor.take("\\"))
      out += '\\';
    else if (cursor.take("n"))
      out += '\n';
    else if (cursor.take("\""))
      out += '"';
    else
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Sample> sample_of(std::string_view line) {
  Cursor cursor{line};
  Sample sample;
  sample.name = std::string(cursor.until("{ "));
  if (!is_name(sample.name, true)) return std::nullopt;
  if (cursor.take("{")) {
    while (!cursor.take("}")) {
      const auto key = std::string(cursor.until("="));
      if (!is_name(key, false) || !cursor.take("=\"")) return std::nullopt;
      const auto value = label_value(cursor);
      if (!value || !is_utf8(*value) || !sample.labels.emplace(key, *value).second) return std::nullopt;
      if (!cursor.take(",") && cursor.rest.substr(0, 1) != "}") return std::nullopt;
    }
  }
  if (!cursor.take(" ")) return std::nullopt;
  const std::string number(cursor.rest);
  char* end = nullptr;
  sample.value = number == "+Inf" || number == "Inf" ? std::numeric_limits<double>::infinity()
                                                     : std::strtod(number.c_str(), &end);
  if (end != nullptr && (end == number.c_str() || *end != '\0')) return std::nullopt;
  return sample;
}

/// The family a sample belongs to, given the types known so far.
std::string family_of(const Sample& sample, const Page& page) {
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (sample.name.size() <= suffix.size() ||
        sample.name.substr(sample.name.size() - suffix.size()) != suffix)
      continue;
    const auto base = sample.name.substr(0, sample.name.size() - suffix.size());
    if (const auto found = page.types.find(base); found != page.types.end() && found->second == "histogram")
      return base;
  }
  return sample.name;
}

std::string histogram_trouble(const Page& page) {
  std::map<std::pair<std::string, std::map<std::string, std::string>>, std::vector<std::pair<double, double>>>
      buckets;
  for (const auto& sample : page.samples) {
    const auto bound = sample.labels.find("le");
    if (bound == sample.labels.end()) continue;
    auto labels = sample.labels;
    labels.erase("le");
    const auto base = sample.name.substr(0, sample.name.size() - 7);
    const double upper =
        bound->second == "+Inf" ? std::numeric_limits<double>::infinity() : std::stod(bound->second);
    buckets[{base, labels}].emplace_back(upper, sample.value);
  }
  for (const auto& [key, list] : buckets) {
    for (std::size_t i = 1; i < list.size(); ++i) {
      if (list[i].first <= list[i - 1].first || list[i].second < list[i - 1].second)
        return key.first + ": buckets fall";
    }
    if (!std::isinf(list.back().first)) return key.first + ": no +Inf bucket";
    if (page.value(key.first + "_count", key.second) != list.back().second)
      return key.first + ": count differs";
    if (std::isnan(page.value(key.first + "_sum", key.second))) return key.first + ": no sum";
  }
  return {};
}

}  // namespace

double Page::value(std::string_view name, const std::map<std::string, std::string>& labels) const {
  for (const auto& sample : samples) {
    if (sample.name == name && sample.labels == labels) return sample.value;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

std::size_t Page::count(std::string_view name) const {
  std::size_t found = 0;
  for (const auto& sample : samples) found += sample.name == name ? 1 : 0;
  return found;
}

Result<Page> parse_exposition(std::string_view text) {
  Page page;
  std::string current;  // family whose lines we are in
  std::set<std::pair<std::string, std::map<std::string, std::string>>> seen;
  if (!text.empty() && text.back() != '\n') return Error{"the last line has no end"};
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < 0x20) return Error{"control character: " + std::string(line)};
    }
    if (line.substr(0, 7) == "# HELP ") continue;
    if (line.substr(0, 7) == "# TYPE ") {
      const auto space = line.find(' ', 7);
      current = std::string(line.substr(7, space - 7));
      const auto type = std::string(line.substr(space + 1));
      if (type != "counter" && type != "gauge" && type != "histogram")
        return Error{"type: " + std::string(line)};
      if (type == "counter" && (current.size() < 6 || current.substr(current.size() - 6) != "_total"))
        return Error{"counter name: " + current};
      if (!page.types.emplace(current, type).second) return Error{"family in two places: " + current};
      continue;
    }
    const auto sample = sample_of(line);
    if (!sample) return Error{"sample: " + std::string(line)};
    if (family_of(*sample, page) != current) return Error{"outside its family: " + std::string(line)};
    if (page.types[current] == "counter" && !(sample->value >= 0))
      return Error{"negative counter: " + std::string(line)};
    if (!seen.emplace(sample->name, sample->labels).second) return Error{"twice: " + std::string(line)};
    page.samples.push_back(*sample);
  }
  if (auto trouble = histogram_trouble(page); !trouble.empty()) return Error{trouble};
  return page;
}

}  // namespace signpost::admin
