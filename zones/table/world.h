// The mutable world: registries, services, names and blocks, and the step from one published snapshot to the
// next.
//
// The life of a state in here: take() packs it and marks its service dirty; flush() unpacks each dirty
// service once, asks zones/policy, lets zones/synthesis write a block for every zone that shows it, and
// replaces the old block when the octets differ; publish() hands tables, zones and serials to the store. All
// on the builder thread.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "zones/compose/compose.h"
#include "zones/guard/flaps.h"
#include "zones/guard/health_storm.h"
#include "zones/guard/holds.h"
#include "zones/snapshot/store.h"
#include "zones/table/beside.h"
#include "zones/table/builder.h"
#include "zones/table/check_book.h"
#include "zones/table/composed_names.h"
#include "zones/table/drains.h"
#include "zones/table/last_known.h"
#include "zones/table/name_index.h"
#include "zones/table/ramps.h"
#include "zones/table/recent_changes.h"
#include "zones/table/restored.h"
#include "zones/table/revisits.h"
#include "zones/table/saving.h"
#include "zones/table/serial.h"
#include "zones/table/service_table.h"
#include "zones/table/zone_set.h"

namespace signpost {

class World {
 public:
  World(SnapshotStore& store, const Clock& clock);
  ~World();

  /// `statics`: by index of the configuration's zones; zones past its end have none.
  void configure(std::shared_ptr<const config::Config> config, const StaticZones& statics = {});
  /// All static data of this zone from now on; null: none.
  void set_static(const Name& zone, std::shared_ptr<const StaticZone> data);
  void reset(const std::string& registry);
  void subscribe(std::function<void(const ZoneChange&)> subscriber) {
    subscribers_.push_back(std::move(subscriber));
  }

  // In world_state.cc.
  /// All that is to be written goes there; what became of it, to state_saved(). Empty: nothing is kept.
  void keep_state(std::function<void(state::Content)> save);
  void restore_serials(KeptSerials serials);
  /// Of a configured registry that has said nothing yet: shown by the next flush().
  void restore(Restored restored);
  /// flush() of all that waits, on this thread and others; at a start, when nobody is answered yet.
  void flush_wide();
  /// What the registry calls itself (RegistrySink::identify()).
  void identify(const std::string& registry, const std::string& identity);
  /// A bounded step of what is to be written; true: there is more to do at once.
  bool save_some();
  void state_saved(const std::string& registry, bool well);
  void save_all();

  void begin_list(const std::string& registry, Epoch epoch);
  void take(ServiceState state);
  void mention(const ServiceKey& key);
  void erase(const ServiceKey& key);
  /// No guard doubts this: it is we who do not follow the service any more.
  void forget(const ServiceKey& key);
  void end_list(const std::string& registry, Epoch epoch, Complete complete);
  void caught_up(const std::string& registry, std::uint64_t revision = 0);
  void lost_contact(const std::string& registry, const std::string& why);
  /// All networks of clients whose zone the registry knows (RegistrySink::place_clients()).
  void place_clients(const std::string& registry, std::vector<ClientNetwork> networks);

  /// Rebuilds up to `most` dirty services; true when some are left.
  bool flush(std::size_t most);
  /// Publishes what flush() and the registries' states changed, if anything did.
  void publish();
  /// Something waits for flush().
  bool is_dirty() const { return !dirty_.empty() || composed_.has_dirty(); }
  /// Freshness runs out without an event, and so do holds: to be called a few times a second. Marks what is
  /// to be built anew, and publishes what needs no building. True: call it again when that is built, as there
  /// was more than one step's work.
  bool tick();

  /// Called by tick() when a guard wants the registry to be read again.
  void on_list_wanted(std::function<void(const std::string& registry)> wanted) {
    list_wanted_ = std::move(wanted);
  }
  /// Called by tick() when another server is to be asked about what is held; its word comes back by
  /// take_opinion(), once for each question.
  void on_opinion_wanted(std::function<void(const std::string& registry, OpinionQuestion)> wanted) {
    opinion_wanted_ = std::move(wanted);
  }
  void take_opinion(const std::string& registry, const SecondOpinion& opinion);
  /// Called when other instances are to be checked than before; what is found comes back by take_check().
  void on_checks_wanted(CheckBook::Wanted wanted) { checks_.on_wanted(std::move(wanted)); }
  void take_check(const checks::Change& change);
  /// Believes at once what is held: of all registries (both empty), of one, or one service of it by the rest
  /// of its key ("shop/cart"). Published when it returns.
  ReleaseOutcome release(const std::string& registry, const std::string& service);

  /// Keeps an instance from answering, or lets it answer again. Published when it returns.
  DrainOutcome drain(const DrainOrder& order);

