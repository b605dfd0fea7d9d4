// What the shell knows of the protocol of one namespace: events and the time go in, actions come out. gRPC
// (session.h) and HTTP v1 (poll_session.h) are two of them, alike in what they promise the registry:
//
// - Listed once, Ready once a connection (or a server), Alive whenever the server has proved that it lives,
//   ListedAgain after ListAgain; Lost whenever the server changes. Losing a server erases and changes
//   nothing.
// - a service is pending until its first answer; a name goes only by Erase.
#pragma once

#include <optional>

#include "backends/nacos/actions.h"
#include "backends/nacos/messages.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// One owner, one thread. No I/O, no clock.
class Protocol {
 public:
  virtual ~Protocol() = default;

  /// Takes one event and appends what is to be done, in this order. Afterwards deadline() may have moved.
  virtual void input(Event event, Monotonic now, Actions& out) = 0;
  /// When a Tick is due; Monotonic::max() for never.
  virtual Monotonic deadline() const = 0;
  /// Everything that was known is being followed, on the server of this moment.
  virtual bool ready() const noexcept = 0;
  /// How many services it knows.
  virtual std::size_t services() const noexcept = 0;
  /// The service that the sink was told of and that follows this name in order, for a walk over all that goes
  /// on while they change; the empty name is before the first.
  virtual std::optional<ServiceName> service_after(const ServiceName& name) const = 0;
  virtual ServiceKey key_of(const ServiceName& name) const = 0;
};

}  // namespace signpost::nacos
