// Names as people write them in a configuration, checked by the rules of the thing they name. Each gives the
// name in the one spelling the rest of the program uses, or a remark on what is wrong with it. Pure.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost::config {

/// A host name (RFC 952, RFC 1123 section 2.1): lower-case, without the final dot. Not an address.
Result<std::string> read_host_name(std::string_view text);

/// The apex of a zone: labels of letters, digits, `-` and `_`; lower-case, without the final dot; "." is the
/// root. Under in-addr.arpa and ip6.arpa only whole octets (RFC 1035 section 3.5) and nibbles (RFC 3596
/// section 2.5).
Result<std::string> read_zone_name(std::string_view text);

/// A mailbox as SOA RNAME spells it (RFC 1035 section 8): "hostmaster.example.org", a dot before the at sign
/// is `\.`.
Result<std::string> read_mailbox(std::string_view text);

/// The name of a registry: letters, digits, `-`, `_` and `.`, 1 to 63 of them; it appears in metrics and
/// commands.
Result<std::string> read_registry_name(std::string_view text);

/// Whether `name` is `apex` or below it; both as read_zone_name() gives them.
bool is_at_or_below(std::string_view name, std::string_view apex) noexcept;

}  // namespace signpost::config
