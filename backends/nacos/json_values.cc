#include "backends/nacos/json_values.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace signpost::nacos {
namespace {

template <class Number>
bool read_whole(const std::string& text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string as_text(const Json& value) {
  if (value.is_structured() || value.is_null()) return {};  // dump() of a deep structure recurses
  if (value.is_string()) return value.get<std::string>();
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool as_flag(const Json& value, bool fallback) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return value.get_ref<const std::string&>() == "true";
  return fallback;
}

std::int64_t as_integer(const Json& value, std::int64_t fallback) {
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return fallback;
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  std::int64_t number = 0;
  return value.is_string() && read_whole(value.get_ref<const std::string&>(), number) ? number : fallback;
}

double as_weight(const Json& value) {
  if (value.is_null()) return 1;
  if (value.is_number()) return value.get<double>();
  double number = 0;
  return value.is_string() && read_whole(value.get_ref<const std::string&>(), number) ? number : std::nan("");
}

std::string text_of(const Json& object, const char* key) {
  const auto* value = member(object, key);
  return value == nullptr ? std::string() : as_text(*value);
}

bool flag_of(const Json& object, const char* key, bool fallback) {
  const auto* value = member(object, key);
  return value == nullptr ? fallback : as_flag(*value, fallback);
}

std::int64_t integer_of(const Json& object, const char* key, std::int64_t fallback) {
  const auto* value = member(object, key);
  return value == nullptr ? fallback : as_integer(*value, fallback);
}

}  // namespace signpost::nacos
