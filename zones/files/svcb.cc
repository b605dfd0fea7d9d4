// SvcParams of SVCB and HTTPS (RFC 9460). ldns 1.8.3 keeps the backslashes of quoted values and lets keys
// repeat, so they are read here.
#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "config/report.h"
#include "dns/base/ip_address.h"
#include "zones/files/rdata.h"

namespace signpost::files {
namespace {

using config::in_quotes;

enum Key : std::uint16_t {
  kMandatory,
  kAlpn,
  kNoDefaultAlpn,
  kPort,
  kIpv4Hint,
  kEch,
  kIpv6Hint,
  kDohPath,
  kOhttp
};
constexpr std::string_view kKeyNames[] = {"mandatory", "alpn",     "no-default-alpn", "port", "ipv4hint",
                                          "ech",       "ipv6hint", "dohpath",         "ohttp"};
constexpr std::uint16_t kInvalidKey = 65535;

/// "port", or "key3" without leading zeros (section 2.1).
std::optional<std::uint16_t> read_key(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kKeyNames); ++i) {
    if (kKeyNames[i] == text) return static_cast<std::uint16_t>(i);
  }
  if (!text.starts_with("key")) return std::nullopt;
  const auto digits = text.substr(3);
  const auto number = read_number(digits, kInvalidKey - 1);
  if (!number || (digits.size() > 1 && digits[0] == '0')) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::string key_text(std::uint16_t key) {
  return key < std::size(kKeyNames) ? std::string(kKeyNames[key]) : fmt::format("key{}", key);
}

/// Items between commas (appendix A.1): a comma or a backslash inside one follows a backslash. Works on
/// octets whose own escapes are undone already, so `\\,` in the text is a comma here.
Result<std::vector<Octets>> split(const Octets& value) {
  std::vector<Octets> items(1);
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] == ',') {
      items.emplace_back();
      continue;
    }
    if (value[at] == '\\' && ++at == value.size()) return Error{"nothing follows the last backslash"};
    items.back().push_back(value[at]);
  }
  const auto empty = [](const Octets& item) { return item.empty(); };
  if (std::any_of(items.begin(), items.end(), empty)) return Error{"an item is empty"};
  return items;
}

std::string text_of(const Octets& octets) { return {octets.begin(), octets.end()}; }

Result<Octets> read_mandatory(const std::vector<Octets>& items) {
  std::vector<std::uint16_t> keys;
  for (const auto& item : items) {
    const auto key = read_key(text_of(item));
    if (!key) return Error{fmt::format("{} is not a key", in_quotes(text_of(item)))};
    keys.push_back(*key);
  }
  std::sort(keys.begin(), keys.end());
  Octets out;
  for (const auto key : keys) append_u16(out, key);
  return out;
}

Result<Octets> read_alpn(const std::vector<Octets>& items) {
  Octets out;
  for (const auto& item : items) {
    if (item.size() > 255) return Error{"a protocol has at most 255 octets"};
    out.push_back(static_cast<std::uint8_t>(item.size()));
    append(out, item);
  }
  return out;
}

Result<Octets> read_hints(const std::vector<Octets>& items, bool v6) {
  Octets out;
  for (const auto& item : items) {
    const auto address = IpAddress::parse(text_of(item));
    if (!address || address->is_v6() != v6)
      return Error{fmt::format("{} is not an IPv{} address", in_quotes(text_of(item)), v6 ? 6 : 4)};
    append(out, address->octets());
  }
  return out;
}

Result<Octets> read_base64(std::string_view text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty() || text.size() % 4 != 0) return Error{"base64 has a multiple of four digits"};
  std::size_t padding = 0;
  while (padding < 2 && text.ends_with('=')) {
    text.remove_suffix(1);
    ++padding;
  }
  Octets out;
  std::uint32_t bits = 0;
  std::size_t count = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) return Error{fmt::format("`{}` is not a digit of base64", c)};
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (++count % 4 != 0) continue;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  if (padding == 1) {
    append_u16(out, bits >> 2);
  } else if (padding == 2) {
    out.push_back(static_cast<std::uint8_t>(bits >> 4));
  }
  return out;
}

Result<Octets> read_value(std::uint16_t key, const Octets& value) {
  if (key == kNoDefaultAlpn || key == kOhttp) {
    if (!value.empty()) return Error{"it takes no value"};
    return value;
  }
  if (key > kOhttp) return value;
  if (value.empty()) return Error{"it needs a value"};
  if (key == kDohPath) return value;
  if (key == kEch) return read_base64(text_of(value));
  if (key == kPort) {
    const auto port = read_number(text_of(value), 65535);
    if (!port) return Error{"a port is 0 to 65535"};
    Octets out;
    append_u16(out, *port);
    return out;
  }
  const auto items = split(value);
  if (!items) return items.error();
  if (key == kMandatory) return read_mandatory(*items);
  if (key == kAlpn) return read_alpn(*items);
  return read_hints(*items, key == kIpv6Hint);
}

