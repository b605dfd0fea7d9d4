#include "dns/admin/http_message.h"

#include <algorithm>

namespace signpost::admin {
namespace {

std::optional<unsigned> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

/// `plus_is_space`: in a query string "+" has been a space since HTML forms.
Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? hex_digit(text[i + 2]) : std::nullopt;
    if (!high || !low) return Error{"a '%' must be followed by two hexadecimal digits"};
    if (*high == 0 && *low == 0) return Error{"%00 cannot stand in a request"};
    out += static_cast<char>(*high << 4 | *low);
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<std::string_view> HttpRequest::parameter(std::string_view name) const noexcept {
  for (const auto& [key, value] : parameters) {
    if (key == name) return value;
  }
  return std::nullopt;
}

bool HttpRequest::wants_json(bool fallback) const noexcept {
  if (const auto format = parameter("format")) return *format == "json";
  if (accept.find("application/json") != std::string::npos) return true;
  if (accept.find("text/plain") != std::string::npos) return false;
  return fallback;
}

HttpReply text_reply(unsigned status, std::string body) {
  return {status, "text/plain; charset=utf-8", std::move(body)};
}

HttpReply json_reply(unsigned status, std::string body) {
  return {status, "application/json", std::move(body)};
}

HttpReply later(Later<HttpReply> make) {
  HttpReply reply;
  reply.aside = std::move(make);
  return reply;
}

Result<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return Error{"the request target must start with '/'"};
  const auto question = target.find('?');
  auto path = decode(target.substr(0, question), false);
  if (!path) return path.error();
  Target parsed{std::move(*path), {}};
  auto rest = question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('&'), rest.size());
    const auto item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (item.empty()) continue;
    const auto equals = std::min(item.find('='), item.size());
    auto key = decode(item.substr(0, equals), true);
    if (!key) return key.error();
    auto value = decode(item.substr(std::min(equals + 1, item.size())), true);
    if (!value) return value.error();
    parsed.parameters.emplace_back(std::move(*key), std::move(*value));
  }
  return parsed;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                            c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
      continue;
    }
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
  return out;
}

}  // namespace signpost::admin