  BuilderStatus status() const;
  Found find(const Name& name) const;

 private:
  /// What a state file told.
  struct RestoredFacts {
    std::int64_t written = 0;  // Unix time
    bool complete = false;
  };
  struct RegistryState {
    bool configured = false;
    bool listing = false;
    bool synced = false;                    // one complete list
    bool listed = false;                    // all of that list is in a snapshot
    std::optional<RestoredFacts> restored;  // before it had listed anything
    bool published = false;                 // all of the first list or of the state file is in a snapshot
    Kept kept;
    /// Something is known that may be shown.
    bool tells() const { return synced || restored.has_value(); }
    bool outdated = false;  // as composed services were told last
    Epoch epoch = 0;
    std::optional<Monotonic> last_event;
    std::optional<Monotonic> lost_since;
    std::string last_error;
    std::vector<ClientNetwork> clients;
    Holds holds;
    OpinionCounts opinions;
    std::string last_opinion;  // what the log says of it
    Monotonic list_began{};
    std::map<ServiceId, Told> staged;  // told by the list that is open, with fewer instances than are shown
    std::uint64_t services_before = 0, instances_before = 0;  // when that list began
    bool watches_health = false;  // G4 and G6: not of a file, whose health people write on purpose
    HealthStorm storm;
    Flaps flaps;
    std::uint64_t up = 0, draining = 0, down = 0;  // instances, by the registry's word
    std::uint64_t storms = 0, storms_over = 0, storms_released = 0;
    Duration ramp_longest{};  // of the zones that show it; 0: none ramps
    std::uint64_t lists = 0, events = 0;
    std::array<std::uint64_t, policy::kDoubtCount> doubtful{},
        doubts{};  // services now; times since the start
    std::uint64_t services = 0, pending = 0, instances = 0, eligible = 0, unpublished = 0;
    // Of these: what is no service of the registry's own words.
    std::uint64_t namespaces = 0, imports = 0, pods = 0, pods_eligible = 0;
    std::uint64_t own_services() const { return services - namespaces - imports; }
  };
  static constexpr std::chrono::seconds kLongList{60};
  static constexpr std::size_t kBelievedAStep = 128;  // as Builder's step of services

  static constexpr std::uint32_t kNotComposed = 0xffffffff;
  struct SlotOwner {
    ServiceId service = kNoService;
    std::uint16_t zone = 0;
    std::uint32_t composed = kNotComposed;  // index in composed_
    bool counted = false;                   // in zone_slots_: Pods are no service
    /// The zone's own name.
    bool is_zones() const { return service == kNoService && composed == kNotComposed; }
  };
  using Slots = std::vector<std::pair<std::uint16_t, Slot>>;

  /// A name that its zone has by itself.
  struct OwnName {
    Slot slot = kNoSlot;
    const Block* block = nullptr;  // in that slot
    std::string origin;            // of a static one: "example.org.zone:12"
  };

