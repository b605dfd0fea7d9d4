// Scalars read strictly: one meaning for each text, whatever YAML would guess. `010` is a mistake, not 8;
// `yes` is a word, not true. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost::config {

/// Decimal digits without sign or leading zeros; nullopt also when 64 bits are too few.
std::optional<std::uint64_t> parse_whole(std::string_view text) noexcept;

/// The same with a `-` before it where wanted.
std::optional<std::int64_t> parse_signed(std::string_view text) noexcept;

/// Decimal digits with or without a fraction: "2", "0.5". No exponent, no sign, so neither infinite nor NaN.
std::optional<double> parse_decimal(std::string_view text) noexcept;

/// A whole number with `ms`, `s`, `m` or `h`; a bare number is seconds. At most 10^9 seconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
/// The shortest such text: "135s", "1500ms", "2h".
std::string duration_text(std::chrono::milliseconds duration);

/// A whole number with `KiB` or `MiB`; a bare number is octets.
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;

/// What a person should have written instead of a number with leading zeros, "; write 10"; else nothing.
std::string leading_zero_remedy(std::string_view text);

}  // namespace signpost::config
