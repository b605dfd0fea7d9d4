#include "dns/query/admit.h"

#include <gtest/gtest.h>

#include "tests/support/dns/in_memory.h"

namespace signpost::test {
namespace {

/// Says the same to everybody, and remembers who asked.
class Fixed final : public AdmissionPolicy {
 public:
  explicit Fixed(Admission admission) : admission_(admission) {}
  Admission decide(const QueryContext& context, const Asked& message) const noexcept override {
    transport = context.transport;
    type = message.query.question.type;
    ++asked;
    return admission_;
  }
  Admission decide_followed(const QueryContext&, NameView) const noexcept override { return admission_; }
  mutable Transport transport{};
  mutable RRType type{};
  mutable int asked = 0;

 private:
  Admission admission_;
};

// C7: the same policy, asked on every transport, with what it needs to know.
class Admit : public testing::TestWithParam<Transport> {};

TEST_P(Admit, RefusedQueriesGetRefusedAndEde18) {
  const Fixed policy(Admission::Refuse);
  InMemory server;
  server.context.transport = GetParam();
  server.rules.admission = unowned(policy);
  EXPECT_EQ(server.tell(edns_query("a.test.", RRType::AAAA, opt())),
            "REFUSED; a.test. AAAA; 0/0/0; opt 1232 ede 18");
  EXPECT_EQ(policy.transport, GetParam());
  EXPECT_EQ(policy.type, RRType::AAAA);
}

TEST_P(Admit, DroppedQueriesGetSilence) {
  const Fixed policy(Admission::Drop);
  InMemory server;
  server.context.transport = GetParam();
  server.rules.admission = unowned(policy);
  EXPECT_EQ(server.tell(query("a.test.", RRType::A)), kSilence);
  EXPECT_EQ(server.counters.dropped[std::size_t(Drop::Policy)].load(), 1u);
}

TEST_P(Admit, AllowedQueriesAreAnsweredAndAskedOnce) {
  const Fixed policy(Admission::Allow);
  InMemory server;
  server.context.transport = GetParam();
  server.rules.admission = unowned(policy);
  EXPECT_EQ(server.tell(query("a.test.", RRType::A)), "NOERROR aa; a.test. A; 1/0/0");
  EXPECT_EQ(policy.asked, 1);
}

INSTANTIATE_TEST_SUITE_P(Transports, Admit, testing::Values(Transport::Udp, Transport::Tcp),
                         [](const auto& row) { return row.param == Transport::Udp ? "udp" : "tcp"; });

TEST(Defer, WithoutATicketIsServfail) {
  InMemory server;
  EXPECT_EQ(server.tell(edns_query("forever.test.", RRType::A, opt())),
            "SERVFAIL; forever.test. A; 0/0/0; opt 1232 ede 0");
  server.context.ticket = 1;
  EXPECT_EQ(server.handle(query("forever.test.", RRType::A)).outcome, Outcome::Deferred);
  server.context.expired = true;
  EXPECT_EQ(server.tell(query("forever.test.", RRType::A)), "SERVFAIL; forever.test. A; 0/0/0");
}

}  // namespace
}  // namespace signpost::test
