#include "backends/nacos/payload.h"

#include <cstdint>
#include <optional>

namespace signpost::nacos {
namespace {

// Field numbers, in the order of facts Nacos 5.1.
constexpr std::uint32_t kMetadata = 2, kBody = 3;
constexpr std::uint32_t kType = 3, kHeaders = 7;
constexpr std::uint32_t kMapKey = 1, kMapValue = 2;
constexpr std::uint32_t kAnyValue = 2;

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_octets(std::string& out, std::uint32_t field, std::string_view octets) {
  put_varint(out, field << 3 | 2U);
  put_varint(out, octets.size());
  out += octets;
}

/// One field of a message: its number and, for length-delimited ones, its octets (a view of the message).
struct Field {
  std::uint32_t number = 0;
  bool delimited = false;
  std::string_view octets;
};

/// Walks the fields of one message; nullopt at its end or at the first octet that is no protobuf (then
/// failed()).
class Fields {
 public:
  explicit Fields(std::string_view message) : rest_(message) {}

  std::optional<Field> next() {
    if (failed_ || rest_.empty()) return std::nullopt;
    const auto tag = varint();
    Field field{static_cast<std::uint32_t>(tag >> 3), (tag & 7) == 2, {}};
    switch (tag & 7) {
      case 0:
        varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.octets = take(varint());
        break;
      case 5:
        take(4);
        break;
      default:
        failed_ = true;  // groups, long gone from proto3
    }
    if (failed_ || field.number == 0) {
      failed_ = true;
      return std::nullopt;
    }
    return field;
  }
  bool failed() const { return failed_; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto octet = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(octet & 0x7F) << shift;
      if (octet < 0x80) return value;
    }
    failed_ = true;
    return 0;
  }
  std::string_view take(std::uint64_t count) {
    if (failed_ || count > rest_.size()) {
      failed_ = true;
      return {};
    }
    const auto taken = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

bool read_header(std::string_view octets, Payload& payload) {
  Fields fields(octets);
  std::pair<std::string, std::string> header;
  while (const auto field = fields.next()) {
    if (field->number == kMapKey) header.first = field->octets;
    if (field->number == kMapValue) header.second = field->octets;
  }
  payload.headers.push_back(std::move(header));
  return !fields.failed();
}

bool read_metadata(std::string_view octets, Payload& payload) {
  Fields fields(octets);
  while (const auto field = fields.next()) {
    if (field->number == kType && !field->delimited) return false;
    if (field->number == kType) payload.type = field->octets;
    if (field->number == kHeaders && !read_header(field->octets, payload)) return false;
  }
  return !fields.failed();
}

bool read_body(std::string_view octets, Payload& payload) {
  Fields fields(octets);
  while (const auto field = fields.next()) {
    if (field->number != kAnyValue) continue;
    if (!field->delimited) return false;
    payload.body = field->octets;
  }
  return !fields.failed();
}

}  // namespace

std::string encode(const Payload& payload) {
  std::string metadata;
  put_octets(metadata, kType, payload.type);
  for (const auto& [key, value] : payload.headers) {
    std::string entry;
    put_octets(entry, kMapKey, key);
    put_octets(entry, kMapValue, value);
    put_octets(metadata, kHeaders, entry);
  }
  std::string any;
  put_octets(any, kAnyValue, payload.body);
  std::string out;
  put_octets(out, kMetadata, metadata);
  put_octets(out, kBody, any);
  return out;
}

Result<Payload> decode_payload(std::string_view octets) {
  Payload payload;
  Fields fields(octets);
  while (const auto field = fields.next()) {
    if (field->number == kMetadata && !read_metadata(field->octets, payload)) {
      return Error{"Payload.metadata is not the message it should be"};
    }
    if (field->number == kBody && !read_body(field->octets, payload)) {
      return Error{"Payload.body is not the message it should be"};
    }
  }
  if (fields.failed()) return Error{"message of " + std::to_string(octets.size()) + " octets is no protobuf"};
  if (payload.type.empty()) return Error{"Payload.metadata.type is missing"};
  return payload;
}

}  // namespace signpost::nacos
