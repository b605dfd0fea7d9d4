// Which objects of a registry have something that was left out: for the person who asks why it is not there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/registry/backend_count.h"

namespace signpost::follow {

/// Words of ours, and how often each.
using Reasons = std::vector<std::pair<std::string, std::uint64_t>>;

/// One object of a service, with what is left out of it now.
struct LeftOut {
  std::string object;
  Reasons reasons;
};

/// The last kMost such objects. Not locked: its owner is (Counts).
class SkippedObjects {
 public:
  static constexpr std::size_t kMost = 256;

  bool empty() const noexcept { return objects_.empty(); }
  /// `object` as people call it ("EndpointSlice shop/cart-x1") has these parts left out now; none: it is
  /// whole, or gone. `service`: see SkippedObject.
  void set(std::string_view object, std::string_view service, const Reasons& reasons);
  /// These and no others are the objects of `service`.
  void set_all_of(std::string_view service, const std::vector<LeftOut>& objects);
  /// Those with this reason, by name.
  std::vector<SkippedObject> with(std::string_view reason) const;

 private:
  struct Entry {
    std::string service;
    Reasons reasons;
    std::uint64_t turn = 0;  // of its last set(): the oldest goes first
  };
  std::map<std::string, Entry, std::less<>> objects_;
  std::uint64_t turn_ = 0;
};

}  // namespace signpost::follow
