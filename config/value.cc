#include "config/value.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "config/names.h"
#include "config/report.h"
#include "config/scalars.h"

namespace signpost::config {

using std::chrono::milliseconds;

Result<std::int64_t> read_whole(std::string_view text, std::int64_t min, std::int64_t max) {
  const auto value = parse_signed(text);
  if (!value) return Error{leading_zero_remedy(text)};
  if (*value < min || *value > max) return Error{};
  return *value;
}

Result<std::int64_t> read_size(std::string_view text, std::int64_t min, std::int64_t max) {
  const auto value = parse_size(text);
  if (!value) return Error{leading_zero_remedy(text)};
  if (*value > static_cast<std::uint64_t>(max) || static_cast<std::int64_t>(*value) < min) return Error{};
  return static_cast<std::int64_t>(*value);
}

Result<milliseconds> read_duration(std::string_view text, milliseconds min, milliseconds max) {
  const auto value = parse_duration(text);
  if (!value) {
    const auto remedy = leading_zero_remedy(text);
    return Error{remedy.empty() ? "a whole number with ms, s, m or h; without a unit it is seconds" : remedy};
  }
  if (*value < min || *value > max) return Error{};
  return *value;
}

std::string number_range(std::int64_t min, std::int64_t max, std::string_view unit) {
  return fmt::format("{} to {}{}{}", min, max, unit.empty() ? "" : " ", unit);
}

Value<milliseconds> duration(milliseconds min, milliseconds max) {
  const auto read = [min, max](std::string_view text, const Surroundings&) {
    return read_duration(text, min, max);
  };
  return {fmt::format("a duration from {} to {}", duration_text(min), duration_text(max)),
          read,
          duration_text,
          {Shape::Kind::Duration, min.count(), max.count(), {}}};
}

Value<std::uint32_t> seconds(std::uint32_t min, std::uint32_t max) {
  const auto read = [min, max](std::string_view text, const Surroundings&) -> Result<std::uint32_t> {
    const auto value = read_duration(text, milliseconds(min * 1000LL), milliseconds(max * 1000LL));
    if (!value) return value.error();
    if (value->count() % 1000 != 0) return Error{"whole seconds only"};
    return static_cast<std::uint32_t>(value->count() / 1000);
  };
  return {number_range(min, max, "seconds"),
          read,
          [](const std::uint32_t& value) { return std::to_string(value); },
          {Shape::Kind::Duration, min * 1000LL, max * 1000LL, {}}};
}

Value<bool> true_or_false() { return choice<bool>({{"true", true}, {"false", false}}); }
Value<bool> on_or_off() { return choice<bool>({{"on", true}, {"off", false}}); }

Value<double> weight() {
  constexpr double kMax = 1e9;
  const auto read = [](std::string_view text, const Surroundings&) -> Result<double> {
    const auto value = parse_decimal(text);
    if (!value && text.ends_with('%')) return Error{"weights are parts of their sum: leave out the `%`"};
    if (!value) return Error{leading_zero_remedy(text)};
    if (*value > kMax) return Error{};
    return *value;
  };
  return {"a number from 0 to 1000000000, such as 2 or 0.5",
          read,
          [](const double& value) { return fmt::format("{}", value); },
          {Shape::Kind::Decimal, 0, static_cast<std::int64_t>(kMax), {}}};
}

Value<Prefix> source_prefix() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_source_prefix(text); };
  return {"a prefix, such as 10.0.0.0/8 or fd00::/8",
          read,
          [](const Prefix& prefix) { return prefix.to_string(); },
          {Shape::Kind::Text, 0, 0, {}, R"(^[0-9A-Fa-f:.]+(/[0-9]+)?$)"}};
}

Value<IpAddress> ip_address() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<IpAddress> {
    const auto address = IpAddress::parse(text);
    if (!address) return Error{text.starts_with('[') ? "without brackets" : ""};
    return *address;
  };
  return {"an IPv4 or IPv6 address",
          read,
          [](const IpAddress& address) { return address.to_string(); },
          {Shape::Kind::Text, 0, 0, {}, R"(^[0-9A-Fa-f:.]+$)"}};
}

Value<SocketAddress> socket_address() {
  const auto read = [](std::string_view text, const Surroundings&) -> Result<SocketAddress> {
    const auto colon = text.rfind(':');
    const auto port = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
    const auto address = SocketAddress::parse(text);
    if (address && parse_whole(port)) return *address;
    if (IpAddress::parse(text)) return Error{"the port is missing"};
    const auto before = text.substr(0, colon);  // a port alone, or one of all addresses as others spell it
    const auto alone = colon == std::string_view::npos ? text : port;
    if (parse_whole(alone) && (alone == text || before.empty() || before == "*"))
      return Error{fmt::format(R"(write "0.0.0.0:{}" or "[::]:{}")", alone, alone)};
    return Error{leading_zero_remedy(port)};
  };
  return {R"(an address with a port, such as "0.0.0.0:53" or "[::]:53")",
          read,
          [](const SocketAddress& address) { return address.to_string(); },
          {Shape::Kind::Text, 0, 0, {}, R"(^.+:[0-9]+$)"}};
}

Value<std::string> host_name() {
  const auto read = [](std::string_view text, const Surroundings&) { return read_host_name(text); };
  return {"a host name", read, [](const std::string& name) { return name; }};
}

Value<std::string> path() {
  const auto read = [](std::string_view text, const Surroundings& around) -> Result<std::string> {
    if (text.empty()) return Error{};
    if (text == "~" || text.starts_with("~/")) return Error{"write the home directory out"};
    if (text.find('\0') != std::string_view::npos) return Error{"no path holds a NUL"};
    return absolute_path(text, around.directory);
  };
  return {"a path", read, [](const std::string& path) { return path; }};
}

Value<std::string> text(std::string takes, std::size_t max, std::function<bool(char)> fits) {
  const auto read = [max, fits = std::move(fits)](std::string_view text,
                                                  const Surroundings&) -> Result<std::string> {
    if (text.size() > max) return Error{fmt::format("at most {} octets", max)};
    if (text.empty() || (fits && !std::all_of(text.begin(), text.end(), fits))) return Error{};
    return std::string(text);
  };
  return {std::move(takes), read, [](const std::string& text) { return text; }};
}

std::string absolute_path(std::string_view path, const std::string& directory) {
  try {
    return (std::filesystem::path(directory) / std::filesystem::path(path)).lexically_normal().string();
  } catch (const std::exception&) {  // only for want of memory
    return std::string(path);
  }
}

}  // namespace signpost::config
