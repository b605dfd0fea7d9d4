// One hostile message through the answer path, and everything that must hold of what comes back.
#pragma once

#include <string>
#include <unordered_set>

#include <gtest/gtest.h>

#include "tests/support/dns/invariants.h"
#include "tests/zones/support/answer_path.h"

namespace signpost::test {

/// Asks, and remembers which replies ldns has read: replies that differ in their id and question type alone
/// are shown to it once.
class Hostile {
 public:
  /// Ends the test when something does not hold; `what` says where.
  void expect_good(const Bytes& message, Transport transport, const std::string& what) {
    const auto handled = path().handle(message, transport);
    ++asked;
    if (handled.outcome == Outcome::Dropped) ++silences;
    const auto broken = broken_invariant(message, handled, transport);
    if (broken.empty() && (handled.response.empty() || readable(handled.response))) return;
    const Bytes reply(handled.response.begin(), handled.response.end());
    FAIL() << what << ": " << (broken.empty() ? "ldns cannot read it" : broken) << "\nasked "
           << testing::PrintToString(message) << "\ntold  "
           << (reply.empty() ? "nothing" : describe(reply).substr(0, 2000));
  }

  std::size_t asked = 0, silences = 0;

 private:
  /// One for all tests: a message leaves nothing behind.
  static AnswerPath& path() {
    static AnswerPath path;
    return path;
  }
  bool readable(std::span<const std::uint8_t> response) {
    std::string shape(response.begin() + 2, response.end());
    if (response.size() > 12) {
      std::size_t type = 10;
      while (type < shape.size() && shape[type] != 0) type += 1 + static_cast<unsigned char>(shape[type]);
      if (type + 2 < shape.size()) shape[type + 1] = shape[type + 2] = 0;
    }
    if (!seen_.insert(std::move(shape)).second) return true;
    return ldns_reads(Bytes(response.begin(), response.end()));
  }

  std::unordered_set<std::string> seen_;
};

inline const char* name_of(Transport transport) { return transport == Transport::Udp ? " (UDP)" : " (TCP)"; }

}  // namespace signpost::test
