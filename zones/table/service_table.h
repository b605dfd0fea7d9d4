// The world as the registries told it: every service packed, found by key or by id. Builder thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_set.hpp>

#include "backends/registry/registry_sink.h"
#include "zones/policy/doubt.h"
#include "zones/snapshot/tables.h"

namespace signpost {

using ServiceId = std::uint32_t;
inline constexpr ServiceId kNoService = 0xffffffff;

/// What of a state's health tells whether anything of it changed: how many are up, and which by place.
struct HealthSeen {
  std::uint32_t up = 0;
  std::uint32_t pattern = 0;
  static HealthSeen of(const ServiceState& state);
  friend bool operator==(const HealthSeen&, const HealthSeen&) = default;
};

struct HeldRecord {
  /// Whether somebody answers by health alone in every zone with `last_resort: last_known`.
  enum class Healthy : std::uint8_t { NotAsked, Yes, No };

  ServiceKey key;
  std::string packed;  // zones/table/packed_state
  Epoch epoch = 0;     // the last list that mentioned it
  std::uint16_t registry = 0;
  bool dirty = false;
  Healthy healthy = Healthy::NotAsked;
  bool pending = false;
  bool pods = false;                                  // no service, the Pods of a namespace
  bool import = false;                                // a ServiceImport
  bool unpublished = false;                           // it has no name in some zone that shows its registry
  policy::Doubt doubt = policy::Doubt::None;          // by the rules of the first zone that shows it
  HealthSeen seen;                                    // of what is packed
  std::uint32_t instances = 0;                        // known
  std::uint32_t draining = 0, down = 0;               // of them, by the registry's word
  std::uint32_t eligible = 0;                         // by the rules of the first zone that shows it
  std::uint32_t copied = 0;                           // the last copy (saving.h) that has it, or must not
  std::vector<std::pair<std::uint16_t, Slot>> slots;  // zone index, its block there
};

class ServiceTable {
 public:
  ServiceTable();

  ServiceId find(const ServiceKey& key) const;
  /// The key is not in the table yet.
  ServiceId add(ServiceKey key);
  void remove(ServiceId id);
  HeldRecord& operator[](ServiceId id) { return records_[id]; }
  const HeldRecord& operator[](ServiceId id) const { return records_[id]; }
  std::size_t size() const { return ids_.size(); }
  /// Makes room for so many services more.
  void reserve(std::size_t more) { ids_.reserve(ids_.size() + more); }
  /// Of equal keys the same.
  static std::size_t hash(const ServiceKey& key) noexcept;
  /// Every id is less than this; some of them may be free.
  std::size_t places() const { return records_.size(); }
  bool is_free(ServiceId id) const { return records_[id].key.registry.empty(); }
  /// Ids of all services there are, in no order; `visit` must not add or remove.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const auto id : ids_) visit(id);
  }

 private:
  struct Hash {
    using is_transparent = void;
    const std::deque<HeldRecord>* records;
    std::size_t operator()(const ServiceKey& key) const noexcept { return hash(key); }
    std::size_t operator()(ServiceId id) const noexcept { return (*this)((*records)[id].key); }
  };
  struct Equal {
    using is_transparent = void;
    const std::deque<HeldRecord>* records;
    bool operator()(ServiceId a, ServiceId b) const noexcept { return a == b; }
    bool operator()(const ServiceKey& key, ServiceId id) const noexcept { return key == (*records)[id].key; }
    bool operator()(ServiceId id, const ServiceKey& key) const noexcept { return key == (*records)[id].key; }
  };

  std::deque<HeldRecord> records_;
  std::vector<ServiceId> free_;
  boost::unordered_flat_set<ServiceId, Hash, Equal> ids_;
};

}  // namespace signpost
