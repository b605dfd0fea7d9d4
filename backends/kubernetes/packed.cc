#include "backends/kubernetes/packed.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace signpost::kubernetes {
namespace {

void put_number(std::string& out, std::uint64_t value) {
  for (; value >= 128; value >>= 7) out += static_cast<char>(value | 128);
  out += static_cast<char>(value);
}

std::uint64_t take_number(std::string_view& rest) noexcept {
  std::uint64_t value = 0;
  for (int shift = 0; !rest.empty(); shift += 7) {
    const auto octet = static_cast<std::uint8_t>(rest.front());
    rest.remove_prefix(1);
    value |= static_cast<std::uint64_t>(octet & 127) << shift;
    if (octet < 128) break;
  }
  return value;
}

std::string packed_ports(std::span<const Port> ports) {
  std::string out;
  for (const auto& port : ports) {
    put_number(out, port.name.size());
    out += port.name;
    put_number(out, port.number);
    put_number(out, static_cast<std::uint64_t>(port.protocol));
  }
  return out;
}

template <class Use>
void for_each_word(std::string_view record, Use use) {
  for (auto left = record.empty() ? 0 : take_number(record); left > 0; --left) {
    use(static_cast<WordId>(take_number(record)));
  }
}

// The flag octet of a service: the kind in two bits.
constexpr std::uint8_t kKindMask = 3;
constexpr std::uint8_t kPublishNotReady = 4;
constexpr std::uint8_t kMore = 8;  // external addresses, traffic distribution, wishes, groups

constexpr std::uint8_t kHasAnswer = 1;
constexpr std::uint8_t kHasTtl = 2;
constexpr std::uint8_t kHasHealth = 4;

}  // namespace

Octets::Octets(std::string_view first, std::string_view second) {
  const auto size = static_cast<std::uint32_t>(first.size() + second.size());
  if (size == 0) return;
  block_ = new char[sizeof size + size];
  std::memcpy(block_, &size, sizeof size);
  const auto end = std::copy(first.begin(), first.end(), block_ + sizeof size);
  std::copy(second.begin(), second.end(), end);
}

Octets::~Octets() { delete[] block_; }

std::string_view Octets::view() const noexcept {
  if (block_ == nullptr) return {};
  std::uint32_t size = 0;
  std::memcpy(&size, block_, sizeof size);
  return {block_ + sizeof size, size};
}

std::string with_length(std::string_view name) {
  std::string out;
  put_number(out, name.size());
  return out.append(name);
}

std::string_view kept_name(std::string_view octets) noexcept {
  const auto size = octets.empty() ? 0 : take_number(octets);
  return octets.substr(0, size);
}

std::string_view kept_record(std::string_view octets) noexcept {
  const auto size = octets.empty() ? 0 : take_number(octets);
  return octets.substr(size);
}

void hold_words(std::string_view record, Words& pool) noexcept {
  for_each_word(record, [&](WordId id) { pool.hold(id); });
}

void drop_words(std::string_view record, Words& pool) noexcept {
  for_each_word(record, [&](WordId id) { pool.drop(id); });
}

void Packer::clear() noexcept {
  for (const auto id : words_) pool_.drop(id);
  words_.clear();
  body_.clear();
}

std::string_view Packer::finish() {
  whole_.clear();
  put_number(whole_, words_.size());
  for (const auto id : words_) put_number(whole_, id);
  whole_ += body_;
  return whole_;
}

void Packer::number(std::uint64_t value) { put_number(body_, value); }

void Packer::text(std::string_view value) {
  number(value.size());
  body_ += value;
}

void Packer::real(double value) {
  std::array<char, sizeof value> octets{};
  std::memcpy(octets.data(), &value, sizeof value);
  body_.append(octets.data(), octets.size());
}

/// Looks from the end: neighbours often share a node.
void Packer::word(WordId id) {
  if (id == 0) return number(0);
  const auto found = std::find(words_.rbegin(), words_.rend(), id);
  if (found != words_.rend()) {
    pool_.drop(id);
    return number(static_cast<std::uint64_t>(words_.rend() - found));
  }
  words_.push_back(id);
  number(words_.size());
}

void Packer::address(const IpAddress& address) {
  const auto octets = address.octets();
  number(octets.size());
  for (const auto octet : octets) body_ += static_cast<char>(octet);
}

/// Most services have the ports of others, so a list of ports is one word.
void Packer::ports(std::span<const Port> ports) { word(pool_.take(pool_.get(packed_ports(ports)))); }

std::string_view Packer::pack(const ServiceRecord& record) {
  clear();
  const bool more = !record.external_ips.empty() || !record.external_hosts.empty() ||
                    !record.traffic_distribution.empty() || record.wishes != Wishes{} ||
                    !record.group_weights.empty();
  number(static_cast<unsigned>(record.kind) | (record.publish_not_ready ? kPublishNotReady : 0U) |
         (more ? kMore : 0U));
  ports(record.ports);
  number(record.cluster_ips.size());
  for (const auto& ip : record.cluster_ips) address(ip);
  if (record.kind == ServiceKind::Alias) text(record.external_name);
  if (more) wishes(record);
  return finish();
}

