#include "zones/state/reader.h"

#include <cassert>

#include <fmt/format.h>
#include <xxhash.h>

namespace signpost::state {
namespace {

/// Magic, both versions, and the length.
constexpr std::size_t kFixedOctets = 8 + 4 + 4 + 4;
// Four names of 65,535 octets.
constexpr std::size_t kHeaderOctetsMax = 512 * 1024;

std::size_t header_octets(std::string_view octets) {
  Cursor cursor(octets.substr(0, kFixedOctets));
  cursor.take(kHeaderMagic.size() + 8);
  return cursor.u32();
}

/// Record by record to the end, exactly.
bool are_records(std::string_view rest, std::uint64_t count) {
  Cursor all(rest);
  std::uint64_t found = 0;
  while (all.good() && !all.rest().empty()) {
    Cursor record(all.take(all.u32()));
    for (int i = 0; i < 3; ++i) record.text();
    if (!record.good()) return false;
    ++found;
  }
  return all.good() && found == count;
}

}  // namespace

Result<Meta> read_meta(std::string_view octets) {
  Cursor cursor(octets);
  if (cursor.take(kHeaderMagic.size()) != kHeaderMagic) return Error{"it is no state file"};
  const auto version = cursor.u32();
  if (cursor.good() && version != kFileVersion)
    return Error{fmt::format("it has version {}, and this program reads {}", version, kFileVersion)};
  Meta meta;
  meta.packed_version = cursor.u32();
  const auto size = cursor.u32();
  if (!cursor.good() || size > octets.size() || size > kHeaderOctetsMax || size < kFixedOctets + 4)
    return Error{"its header is cut"};
  Cursor sum(octets.substr(size - 4, 4));
  if (sum.u32() != crc(octets.substr(0, size - 4))) return Error{"its header is damaged"};
  cursor = Cursor(octets.substr(kFixedOctets, size - 4 - kFixedOctets));
  meta.generation = cursor.u64();
  meta.written = static_cast<std::int64_t>(cursor.u64());
  meta.revision = cursor.u64();
  meta.services = cursor.u64();
  meta.complete = cursor.take(1) == std::string_view("\1", 1);
  for (auto* text : {&meta.source.registry, &meta.source.type, &meta.source.options, &meta.source.identity})
    *text = cursor.text();
  if (!cursor.good() || !cursor.rest().empty()) return Error{"its header is not as its version has it"};
  return meta;
}

Result<Image> read_image(std::string_view octets) {
  auto meta = read_meta(octets);
  if (!meta) return meta.error();
  const auto header = octets.substr(0, header_octets(octets));
  Image image{std::move(*meta), {}};
  image.records.reserve(octets.size());
  Cursor cursor(octets.substr(header.size()));
  for (std::uint32_t number = 0;; ++number) {
    const auto size = cursor.u32();
    if (!cursor.good()) return Error{fmt::format("it ends within block {}", number)};
    if (size == 0) break;
    if (size > kBlockOctets)
      return Error{fmt::format("block {} has no length that a block can have", number)};
    const auto sum = cursor.u32();
    const auto content = cursor.take(size);
    if (!cursor.good()) return Error{fmt::format("it ends within block {}", number)};
    if (sum != block_crc(number, content)) return Error{fmt::format("block {} is damaged", number)};
    image.records += content;
  }
  const auto whole = cursor.u64();
  const auto digest = cursor.u64();
  if (cursor.take(kTrailerMagic.size()) != kTrailerMagic || !cursor.good())
    return Error{"its end is missing"};
  if (whole != octets.size() || !cursor.rest().empty()) return Error{"it has not the length it says"};
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  XXH3_64bits_update(state, header.data(), header.size());
  XXH3_64bits_update(state, image.records.data(), image.records.size());
  const auto found = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  if (found != digest) return Error{"its parts do not belong together"};
  if (!are_records(image.records, image.meta.services))
    return Error{"its records are not as its version has them"};
  return image;
}

std::vector<Record> records_of(const Image& image) {
  std::vector<Record> out;
  out.reserve(image.meta.services);
  Cursor all(image.records);
  while (!all.rest().empty()) {
    Cursor record(all.take(all.u32()));
    Record one;
    one.key.registry = image.meta.source.registry;
    one.key.space = record.text();
    one.key.group = record.text();
    one.key.name = record.text();
    one.packed = record.rest();
    assert(record.good());
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace signpost::state
