#include "backends/nacos/json_values.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace signpost::nacos {
namespace {

using Kind = JsonScalar::Kind;

template <class Number>
bool read_whole(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string as_text(const JsonScalar& value) {
  switch (value.kind) {
    case Kind::Text:
      return std::string(value.text);
    case Kind::Flag:
      return value.flag ? "true" : "false";
    case Kind::Integer:
      return std::to_string(value.integer);
    case Kind::Unsigned:
      return std::to_string(value.natural);
    case Kind::Float:
      return Json(value.number).dump();
    case Kind::Null:
      break;
  }
  return {};
}

bool as_flag(const JsonScalar& value, bool fallback) {
  if (value.kind == Kind::Flag) return value.flag;
  return value.kind == Kind::Text ? value.text == "true" : fallback;
}

std::int64_t as_integer(const JsonScalar& value, std::int64_t fallback) {
  if (value.kind == Kind::Integer) return value.integer;
  if (value.kind == Kind::Unsigned) {
    const bool fits = value.natural <= std::numeric_limits<std::int64_t>::max();
    return fits ? static_cast<std::int64_t>(value.natural) : fallback;
  }
  std::int64_t number = 0;
  return value.kind == Kind::Text && read_whole(value.text, number) ? number : fallback;
}

double as_weight(const JsonScalar& value) {
  switch (value.kind) {
    case Kind::Null:
      return 1;
    case Kind::Integer:
      return static_cast<double>(value.integer);
    case Kind::Unsigned:
      return static_cast<double>(value.natural);
    case Kind::Float:
      return value.number;
    default:
      break;
  }
  double number = 0;
  return value.kind == Kind::Text && read_whole(value.text, number) ? number : std::nan("");
}

JsonScalar scalar_of(const Json& value) {
  JsonScalar scalar;
  if (value.is_string()) {
    scalar.kind = Kind::Text;
    scalar.text = value.get_ref<const std::string&>();
  } else if (value.is_boolean()) {
    scalar.kind = Kind::Flag;
    scalar.flag = value.get<bool>();
  } else if (value.is_number_unsigned()) {
    scalar.kind = Kind::Unsigned;
    scalar.natural = value.get<std::uint64_t>();
  } else if (value.is_number_integer()) {
    scalar.kind = Kind::Integer;
    scalar.integer = value.get<std::int64_t>();
  } else if (value.is_number()) {
    scalar.kind = Kind::Float;
    scalar.number = value.get<double>();
  }
  return scalar;
}

Json to_json(const JsonScalar& value) {
  switch (value.kind) {
    case Kind::Text:
      return value.text;
    case Kind::Flag:
      return value.flag;
    case Kind::Integer:
      return value.integer;
    case Kind::Unsigned:
      return value.natural;
    case Kind::Float:
      return value.number;
    case Kind::Null:
      break;
  }
  return nullptr;
}

std::string text_of(const Json& object, const char* key) {
  const auto* value = member(object, key);
  return value == nullptr ? std::string() : as_text(scalar_of(*value));
}

bool flag_of(const Json& object, const char* key, bool fallback) {
  const auto* value = member(object, key);
  return value == nullptr ? fallback : as_flag(scalar_of(*value), fallback);
}

std::int64_t integer_of(const Json& object, const char* key, std::int64_t fallback) {
  const auto* value = member(object, key);
  return value == nullptr ? fallback : as_integer(scalar_of(*value), fallback);
}

}  // namespace signpost::nacos
