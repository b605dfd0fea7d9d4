// Who may ask what: one function for every transport and every opcode, so that no road into the program has
// rules of its own (C7).
#pragma once

#include <cstdint>

#include "dns/query/parse.h"
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
  /// Of every message that would get an answer, malformed ones included: asked.query.question is good only
  /// where asked.parsed.has_question says so.
  virtual Admission decide(const QueryContext& context, const Asked& asked) const noexcept = 0;
  /// Of a name, folded, that the answer leads to besides the question's (C8): an alias is no way into what
  /// the client may not ask for.
  virtual Admission decide_followed(const QueryContext& context, NameView folded) const noexcept = 0;
};

/// `policy` null: everybody may ask everything.
inline Admission admit(const AdmissionPolicy* policy, const QueryContext& context,
                       const Asked& asked) noexcept {
  return policy == nullptr ? Admission::Allow : policy->decide(context, asked);
}

}  // namespace signpost
