// Writes octets in network order into a buffer that somebody else owns.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "dns/wire/name.h"
#include "dns/wire/types.h"

namespace signpost {

/// Stores without asking: for octets whose room was made sure of before.
inline std::uint8_t* put_u16(std::uint8_t* at, std::uint16_t value) noexcept {
  at[0] = static_cast<std::uint8_t>(value >> 8);
  at[1] = static_cast<std::uint8_t>(value);
  return at + 2;
}
inline std::uint8_t* put_u32(std::uint8_t* at, std::uint32_t value) noexcept {
  return put_u16(put_u16(at, static_cast<std::uint16_t>(value >> 16)), static_cast<std::uint16_t>(value));
}

/// Front to back, bounds-checked. The first write that does not fit sets failed() and writes nothing, and so
/// do all after it: what stands in the buffer is always whole fields. Test failed() once, at the end.
class Writer {
 public:
  explicit Writer(std::span<std::uint8_t> buffer) noexcept : buffer_(buffer) {}

  void u8(std::uint8_t value) noexcept {
    if (auto* at = take(1)) *at = value;
  }
  void u16(std::uint16_t value) noexcept {
    if (auto* at = take(2)) put_u16(at, value);
  }
  void u32(std::uint32_t value) noexcept {
    if (auto* at = take(4)) put_u32(at, value);
  }
  void bytes(std::span<const std::uint8_t> octets) noexcept {
    if (auto* at = take(octets.size()); at && !octets.empty()) std::memcpy(at, octets.data(), octets.size());
  }
  void bytes(std::string_view text) noexcept {
    if (auto* at = take(text.size()); at && !text.empty()) std::memcpy(at, text.data(), text.size());
  }
  void name(NameView name) noexcept { bytes(name); }
  /// One character-string (RFC 1035, section 3.3): fails over 255 octets.
  void character_string(std::string_view text) noexcept {
    if (text.size() > 255) failed_ = true;
    if (auto* at = take(text.size() + 1)) {
      *at = static_cast<std::uint8_t>(text.size());
      if (!text.empty()) std::memcpy(at + 1, text.data(), text.size());
    }
  }
  /// Type, class, TTL and RDLENGTH: what follows the owner of a record.
  void record_fields(RRType type, RRClass klass, std::uint32_t ttl_seconds, std::uint16_t rdlength) noexcept {
    auto* at = take(10);
    if (!at) return;
    at = put_u16(at, static_cast<std::uint16_t>(type));
    at = put_u16(at, static_cast<std::uint16_t>(klass));
    put_u16(put_u32(at, ttl_seconds), rdlength);
  }
  /// Overwrites a field written before, such as a length that is known only now. `at` counts from the start.
  void patch_u16(std::size_t at, std::uint16_t value) noexcept {
    if (at + 2 <= used_) {
      put_u16(buffer_.data() + at, value);
    } else {
      failed_ = true;
    }
  }

  bool failed() const noexcept { return failed_; }
  std::size_t size() const noexcept { return used_; }
  std::size_t remaining() const noexcept { return failed_ ? 0 : buffer_.size() - used_; }
  std::span<const std::uint8_t> written() const noexcept { return buffer_.first(used_); }

 private:
  std::uint8_t* take(std::size_t count) noexcept {
    if (failed_ || count > buffer_.size() - used_) {
      failed_ = true;
      return nullptr;
    }
    auto* at = buffer_.data() + used_;
    used_ += count;
    return at;
  }

  std::span<std::uint8_t> buffer_;
  std::size_t used_ = 0;
  bool failed_ = false;
};

}  // namespace signpost
