// One query through handle() without any socket.
#pragma once

#include <memory>
#include <string>

#include "dns/query/process.h"
#include "tests/support/dns/message.h"
#include "tests/support/dns/responder.h"
#include "tests/support/dns/rows.h"
#include "tests/support/dns/rules.h"

namespace signpost::test {

/// A policy that the test owns.
inline std::shared_ptr<const AdmissionPolicy> unowned(const AdmissionPolicy& policy) {
  return {std::shared_ptr<const void>(), &policy};
}

struct InMemory {
  explicit InMemory(DeferredQueries* deferred = nullptr) : responder(deferred) {
    context.peer = *SocketAddress::parse("192.0.2.99:4242");
    context.local = *SocketAddress::parse("192.0.2.53:53");
  }

  Handled handle(const Bytes& message) {
    return signpost::handle(context, message, responder, buffer, rules, counters);
  }
  /// The reply; nothing for silence.
  Bytes ask(const Bytes& message) {
    const auto handled = handle(message);
    return Bytes(handled.response.begin(), handled.response.end());
  }
  std::string tell(const Bytes& message) {
    const auto reply = ask(message);
    return reply.empty() ? kSilence : describe(reply);
  }

  QueryContext context;
  TestResponder responder;
  Rules rules = checklist_rules();
  WorkerCounters counters;
  Bytes buffer = Bytes(kMessageOctetsMax);
};

}  // namespace signpost::test
