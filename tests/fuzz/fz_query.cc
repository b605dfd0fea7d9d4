#include "tests/fuzz/fz_query.h"

#include <cstdio>
#include <cstdlib>

#include "tests/support/dns/in_memory.h"

namespace {

using signpost::Outcome;
using signpost::test::Bytes;

void require(bool condition, const char* what, const Bytes& reply) {
  if (condition) return;
  std::fprintf(stderr, "broken: %s: %s\n", what, signpost::test::describe(reply).c_str());
  std::abort();
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  static signpost::test::InMemory server;
  if (size == 0) return 0;
  const bool tcp = (octets[0] & 1) != 0;
  server.context.transport = tcp ? signpost::Transport::Tcp : signpost::Transport::Udp;
  server.rules.parse.lenient = (octets[0] & 2) != 0;
  const Bytes message(octets + 1, octets + size);
  const auto handled = server.handle(message);
  const Bytes reply(handled.response.begin(), handled.response.end());
  if (handled.outcome == Outcome::Dropped) {
    require(reply.empty(), "a dropped query has no reply", reply);
    return 0;
  }
  require(handled.outcome == Outcome::Answered, "nothing is deferred without a ticket", reply);
  const auto text = signpost::test::describe(reply);
  require(text.rfind("malformed", 0) != 0, "we read our reply", reply);
  require(signpost::test::ldns_reads(reply), "ldns reads our reply", reply);
  require(reply[0] == message[0] && reply[1] == message[1], "H4: the id", reply);
  const bool has_opt = text.find("; opt ") != std::string::npos, truncated = (reply[2] & 2) != 0;
  require(tcp || reply.size() <= (has_opt ? 1232u : 512u), "E8, E9: the size", reply);
  require(!truncated || (!tcp && text.find("; 0/0/0") != std::string::npos), "E10, T8: truncation", reply);
  return 0;
}
