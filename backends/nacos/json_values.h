// A tolerant reader of JSON values (facts: Nacos 10.1): absent members, unknown ones, numbers as strings.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "backends/nacos/json_scanner.h"

namespace signpost::nacos {

using Json = nlohmann::json;

/// Null for what is missing or null.
const Json* member(const Json& object, const char* key);

/// Of one value: what cannot be read as the kind is empty, the fallback, or NaN.
std::string as_text(const JsonScalar& value);
bool as_flag(const JsonScalar& value, bool fallback);
std::int64_t as_integer(const JsonScalar& value, std::int64_t fallback);
double as_weight(const JsonScalar& value);

/// Of a tree's leaf, and back. Objects and arrays are like null.
JsonScalar scalar_of(const Json& value);
Json to_json(const JsonScalar& value);

/// The same of a member; the fallback where it is missing.
std::string text_of(const Json& object, const char* key);
bool flag_of(const Json& object, const char* key, bool fallback);
/// Whole numbers only; `fallback` for anything else, also for what does not fit.
std::int64_t integer_of(const Json& object, const char* key, std::int64_t fallback);

}  // namespace signpost::nacos
