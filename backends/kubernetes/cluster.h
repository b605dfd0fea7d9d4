// The one copy of a cluster's objects, and what of it the registry's sink still has to hear.
//
// A list over a known world is compared as it comes: what is unchanged only gets the list's number as its
// mark, what differs waits in `staged`. When the list is complete, step() moves what waits into place, and
// then goes once over all services: it drops what lacks the mark and tells the sink every service between
// begin_list() and end_list(). So there is no second copy of the world, and no step is long. Lists of Pods
// and Namespaces are swept before such a walk: what they take away is told by a list too, so that guards can
// doubt it.
//
// An audit (K24) is such a list beside the events: they mark what they touch with its number, so that what
// differs without it is drift. Only if there is any, it ends as a list does.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "backends/kubernetes/join.h"
#include "backends/kubernetes/object_sink.h"
#include "backends/kubernetes/packed.h"
#include "backends/kubernetes/records.h"
#include "backends/kubernetes/tables.h"
#include "backends/registry/registry_sink.h"
#include "dns/base/clock.h"

namespace signpost::kubernetes {

/// How a cluster's Namespaces are known.
enum class NamespaceUse : std::uint8_t {
  Unknown,   // not watched: one exists when something is in it
  Watched,   // to tell which exist
  Selected,  // and nothing is told of those that are not listed
};

/// What is watched, and so waited for.
struct ClusterOptions {
  std::vector<std::string> namespaces;  // a source of each resource for each; empty: one for all
  NamespaceUse namespace_use = NamespaceUse::Unknown;
  bool endpoints = true;
  bool pods = false;
  bool imports = false;
  bool pod_names = false;  // endpoints without a host name are called as their Pods
};

/// What an audit found: a difference that no event had told.
struct Drift {
  Resource resource;
  std::uint64_t count = 0;
  std::vector<std::string> names;  // of the first few: "shop/cart-x1 differs"
};

/// A namespace's Pods, told in one state that is made in steps.
struct PodsBuilding {
  Id space = kNoId;
  std::uint32_t changes = 0;
  std::size_t next = 0;
  bool whole = false;  // in one go, since it changed while it was made
  ServiceState state;
};

/// One thread; no clock, no I/O.
class Cluster final : public ObjectSink, private PodSource {
 public:
  /// `registry`: the name in the configuration, part of every key.
  explicit Cluster(std::string registry, ClusterOptions options = {});
  ~Cluster() override;

  void begin_list(Source source) override;
  void listed(Source source, Object object) override;
  void list_changed(Source source, EventType type, Object object) override;
  void end_list(Source source) override;
  void changed(Source source, EventType type, Object object) override;
  void begin_audit(Source source) override;
  void audited(Source source, Object object) override;
  void end_audit(Source source) override;
  void drop_audit(Source source) override;

  /// This source cannot be had (forbidden, not served): what it would say is not waited for.
  void excuse(Source source);

  /// The sink doubts what it heard: the walk after which every source has a complete list or audit that began
  /// after this call ends with Complete::Again.
  void list_again();

  /// Does about `work` endpoints' worth of what is due: staged objects into place, events and lists to the
  /// sink. True: there is more, call again soon. A list that is complete must be brought to its end (false)
  /// before the next of its source begins. Nothing reaches the sink before all sources have been listed once,
  /// or excused.
  bool step(RegistrySink& sink, std::size_t work);
  /// The sources have been listed completely, and the sink has heard it.
  bool synced() const noexcept { return synced_; }
  /// How many lists the sink has heard to their end.
  std::uint64_t lists_told() const noexcept { return lists_told_; }
  /// The revision that the sink is told with the next states.
  void set_revision(Revision revision) noexcept { revision_ = revision; }
  /// What time it is for the steps to come, and when one is due though nothing happens: a namespace with many
  /// Pods is told as a whole, so not with every one of their changes.
  void set_time(Monotonic now) noexcept { now_ = now; }
  std::optional<Monotonic> wake() const;
  /// What audits have found since the last call.
  std::vector<Drift> take_drift() { return std::exchange(drift_, {}); }

  /// The pool of what is kept; records whose words are of it are packed quicker.
  Words& words() noexcept { return words_; }
  std::size_t services() const noexcept { return services_.size(); }  // also such that only slices speak of
  std::size_t slices() const noexcept { return slices_.size(); }
  std::size_t pods() const noexcept { return pods_.size(); }

 private:
  /// An object ready to be kept; views of an Object and the packer, or of Staged.
  struct Item {
    std::string_view space;
    std::string_view name;
    std::string_view service;  // of a slice: the name of its service; empty: of none
    bool import = false;
    std::string_view record;  // packed
  };
  struct Staged {
    std::string key;
    std::string service;
    bool import = false;
    Octets record;
  };
  /// What is known of a source's lists.
  struct Lists {
    Mark listing = 0;   // the list or audit under way, or the last
    Mark complete = 0;  // the last complete list
    bool excused = false;
    bool applied = true;  // the staged objects are in place
    bool auditing = false;
    bool audit_ended = false;  // its list is complete
    Id sweep_at = kNoId;       // Pods, Namespaces and audits: the next entry to look at
    std::deque<Staged> staged;
    std::unordered_set<std::string> gone;  // deleted by events during the audit
    std::uint64_t drift = 0;
    std::vector<std::string> drift_names;
  };

