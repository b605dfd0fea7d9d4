// The whole way from octets to octets over a world with every kind of name: for hostile messages, fuzzing and
// counting allocations.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "dns/query/process.h"
#include "tests/support/dns/message.h"
#include "tests/support/dns/rules.h"
#include "tests/zones/support/test_world.h"

namespace signpost::test {

/// Zones `order.test`, `sample.test`, `sticky.test`, `near.test` (the peer's zone first), `cold.test` (no
/// registry has told anything), `10.in-addr.arpa` and `static.test` (a file), with services `cart` (A, AAAA,
/// SRV, weights), `many` (200 addresses), `huge` (5,000), `a.deep.one` and `empty`; static records of every
/// kind in `order.test` and `static.test`. The server has an id and a cookie secret.
class AnswerPath {
 public:
  AnswerPath();

  /// What becomes of one message, on the road that its transport's worker takes; the response stands in a
  /// buffer until the next call. Allocates nothing.
  Handled handle(const Bytes& message, Transport transport);
  Responder& responder() { return *responder_; }
  /// Another snapshot: `cart` gets another weight.
  void change();

  TestWorld world;
  Rules rules = checklist_rules();
  WorkerCounters counters;
  QueryContext context;

 private:
  std::unique_ptr<ResponderFactory> factory_;
  std::unique_ptr<Responder> responder_;
  Bytes buffer_ = Bytes(kMessageOctetsMax);
  int changes_ = 0;
};

/// A message and what it is.
struct Seed {
  std::string title;
  Bytes message;
};
/// At least fifty: each kind of answer, of error and of option that the program knows.
std::vector<Seed> hostile_seeds();

/// A name for each place in the tree: it exists, is an empty non-terminal, is missing ...
struct Place {
  const char* title;
  const char* name;
  bool all_types = false;  // a sweep asks for all 65,536 types here, and for every 17th elsewhere
};
const std::vector<Place>& places();

}  // namespace signpost::test
