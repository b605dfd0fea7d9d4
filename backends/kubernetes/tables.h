// Where a cluster's objects are kept: entries with numbers, found by the hash of their names.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "backends/kubernetes/id_index.h"
#include "backends/kubernetes/packed.h"
#include "backends/kubernetes/words.h"
#include "dns/base/clock.h"

namespace signpost::kubernetes {

/// Entries keep their number, and their place in memory, until they are removed. One owner.
template <class Entry>
class Table {
 public:
  template <class Is>
  Id find(Hash hash, Is&& is) const {
    return index_.find(hash, std::forward<Is>(is));
  }
  Id add(Hash hash) {
    if (free_.empty()) {
      free_.push_back(static_cast<Id>(entries_.size()));
      entries_.emplace_back();
    }
    const auto id = free_.back();
    free_.pop_back();
    entries_[id].used = true;
    index_.add(hash, id);
    return id;
  }
  void remove(Hash hash, Id id) {
    index_.remove(hash, id);
    entries_[id] = Entry();
    free_.push_back(id);
  }
  Entry& operator[](Id id) { return entries_[id]; }
  const Entry& operator[](Id id) const { return entries_[id]; }
  /// All numbers are below; entries that are not `used` are free.
  Id places() const noexcept { return static_cast<Id>(entries_.size()); }
  std::size_t size() const noexcept { return entries_.size() - free_.size(); }

 private:
  std::deque<Entry> entries_;
  std::vector<Id> free_;
  IdIndex index_;
};

/// A list's number, counted over all lists; 0 is before the first.
using Mark = std::uint32_t;

/// A Service or ServiceImport, also such that only slices speak of.
struct ServiceEntry {
  Octets octets;  // its name's length, its name, its packed record
  Id space = kNoId;
  Id first_slice = kNoId;
  Mark mark = 0;
  bool used : 1 = false;
  bool known : 1 = false;  // it has a record
  bool import : 1 = false;
  bool dirty : 1 = false;  // in the queue
  bool told : 1 = false;   // the sink knows it
};

struct SliceEntry {
  Octets octets;  // the same; its name without "<service>-" where it begins so
  Id service = kNoId;
  Id next = kNoId;  // of the same service
  Mark mark = 0;
  bool used : 1 = false;
  bool short_name : 1 = false;
};

struct PodEntry {
  Octets octets;  // its name's length, its name, its packed record
  Id space = kNoId;
  Mark mark = 0;
  bool used = false;
};

/// A namespace that anything is known of.
struct Space {
  Word name;
  std::vector<Id> pods;
  std::uint32_t services = 0;  // entries in it
  std::uint32_t changes = 0;   // of `pods` or one of them
  Mark mark = 0;
  Monotonic not_before{};    // its Pods are told again
  std::uint16_t number = 0;  // among the registry's namespaces, counted from 1; 0: they are not named
  bool used = false;
  bool listed = false;
  bool dirty = false;
  bool told = false;  // its Pods
};

/// Which slices speak of a Pod, by the hash of its name. Two Pods of one hash share their slices: who asks
/// may hear of a slice too many.
class PodUses {
 public:
  void add(Hash pod, Id slice);
  /// It was added as often as it is removed.
  void remove(Hash pod, Id slice);
  template <class Take>
  void for_each(Hash pod, Take take) const {
    for (auto at = first(pod); at != kNoId; at = uses_[at].next) take(uses_[at].slice);
  }

 private:
  struct Use {
    Id slice = kNoId;
    Id next = kNoId;
  };
  Id first(Hash pod) const {
    return firsts_.find(pod, [](Id) { return true; });
  }
  std::deque<Use> uses_;
  std::vector<Id> free_;
  IdIndex firsts_;
};

}  // namespace signpost::kubernetes
