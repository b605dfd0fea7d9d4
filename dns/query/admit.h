// Who may ask what: one function for every transport, so that no road into the program has rules of its own
// (C7).
#pragma once

#include <cstdint>

#include "dns/query/query.h"

namespace signpost {

enum class Admission : std::uint8_t {
  Allow,
  Refuse,  // REFUSED + EDE 18
  Drop,    // silence
};

/// The rules in force. Workers call it on their own threads: const, noexcept, no locks, no allocation.
class AdmissionPolicy {
 public:
  virtual ~AdmissionPolicy() = default;
  virtual Admission decide(const QueryContext& context, const Query& query) const noexcept = 0;
};

/// `policy` null: everybody may ask everything.
inline Admission admit(const AdmissionPolicy* policy, const QueryContext& context,
                       const Query& query) noexcept {
  return policy == nullptr ? Admission::Allow : policy->decide(context, query);
}

}  // namespace signpost
