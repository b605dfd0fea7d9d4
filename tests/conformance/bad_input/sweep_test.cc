// All types at every kind of name, all header words, all option codes.
#include "tests/conformance/bad_input/expect_good.h"

namespace signpost::test {
namespace {

class TypeSweep : public testing::TestWithParam<Place> {};

TEST_P(TypeSweep, EveryType) {
  Hostile hostile;
  auto message = query(GetParam().name, RRType::A);
  const unsigned step = GetParam().all_types ? 1 : 17;
  for (unsigned type = 0; type < 65536; type += type < 300 ? 1 : step) {
    const auto at = message.size() - 4;
    message[at] = static_cast<std::uint8_t>(type >> 8);
    message[at + 1] = static_cast<std::uint8_t>(type);
    hostile.expect_good(message, type % 2 == 0 ? Transport::Udp : Transport::Tcp,
                        "type " + std::to_string(type));
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(hostile.silences, 0u);
}

INSTANTIATE_TEST_SUITE_P(Places, TypeSweep, testing::ValuesIn(places()),
                         [](const auto& row) { return std::string(row.param.title); });

/// Sixteen opcodes, all flags, all rcodes: every value of the header's second word, with no, one and two
/// questions.
TEST(Sweep, EveryHeaderWord) {
  Hostile hostile;
  const auto a = question("cart.order.test.", RRType::A);
  for (unsigned questions = 0; questions <= 2; ++questions)
    for (unsigned flags = 0; flags < 65536; ++flags) {
      auto message = header({.flags = flags, .qd = questions});
      for (unsigned i = 0; i < questions; ++i) message.insert(message.end(), a.begin(), a.end());
      hostile.expect_good(message, flags % 2 == 0 ? Transport::Udp : Transport::Tcp,
                          "flags " + std::to_string(flags) + ", questions " + std::to_string(questions));
      if (HasFatalFailure()) return;
    }
  EXPECT_EQ(hostile.silences, 3u * 32768u) << "responses, and nothing else";
}

TEST(Sweep, EveryOptionCode) {
  Hostile hostile;
  for (unsigned code = 0; code < 65536; ++code)
    for (const std::size_t size : {0u, 8u}) {
      const auto message =
          edns_query("cart.order.test.", RRType::A,
                     opt(1232, 0, option(code, Bytes(size, static_cast<std::uint8_t>(code)))));
      hostile.expect_good(message, code % 2 == 0 ? Transport::Udp : Transport::Tcp,
                          "option " + std::to_string(code) + " of " + std::to_string(size));
      if (HasFatalFailure()) return;
    }
  EXPECT_EQ(hostile.silences, 0u);
}

TEST(Sweep, EveryEdnsVersionAndFlagAndManySizes) {
  Hostile hostile;
  const auto ask = [](const char* name, const Bytes& edns) { return edns_query(name, RRType::A, edns); };
  for (unsigned value = 0; value < 65536; ++value) {
    const auto number = std::to_string(value);
    hostile.expect_good(ask("cart.order.test.", opt(1232, value, {}, value >> 8)), Transport::Udp,
                        "flags " + number);
    if (value % 7 == 0 || (value > 500 && value < 1300))
      hostile.expect_good(ask("many.order.test.", opt(value)), Transport::Udp, "size " + number);
    if (HasFatalFailure()) return;
  }
}

TEST(Sweep, EveryClass) {
  Hostile hostile;
  for (unsigned klass = 0; klass < 65536; ++klass) {
    hostile.expect_good(header({}) + question("id.server.", RRType::TXT, RRClass(klass)),
                        klass % 2 == 0 ? Transport::Udp : Transport::Tcp, "class " + std::to_string(klass));
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace signpost::test
