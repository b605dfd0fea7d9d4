#include "dns/admin/metrics_dns.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include "dns/admin/counter_words.h"

namespace signpost::admin {
namespace {

template <class Integer>
double number(Integer value) {
  return static_cast<double>(value);
}

constexpr std::array<std::string_view, 2> kProtocols{"udp", "tcp"};  // by Transport
constexpr std::array<std::string_view, 2> kFamilies{"1", "2"};       // CoreDNS' words: IPv4, IPv6
constexpr std::array<std::string_view, kRcodeCount> kRcodes{
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",  "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI", "12",      "13",      "14",       "15",
    "BADVERS", "BADKEY",  "BADTIME",  "BADMODE",   "BADNAME", "BADALG",  "BADTRUNC", "BADCOOKIE"};
/// One counter for each word of an enumeration that counts from 0: all of them, so that a rate exists before
/// the first event.
template <class Enum, std::size_t N>
void by_reason(Exposition& page, std::string_view name, std::string_view help,
               const std::array<std::uint64_t, N>& counts) {
  for (std::size_t i = 0; i < N; ++i)
    page.counter(name, help, {{"reason", word(static_cast<Enum>(i))}}, number(counts[i]));
}

void sizes(Exposition& page, std::string_view name, std::string_view help,
           const std::array<CounterTotals::Sizes, 2>& by_transport) {
  const std::vector<double> bounds(kSizeBounds.begin(), kSizeBounds.end());
  for (std::size_t i = 0; i < by_transport.size(); ++i) {
    const auto& counted = by_transport[i];
    page.histogram(name, help, {{"proto", kProtocols[i]}}, bounds, counted.buckets, number(counted.sum));
  }
}

void durations(Exposition& page, const CounterTotals& dns) {
  page.durations("dns_request_duration_seconds",
                 "From reception of a query to handing its response to the kernel.", {},
                 {dns.durations, dns.duration_nanoseconds});
  page.durations("dns_receive_wait_seconds",
                 "How long the first query of each UDP batch had waited in its socket, at most.", {},
                 {dns.waits, dns.wait_nanoseconds});
}

/// CoreDNS' labels, of one zone.
void requests(Exposition& page, const std::string& zone, const ZoneCounterFields<std::uint64_t>& counted) {
  for (std::size_t proto = 0; proto < kProtocols.size(); ++proto) {
    for (std::size_t family = 0; family < kFamilies.size(); ++family) {
      const auto& by_type = counted.types[proto][family];
      for (std::size_t type = 0; type < by_type.size(); ++type) {
        page.counter("dns_requests_total", "Queries received, once each; family 1 is IPv4, 2 is IPv6.",
                     {{"zone", zone},
                      {"proto", kProtocols[proto]},
                      {"family", kFamilies[family]},
                      {"type", kCountedTypes[type]}},
                     number(by_type[type]));
      }
    }
  }
}

/// What has no zone; what was malformed has no type either, and counts as "other".
ZoneCounterFields<std::uint64_t> without_zone(const CounterTotals& dns) {
  auto counted = dns.zones[kNoZone];
  for (std::size_t proto = 0; proto < kProtocols.size(); ++proto) {
    for (std::size_t family = 0; family < kFamilies.size(); ++family) {
      const auto& all = dns.all_zones.types[proto][family];
      const auto typed = std::accumulate(all.begin(), all.end(), std::uint64_t{0});
      const auto came = dns.queries[proto][family];
      counted.types[proto][family].back() += came - std::min(came, typed);
    }
  }
  return counted;
}

/// All rows of each zone, so that the set of labels comes from the configuration alone.
void by_zone(Exposition& page, const CounterTotals& dns) {
  const auto rest = without_zone(dns);
  const auto zones = counted_zones();
  const auto of = [&](std::uint8_t place) -> const auto& {
    return place == kNoZone ? rest : dns.zones[place];
  };
  for (const auto& [place, name] : zones) requests(page, name, of(place));
  for (const auto& [place, name] : zones) {
    for (std::size_t i = 0; i < kRcodeCount; ++i)
      page.counter("dns_responses_total", "Responses sent by response code.",
                   {{"zone", name}, {"rcode", kRcodes[i]}}, number(of(place).rcodes[i]));
  }
}

}  // namespace

void dns_families(Exposition& page, const CounterTotals& dns) {
  by_zone(page, dns);
  durations(page, dns);
  sizes(page, "dns_request_size_bytes", "Octets of queries.", dns.request_octets);
  sizes(page, "dns_response_size_bytes", "Octets of responses.", dns.response_octets);
  page.counter("dns_do_requests_total", "Queries with the DNSSEC OK bit.", {}, number(dns.dnssec_ok));
  page.counter("dns_truncated_total", "Responses sent with the TC bit.", {}, number(dns.truncated));
  by_reason<Drop>(page, "dns_dropped_total", "Queries that got no response.", dns.dropped);
  by_reason<Guard>(page, "dns_rejected_total", "Malformed queries, by the check that refused them.",
                   dns.rejected);
  by_reason<Limited>(page, "dns_rate_limited_total", "UDP queries over a rate limit, by what became of them.",
                     dns.limited);
  for (std::size_t i = 0; i < kExtendedErrorCount; ++i) {
    page.counter("dns_ede_total", "Extended DNS errors sent, by info code.", {{"code", std::to_string(i)}},
                 number(dns.extended_errors[i]));
  }
  const char* cookies = "Queries with a COOKIE option, by what it was worth (RFC 7873).";
  for (std::size_t i = 0; i < kCookieStateCount; ++i) {
    page.counter("dns_cookies_total", cookies, {{"state", word(static_cast<CookieState>(i))}},
                 number(dns.cookies[i]));
  }
  page.counter("dns_cookies_total", cookies, {{"state", "malformed"}},
               number(dns.rejected[static_cast<std::size_t>(Guard::BadCookie)]));
  page.counter("dns_udp_batches_total", "Batches of UDP queries taken from the kernel.", {},
               number(dns.udp_batches));
  const char* deferrals = "Queries that waited for something, by what became of them.";
  page.counter("dns_deferred_total", deferrals, {{"outcome", "started"}}, number(dns.deferred));
  page.counter("dns_deferred_total", deferrals, {{"outcome", "resumed"}}, number(dns.resumed));
  page.counter("dns_deferred_total", deferrals, {{"outcome", "expired"}}, number(dns.deferrals_expired));
  page.counter("dns_deferred_total", deferrals, {{"outcome", "refused"}}, number(dns.deferrals_refused));
  page.counter("dns_tcp_accepted_total", "TCP connections accepted.", {}, number(dns.tcp_accepted));
  by_reason<TcpEnd>(page, "dns_tcp_closed_total", "TCP connections closed, by reason.", dns.tcp_closed);
}

}  // namespace signpost::admin
