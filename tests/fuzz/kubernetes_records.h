// What must hold for every record that the Kubernetes decoder makes of hostile text (K38).
#pragma once

#include <string_view>

#include "backends/follow/counts.h"
#include "backends/kubernetes/decode.h"

namespace signpost::test {

/// A decoder of each kind over one pool of words, with every option on.
struct Decoders {
  Decoders();
  /// `choice` is any octet of the input.
  const kubernetes::Decoder& of(std::uint8_t choice) const { return all[choice % all.size()]; }

  kubernetes::Words words;
  follow::Counts counts;
  std::vector<kubernetes::Decoder> all;
};

/// Addresses that may be shown, names that are names, weights that are numbers, ports inside their slice.
void require_sound(const kubernetes::Object& object);
/// Reasons are words of ours, so few; objects that are remembered are bounded.
void require_sound(const follow::Counts& counts);
/// Packed for the cluster, and read again, it is what it was.
void require_kept(const kubernetes::Object& object);
/// Both read the same of it.
void require_same(const kubernetes::Object& item, const kubernetes::Object& object);

}  // namespace signpost::test
