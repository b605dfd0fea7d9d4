// Addresses as labels, without allocation: workers write them into answers and read them in questions.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dns/base/ip_address.h"

namespace signpost {

/// Room for the length octet and the text of one label.
using LabelRoom = std::array<std::uint8_t, 64>;

/// Length octet and text ("10-0-0-1", "fd00--3", "0--1", "fd00--0": DESIGN.md section 2), written to the
/// start of `room`. Of IPv6 always hexadecimal, also ::ffff:0:0/96.
std::span<const std::uint8_t> write_label(std::array<std::uint8_t, 4> v4, LabelRoom& room) noexcept;
std::span<const std::uint8_t> write_label(const std::array<std::uint8_t, 16>& v6, LabelRoom& room) noexcept;
std::span<const std::uint8_t> write_label(const IpAddress& address, LabelRoom& room) noexcept;

/// Any well-formed address with '-' for its dots or colons, also one that write_label() spells otherwise
/// ("fd00-0-0-0-0-0-0-3"): three single hyphens are IPv4, everything else IPv6 (kubernetes.md 3.5).
std::optional<IpAddress> parse_dashed(std::string_view label) noexcept;

/// The exact inverse of write_label(): nullopt for every other spelling.
std::optional<IpAddress> parse_label(std::string_view label) noexcept;

}  // namespace signpost
