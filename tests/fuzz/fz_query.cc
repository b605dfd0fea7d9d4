// fz_query: a message to the whole answer path, over zones with every kind of name. The first octet chooses
// transport and strictness.
#include "tests/fuzz/fuzzer.h"
#include "tests/support/dns/invariants.h"
#include "tests/zones/support/answer_path.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  using namespace signpost;
  static test::AnswerPath path;
  if (size == 0) return 0;
  const auto transport = (octets[0] & 1) != 0 ? Transport::Tcp : Transport::Udp;
  path.rules.parse.lenient = (octets[0] & 2) != 0;
  const test::Bytes message(octets + 1, octets + size);
  const auto handled = path.handle(message, transport);
  const auto broken = test::broken_invariant(message, handled, transport);
  test::require(broken.empty(), broken);
  const test::Bytes reply(handled.response.begin(), handled.response.end());
  test::require(reply.empty() || test::ldns_reads(reply), "ldns reads our reply");
  return 0;
}