  int registry_index(const std::string& name) const;
  RegistryPhase phase(const RegistryState& registry) const;
  /// A state that a list told says how things are, but not when they became so.
  enum class By : std::uint8_t { Event, List };
  void store(ServiceId id, const ServiceState& state, By by = By::Event);
  RegistryState& registry_of(ServiceId id) { return registries_[services_[id].registry].second; }
  /// A list that stays open (a group that cannot be read) must not hold up events.
  bool is_listing(const RegistryState& registry) const {
    return registry.listing && clock_.now() < registry.list_began + kLongList;
  }
  void come_back(ServiceId id);
  void take_listed(ServiceId id, const ServiceState& state);
  void take_doubted(ServiceId id, const ServiceState& state);
  void doubt_erase(ServiceId id);
  struct ListLosses {
    ListFacts facts;
    std::vector<ServiceId> unnamed;  // also those that are held
  };
  ListLosses losses_of_list(std::uint16_t registry, bool complete);
  void settle_list(std::uint16_t registry, Complete complete);
  std::optional<ListGuard> guard_for(ServiceId id, std::optional<ListGuard> suspicion, const Told& told);
  void settle(ServiceId id, ListGuard guard, Told told);
  void hold_back(ServiceId id, ListGuard guard, Told told, bool after_reconnect);
  void show_beside(ServiceId id, const ServiceState& told);
  void believe(ServiceId id, HoldEnd why);
  void believe_told(ServiceId id, const Told& told);
  bool tick_holds();
  void ask_elsewhere(std::uint16_t registry);
  void weigh_opinion(const SecondOpinion& opinion, const SecondOpinion::Word& word, OpinionCounts& counts);
  void log_opinion(const std::string& registry, const SecondOpinion& opinion, const OpinionCounts& counts);
  std::vector<ServiceId> held_as(const std::string& registry, const std::string& service) const;
  void log_holding(std::uint16_t registry, const std::vector<ServiceId>& services) const;
  void log_released(const std::string& name, RegistryState& registry) const;
  std::vector<GuardStatus> guards(const RegistryState& registry) const;
  std::string hold_text(const HeldRecord& record, const Hold& hold) const;
  // In world_beside.cc.
  /// The state, and what others say of its instances.
  policy::Candidates candidates(ServiceId id, const ServiceState& state, const policy::Terms& terms) const;
  void remember_healthy(ServiceId id);
  Beside beside(ServiceId id) const;
  void climb(ServiceId id, const ServiceState& state, const policy::Terms& terms,
             const policy::Decision& decision);
  // In world_health.cc.
  void compare(ServiceId id, const ServiceState& state, const HealthSeen& seen, By by);
  void compare(ServiceId id, const Instance& before, const Instance& after, By by);
  void look_at_storm(std::uint16_t registry, std::uint64_t healthy_more);
  void tick_health();
  void settle_flaps(ServiceId id);
  std::vector<ServiceId> release_health(std::uint16_t registry, const ServiceId* one);
  std::vector<HealthGuardStatus> health_guards(const RegistryState& registry) const;
  std::string some_of(const std::vector<ServiceId>& services) const;
  // In world_drains.cc.
  ServiceId service_at(const std::string& registry, const std::string& path) const;
  std::string no_registry(const std::string& registry) const;
  std::string no_service(const std::string& registry, const std::string& service) const;
  std::vector<std::string> instances_at(const ServiceState& state, const DrainOrder& order) const;
  std::optional<DrainOutcome> undrain_absent(const DrainOrder& order);
  void tick_drains();
  std::vector<DrainStatus> drain_status() const;
  void mark(ServiceId id);
  /// Builds the service anew at that time, also if nothing is told of it (tick()); the earliest wish counts.
  void revisit(ServiceId id, Monotonic when) { revisits_.add(id, when); }
  void remove(ServiceId id);
  /// What a service comes to in one zone, before anything is changed for it.
  struct Draft {
    std::uint16_t zone = 0;
    names::Spellings wanted;
    policy::Terms terms;
    bool shown = false;
    const config::Check* check = nullptr;
    policy::Decision decision;     // from here on: when it is shown
    const Block* block = nullptr;  // the taker's; null: all its names are hidden
  };
  /// Drafts that were made beside others.
  struct Ahead {
    ServiceState state;
    std::vector<Draft> drafts;
  };
  void rebuild(ServiceId id, const Ahead* ahead = nullptr);
  void rebuild_now(ServiceId id);
  void rebuild_in(ServiceId id, const ServiceState& state, std::uint16_t zone);
  Draft begin_draft(ServiceId id, const ServiceState& state, std::uint16_t zone) const;
  void finish_draft(ServiceId id, const ServiceState& state, Draft& draft) const;
  void take_draft(ServiceId id, const ServiceState& state, const Draft& draft);
  // In world_wide.cc.
  void draft_ahead(ServiceId id, Ahead& ahead) const;
  bool may_draft_ahead() const;
  bool is_hidden(const Name& name, std::uint16_t zone) const;
  bool is_excluded(const Name& name, std::uint16_t zone) const;
  bool fits(const std::vector<std::string>& patterns, const Name& name, std::uint16_t zone) const;
  const config::Check* check_of(const std::vector<names::Spelling>& spellings, std::uint16_t zone) const;
  void replace(Slots& slots, SlotOwner owner, const Block* fresh);
  /// A composed service with what its members' registries say now.
  struct Composing {
    policy::Terms terms;
    std::vector<ServiceState> states;  // by member; of those that are there
    compose::Composed made;
    std::vector<CheckWord> checked;
    policy::Decision decision;
  };
  Composing compose(std::size_t i) const;
  const config::Check* check_of_composed(std::size_t i) const;
  policy::Candidates with_last_known(std::size_t i, const compose::Composed& made) const;
  Name composed_name(std::size_t i) const;
  void rebuild_composed(std::size_t i);
  struct UntoldComposed;
  Later<HeldService> held_composed(std::size_t i) const;
  std::vector<ComposedStatus> composed_status() const;
  std::map<std::uint16_t, std::vector<DoubtStatus>> composed_doubts() const;
  int rank(Slot slot) const;
  /// Lost for so long that what it says of health counts no more beside another's word.
  bool is_outdated(const RegistryState& registry) const {
    return registry.lost_since && clock_.now() - *registry.lost_since >= kFreshness;
  }
  void drop_slot(Slot slot, std::uint16_t zone);
  enum class Come : std::uint8_t { Comes, Goes };
  void tally(const Block& block, std::uint16_t zone, Come come);
  void forget_blocks();
  void index_addresses(const Block* old, const Block* fresh, Slot slot, std::uint16_t zone);
  void note_change(std::uint16_t zone, const Block* old, const Block* fresh);
  void touch_moved();
  void note_pointers(const Snapshot& next);
  int reverse_zone_of(const Name& owner) const;
  std::vector<Slot> behind_pointers(const Name& owner) const;
  void count(HeldRecord& record, int sign);
  // In world_state.cc.
  std::uint32_t first_serial(const Zone& zone) const;
  void keep_serial(const std::string& zone, std::uint32_t serial);
  void forget_other_sources(const config::Config& next);
  std::chrono::seconds restored_age(const RestoredFacts& restored) const;
  void begin_copy(std::size_t registry);
  void hand_over();
  void save_serials(bool last);
  bool precedes(NameView name, Slot a, Slot b) const;
  std::optional<names::Spelling> spelling_of(Slot slot, NameView name) const;
  std::size_t place_in(std::uint16_t zone, const std::string& registry) const;
  std::size_t apex_octets(std::uint16_t zone) const { return set_.zones[zone]->name.size(); }
  std::vector<OwnName> draft_own(const ZoneSet& set, std::uint16_t zone, const StaticZone* data) const;
  void show_own(const ZoneSet& set, std::uint16_t zone, const StaticZone* data);
  void add_own(OwnName& own, std::uint16_t zone);
  void replace_own(const OwnName& old, OwnName& fresh, std::uint16_t zone);
  void drop_own(Slot slot, std::uint16_t zone);
  void own_names(const StaticZones& statics, const std::vector<ZoneView>& before,
                 const std::vector<std::uint64_t>& contents_before);
  const OwnName* static_at(NameView name) const;
  const std::string& origin_of(Slot slot) const;
  std::uint32_t grow_serial(std::size_t zone);
  void refresh_zone_flags();
  void refresh_clients();
  void tell_subscribers(std::uint16_t zone, std::uint32_t old_serial, std::uint32_t new_serial);
  std::string loss_text(const Name& name, Slot loser, Slot winner) const;
  struct Untold;
  Later<HeldService> held(ServiceId id, std::uint16_t zone) const;

