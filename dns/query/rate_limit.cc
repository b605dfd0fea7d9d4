#include "dns/query/rate_limit.h"

#include <algorithm>
#include <cstring>

namespace signpost {

namespace {

constexpr unsigned kTimeBits = 44, kTagBits = 20, kUnitShift = 6;  // 13 days until the time begins anew
constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << kTimeBits) - 1;
constexpr std::uint64_t kSecond = 1'000'000'000 >> kUnitShift;

/// The family and the first 24 or 56 bits, with something that tells the limits apart.
std::array<std::uint8_t, 8> network_of(const IpAddress& source, std::uint8_t limit) noexcept {
  const auto ip = source.unmapped();
  const auto octets = ip.octets().first(ip.is_v4() ? 3 : 7);
  std::array<std::uint8_t, 8> key{static_cast<std::uint8_t>(limit | (ip.is_v4() ? 0x80 : 0))};
  std::copy(octets.begin(), octets.end(), key.begin() + 1);
  return key;
}

std::optional<AccessRules> compile_exempt(std::vector<AccessRule> rules) {
  if (rules.empty()) return std::nullopt;
  for (auto& rule : rules) rule = {Admission::Allow, rule.address, rule.bits, {}};
  rules.push_back({Admission::Refuse, IpAddress::v4({}), 0, {}});
  rules.push_back({Admission::Refuse, IpAddress::v6({}), 0, {}});
  return AccessRules(rules);
}

}  // namespace

RateLimiter::RateLimiter(const RateLimitOptions& options, Monotonic now)
    : options_(options),
      exempt_(compile_exempt(options.exempt)),
      key_(random_cookie_secrets().keys[0]),
      start_(now),
      lines_(new Line[kLines]) {}

bool RateLimiter::concerns(const QueryContext& context, const Query& query) const noexcept {
  if (context.transport != Transport::Udp || query.edns.cookie_state == CookieState::Valid) return false;
  return !exempt_ || exempt_->decide_followed(context, {}) != Admission::Allow;
}

bool RateLimiter::take_query(const QueryContext& context) noexcept {
  if (options_.per_network == 0) return true;
  return take(siphash24(key_, network_of(context.peer.ip, 0)), options_.per_network, context.received);
}

bool RateLimiter::take_answer(const QueryContext& context, AnswerClass answer, NameView name) noexcept {
  if (options_.per_answer == 0) return true;
  std::array<std::uint8_t, 8 + kNameOctetsMax> octets;
  const auto network = network_of(context.peer.ip, static_cast<std::uint8_t>(1 + static_cast<int>(answer)));
  std::memcpy(octets.data(), network.data(), network.size());
  if (!name.empty()) std::memcpy(octets.data() + network.size(), name.data(), name.size());
  return take(siphash24(key_, std::span(octets).first(network.size() + name.size())), options_.per_answer,
              context.received);
}

/// A cell holds the time at which its bucket is full again. One more takes it 1/rate further; more than a
/// second ahead is over the limit, and takes nothing.
bool RateLimiter::take(std::uint64_t hash, std::uint32_t rate, Monotonic now) noexcept {
  const std::uint64_t step = kSecond / rate;  // rounded in favour of the client
  const auto time = static_cast<std::uint64_t>((now - start_).count()) >> kUnitShift & kTimeMask;
  const auto tag = hash >> (64 - kTagBits);
  const auto ahead_of = [&](std::uint64_t word) {  // what is longer ago than the bucket lasts is past
    const auto ahead = (word - time) & kTimeMask;
    return ahead <= kSecond ? ahead : 0;
  };
  auto& cells = lines_[hash % kLines].cells;
  constexpr int kTries = 4;
  for (int tries = 0; tries < kTries; ++tries) {
    Cell* mine = nullptr;
    std::uint64_t word = 0, least = ~std::uint64_t{0};
    for (auto& cell : cells) {
      const auto found = cell.load(std::memory_order_relaxed);
      if (found >> kTimeBits == tag && found != 0) {
        mine = &cell;
        word = found;
        break;
      }
      if (const auto ahead = found == 0 ? 0 : ahead_of(found); ahead < least) {
        least = ahead;
        mine = &cell;
        word = found;
      }
    }
    const bool known = word >> kTimeBits == tag && word != 0;
    const auto ahead = known ? ahead_of(word) : 0;
    if (ahead + step > kSecond) return false;
    const auto next = tag << kTimeBits | ((time + ahead + step) & kTimeMask);
    if (mine->compare_exchange_strong(word, next, std::memory_order_relaxed)) return true;
  }
  return true;  // others took from it at the same moment; they are counted
}

}  // namespace signpost
