// How /metrics calls what workers count.
#pragma once

#include <string_view>

#include "dns/query/counters.h"

namespace signpost::admin {

std::string_view word(Drop value) noexcept;         // "source_port_zero"
std::string_view word(Limited value) noexcept;      // "truncated"
std::string_view word(TcpEnd value) noexcept;       // "idle"
std::string_view word(Guard value) noexcept;        // "no_question"
std::string_view word(CookieState value) noexcept;  // "client_only"

}  // namespace signpost::admin
