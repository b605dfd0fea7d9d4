// What the shell knows of the protocol of one namespace: events and the time go in, actions come out. gRPC
// (session.h), HTTP v1 (poll_session.h) and whichever of both the servers speak (auto_session.h), alike in
// what they promise the registry:
//
// - Listed once, Ready once a connection (or a server), Alive whenever the server has proved that it lives,
//   ListedAgain after ListAgain; Lost whenever the server changes. Losing a server erases and changes
//   nothing.
// - a service is pending until its first answer; a name goes only by Erase.
#pragma once

#include <optional>
#include <vector>

#include "backends/nacos/actions.h"
#include "backends/nacos/messages.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// What one protocol knew of a service, for the other one that goes on in its place.
struct Known {
  ServiceName name;
  bool shown = false;   // the sink was told of it
  bool listed = false;  // a list or the fuzzy watch named it
  bool wanted = false;  // a query did
  bool asked = false;   // and waits for the answer
  bool read = false;    // a server has said what it has
};

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
  /// A server has answered in this protocol, and no trouble came since.
  virtual bool answering() const noexcept = 0;
  /// How many services it knows.
  virtual std::size_t services() const noexcept = 0;
  /// The service that the sink was told of and that follows this name in order, for a walk over all that goes
  /// on while they change; the empty name is before the first.
  virtual std::optional<ServiceName> service_after(const ServiceName& name) const = 0;
  virtual ServiceKey key_of(const ServiceName& name) const = 0;
  /// All it knows, in order.
  virtual std::vector<Known> known() const = 0;
  /// Before event::Start: what the sink has heard from another machine. Lists judge it from here on.
  virtual void adopt(const std::vector<Known>& known) = 0;
};

}  // namespace signpost::nacos
