// Label selectors of Kubernetes as people write them, and the words they are made of. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost::config {

/// A label's key: a name of 1 to 63 letters, digits, `-`, `_` and `.`, letters or digits at both ends; before
/// it, where wanted, a DNS name and a slash.
Result<std::string> read_label_key(std::string_view text);

/// Requirements with commas between, all of which must hold: `a=b` (`a==b` too), `a!=b`, `a in (b, c)`,
/// `a notin (b)`, `a` (there is such a label), `!a`. Gives the one spelling that the API server needs:
/// "a=b,c in (d,e),!f".
Result<std::string> read_label_selector(std::string_view text);

}  // namespace signpost::config
