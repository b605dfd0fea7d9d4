#include "tests/zones/support/answer_path.h"

#include "dns/query/cookies.h"
#include "zones/answer/responder_factory.h"

namespace signpost::test {

namespace {

const char* const kWorld = R"(
clients: {zones: {a.b: [192.0.2.0/24]}}
registries: {local: {type: file, path: x.yaml}, cold: {type: file, path: y.yaml}}
zones:
  - {name: order.test, registry: local}
  - {name: sample.test, registry: local, answer: sample 2}
  - {name: cold.test, registry: cold}
  - {name: 10.in-addr.arpa, registry: local}
  - {name: static.test, file: s.zone}
  - {name: sticky.test, registry: local, answer: sticky 2}
  - {name: near.test, registry: local, answer: sample 1, locality: prefer}
)";

const TestWorld::Lines kStatic = {
    {"order.test",
     {"host A 192.0.2.6", "host A 192.0.2.7", "host AAAA 2001:db8::6", "c1 CNAME c2", "c2 CNAME host",
      "gone CNAME nope", "away CNAME www.example.org.", "*.alias CNAME cart", "web HTTPS 1 host alpn=h2",
      "_off._tcp SRV 0 0 0 .", "_web._tcp SRV 0 5 80 host", "odd TYPE65280 \\# 4 c00cc00c"}},
    {"static.test",
     {"@ 60 SOA ns h 1 1 1 1 30",
      "@ NS ns",
      "@ MX 10 mail",
      "ns A 192.0.2.1",
      "mail AAAA 2001:db8::1",
      "www A 192.0.2.2",
      "www TYPE65280 \\# 2 cafe",
      "_sip._udp SRV 0 0 5060 www",
      "svc HTTPS 1 . port=8443",
      "svc A 192.0.2.3",
      "*.wild TXT \"x\"",
      "*.wild MX 1 mail",
      "alias CNAME www",
      "into CNAME cart.order.test.",
      "loop CNAME loop2",
      "loop2 CNAME loop",
      "sub NS ns.sub",
      "sub DS 1 13 2 00000000000000000000000000000000"
      "00000000000000000000000000000000",
      "ns.sub A 192.0.2.4",
      "old DNAME longer.new",
      "www.longer.new A 192.0.2.5"}}};

const SocketAddress kPeer = *SocketAddress::parse("192.0.2.99:4242");
constexpr std::uint32_t kNow = 1'700'000'000;
const CookieSecrets kSecrets = *parse_cookie_secrets("e5e973e5a6b2a43f48e7dc849e37bfcf");

ServiceState cart(double weight) {
  auto state =
      TestWorld::service("local///cart", {At("10.0.0.1", 80, "http").with_weight(weight),
                                          At("10.0.0.2", 80, "http").also("fd00::2"), At("10.0.0.3", 81)});
  state.instances[0].version = "v1";
  state.instances[1].version = state.instances[2].version = "v2";
  state.instances[1].zone = "a.b";
  return state;
}

std::vector<Instance> crowd(int count) {
  std::vector<Instance> instances;
  for (int i = 0; i < count; ++i)
    instances.push_back(At("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250), 80, "http")
                            .with_weight(1 + i % 3));
  return instances;
}

}  // namespace

AnswerPath::AnswerPath() : world(kWorld, kStatic) {
  rules.server_id = "path-1";
  rules.cookies = kSecrets;
  context.peer = kPeer;
  context.wall_seconds = kNow;
  context.keepalive = 100;
  context.local = *SocketAddress::parse("192.0.2.53:53");
  world.list("local", {cart(1), TestWorld::service("local///many", crowd(200)),
                       TestWorld::service("local///huge", crowd(5000)), TestWorld::service("local///empty"),
                       TestWorld::service("local///a.deep.one", {At("10.2.0.1", 80)})});
  factory_ = make_responder_factory(world.store, 7);
  responder_ = factory_->make_responder(0);
}

Handled AnswerPath::handle(const Bytes& message, Transport transport) {
  context.transport = transport;
  responder_->begin_batch();
  if (transport == Transport::Tcp)
    return signpost::handle(context, message, *responder_, buffer_, rules, counters);
  Asked asked;  // as a batch of one datagram
  parse(message, rules, asked);
  responder_->look_ahead({&asked, 1});
  return answer(context, message, asked, *responder_, buffer_, rules, counters);
}

void AnswerPath::change() {
  responder_->idle();
  world.upsert(cart(2 + ++changes_ % 7));
}

const std::vector<Place>& places() {
  static const std::vector<Place> all = {
      {"exists", "cart.order.test.", true},
      {"host", "10-0-0-1.cart.order.test."},
      {"instance", "10-0-0-1-p80.cart.order.test."},
      {"port", "_http._tcp.cart.order.test."},
      {"selected", "v2._version.cart.order.test."},
      {"selected_port", "_http._tcp.a.b.pin._zone.v2._version.cart.order.test."},
      {"selected_empty", "_version.cart.order.test."},
      {"selected_sample", "x.prefer._zone.cart.sample.test."},
      {"empty_non_terminal", "deep.one.order.test.", true},
      {"infix", "_tcp.cart.order.test."},
      {"empty_service", "empty.order.test."},
      {"missing", "nope.order.test.", true},
      {"below_missing", "a.b.nope.order.test."},
      {"apex", "order.test."},
      {"sampled", "cart.sample.test."},
      {"sticky", "cart.sticky.test."},
      {"near", "cart.near.test."},
      {"near_port", "_http._tcp.cart.near.test."},
      {"large", "many.order.test."},
      {"cold", "cart.cold.test."},
      {"reverse", "1.0.0.10.in-addr.arpa."},
      {"outside", "example.org."},
      {"beside_services", "host.order.test."},
      {"chain", "c1.order.test."},
      {"chain_to_nothing", "gone.order.test."},
      {"chain_away", "away.order.test."},
      {"chain_from_a_wildcard", "x.alias.order.test."},
      {"static_apex", "static.test."},
      {"static_name", "www.static.test.", true},
      {"static_port", "_sip._udp.static.test."},
      {"static_binding", "svc.static.test."},
      {"static_empty_non_terminal", "wild.static.test.", true},
      {"static_missing", "nope.static.test."},
      {"wildcard", "a.b.wild.static.test.", true},
      {"alias", "alias.static.test.", true},
      {"alias_of_a_service", "into.static.test."},
      {"alias_loop", "loop.static.test."},
      {"delegation", "sub.static.test.", true},
      {"below_a_delegation", "ns.sub.static.test."},
      {"below_a_dname", "www.old.static.test."},
  };
  return all;
}

namespace {

constexpr unsigned kNsid = 3, kSubnet = 8, kExpire = 9, kCookie = 10, kKeepalive = 11, kPadding = 12,
                   kZoneVersion = 19;

Bytes with_opcode(unsigned opcode, const Bytes& rest, unsigned qd = 1, unsigned ar = 0) {
  return header({.flags = opcode << 11 | 0x0100, .qd = qd, .ar = ar}) + rest;
}

Bytes with_options(const Bytes& options, unsigned flags = 0, unsigned version = 0) {
  return edns_query("cart.order.test.", RRType::A, opt(1232, flags, options, version));
}

void add_answers(std::vector<Seed>& seeds) {
  for (const auto& place : places()) {
    seeds.push_back({std::string(place.title) + "_a", query(place.name, RRType::A)});
    seeds.push_back({std::string(place.title) + "_any_with_opt", edns_query(place.name, RRType::ANY, opt())});
  }
  seeds.push_back({"srv", edns_query("cart.order.test.", RRType::SRV, opt(512))});
  seeds.push_back({"aaaa", query("CART.order.TEST.", RRType::AAAA, 0x0110)});
  seeds.push_back({"txt", query("10-0-0-1-p80.cart.order.test.", RRType::TXT)});
  seeds.push_back({"soa", edns_query("order.test.", RRType::SOA, opt(4096, 0x8000))});
  seeds.push_back({"ns", query("order.test.", RRType::NS)});
  seeds.push_back({"ptr", query("2.0.0.10.in-addr.arpa.", RRType::PTR)});
  for (const auto* name : {"web", "_off._tcp", "_web._tcp", "odd"})
    seeds.push_back({std::string(name) + "_static",
                     edns_query(std::string(name) + ".order.test.", RRType::ANY, opt(512))});
  seeds.push_back({"https", query("web.order.test.", RRType::HTTPS)});
  seeds.push_back({"ds", edns_query("sub.static.test.", RRType::DS, opt())});
  seeds.push_back({"huge", edns_query("huge.order.test.", RRType::A, opt(65535))});
}

void add_errors(std::vector<Seed>& seeds) {
  const auto soa = question("order.test.", RRType::SOA);
  const auto extra = record("x.", RRType::A, {192, 0, 2, 1});
  seeds.insert(seeds.end(), {{"notify", with_opcode(4, soa + opt(), 1, 1)},
                             {"update", with_opcode(5, soa)},
                             {"status", with_opcode(2, {}, 0)},
                             {"dso", with_opcode(6, {}, 0)},
                             {"no_question", header({.qd = 0, .ar = 1}) + opt()},
                             {"two_questions", header({.qd = 2}) + soa + soa},
                             {"chaos", header({}) + question("version.bind.", RRType::TXT, RRClass::CH)},
                             {"chaos_id", header({}) + question("id.server.", RRType::TXT, RRClass::CH)},
                             {"class_any", header({.ar = 1}) +
                                               question("cart.order.test.", RRType::A, RRClass::ANY) + opt()},
                             {"axfr", query("order.test.", RRType::AXFR)},
                             {"ixfr", header({.ns = 1}) + question("order.test.", RRType::IXFR) +
                                          record("order.test.", RRType::SOA, Bytes(22, 0))},
                             {"qtype_opt", edns_query("cart.order.test.", RRType::OPT, opt())},
                             {"four_additional", header({.ar = 4}) + soa + extra + extra + opt() + extra},
                             {"answer_record", header({.an = 1, .ar = 1}) + soa + extra + opt()}});
}

void add_options(std::vector<Seed>& seeds) {
  const Bytes client = {1, 2, 3, 4, 5, 6, 7, 8};
  auto good = client + Bytes(kServerCookieOctets, 0);
  write_server_cookie(kSecrets, client, kPeer.ip, kNow, good.data() + client.size());
  seeds.insert(
      seeds.end(),
      {{"nsid", with_options(option(kNsid, {}))},
       {"client_cookie", with_options(option(kCookie, client))},
       {"server_cookie", with_options(option(kCookie, client + Bytes{1, 0, 0, 0} + Bytes(12, 0x5c)))},
       {"good_cookie", with_options(option(kCookie, good))},
       {"good_cookie_alone", header({.qd = 0, .ar = 1}) + opt(1232, 0, option(kCookie, good))},
       {"cookie_alone", header({.qd = 0, .ar = 1}) + opt(1232, 0, option(kCookie, client))},
       {"keepalive", with_options(option(kKeepalive, {}))},
       {"zone_version", with_options(option(kZoneVersion, {}))},
       {"all_options", with_options(option(kNsid, {}) + option(kCookie, client) + option(kKeepalive, {}) +
                                        option(kZoneVersion, {}) + option(kSubnet, {0, 1, 24, 0, 192, 0, 2}) +
                                        option(kExpire, {}) + option(kPadding, Bytes(16, 0)),
                                    0x8000)},
       {"version_1", with_options(option(kNsid, {}), 0x8000, 1)},
       {"unknown_option", with_options(option(65001, raw("hello")))}});
}

}  // namespace

std::vector<Seed> hostile_seeds() {
  std::vector<Seed> seeds;
  add_answers(seeds);
  add_errors(seeds);
  add_options(seeds);
  return seeds;
}

}  // namespace signpost::test