void Packer::wishes(const ServiceRecord& record) {
  number(record.external_ips.size());
  for (const auto& ip : record.external_ips) address(ip);
  number(record.external_hosts.size());
  for (const auto& host : record.external_hosts) text(host);
  text(record.traffic_distribution);
  const auto& wishes = record.wishes;
  number((wishes.answer ? kHasAnswer : 0U) | (wishes.ttl ? kHasTtl : 0U) | (wishes.health ? kHasHealth : 0U));
  if (wishes.answer) {
    number(static_cast<std::uint64_t>(wishes.answer->mode));
    number(wishes.answer->sample);
  }
  if (wishes.ttl) number(*wishes.ttl);
  if (wishes.health) number(static_cast<std::uint64_t>(*wishes.health));
  number(record.group_weights.size());
  if (!record.group_weights.empty()) text(record.group_key);
  for (const auto& group : record.group_weights) {
    text(group.word);
    real(group.weight);
  }
}

ServiceRecord unpack_service(std::string_view packed, const Words& pool) {
  Unpacker in(packed, pool);
  ServiceRecord record;
  const auto flags = in.number();
  record.kind = static_cast<ServiceKind>(flags & kKindMask);
  record.publish_not_ready = (flags & kPublishNotReady) != 0;
  record.ports = in.ports();
  for (auto left = in.number(); left > 0; --left) record.cluster_ips.push_back(in.address());
  if (record.kind == ServiceKind::Alias) record.external_name = in.text();
  if ((flags & kMore) == 0) return record;
  for (auto left = in.number(); left > 0; --left) record.external_ips.push_back(in.address());
  for (auto left = in.number(); left > 0; --left) record.external_hosts.emplace_back(in.text());
  record.traffic_distribution = in.text();
  const auto wishes = in.number();
  if ((wishes & kHasAnswer) != 0) {
    auto& answer = record.wishes.answer.emplace();
    answer.mode = static_cast<config::AnswerMode>(in.number());
    answer.sample = static_cast<std::uint16_t>(in.number());
  }
  if ((wishes & kHasTtl) != 0) record.wishes.ttl = static_cast<std::uint32_t>(in.number());
  if ((wishes & kHasHealth) != 0) record.wishes.health = static_cast<config::HealthPolicy>(in.number());
  record.group_weights.resize(in.number());
  if (!record.group_weights.empty()) record.group_key = in.text();
  for (auto& group : record.group_weights) {
    group.word = in.text();
    group.weight = in.real();
  }
  return record;
}

std::string_view Packer::pack(const PodRecord& record) {
  clear();
  number(record.addresses.size() * 2 + (record.weight != 1 ? 1 : 0));
  for (const auto& ip : record.addresses) address(ip);
  if (record.weight != 1) real(record.weight);
  word(pool_.take(record.version));
  word(pool_.take(record.tags));
  return finish();
}

PodView unpack_pod(std::string_view record, const Words& pool) {
  Unpacker in(record, pool);
  PodView pod;
  const auto head = in.number();
  for (auto left = head / 2; left > 0; --left) pod.addresses.push_back(in.address());
  if (head % 2 != 0) pod.facts.weight = in.real();
  pod.facts.version = in.word();
  pod.facts.tags = in.word();
  return pod;
}

Unpacker::Unpacker(std::string_view record, const Words& pool) : rest_(record), pool_(&pool) {
  const auto count = take_number(rest_);
  words_.reserve(count + 1);
  words_.push_back(0);
  for (auto left = count; left > 0; --left) words_.push_back(static_cast<WordId>(take_number(rest_)));
}

std::uint8_t Unpacker::octet() noexcept {
  assert(!rest_.empty());
  const auto octet = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return octet;
}

std::uint64_t Unpacker::number() noexcept { return take_number(rest_); }

double Unpacker::real() noexcept {
  double value = 0;
  assert(rest_.size() >= sizeof value);
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

std::string_view Unpacker::text() noexcept {
  const auto size = number();
  const auto text = rest_.substr(0, size);
  rest_.remove_prefix(text.size());
  return text;
}

IpAddress Unpacker::address() noexcept { return number() == 4 ? v4() : v6(); }

IpAddress Unpacker::v4() noexcept {
  std::array<std::uint8_t, 4> octets{};
  for (auto& one : octets) one = octet();
  return IpAddress::v4(octets);
}

IpAddress Unpacker::v6() noexcept {
  std::array<std::uint8_t, 16> octets{};
  for (auto& one : octets) one = octet();
  return IpAddress::v6(octets);
}

std::vector<Port> Unpacker::ports() {
  std::vector<Port> ports;
  for (auto rest = word(); !rest.empty();) {
    auto& port = ports.emplace_back();
    const auto size = take_number(rest);
    port.name = rest.substr(0, size);
    rest.remove_prefix(size);
    port.number = static_cast<std::uint16_t>(take_number(rest));
    port.protocol = static_cast<Protocol>(take_number(rest));
  }
  return ports;
}

}  // namespace signpost::kubernetes
