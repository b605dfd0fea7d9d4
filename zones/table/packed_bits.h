// What the octets of a packed state mean: shared by who writes them (packed_state.cc) and who reads them
// (unpacked_state.cc). A change of any of it is a new kPackedVersion.
#pragma once

#include <string>

#include "backends/registry/service_state.h"

namespace signpost::packed {

// Bits of an instance's flag octets; the lowest two of the second are its health.
enum InstanceBit : unsigned {
  kHasV4 = 1,
  kHasV6 = 2,
  kEnabled = 4,
  kWeightOne = 8,
  kSamePorts = 16,
  kIdFromAddress = 32,  // "address#port", as Nacos and files have it
  kHasPlace = 64,
  kHasMore = 128,
};
enum SecondInstanceBit : unsigned {
  kHealthBits = 3,
  kIdIsAddress = 4,  // as Kubernetes endpoints have it
  kIdIsHostName = 8,
  kHasHostName = 16,
  kHasForZones = 32,
  kHasFirstSeen = 64,
  kLeaving = 128,
};

// Bits of a state's first octet; the lowest two are its kind.
enum StateBit : unsigned {
  kKindBits = 3,
  kPending = 4,
  kHealthMasked = 8,
  kHasExtras = 16,
};

enum WishBit : unsigned { kWishesAnswer = 1, kWishesTtl = 2, kWishesHealth = 4 };

inline std::string address_text(const Instance& instance) {
  return (instance.v4 ? *instance.v4 : *instance.v6).to_string();
}

/// "#8080", as it stands behind the address in an id.
inline void add_port_suffix(const Instance& instance, std::string& id) {
  id += '#';
  id += std::to_string(instance.ports.empty() ? 0 : instance.ports.front().number);
}

}  // namespace signpost::packed
