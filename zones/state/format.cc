#include "zones/state/format.h"

#include <boost/crc.hpp>

namespace signpost::state {
namespace {

using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

void put(std::string& out, std::uint64_t value, int octets) {
  for (int i = 0; i < octets; ++i) out += static_cast<char>(value >> (8 * i));
}

}  // namespace

std::uint32_t block_crc(std::uint32_t number, std::string_view octets) {
  std::string prefix;
  put_u32(prefix, number);
  Crc32c crc;
  crc.process_bytes(prefix.data(), prefix.size());
  crc.process_bytes(octets.data(), octets.size());
  return crc.checksum();
}

std::uint32_t crc(std::string_view octets) {
  Crc32c crc;
  crc.process_bytes(octets.data(), octets.size());
  return crc.checksum();
}

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
