// One record's RDATA, from words to whole uncompressed wire octets.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "dns/base/result.h"
#include "zones/files/lexer.h"
#include "zones/files/words.h"

namespace signpost::files {

/// What was wrong with which word; one past the last: something is missing.
struct RdataError {
  std::string what;
  std::size_t word = 0;
};

/// Every type that ldns knows, and any type as `\# length hex` (RFC 3597, section 5). Names in it continue
/// with `origin`.
Result<Octets, RdataError> read_rdata(RRType type, std::span<const Word> words, const Name& origin);

/// SvcParams (RFC 9460, section 2.1 and appendix A): in ascending order of their keys, values whole. `first`
/// is the number of the first word, for errors.
Result<Octets, RdataError> read_svc_params(std::span<const Word> words, std::size_t first);

/// What RFC 9460 asks of whole SVCB or HTTPS RDATA (N18): keys in strictly ascending order, none in
/// AliasMode, `mandatory` consistent. Empty: good; otherwise what is wrong.
std::string svcb_fault(const Octets& rdata);

}  // namespace signpost::files