/// What stands between quotes is taken out of them; the lexer saw that they are a pair.
std::string_view without_quotes(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return value;
  return value.substr(1, value.size() - 2);
}

std::uint16_t u16_at(const Octets& octets, std::size_t at) {
  return static_cast<std::uint16_t>(octets[at] << 8 | octets[at + 1]);
}

/// `mandatory` names other keys, each once, all of them present (section 8).
std::string mandatory_fault(const Octets& value, const std::map<std::uint16_t, Octets>& params) {
  if (value.empty() || value.size() % 2 != 0) return "mandatory is not a list of keys";
  for (std::size_t at = 0; at < value.size(); at += 2) {
    const auto key = u16_at(value, at);
    if (key == kMandatory) return "mandatory must not name itself";
    if (at > 0 && key <= u16_at(value, at - 2))
      return fmt::format("mandatory names {} twice or out of order", key_text(key));
    if (!params.contains(key))
      return fmt::format("mandatory names {}, which is not here; add it", key_text(key));
  }
  return {};
}

std::string value_fault(std::uint16_t key, const Octets& value) {
  const auto bad = [&](bool wrong) { return wrong ? key_text(key) + " has a value of a wrong length" : ""; };
  switch (key) {
    case kAlpn: {
      std::size_t at = 0;
      while (at < value.size() && value[at] > 0) at += value[at] + 1u;
      return bad(value.empty() || at != value.size());
    }
    case kNoDefaultAlpn:
    case kOhttp:
      return bad(!value.empty());
    case kPort:
      return bad(value.size() != 2);
    case kIpv4Hint:
      return bad(value.empty() || value.size() % 4 != 0);
    case kIpv6Hint:
      return bad(value.empty() || value.size() % 16 != 0);
    default:
      return {};
  }
}

}  // namespace

Result<Octets, RdataError> read_svc_params(std::span<const Word> words, std::size_t first) {
  std::map<std::uint16_t, Octets> params;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto fail = [&](std::string what) { return RdataError{std::move(what), first + i}; };
    const auto text = words[i].text;
    const auto equals = text.find('=');
    const auto key = words[i].quoted ? std::nullopt : read_key(text.substr(0, equals));
    if (!key) {
      return fail(fmt::format("{} is not a parameter; write key=value, an unknown key as key12345=value",
                              in_quotes(text)));
    }
    const auto octets =
        read_octets(equals == std::string_view::npos ? "" : without_quotes(text.substr(equals + 1)));
    if (!octets) return fail(key_text(*key) + ": " + octets.error().message);
    auto value = read_value(*key, *octets);
    if (!value) return fail(key_text(*key) + ": " + value.error().message);
    if (!params.emplace(*key, std::move(*value)).second)
      return fail(key_text(*key) + " is written twice; keep one");
  }
  Octets out;
  for (const auto& [key, value] : params) {
    if (value.size() > 65535) return RdataError{key_text(key) + " has more than 65535 octets", first};
    append_u16(out, key);
    append_u16(out, value.size());
    append(out, value);
  }
  return out;
}

std::string svcb_fault(const Octets& rdata) {
  std::size_t at = 2;
  while (at < rdata.size() && rdata[at] != 0) at += rdata[at] + 1u;
  if (++at > rdata.size()) return "it needs a priority and a target name";
  const bool alias_mode = u16_at(rdata, 0) == 0;
  if (alias_mode && at < rdata.size()) {
    return "priority 0 (an alias) has no parameters; leave them out or use another priority";
  }
  std::map<std::uint16_t, Octets> params;
  for (int before = -1; at < rdata.size();) {
    if (rdata.size() - at < 4 || rdata.size() - at - 4 < u16_at(rdata, at + 2))
      return "its last parameter is cut short";
    const auto key = u16_at(rdata, at);
    const auto begin = rdata.begin() + static_cast<std::ptrdiff_t>(at + 4);
    Octets value(begin, begin + u16_at(rdata, at + 2));
    at += 4 + value.size();
    if (key <= before || key == kInvalidKey) return fmt::format("{} is out of order", key_text(key));
    before = key;
    if (auto fault = value_fault(key, value); !fault.empty()) return fault;
    params.emplace(key, std::move(value));
  }
  if (params.contains(kNoDefaultAlpn) && !params.contains(kAlpn))
    return "no-default-alpn needs alpn (RFC 9460, section 7.1.1)";
  const auto mandatory = params.find(kMandatory);
  return mandatory == params.end() ? std::string() : mandatory_fault(mandatory->second, params);
}

}  // namespace signpost::files
