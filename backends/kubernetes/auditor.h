// Compares, from time to time, what is known of one resource with a list (K24): about half of the defects in
// watches lose an event, and who never looks again stays wrong for ever.
//
// The list is of the version that is known when it begins, so events go on meanwhile and nothing has to be
// waited for. A server that gives a newer one is compared when the watch has come that far. Same shape as
// Reflector: no I/O, no clock.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/follow/counts.h"
#include "backends/follow/http_receiver.h"
#include "backends/kubernetes/list_page.h"
#include "backends/kubernetes/object_sink.h"
#include "backends/kubernetes/reflector.h"
#include "dns/base/clock.h"
#include "dns/base/random.h"

namespace signpost::kubernetes {

/// One owner, the thread of its reflector. Reflector, sink and counts outlive it.
class Auditor {
 public:
  /// The first audit comes `interval` +-25 % after `now`, and so does each after the one before.
  Auditor(const Reflector& reflector, Duration interval, ObjectSink& sink, follow::Counts& counts,
          Random random, Monotonic now);

  /// The request to send now; nullopt: ask again at wake(). Never during an exchange.
  std::optional<ApiRequest> next(Monotonic now);
  Monotonic wake() const noexcept { return wake_; }
  follow::HttpNext head(const follow::HttpHead& head, Monotonic now);
  follow::HttpNext body(std::string_view octets, Monotonic now);
  void end(std::string_view trouble, Monotonic now);

  /// Begins one as soon as the reflector watches; one that is under way is dropped.
  void hurry(Monotonic now);

 private:
  enum class Phase : std::uint8_t { Waiting, Listing, Settling };

  void begin(Monotonic now);
  void give_up(std::string_view reason, Monotonic now);
  void finish(Monotonic now);
  Monotonic next_time(Monotonic now);

  const Reflector& reflector_;
  Duration interval_;
  ObjectSink& sink_;
  follow::Counts& counts_;
  Random random_;

  Phase phase_ = Phase::Waiting;
  Monotonic wake_{};
  bool hurried_ = false;
  bool in_exchange_ = false;
  Revision known_ = 0;   // when it began: the list is asked for of that version
  Revision listed_ = 0;  // of the list
  Monotonic settle_until_{};
  std::string token_;
  int status_ = 0;
  bool stopped_ = false;
  std::unique_ptr<ListPage> page_;
};

}  // namespace signpost::kubernetes
