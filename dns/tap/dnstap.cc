#include "dns/tap/dnstap.h"

#include <chrono>
#include <span>

namespace signpost::tap {
namespace {

// Wire types of protobuf, and fields of dnstap.proto.
constexpr unsigned kVarint = 0, kOctets = 2, kFixed32 = 5;
namespace outer {
constexpr unsigned kIdentity = 1, kVersion = 2, kMessage = 14, kType = 15;
constexpr unsigned kTypeMessage = 1;
}  // namespace outer
namespace message {
constexpr unsigned kType = 1, kFamily = 2, kProtocol = 3, kQueryAddress = 4, kResponseAddress = 5,
                   kQueryPort = 6, kResponsePort = 7, kQuerySeconds = 8, kQueryNanoseconds = 9, kQuery = 10,
                   kResponseSeconds = 12, kResponseNanoseconds = 13, kResponse = 14;
}  // namespace message

void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void append_number(std::string& out, unsigned field, std::uint64_t value) {
  append_varint(out, field << 3 | kVarint);
  append_varint(out, value);
}

void append_fixed(std::string& out, unsigned field, std::uint32_t value) {
  append_varint(out, field << 3 | kFixed32);
  for (int i = 0; i < 4; ++i, value >>= 8) out += static_cast<char>(value);
}

void append_octets(std::string& out, unsigned field, std::string_view octets) {
  append_varint(out, field << 3 | kOctets);
  append_varint(out, octets.size());
  out += octets;
}

std::string_view text(std::span<const std::uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

void append_message(std::string& out, DnstapType type, const Note& note, WallTime received) {
  const auto whole = std::chrono::floor<std::chrono::seconds>(received);
  const auto seconds = static_cast<std::uint64_t>(whole.time_since_epoch().count());
  const auto nanoseconds = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(received - whole).count());
  const auto& head = note.head;
  append_number(out, message::kType, static_cast<std::uint64_t>(type));
  append_number(out, message::kFamily, head.peer.ip.is_v6() ? 2 : 1);
  append_number(out, message::kProtocol, head.transport == Transport::Tcp ? 2 : 1);
  append_octets(out, message::kQueryAddress, text(head.peer.ip.octets()));
  append_octets(out, message::kResponseAddress, text(head.local.ip.octets()));
  append_number(out, message::kQueryPort, head.peer.port);
  append_number(out, message::kResponsePort, head.local.port);
  append_number(out, message::kQuerySeconds, seconds);
  append_fixed(out, message::kQueryNanoseconds, nanoseconds);
  if (type == DnstapType::AuthQuery) {
    append_octets(out, message::kQuery, text(note.query));
  } else {
    append_number(out, message::kResponseSeconds, seconds);
    append_fixed(out, message::kResponseNanoseconds, nanoseconds);
    append_octets(out, message::kResponse, text(note.response));
  }
}

}  // namespace

void append_dnstap(std::string& out, DnstapType type, const Note& note, WallTime received,
                   const DnstapIdentity& identity) {
  if (!identity.identity.empty()) append_octets(out, outer::kIdentity, identity.identity);
  if (!identity.version.empty()) append_octets(out, outer::kVersion, identity.version);
  append_number(out, outer::kType, outer::kTypeMessage);
  std::string inner;
  append_message(inner, type, note, received);
  append_octets(out, outer::kMessage, inner);
}

}  // namespace signpost::tap
