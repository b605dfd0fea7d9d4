#include "config/names.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "config/report.h"
#include "config/scalars.h"
#include "dns/base/ip_address.h"

namespace signpost::config {
namespace {

constexpr std::size_t kLabelMax = 63;
constexpr std::size_t kNameMax =
    253;  // in text without the final dot: 255 on the wire (RFC 1035 section 2.3.4)

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::vector<std::string_view> split(std::string_view name) {
  std::vector<std::string_view> labels;
  while (true) {
    const auto dot = name.find('.');
    labels.push_back(name.substr(0, dot));
    if (dot == std::string_view::npos) return labels;
    name.remove_prefix(dot + 1);
  }
}

/// Lower-case without the final dot, when the sizes are right and every octet is a letter, digit, `-` or
/// `extra`.
Result<std::string> plain_name(std::string_view text, std::string_view extra) {
  auto name = lower(text);
  if (name.size() > 1 && name.back() == '.') name.pop_back();
  if (name.empty()) return Error{"it is empty"};
  if (name.size() > kNameMax) return Error{fmt::format("it is longer than {} octets", kNameMax)};
  for (const auto label : split(name)) {
    if (label.empty()) return Error{"it has an empty label"};
    if (label.size() > kLabelMax) return Error{fmt::format("{} is longer than 63 octets", in_quotes(label))};
    for (const char c : label) {
      if (is_letter(c) || is_digit(c) || c == '-' || extra.find(c) != std::string_view::npos) continue;
      return Error{fmt::format("{} does not belong in it", in_quotes(std::string_view(&c, 1)))};
    }
  }
  return name;
}

bool is_octet(std::string_view label) {
  const auto value = parse_whole(label);
  return value && *value <= 255;
}

bool is_nibble(std::string_view label) {
  return label.size() == 1 && (is_digit(label[0]) || (label[0] >= 'a' && label[0] <= 'f'));
}

/// The labels before a reverse tree's own two.
std::vector<std::string_view> reverse_labels(std::string_view name, std::string_view tree) {
  if (name == tree) return {};
  return split(name.substr(0, name.size() - tree.size() - 1));
}

Result<void> check_reverse(std::string_view name) {
  if (is_at_or_below(name, "in-addr.arpa")) {
    const auto octets = reverse_labels(name, "in-addr.arpa");
    if (octets.size() > 4 || !std::all_of(octets.begin(), octets.end(), is_octet)) {
      return Error{"before in-addr.arpa stand at most four numbers from 0 to 255"};
    }
  }
  if (is_at_or_below(name, "ip6.arpa")) {
    const auto nibbles = reverse_labels(name, "ip6.arpa");
    if (nibbles.size() > 32 || !std::all_of(nibbles.begin(), nibbles.end(), is_nibble)) {
      return Error{"before ip6.arpa stand at most 32 single hexadecimal digits"};
    }
  }
  return {};
}

/// The reverse zone of a prefix on an octet or nibble border: "10.0.0.0/8" is 10.in-addr.arpa. Empty: none.
std::string reverse_of_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const auto address = IpAddress::parse(text.substr(0, slash));
  const auto length = parse_whole(text.substr(slash + 1));
  if (!address || !length || *length > address->octets().size() * 8) return {};
  const std::size_t step = address->is_v4() ? 8 : 4;
  if (*length % step != 0) return {};
  std::string name;
  for (std::size_t bit = *length; bit >= step; bit -= step) {
    const auto octet = address->octets()[(bit - step) / 8];
    if (address->is_v4()) {
      name += fmt::format("{}.", octet);
    } else {
      name += fmt::format("{:x}.", (bit - step) % 8 == 0 ? octet >> 4 : octet & 0xf);
    }
  }
  return name + (address->is_v4() ? "in-addr.arpa" : "ip6.arpa");
}

}  // namespace

Result<std::string> read_host_name(std::string_view text) {
  if (IpAddress::parse(text)) return Error{"that is an address"};
  auto name = plain_name(text, "");
  if (!name) return name;
  const auto labels = split(*name);
  for (const auto label : labels) {
    if (label.front() == '-' || label.back() == '-') {
      return Error{fmt::format("{} begins or ends with a hyphen", in_quotes(label))};
    }
  }
  // RFC 1123 section 2.1: the last label tells a name from an address, so it is not a number.
  if (std::all_of(labels.back().begin(), labels.back().end(), is_digit)) return Error{"it ends in a number"};
  return name;
}

Result<std::string> read_zone_name(std::string_view text) {
  if (text == ".") return std::string(text);
  if (const auto reverse = reverse_of_prefix(text); !reverse.empty()) {
    return Error{fmt::format("the reverse zone of that prefix is written {}", reverse)};
  }
  auto name = plain_name(text, "_");
  if (!name) return name;
  if (const auto legal = check_reverse(*name); !legal) return legal.error();
  return name;
}

Result<std::string> read_mailbox(std::string_view text) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    std::string local;
    for (const char c : text.substr(0, at)) {
      if (c == '.') local += '\\';
      local += c;
    }
    return Error{
        fmt::format("an SOA writes it {}", in_quotes(local + "." + std::string(text.substr(at + 1))))};
  }
  // The local part may hold escaped dots, which are no label breaks; the rest is an ordinary name.
  std::size_t end = 0;
  while (end < text.size() && text[end] != '.') {
    end += text[end] == '\\' ? 2 : 1;
  }
  if (end >= text.size()) return Error{"it has no domain after the first label"};
  const auto local = text.substr(0, end);
  for (std::size_t i = 0; i < local.size(); ++i) {
    if (local[i] == '\\' && local[i + 1] == '.') {
      ++i;
      continue;
    }
    if (is_letter(local[i]) || is_digit(local[i]) ||
        std::string_view("-_+").find(local[i]) != std::string_view::npos) {
      continue;
    }
    return Error{fmt::format("{} does not belong in it", in_quotes(local.substr(i, 1)))};
  }
  if (local.empty() || local.size() > kLabelMax) return Error{"its first label has 1 to 63 octets"};
  auto domain = plain_name(text.substr(end + 1), "_");
  if (!domain) return domain;
  if (local.size() + 1 + domain->size() > kNameMax)
    return Error{fmt::format("it is longer than {} octets", kNameMax)};
  return lower(local) + "." + *domain;
}

Result<std::string> read_registry_name(std::string_view text) {
  const auto fits = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  if (text.empty() || text.size() > kLabelMax || !std::all_of(text.begin(), text.end(), fits)) {
    return Error{"1 to 63 letters, digits, `-`, `_` or `.`"};
  }
  return std::string(text);
}

bool is_at_or_below(std::string_view name, std::string_view apex) noexcept {
  if (apex == ".") return true;
  if (!name.ends_with(apex)) return false;
  return name.size() == apex.size() || name[name.size() - apex.size() - 1] == '.';
}

}  // namespace signpost::config
