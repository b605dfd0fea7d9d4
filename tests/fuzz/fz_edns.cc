// fz_edns: the octets are OPT's: flags, size, version and options behind a good question. Whether they are
// well-formed is decided here a second time, so that E3 holds both ways.
#include "tests/fuzz/fuzzer.h"
#include "tests/support/dns/invariants.h"
#include "tests/zones/support/answer_path.h"

namespace {

using signpost::test::Bytes;

constexpr std::size_t kOptionsMax = 64;  // read by us; what is behind them is skipped (E5)

/// True when the options that are looked at are cut off or overrun: lengths only, not what they hold.
bool is_cut(const Bytes& options) {
  std::size_t at = 0;
  for (std::size_t count = 0; at < options.size() && count < kOptionsMax; ++count) {
    if (options.size() - at < 4) return true;
    at += 4 + (std::size_t{options[at + 2]} << 8 | options[at + 3]);
    if (at > options.size()) return true;
  }
  return false;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  using namespace signpost;
  static test::AnswerPath path;
  if (size < 6 || size > 4096) return 0;
  const auto transport = (octets[0] & 1) != 0 ? Transport::Tcp : Transport::Udp;
  const unsigned version = (octets[0] & 6) == 6 ? octets[1] : 0;
  const unsigned udp_size = unsigned{octets[2]} << 8 | octets[3],
                 flags = unsigned{octets[4]} << 8 | octets[5];
  const Bytes options(octets + 6, octets + size);
  const auto message =
      test::edns_query("cart.order.test.", RRType::A, test::opt(udp_size, flags, options, version));
  const auto handled = path.handle(message, transport);
  const auto broken = test::broken_invariant(message, handled, transport);
  test::require(broken.empty(), broken);
  const auto told = test::describe(Bytes(handled.response.begin(), handled.response.end()));
  test::require(told.find("; opt ") != std::string::npos, "E1: OPT for OPT: " + told);
  if (version > 0) {
    test::require(told.starts_with("BADVERS"), "E4: " + told);
  } else if (is_cut(options)) {
    test::require(told.starts_with("FORMERR"), "E3: " + told);
  }
  return 0;
}
