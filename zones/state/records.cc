#include "zones/state/records.h"

#include <algorithm>
#include <limits>

#include "zones/state/format.h"

namespace signpost::state {
namespace {

constexpr std::size_t kPieceOctets = 65536;
constexpr std::size_t kLengthOctets = 4;

bool fits(const std::string& text) { return text.size() <= std::numeric_limits<std::uint16_t>::max(); }

void put_text(std::string& out, std::string_view text) {
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

}  // namespace

bool Records::add(const ServiceKey& key, std::string_view packed) {
  if (!fits(key.space) || !fits(key.group) || !fits(key.name)) return false;
  const auto octets =
      3 * sizeof(std::uint16_t) + key.space.size() + key.group.size() + key.name.size() + packed.size();
  if (pieces_.empty() || pieces_.back().size() + kLengthOctets + octets > pieces_.back().capacity()) {
    pieces_.emplace_back();
    pieces_.back().reserve(std::max(kPieceOctets, kLengthOctets + octets));
  }
  auto& out = pieces_.back();
  put_u32(out, static_cast<std::uint32_t>(octets));
  for (const auto* text : {&key.space, &key.group, &key.name}) put_text(out, *text);
  out += packed;
  ++count_;
  return true;
}

}  // namespace signpost::state
