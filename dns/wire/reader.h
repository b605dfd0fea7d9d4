// The only way in which this program reads octets that a stranger wrote (C1).
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "dns/wire/name.h"

namespace signpost {

/// Reads the big-endian fields of one message front to back (RFC 1035, section 4.1).
/// The first short read sets failed(); later reads give zero. Test failed() once, at the end.
class Reader {
 public:
  explicit Reader(std::span<const std::uint8_t> message) noexcept : rest_(message) {}

  std::span<const std::uint8_t> bytes(std::size_t count) noexcept {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    return std::exchange(rest_, rest_.subspan(count)).first(count);
  }
  std::uint8_t u8() noexcept {
    const auto b = bytes(1);
    return b.empty() ? std::uint8_t{0} : b[0];
  }
  std::uint16_t u16() noexcept {
    const auto b = bytes(2);
    return b.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(b[0] << 8 | b[1]);
  }
  std::uint32_t u32() noexcept {
    const auto b = bytes(4);
    if (b.empty()) return 0;
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
  }
  void skip(std::size_t count) noexcept { (void)bytes(count); }

  /// One uncompressed name, its root included. Compression pointers, the label types 0x40 and 0x80, and names
  /// over 255 octets fail (H12): a QNAME has nothing in front of it to point to (C2).
  NameView name() noexcept {
    const std::size_t end = failed_ ? 0 : std::min(rest_.size(), kNameOctetsMax);
    const auto* octets = rest_.data();
    for (std::size_t at = 0; at < end;) {
      const std::size_t length = octets[at];
      if (length > kLabelOctetsMax) break;
      at += length + 1;
      if (length == 0) return bytes(at);
    }
    return fail();
  }

  bool failed() const noexcept { return failed_; }
  /// Octets not yet read.
  std::span<const std::uint8_t> rest() const noexcept { return rest_; }

 private:
  std::span<const std::uint8_t> fail() noexcept {
    failed_ = true;
    return {};
  }

  std::span<const std::uint8_t> rest_;
  bool failed_ = false;
};

}  // namespace signpost
