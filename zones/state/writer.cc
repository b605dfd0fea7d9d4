#include "zones/state/writer.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <new>
#include <utility>

#include <xxhash.h>

namespace signpost::state {
namespace {

void put_text(std::string& out, std::string_view text) {
  assert(text.size() <= std::numeric_limits<std::uint16_t>::max());
  put_u16(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

std::string header_of(const Meta& meta) {
  std::string out(kHeaderMagic);
  put_u32(out, kFileVersion);
  put_u32(out, meta.packed_version);
  const auto length_at = out.size();
  put_u32(out, 0);
  put_u64(out, meta.generation);
  put_u64(out, static_cast<std::uint64_t>(meta.written));
  put_u64(out, meta.revision);
  put_u64(out, meta.services);
  out += static_cast<char>(meta.complete ? 1 : 0);
  for (const auto* text :
       {&meta.source.registry, &meta.source.type, &meta.source.options, &meta.source.identity})
    put_text(out, *text);
  std::string length;
  put_u32(length, static_cast<std::uint32_t>(out.size() + 4));
  out.replace(length_at, length.size(), length);
  put_u32(out, crc(out));
  return out;
}

}  // namespace

Writer::Writer(const Meta& meta, Out out)
    : out_(std::move(out)), digest_(XXH3_createState()), promised_(meta.services) {
  if (digest_ == nullptr) throw std::bad_alloc();
  XXH3_64bits_reset(digest_);
  const auto header = header_of(meta);
  XXH3_64bits_update(digest_, header.data(), header.size());
  emit(header);
  block_.reserve(kBlockOctets);
}

Writer::~Writer() { XXH3_freeState(digest_); }

void Writer::add(const Records& records) {
  for (const auto& piece : records.pieces()) append(piece);
  added_ += records.count();
}

void Writer::append(std::string_view octets) {
  XXH3_64bits_update(digest_, octets.data(), octets.size());
  while (!octets.empty()) {
    const auto part = octets.substr(0, kBlockOctets - block_.size());
    block_ += part;
    octets.remove_prefix(part.size());
    if (block_.size() == kBlockOctets) end_block();
  }
}

void Writer::end_block() {
  if (block_.empty()) return;
  std::string frame;
  put_u32(frame, static_cast<std::uint32_t>(block_.size()));
  put_u32(frame, block_crc(blocks_++, block_));
  emit(frame);
  emit(block_);
  block_.clear();
}

void Writer::finish() {
  assert(added_ == promised_);
  end_block();
  std::string trailer;
  put_u32(trailer, 0);
  put_u64(trailer, octets_ + kTrailerOctets);
  put_u64(trailer, XXH3_64bits_digest(digest_));
  trailer += kTrailerMagic;
  emit(trailer);
}

void Writer::emit(std::string_view octets) {
  octets_ += octets.size();
  out_(octets);
}

}  // namespace signpost::state
