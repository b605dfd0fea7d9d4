// The builder: the one thread that owns the mutable world and publishes what the workers answer from.
//
// The life of an event: a backend hands a ServiceState to its sink on the I/O thread; the sink queues it; the
// builder takes everything queued, puts it into the World (bursts of one service collapse), decides with
// zones/policy who may answer, lets zones/synthesis write one block for each zone that shows the service, and
// publishes one snapshot in which untouched blocks are shared. Workers see it at their next batch.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/checks/plan.h"
#include "backends/registry/registry_sink.h"
#include "backends/registry/second_opinion.h"
#include "config/config.h"
#include "dns/base/clock.h"
#include "dns/base/idle_thread.h"
#include "dns/wire/name.h"
#include "zones/files/static_zone.h"
#include "zones/policy/policy.h"
#include "zones/table/restored.h"
#include "zones/table/status.h"

namespace signpost {

class SnapshotStore;

/// One published change of one zone, for those who forward it (NOTIFY, transfers, the simulator).
struct ZoneChange {
  struct Owner {
    Name name;
    std::vector<RRType> types;
  };
  std::string zone;
  std::uint32_t old_serial = 0;
  std::uint32_t new_serial = 0;
  std::vector<Owner> owners;
};

/// An instance of a composed service's member that takes no part in it.
struct LeftOutInstance {
  std::string member;  // "cluster/shop/cart"
  Instance instance;
  std::string why;
};

/// A service as the builder holds it, with what is needed to explain it elsewhere.
struct HeldService {
  ServiceState state;
  std::string zone;                  // the zone whose rules apply
  policy::Terms terms;               // of the service in that zone
  policy::Decision decision;         // who answers there now
  std::vector<std::string> reasons;  // by instance: policy::reasons()
  std::string doubt;                 // policy::doubt_note()
  std::vector<std::string> groups;   // by instance: policy::groups_of()
  std::vector<std::string> names;    // the spellings that answer, in presentation format
  std::vector<std::string> losses;   // "cart.demo.internal.: taken by local/cart (exact name first)"
  std::vector<std::string> wishes;   // what became of each: policy::explain_wishes()
  std::string txt_left_out;          // what its TXT has no room for (zones/synthesis/txt.h); empty: nothing
  std::string check;                 // how instances are checked; empty: they are not
  std::string hold;                  // why a guard shows more than the registry tells; empty: none does
  std::size_t told = SIZE_MAX;       // instances from this place on are shown by that hold alone
  // Of a composed service:
  std::vector<std::string> origins;  // by instance: which registries say what of it
  std::vector<LeftOutInstance> left_out;
  std::vector<std::string> notes;
};

/// What the builder knows behind a name. A service says what it has to say when it is asked, on another
/// thread: of 10,000 instances that takes some 10 ms.
struct Found {
  std::vector<Later<HeldService>> services;  // the winner first
  std::string written;                       // where the static record stands that answers; empty: none does
};

class Builder {
 public:
  /// Answers nothing until configure(). The store and the clock outlive the builder.
  Builder(SnapshotStore& store, const Clock& clock);
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  /// Starts the thread; stop() ends it after what is queued (also called by the destructor), when what is not
  /// written of the registries' state has been handed over.
  void start();
  void stop();

  /// Any thread: zones, policies and the list of registries, taken over whole and published as one snapshot.
  /// Data of registries that stay is kept; of those that are gone, forgotten. `done` runs on the builder
  /// thread then.
  void configure(std::shared_ptr<const config::Config> config, std::function<void()> done = {});
  /// The same with static data, by index of the configuration's zones; zones past its end have none.
  void configure(std::shared_ptr<const config::Config> config, StaticZones statics,
                 std::function<void()> done);
  /// Any thread: the state of registries is kept (or, empty, not any more); what is to be written is handed
  /// over on the builder thread. What became of each write is told by state_saved(), any thread.
  void keep_state(std::function<void(state::Content)> save);
  void state_saved(const std::string& registry, bool well);
  /// Any thread, before the configure() that brings the zones: their serials do not begin behind these.
  void restore_serials(KeptSerials serials);
  /// Any thread, after the configure() that brought the registries: those that have said nothing yet answer
  /// from this until they do. `done` runs on the builder thread when it is published.
  void restore(std::vector<Restored> restored, std::function<void()> done);

  /// Any thread: a file of this zone changed, and this is all its static data now (null: none). Only what
  /// differs from before is published, as one snapshot. Nothing happens when no such zone is configured.
  void set_static(const Name& zone, std::shared_ptr<const StaticZone> data);

  /// Any thread. The sink of a registry, good for the builder's life; what it gets before the registry was
  /// configured, or after it was removed, is dropped.
  RegistrySink& sink(const std::string& registry);

  /// Any thread: forgets what this registry said, as if it had never listed (its options point elsewhere
  /// now).
  void reset(const std::string& registry);

  /// Before start(). Called on the builder thread when a guard wants a registry to be read again.
  void on_list_wanted(std::function<void(const std::string& registry)> wanted);
  /// Before start(). Called on the builder thread when another server of a registry is to be asked about what
  /// guards hold (Backend::second_opinion()); what it says comes back by take_opinion().
  void on_opinion_wanted(std::function<void(const std::string& registry, OpinionQuestion)> wanted);
  /// Any thread.
  void take_opinion(const std::string& registry, SecondOpinion opinion);
  /// Before start(). Called on the builder thread when other instances are to be checked than before (`who`
  /// stands for a service in a zone; no targets: none of it any more).
  void on_checks_wanted(std::function<void(std::string who, std::vector<checks::Target> targets)> wanted);
  /// Any thread: what a check found.
  void take_check(const checks::Change& change);
  /// Any thread: believes at once what guards hold of all registries (both empty), of one, or of one service
  /// of it ("shop/cart"). The reply comes on the builder thread, after what was believed is published.
  void release(const std::string& registry, const std::string& service,
               std::function<void(ReleaseOutcome)> reply);

  /// Any thread: keeps an instance from answering, or lets it answer again. The reply comes on the builder
  /// thread, after that is published.
  void drain(const DrainOrder& order, std::function<void(DrainOutcome)> reply);

  /// Any thread: `done` runs on the builder thread when all that its sinks heard before this call is
  /// published.
  void when_published(std::function<void()> done);

  /// Any thread; the answer comes on the builder thread: hand it on, do not work there.
  void status(std::function<void(BuilderStatus)> reply);
  /// The services that have `name` (or an ancestor of it) as a spelling: winner first. For an address in a
  /// reverse zone: the services that have it, in the order of the pointers.
  void find(const Name& name, std::function<void(Found)> reply);

  /// Before start(). Called on the builder thread after each publish that changed something, once for each
  /// zone.
  void subscribe(std::function<void(const ZoneChange&)> subscriber);

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace signpost