  // cluster.cc: lists, audits and events.
  Lists& lists(Source source);
  const Lists& lists(Resource resource, const Space& space) const;
  bool ours(Source source, std::string_view space) const;
  static Item named(const Object& object);
  std::optional<Item> item_of(Source source, const Object& object);
  Mark* mark_of(Source source, const Item& item);
  bool unchanged(Source source, const Item& item);
  void mark_unread(Source source, const Object& object);
  void stage(Lists& lists, const Object& object, const Item& item);
  void unstage(Lists& lists);
  void unstage(Lists& lists, std::string_view key);
  void put(Source source, const Item& item);
  void remove(Source source, std::string_view space, std::string_view name);
  std::size_t apply_one(Source source, Lists& lists);
  void found_drift(Lists& lists, std::string name, std::string_view what);

  // cluster_sweep.cc: what a list or an audit leaves to be done.
  std::size_t look_after(Source source, Lists& lists, std::size_t work);
  void end_sweep(Source source, Lists& lists);
  std::size_t sweep_some(Source source, Lists& lists, std::size_t work);
  Id places(Resource resource) const;
  void look_at(Source source, Lists& lists, Id id);
  void finish_audit(Source source, Lists& lists);

  // cluster_objects.cc: the tables.
  Id find_space(std::string_view name) const;
  Id space_at(std::string_view name);
  void let_go_of_space(Id space);
  Id find_service(Id space, std::string_view name, bool import) const;
  Id service_at(Id space, std::string_view name, bool import);
  Id find_slice(Id space, std::string_view name) const;
  Id find_pod(Id space, std::string_view name) const;
  void put_service(Source source, const Item& item);
  void put_slice(Source source, const Item& item);
  void put_pod(Source source, const Item& item);
  void end_pod(Source source, Id pod);
  bool is_over(std::string_view pod) const;
  bool has_no_address(std::string_view octets) const;
  void put_namespace(Source source, std::string_view name);
  bool same(Source source, const Item& item) const;
  void forget_record(Id service);
  void remove_service_entry(Id service);
  void remove_slice(Id slice);
  void remove_pod(Id pod);
  void remove_namespace(Id space);
  void keep(Octets& place, std::string_view name, std::string_view record);
  void let_go(Octets& place);
  void index_pods(Id slice, bool add);
  void soil_users(Id pod);
  std::string slice_name(Id slice) const;
  std::string service_key(Id service) const;
  std::string slice_key(Id slice) const;
  std::string pod_key(Id pod) const;

  // cluster_tell.cc: what the sink hears.
  bool wanted_listed(Mark after = 0) const;
  void soil(Id service);
  bool visible(const ServiceEntry& service) const;
  ServiceKey key_of(Id service) const;
  void start_walk(RegistrySink& sink);
  void sweep(Id service);
  std::size_t clean_one(RegistrySink& sink);
  std::size_t flip_one();
  std::size_t walk_one(RegistrySink& sink, std::size_t work);
  std::size_t walk_one_space(RegistrySink& sink, std::size_t work);
  std::size_t tell(Id service, RegistrySink& sink);

  // cluster_spaces.cc: the same of namespaces and their Pods.
  void soil_space(Id space);
  void undue(Id space);
  bool exists(const Space& space) const;
  ServiceKey key_of_space(Id space) const;
  bool space_is_due() const;
  std::size_t clean_space(RegistrySink& sink, std::size_t work);
  void begin_build(Id space);
  std::size_t build(RegistrySink& sink, std::size_t work);
  void add_pod(ServiceState& state, const PodEntry& pod) const;
  void tell_space(RegistrySink& sink);
  PodFacts pod(std::string_view space, std::string_view name) const override;

  std::string registry_;
  ClusterOptions options_;
  std::string identity_;  // the UID of the cluster, where its Namespaces are listed
  Words words_;           // before everything that uses words
  Packer packer_{words_};
  Table<Space> spaces_;
  Table<ServiceEntry> services_;
  Table<SliceEntry> slices_;
  Table<PodEntry> pods_;
  PodUses pod_uses_;
  std::deque<Lists> lists_;  // by resource, then by namespace
  Mark last_mark_ = 0;
  std::vector<Drift> drift_;

  std::deque<Id> dirty_;                           // services
  std::unordered_map<Id, WallTime> triggers_;      // of some of those: the first change that is not told yet
  WallTime trigger_{};                             // of the event at hand
  std::set<std::pair<Monotonic, Id>> due_spaces_;  // dirty ones, by when they are told
  std::optional<PodsBuilding> building_;
  Id flip_at_ = kNoId;  // namespaces came or went: the next service to look at
  bool walk_wanted_ = false;
  bool again_wanted_ = false;
  Mark again_after_ = 0;
  Id walk_at_ = kNoId;        // the next service of the walk under way; no service is in `dirty_` then
  Id walk_space_at_ = kNoId;  // after them the next namespace
  bool walk_again_ = false;   // it ends with Complete::Again
  bool synced_ = false;
  std::uint64_t lists_told_ = 0;
  Epoch epoch_ = 0;
  Revision revision_ = 0;
  Monotonic now_{};
};

}  // namespace signpost::kubernetes
