#include "zones/snapshot/block.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <new>

#include "zones/policy/draw.h"

namespace signpost {
namespace {

/// k of `sample k`, never more than keeps every inclusion chance at or below 1.
std::uint16_t sample_size(policy::ShareView members, std::uint16_t wanted) {
  return std::min(wanted, policy::sample_max(members));
}

template <class T>
policy::ShareView shares(const std::vector<T>& members) {
  return policy::ShareView::of(std::span<const T>(members), false);
}

std::vector<std::uint8_t> flatten(const std::vector<Name>& names) {
  std::vector<std::uint8_t> octets;
  for (const auto& name : names) octets.insert(octets.end(), name.wire().begin(), name.wire().end());
  return octets;
}

/// Octets of the wire name that starts here; the block wrote it, so it ends.
std::size_t wire_size(const std::uint8_t* name) noexcept {
  std::size_t size = 1;
  for (; *name != 0; name += *name + 1) size += *name + 1u;
  return size;
}

}  // namespace

std::uint32_t BlockDraft::add_label(std::string_view text) {
  assert(!text.empty() && text.size() <= kLabelOctetsMax);
  const auto offset = static_cast<std::uint32_t>(labels.size());
  labels.push_back(static_cast<std::uint8_t>(text.size()));
  labels.insert(labels.end(), text.begin(), text.end());
  return offset;
}

std::uint32_t BlockDraft::add_labels(std::string_view wire) {
  const auto offset = static_cast<std::uint32_t>(labels.size());
  labels.insert(labels.end(), wire.begin(), wire.end());
  return offset;
}

const Block* make_block(const BlockDraft& draft) {
  assert(draft.siblings.empty() || (draft.inner.empty() && draft.siblings.size() == draft.v6.size()));
  const auto spellings = flatten(draft.spellings);
  const auto alias = draft.kind == BlockKind::Alias ? draft.alias.wire() : NameView{};
  std::array<std::span<const std::uint8_t>, Block::kParts> parts;
  const auto set = [&](int part, const auto& from) {
    const auto bytes = std::as_bytes(std::span(from));
    parts[static_cast<std::size_t>(part)] = {reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                             bytes.size()};
  };
  set(Block::kV4, draft.v4);
  set(Block::kV6, draft.v6);
  set(Block::kHosts, draft.hosts);
  set(Block::kHostV4, draft.host_v4);
  set(Block::kHostV6, draft.host_v6);
  set(Block::kMembers, draft.members);
  set(Block::kPorts, draft.ports);
  set(Block::kInstances, draft.instances);
  auto words = draft.inner.empty() ? draft.selectors : draft.inner;
  for (const auto& sibling : draft.siblings) words.insert(words.end(), sibling.begin(), sibling.end());
  set(Block::kSelectors, words);
  set(Block::kSrv, draft.srv);
  set(Block::kPortSrv, draft.port_srv);
  set(Block::kLabels, draft.labels);
  set(Block::kTxts, draft.txts);
  set(Block::kTxt, draft.txt);
  set(Block::kSpellings, spellings);
  if (draft.kind == BlockKind::Alias) set(Block::kAlias, alias);
  if (draft.kind == BlockKind::Static || draft.kind == BlockKind::Apex) {
    set(Block::kSets, draft.sets);
    set(Block::kTargets, draft.targets);
    set(Block::kGlue, draft.glue);
    set(Block::kRecords, draft.records);
  }

  std::size_t octets = sizeof(Block);
  for (const auto& part : parts) octets += part.size();
  void* memory = std::calloc(1, octets);  // zeroed, so that same_as() may compare padding too
  if (memory == nullptr) throw std::bad_alloc();
  auto* block = new (memory) Block;
  block->octets_ = static_cast<std::uint32_t>(octets);
  block->ttl_ = draft.ttl;
  block->zone_ = draft.zone;
  block->kind_ = draft.kind;
  block->mode_ = draft.answer.mode;
  block->sample_ = draft.answer.sample;
  block->sample_v4_ = sample_size(shares(draft.v4), draft.answer.sample);
  block->sample_v6_ = sample_size(shares(draft.v6), draft.answer.sample);
  block->sample_members_ =
      draft.implied ? block->sample_v4_ : sample_size(shares(draft.members), draft.answer.sample);
  block->v4_equal_ = policy::all_equal(shares(draft.v4));
  block->v6_equal_ = policy::all_equal(shares(draft.v6));
  block->members_equal_ = policy::all_equal(shares(draft.members));
  block->doubt_ = draft.doubt;
  block->cut_ = draft.cut;
  block->dashed_ = draft.dashed;
  block->topology_ = draft.topology;
  block->has_inner_ = !draft.inner.empty();
  block->has_siblings_ = !draft.siblings.empty();
  block->spill_over_ = draft.spill_over;
  block->implied_ = draft.implied;
  block->two_labels_ = draft.two_labels;
  block->plain_v4_ = draft.implied ? static_cast<std::uint16_t>(draft.v4.size()) : draft.plain_v4;
  block->plain_v6_ = draft.plain_v6;
  block->dname_ = std::any_of(draft.sets.begin(), draft.sets.end(),
                              [](const StaticSet& one) { return one.type == RRType::DNAME; });
  block->spelling_count_ = static_cast<std::uint16_t>(draft.spellings.size());
  auto at = static_cast<std::uint32_t>(sizeof(Block));
  for (std::size_t part = 0; part < parts.size(); ++part) {
    block->offsets_[part] = at;
    if (!parts[part].empty()) {
      std::memcpy(static_cast<std::uint8_t*>(memory) + at, parts[part].data(), parts[part].size());
    }
    at += static_cast<std::uint32_t>(parts[part].size());
  }
  block->offsets_[Block::kParts] = at;
  return block;
}

std::vector<std::uint8_t> inner_block(const BlockDraft& draft) {
  const auto* block = make_block(draft);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(block);
  std::vector<std::uint8_t> octets(bytes, bytes + block->octets());
  std::free(const_cast<Block*>(block));
  octets.resize((octets.size() + 3) / 4 * 4);  // what follows in the outer block is aligned too
  return octets;
}

NameView Block::spelling(std::size_t i) const noexcept {
  const auto* name = array<std::uint8_t>(kSpellings).data();
  while (i-- > 0) name += wire_size(name);
  return {name, wire_size(name)};
}

bool Block::is_spelled(NameView name) const noexcept {
  // Equal octets up to the root of `name` are an equal name, so no length need be known before the
  // comparison.
  auto rest = array<std::uint8_t>(kSpellings);
  while (rest.size() >= name.size()) {
    if (std::memcmp(rest.data(), name.data(), name.size()) == 0) return true;
    rest = rest.subspan(wire_size(rest.data()));
    if (rest.empty()) break;
  }
  return false;
}

void Block::fetch_content(RRType type) const noexcept {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(this);
  __builtin_prefetch(bytes + offsets_[kSpellings]);
  const auto part = type == RRType::AAAA  ? kV6
                    : type == RRType::SRV ? kPorts
                    : type == RRType::TXT ? kTxt
                                          : kV4;
  __builtin_prefetch(bytes + offsets_[part]);
  if (type == RRType::SRV) {
    __builtin_prefetch(bytes + offsets_[implied_ ? kV4 : kMembers]);
    __builtin_prefetch(bytes + offsets_[kSrv]);
    __builtin_prefetch(bytes + offsets_[kLabels]);
  }
}

int Block::find_host(std::span<const std::uint8_t> labels) const noexcept {
  const auto named = array<Host>(kHosts);
  const auto before = [this](const Host& host, std::span<const std::uint8_t> wanted) {
    const auto have = own_labels(host.label);
    return std::lexicographical_compare(have.begin(), have.end(), wanted.begin(), wanted.end());
  };
  const auto found = std::lower_bound(named.begin(), named.end(), labels, before);
  if (found != named.end()) {
    const auto have = own_labels(found->label);
    if (std::equal(have.begin(), have.end(), labels.begin(), labels.end()))
      return static_cast<int>(found - named.begin()) + static_cast<int>(named_from());
  }
  if (named_from() == 0 || labels.size() != labels[0] + 1u) return -1;
  const std::string_view text(reinterpret_cast<const char*>(labels.data()) + 1, labels[0]);
  const auto address = parse_label(text);
  return address ? find_plain(*address) : -1;
}

int Block::find_plain(const IpAddress& address) const noexcept {
  const auto search = [&](std::size_t first, std::size_t count, auto&& octets_of) {
    const auto wanted = address.octets();
    while (count > 0) {
      const auto half = count / 2;
      const auto order = std::memcmp(octets_of(first + half), wanted.data(), wanted.size());
      if (order == 0) return static_cast<int>(first + half);
      if (order < 0) first += half + 1;
      count = order < 0 ? count - half - 1 : half;
    }
    return -1;
  };
  if (address.is_v4()) {
    return implied_ ? search(0, plain_v4_, [this](std::size_t i) { return v4()[i].octets.data(); })
                    : search(0, plain_v4_, [this](std::size_t i) { return host_v4()[i].data(); });
  }
  return search(plain_v4_, plain_v6_, [this](std::size_t i) { return host_v6()[i - plain_v4_].data(); });
}

bool has_address(const HostAddresses& addresses, const IpAddress& address) noexcept {
  const auto wanted = address.octets();
  const auto same = [&](const auto& own) {
    return std::equal(own.begin(), own.end(), wanted.begin(), wanted.end());
  };
  return address.is_v4() ? std::any_of(addresses.v4.begin(), addresses.v4.end(), same)
                         : std::any_of(addresses.v6.begin(), addresses.v6.end(), same);
}

const StaticSet* Block::find_set(RRType type) const noexcept {
  assert(kind_ == BlockKind::Static || kind_ == BlockKind::Apex);
  const auto all = sets();
  const auto found = std::lower_bound(all.begin(), all.end(), type,
                                      [](const StaticSet& set, RRType wanted) { return set.type < wanted; });
  return found != all.end() && found->type == type ? &*found : nullptr;
}

bool Block::same_as(const Block& other) const noexcept {
  return octets_ == other.octets_ && std::memcmp(this, &other, octets_) == 0;
}

}  // namespace signpost