  SnapshotStore& store_;
  const Clock& clock_;
  const Monotonic started_;
  const std::uint64_t hash_seed_;
  ZoneSet set_;
  std::unique_ptr<NameIndex> index_;
  Garbage old_index_;  // of the configuration before, until the next publish
  ServiceTable services_;
  ComposedNames composed_;
  std::vector<std::pair<std::string, RegistryState>> registries_;
  std::vector<ServiceId> dirty_;
  Revisits revisits_;
  CheckBook checks_;
  LastKnown last_known_;
  Drains drains_;
  Ramps ramps_;
  std::vector<SlotOwner> owners_;          // by slot
  std::vector<std::uint64_t> zone_slots_;  // services and composed names with a slot, by zone
  std::vector<ZoneView> zones_;            // serial and flags as they will be published
  std::shared_ptr<const ClientZones> client_zones_;
  std::vector<bool> changed_;            // zones with a visible change since the last publish
  std::vector<SpillStatus> spills_;      // by zone, of the blocks there are
  std::vector<bool> indexed_;            // zones whose addresses a reverse zone wants
  std::vector<AddressKey> touched_;      // addresses whose pointers may have changed since the last publish
  const Snapshot* published_ = nullptr;  // the last one of this configuration; the store keeps it
  std::vector<std::map<std::string, std::map<RRType, bool>>>
      change_log_;  // zone -> owner -> types; with subscribers only
  std::vector<std::function<void(const ZoneChange&)>> subscribers_;
  RecentChanges recent_;
  std::function<void(const std::string&)> list_wanted_;
  std::function<void(const std::string&, OpinionQuestion)> opinion_wanted_;
  std::vector<std::vector<OwnName>> own_;     // by zone, in ascending order of names
  std::vector<std::vector<Name>> cuts_;       // by zone: below these nothing is ours
  std::vector<SerialRules> serial_rules_;     // by zone
  std::vector<std::uint64_t> contents_;       // by zone: hash of what it has by itself
  std::function<void(state::Content)> save_;  // empty: nothing is kept
  Copying copying_;
  KeptSerials kept_serials_;      // of state files, and of zones that are not configured any more
  KeptSerials promised_serials_;  // as they are in the file, or soon
  Monotonic serials_due_{};
  bool serials_writing_ = false;
  bool flags_changed_ = false;
  std::uint64_t revision_;  // of the last snapshot
  std::uint64_t publishes_ = 0, blocks_built_ = 0, block_octets_ = 0;
};

}  // namespace signpost
