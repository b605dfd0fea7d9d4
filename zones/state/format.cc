#include "zones/state/format.h"

#include <array>
#include <cstddef>

namespace signpost::state {
namespace {

/// Row k: what an octet does to the sum when k octets follow it (slicing by eight: M. Kounavis, F. Berry,
/// "Novel table lookup-based algorithms for high-performance CRC generation", 2008). Four times as fast as
/// octet by octet, and a start waits for it.
using Table = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Table make_table() {
  constexpr std::uint32_t kCastagnoli = 0x82F63B78;  // 0x1EDC6F41 with its bits in reverse order
  Table table{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    auto sum = octet;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) != 0 ? sum >> 1 ^ kCastagnoli : sum >> 1;
    table[0][octet] = sum;
  }
  for (std::size_t row = 1; row < table.size(); ++row) {
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const auto before = table[row - 1][octet];
      table[row][octet] = before >> 8 ^ table[0][before & 255];
    }
  }
  return table;
}
constexpr Table kTable = make_table();

std::uint32_t add_to_crc(std::uint32_t sum, std::string_view octets) {
  const auto octet = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(octets[i]));
  };
  for (; octets.size() >= 8; octets.remove_prefix(8)) {
    const auto low = sum ^ (octet(0) | octet(1) << 8 | octet(2) << 16 | octet(3) << 24);
    sum = kTable[7][low & 255] ^ kTable[6][low >> 8 & 255] ^ kTable[5][low >> 16 & 255] ^
          kTable[4][low >> 24] ^ kTable[3][octet(4)] ^ kTable[2][octet(5)] ^ kTable[1][octet(6)] ^
          kTable[0][octet(7)];
  }
  for (std::size_t i = 0; i < octets.size(); ++i) sum = sum >> 8 ^ kTable[0][(sum ^ octet(i)) & 255];
  return sum;
}

void put(std::string& out, std::uint64_t value, int octets) {
  for (int i = 0; i < octets; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

std::uint32_t block_crc(std::uint32_t number, std::string_view octets) {
  std::string prefix;
  put_u32(prefix, number);
  return ~add_to_crc(add_to_crc(~0U, prefix), octets);
}

std::uint32_t crc(std::string_view octets) { return ~add_to_crc(~0U, octets); }

void put_u16(std::string& out, std::uint16_t value) { put(out, value, 2); }
void put_u32(std::string& out, std::uint32_t value) { put(out, value, 4); }
void put_u64(std::string& out, std::uint64_t value) { put(out, value, 8); }

std::string_view Cursor::take(std::size_t size) {
  if (size > rest_.size()) {
    good_ = false;
    rest_ = {};
    return {};
  }
  const auto part = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return part;
}

std::uint64_t Cursor::number(std::size_t size) {
  const auto octets = take(size);
  std::uint64_t value = 0;
  for (std::size_t i = octets.size(); i > 0; --i)
    value = value << 8 | static_cast<unsigned char>(octets[i - 1]);
  return value;
}

}  // namespace signpost::state
