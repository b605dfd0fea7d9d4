// What stands where in a state file: README.md is the description, this the constants and the small codecs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dns/base/clock.h"

namespace signpost::state {

inline constexpr std::string_view kHeaderMagic = "SGNPSTAT";
inline constexpr std::string_view kTrailerMagic = "SGNPDONE";
inline constexpr std::uint32_t kFileVersion = 1;
inline constexpr std::size_t kBlockOctets = 65536;
inline constexpr std::size_t kTrailerOctets = 4 + 8 + 8 + 8;

/// Whose state it is: all four must be equal for a file to be read.
struct Source {
  std::string registry;  // its name in the configuration
  std::string type;      // "kubernetes"
  std::string options;   // a hash of those that say where and what it reads
  std::string identity;  // what the registry calls itself (a cluster's UID); empty: not known
  friend bool operator==(const Source&, const Source&) = default;
};

struct Meta {
  Source source;
  std::uint32_t packed_version = 0;
  std::uint64_t generation = 0;
  std::int64_t written = 0;  // Unix time
  std::uint64_t revision = 0;
  std::uint64_t services = 0;
  bool complete = false;
};

/// CRC-32C (Castagnoli), as in RFC 9260 appendix A; of `number` (little-endian, 4 octets) and then `octets`.
std::uint32_t block_crc(std::uint32_t number, std::string_view octets);
std::uint32_t crc(std::string_view octets);

void put_u16(std::string& out, std::uint16_t value);
void put_u32(std::string& out, std::uint32_t value);
void put_u64(std::string& out, std::uint64_t value);

/// Reads from the front; what is not there is 0 or empty, and `good` false from then on.
class Cursor {
 public:
  explicit Cursor(std::string_view octets) : rest_(octets) {}
  std::string_view take(std::size_t size);
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::string_view text() { return take(u16()); }
  bool good() const noexcept { return good_; }
  std::string_view rest() const noexcept { return rest_; }

 private:
  std::uint64_t number(std::size_t size);

  std::string_view rest_;
  bool good_ = true;
};

}  // namespace signpost::state
