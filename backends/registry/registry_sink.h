// The border between a registry's protocol and the rest of the house.
//
// The life of an event: a backend's coroutine reads bytes, its state machine (no I/O, no clock) turns them
// into whole ServiceStates, and the sink takes them, in order, on the I/O thread. The sink never blocks: it
// hands them to the builder thread. What arrives here is believed as the registry said it; zones/guard doubts
// what a list leaves out, and asks the backend to read again (list_again()).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"

namespace signpost {

/// Which full list of a backend: it counts up with each begin_list() of that backend.
using Epoch = std::uint64_t;

/// What the registry itself calls its version (a Kubernetes resourceVersion; 0 where there is none).
using Revision = std::uint64_t;

/// Whether a list named everything. An incomplete list (one namespace failed, say) sweeps nothing. Again: a
/// complete one, all of which was read from the registry since list_again() was called.
enum class Complete : std::uint8_t { No, Yes, Again };

/// A network of clients, and the zone that it is in.
struct ClientNetwork {
  config::Prefix prefix;
  std::string zone;
  friend bool operator==(const ClientNetwork&, const ClientNetwork&) = default;
};

/// Receives one registry's world, in order, on the I/O thread. Whole states, never deltas.
class RegistrySink {
 public:
  virtual ~RegistrySink() = default;

  /// A full list starts; nothing is forgotten yet.
  virtual void begin_list(Epoch epoch) = 0;
  /// Replaces what was known of this service; counts as mentioned by the list that is open. Between lists: an
  /// event.
  virtual void upsert(ServiceState state, Revision revision) = 0;
  /// Just before an upsert(): when that of which it tells happened, by the registry's own clock. Of
  /// registries that say so; for a metric only.
  virtual void changed_at(WallTime when) { (void)when; }
  /// In a list: the service is as it was told last, which need not be told again. Unknown keys are harmless.
  virtual void mention(const ServiceKey& key) = 0;
  /// The service is gone: an event, also while a list is open. Unknown keys are harmless.
  virtual void erase(const ServiceKey& key, Revision revision) = 0;
  /// We do not follow the service any more: the registry said nothing of it, so nobody is to doubt it.
  virtual void forget(const ServiceKey& key) { erase(key, 0); }
  /// Sweeps what the list did not mention when it was complete; from the first complete list on the registry
  /// is synced.
  virtual void end_list(Epoch epoch, Complete complete) = 0;
  /// What the registry calls itself, for ever and unlike any other (the UID of a cluster). At any time before
  /// the first end_list(), best before begin_list(): what a state file holds of another one is forgotten
  /// then.
  virtual void identify(std::string_view identity) { (void)identity; }
  /// Everything up to `revision` has been delivered: the registry is live now. Also sent when nothing changed
  /// (bookmark, health check), since it is the proof of life that `last_event_age` counts from.
  virtual void caught_up(Revision revision) = 0;
  /// Keep answering from what we know. `why` is one line for a person. Ended by the next caught_up().
  virtual void lost_contact(std::string_view why) = 0;
  /// All networks of clients that the registry knows the zones of, in place of those told before. At any
  /// time, also between begin_list() and end_list(); of registries that are asked for them alone.
  virtual void place_clients(std::vector<ClientNetwork> networks) { (void)networks; }
};

}  // namespace signpost
