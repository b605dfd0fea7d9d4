// The one copy of a cluster's Services and EndpointSlices, and what of it the registry's sink still has to
// hear.
//
// A list over a known world is compared as it comes: what is unchanged only gets the list's number as its
// mark, what differs waits in `staged_`. When the list is complete, step() moves what waits into place, and
// then goes once over all services: it drops what lacks the mark and tells the sink every service between
// begin_list() and end_list(). So there is no second copy of the world, and no step is long.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/kubernetes/object_sink.h"
#include "backends/kubernetes/records.h"
#include "backends/registry/backend.h"

namespace signpost::kubernetes {

/// One thread; no clock, no I/O.
class Cluster final : public ObjectSink {
 public:
  /// `registry`: the name in the configuration, part of every key.
  explicit Cluster(std::string registry) : registry_(std::move(registry)) {}
  ~Cluster() override;

  void begin_list(Resource resource) override;
  void listed(Resource resource, Object object) override;
  void end_list(Resource resource) override;
  void changed(Resource resource, EventType type, Object object) override;

  /// Does about `work` endpoints' worth of what is due: staged objects into place, events and lists to the
  /// sink. True: there is more, call again soon. A list that is complete must be brought to its end (false)
  /// before events of its resource are given. Nothing reaches the sink before both resources have been listed
  /// once.
  bool step(RegistrySink& sink, std::size_t work);
  /// Both resources have been listed completely, and the sink has heard it.
  bool synced() const noexcept { return synced_; }
  /// The revision that the sink is told with the next states.
  void set_revision(Revision revision) noexcept { revision_ = revision; }

  std::size_t services() const noexcept { return services_.size(); }  // also such that only slices speak of
  std::size_t slices() const noexcept { return slices_.size(); }

 private:
  struct Slice;
  struct Service;
  using ServiceEntry = std::pair<const std::string, Service>;
  using SliceEntry = std::pair<const std::string, Slice>;
  /// A list's number; 0 is before the first.
  using Mark = std::uint32_t;

  struct Slice {
    SliceRecord record;
    ServiceEntry* service = nullptr;
    Mark mark = 0;
  };
  struct Service {
    std::unique_ptr<ServiceRecord> record;  // null: only slices speak of it
    std::vector<SliceEntry*> slices;
    Mark mark = 0;
    bool dirty = false;  // in `dirty_`
    bool told = false;   // the sink knows it
  };
  struct Progress {
    Mark listing = 0;     // the list under way, or the last
    Mark complete = 0;    // the last complete one
    bool applied = true;  // its staged objects are in place
    std::deque<Object> staged;
  };

  Progress& progress(Resource resource) { return progress_[static_cast<std::size_t>(resource)]; }
  void put(Resource resource, Object&& object);
  void put_service(const std::string& key, ServiceRecord&& record);
  void put_slice(const std::string& key, SliceRecord&& record);
  void remove(Resource resource, const std::string& key);
  void detach(SliceEntry& slice);
  bool unchanged(Resource resource, const Object& object);

  ServiceEntry& service_entry(const std::string& key);
  void soil(ServiceEntry& service);
  std::size_t clean_one(RegistrySink& sink);
  std::size_t walk_one(RegistrySink& sink);
  void start_walk(RegistrySink& sink);
  void sweep(ServiceEntry& service);
  std::size_t tell(ServiceEntry& service, RegistrySink& sink);

  std::string registry_;
  std::map<std::string, Service> services_;  // ordered: a walk goes on by key after anything has happened
  std::map<std::string, Slice> slices_;
  std::array<Progress, 2> progress_;
  std::deque<ServiceEntry*> dirty_;
  bool walk_wanted_ = false;
  std::optional<std::string> walk_at_;  // the last key walked; a walk is under way
  bool synced_ = false;
  Epoch epoch_ = 0;
  Revision revision_ = 0;
};

}  // namespace signpost::kubernetes
