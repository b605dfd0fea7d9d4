// Every row of the checklist over real sockets: UDP and TCP, IPv4 and IPv6 (C7).
#include <gtest/gtest.h>

#include "tests/support/dns/rules.h"
#include "tests/support/dns/server.h"

namespace signpost::test {
namespace {

struct Road {
  const char* name;
  bool tcp, v6;
};

class Checklist : public testing::TestWithParam<Road> {
 protected:
  static ServerOptions options() {
    ServerOptions options;
    options.rules = std::make_shared<RulesStore>(checklist_rules());
    return options;
  }
  TestServer server_{options()};
};

/// The reply to `message`, or none if the server answers the probe sent right after it first: replies come in
/// the order of the queries, so silence needs no waiting.
template <class Client>
std::optional<Bytes> ask_or_silence(Client& client, const Bytes& message) {
  auto probe = query("a.test.", RRType::A);
  probe[0] = 0xff;
  client.send(message);
  client.send(probe);
  auto reply = client.receive();
  if (!reply || (*reply)[0] == 0xff) return std::nullopt;
  EXPECT_TRUE(client.receive().has_value()) << "the probe";
  return reply;
}

TEST_P(Checklist, EveryRow) {
  const auto& road = GetParam();
  const auto& address = road.v6 ? server_.v6() : server_.v4();
  UdpClient udp(address);
  TcpClient tcp(address);
  for (const auto& row : checklist()) {
    const auto reply = road.tcp ? ask_or_silence(tcp, row.message) : ask_or_silence(udp, row.message);
    EXPECT_EQ(tell(reply), row.expected_over(road.tcp)) << row.id << " " << row.title;
    if (!reply) continue;
    EXPECT_EQ((*reply)[1], row.message[1]) << row.id << ": the id";
    EXPECT_TRUE(ldns_reads(*reply)) << row.id;
  }
}

TEST_P(Checklist, E11_after_tc_tcp_has_it_all) {
  const auto& address = GetParam().v6 ? server_.v6() : server_.v4();
  const auto message = query("many400.test.", RRType::A);
  EXPECT_EQ(tell(UdpClient(address).ask(message)), "NOERROR aa tc; many400.test. A; 0/0/0");
  EXPECT_EQ(tell(TcpClient(address).ask(message)), "NOERROR aa; many400.test. A; 400/0/0");
}

INSTANTIATE_TEST_SUITE_P(Roads, Checklist,
                         testing::Values(Road{"udp_v4", false, false}, Road{"udp_v6", false, true},
                                         Road{"tcp_v4", true, false}, Road{"tcp_v6", true, true}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace signpost::test
