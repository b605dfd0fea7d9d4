// Transport x source x name x opcode x shape of the message: what becomes of each, by a model of its own
// (C7, C8). What is allowed gets, octet for octet, what it would get without rules.
#include "dns/query/access.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dns/query/process.h"
#include "tests/support/dns/message.h"
#include "tests/zones/support/test_world.h"
#include "zones/answer/responder_factory.h"

namespace signpost::test {
namespace {

const char* const kWorld = R"(
registries: {local: {type: file, path: x.yaml}, cluster: {type: kubernetes}}
zones:
  - {name: shop.test, registry: local}
  - {name: shops.test, registry: local}
  - {name: cluster.local, registry: cluster}
)";

struct Line {
  Admission verdict;
  std::vector<std::string> sources;  // as text prefixes for the model
  std::vector<const char*> prefixes;
  const char* zone;
};

/// Sources are told apart by how their text begins: the model knows no bits.
const Line kLines[] = {
    {Admission::Drop, {"198.51.100."}, {"198.51.100.0/24"}, nullptr},
    {Admission::Allow, {"10.", "fd"}, {"10.0.0.0/8", "fd00::/8"}, "shop.test"},
    {Admission::Drop, {"203.0.113."}, {"203.0.113.0/24"}, "shop.test"},
    {Admission::Refuse, {"10.9."}, {"10.9.0.0/16"}, nullptr},
    {Admission::Refuse, {""}, {"0.0.0.0/0", "::/0"}, "shop.test"},
    {Admission::Drop, {"2001:db8:"}, {"2001:db8::/32"}, nullptr},
};

const char* const kSources[] = {"10.1.1.1",        "10.9.0.1",         "192.0.2.1",           "198.51.100.7",
                                "203.0.113.5",     "fd00::1",          "2001:db8::1",         "2001:db9::1",
                                "::ffff:10.9.0.1", "::ffff:192.0.2.1", "::ffff:198.51.100.7", "::1"};

struct Named {
  const char* name;
  const char* leads_to;  // for types other than CNAME
};
const Named kNames[] = {
    {"shop.test.", ""},
    {"cart.shop.test.", ""},
    {"CaRt.ShOp.TeSt.", ""},
    {"_http._tcp.cart.shop.test.", ""},
    {"a.b.nope.shop.test.", ""},
    {"cart.shops.test.", ""},
    {"xshop.test.", ""},
    {"test.", ""},
    {".", ""},
    {"shop.test.example.org.", ""},
    {"web.ns.svc.cluster.local.", ""},
    {"door.ns.svc.cluster.local.", "cart.shop.test."},
    {"door-to-nothing.ns.svc.cluster.local.", "nope.shop.test."},
    {"door-to-door.ns.svc.cluster.local.", "cart.shop.test."},
    {"abroad.ns.svc.cluster.local.", "www.example.org."},
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// `name` empty: none could be read.
Admission model(std::string source, const std::string& name) {
  if (source.starts_with("::ffff:")) source = source.substr(7);
  for (const auto& line : kLines) {
    const bool from = std::any_of(line.sources.begin(), line.sources.end(),
                                  [&](const auto& begin) { return source.starts_with(begin); });
    const auto zone = line.zone == nullptr ? "" : "." + std::string(line.zone) + ".";
    const bool about = line.zone == nullptr || (!name.empty() && ("." + lower(name)).ends_with(zone));
    if (from && about) return line.verdict;
  }
  return Admission::Allow;
}

enum class Shape {
  Plain,
  Edns,
  Badvers,
  Chaos,
  TrailingOctet,
  BrokenOption,
  TwoQuestions,
  NoQuestion,
  BadName
};
constexpr Shape kShapes[] = {Shape::Plain,        Shape::Edns,          Shape::Badvers,
                             Shape::Chaos,        Shape::TrailingOctet, Shape::BrokenOption,
                             Shape::TwoQuestions, Shape::NoQuestion,    Shape::BadName};

Bytes message(const char* name, RRType type, unsigned opcode, Shape shape) {
  const unsigned flags = opcode << 11 | 0x0100;
  const auto asked = question(name, type);
  switch (shape) {
    case Shape::Plain:
      return query(name, type, flags);
    case Shape::Edns:
      return edns_query(name, type, opt(), flags);
    case Shape::Badvers:
      return edns_query(name, type, opt(1232, 0, {}, 1), flags);
    case Shape::Chaos:
      return header({.flags = flags}) + question(name, type, RRClass::CH);
    case Shape::TrailingOctet:
      return query(name, type, flags) + raw("\0");
    case Shape::BrokenOption:
      return edns_query(name, type, opt(1232, 0, raw("\0\3\0\7")), flags);
    case Shape::TwoQuestions:
      return header({.flags = flags, .qd = 2}) + asked + asked;
    case Shape::NoQuestion:
      return header({.flags = flags, .qd = 0});
    case Shape::BadName:
      return header({.flags = flags}) + raw("\x40") + asked;
  }
  return {};
}

bool has_name(Shape shape) {
  return shape != Shape::TwoQuestions && shape != Shape::NoQuestion && shape != Shape::BadName;
}
bool has_opt(Shape shape) {
  return shape == Shape::Edns || shape == Shape::Badvers || shape == Shape::BrokenOption;
}
bool is_answered_from_zones(Shape shape, unsigned opcode) {
  return opcode == 0 && (shape == Shape::Plain || shape == Shape::Edns);
}

class Server {
 public:
  Server() : world_(kWorld) {
    world_.list("local", {TestWorld::service("local///cart", {At("192.0.2.10", 80, "http")})});
    world_.list("cluster", {TestWorld::cluster_ip("cluster/ns//web", {"192.0.2.20"}, {}),
                            TestWorld::external_name("cluster/ns//door", "cart.shop.test"),
                            TestWorld::external_name("cluster/ns//door-to-nothing", "nope.shop.test"),
                            TestWorld::external_name("cluster/ns//door-to-door", "door.ns.svc.cluster.local"),
                            TestWorld::external_name("cluster/ns//abroad", "www.example.org")});
    factory_ = make_responder_factory(world_.store, 7);
    responder_ = factory_->make_responder(0);
    responder_->begin_batch();
    std::vector<AccessRule> rules;
    for (const auto& line : kLines)
      for (const std::string prefix : line.prefixes) {
        const auto slash = prefix.find('/');
        rules.push_back({line.verdict,
                         *IpAddress::parse(prefix.substr(0, slash)),
                         static_cast<unsigned>(std::stoul(prefix.substr(slash + 1))),
                         {}});
        if (line.zone != nullptr) rules.back().zones.push_back(*Name::parse(line.zone));
      }
    guarded_.admission = std::make_shared<const AccessRules>(rules);
  }

  /// Empty: silence.
  Bytes ask(const Bytes& message, Transport transport, const char* source, bool guarded) {
    QueryContext context;
    context.transport = transport;
    context.peer = {*IpAddress::parse(source), 4242};
    const auto handled =
        handle(context, message, *responder_, buffer_, guarded ? guarded_ : open_, counters_);
    return {handled.response.begin(), handled.response.end()};
  }

 private:
  TestWorld world_;
  std::unique_ptr<ResponderFactory> factory_;
  std::unique_ptr<Responder> responder_;
  Rules guarded_, open_;
  WorkerCounters counters_;
  Bytes buffer_ = Bytes(kMessageOctetsMax);
};

TEST(Access, C7_C8_every_cell_is_what_the_model_says) {
  Server server;
  std::size_t cells[3] = {};
  for (const auto transport : {Transport::Udp, Transport::Tcp})
    for (const auto* source : kSources)
      for (const auto& named : kNames)
        for (const auto type : {RRType::A, RRType::CNAME, RRType::SRV})
          for (unsigned opcode = 0; opcode < 16; ++opcode)
            for (const auto shape : kShapes) {
              const auto sent = message(named.name, type, opcode, shape);
              const auto got = server.ask(sent, transport, source, true);
              auto expected = model(source, has_name(shape) ? named.name : "");
              const bool followed = *named.leads_to != '\0' && type != RRType::CNAME;
              if (expected == Admission::Allow && followed && is_answered_from_zones(shape, opcode))
                expected = model(source, named.leads_to);
              ++cells[static_cast<std::size_t>(expected)];
              SCOPED_TRACE(testing::Message()
                           << source << " " << named.name << " type " << int(type) << " opcode " << opcode
                           << " shape " << int(shape) << (transport == Transport::Tcp ? " tcp" : " udp"));
              if (expected == Admission::Allow) {
                ASSERT_EQ(got, server.ask(sent, transport, source, false));
              } else if (expected == Admission::Drop) {
                ASSERT_TRUE(got.empty());
              } else {
                ASSERT_GE(got.size(), kHeaderSize);
                ASSERT_EQ(got[2] >> 3 & 0xf, int(opcode));
                const auto told = describe(got);
                ASSERT_TRUE(told.starts_with("REFUSED")) << told;
                ASSERT_NE(told.find("0/0/0"), std::string::npos) << told;
                ASSERT_EQ(told.find(" aa"), std::string::npos) << told;
                ASSERT_EQ(told.ends_with("ede 18"), has_opt(shape)) << told;
              }
            }
  for (const auto count : cells) EXPECT_GT(count, 10000u);
}

TEST(Access, C8_an_alias_is_no_way_in) {
  Server server;
  const auto ask = [&](const char* name, RRType type) {
    return describe(server.ask(edns_query(name, type, opt()), Transport::Udp, "192.0.2.1", true));
  };
  EXPECT_EQ(ask("door.ns.svc.cluster.local.", RRType::A),
            "REFUSED; door.ns.svc.cluster.local. A; 0/0/0; opt 1232 ede 18");
  // That there is an alias, and where it leads, is what the zone it stands in says.
  EXPECT_EQ(ask("door.ns.svc.cluster.local.", RRType::CNAME),
            "NOERROR aa; door.ns.svc.cluster.local. TYPE5; 1/0/0; opt 1232");
}

}  // namespace
}  // namespace signpost::test
