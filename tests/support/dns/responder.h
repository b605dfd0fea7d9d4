// A responder for the tests of the DNS rooms: a zone "test." whose names say what they answer.
//
//   a.test. A           192.0.2.1
//   many<n>.test. A     n addresses; TC when they do not fit
//   size<n>.test. TXT   a reply of exactly n octets without OPT
//   glue<n>.test. A     one address, and n more in the additional section as far as they fit
//   scope<n>.test. A    192.0.2.1, which depended on n bits of the client's address
//   stale.test. A       192.0.2.1 and EDE 3
//   drop.test.          silence
//   defer.test. A       deferred; 192.0.2.53 once resumed, SERVFAIL when nobody did
//   twice.test. A       deferred again when it is resumed for the first time
//   forever.test. A     deferred always
//   all of test.        zone version: serial 2026, revision 7 << 32 | 8
//   test.               SOA for SOA; other names are NXDOMAIN, other types NODATA, other zones REFUSED + EDE
//   20
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "dns/query/deferral.h"
#include "dns/query/responder.h"

namespace signpost::test {

/// What responders deferred, for a test to resume.
class DeferredQueries {
 public:
  struct Ticket {
    DeferralMailbox* mailbox;
    std::uint64_t ticket;
    QueryContext context;
  };
  void push(Ticket ticket);
  /// The next one, waiting at most five seconds.
  std::optional<Ticket> pop();
  std::size_t count();

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Ticket> tickets_;
  std::size_t count_ = 0;
};

class TestResponder final : public Responder {
 public:
  explicit TestResponder(DeferredQueries* deferred = nullptr) : deferred_(deferred) {}
  void begin_batch() noexcept override { ++batches; }
  void idle() noexcept override { ++idles; }
  Outcome respond(const QueryContext& context, const Query& query, Response& response) noexcept override;

  std::uint64_t batches = 0, idles = 0;

 private:
  Outcome defer(const QueryContext& context, Response& response, unsigned times) noexcept;
  DeferredQueries* deferred_;
};

class TestResponders final : public ResponderFactory {
 public:
  std::unique_ptr<Responder> make_responder(unsigned) override {
    return std::make_unique<TestResponder>(&deferred);
  }
  DeferredQueries deferred;
};

}  // namespace signpost::test
