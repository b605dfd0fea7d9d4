// One probe of one target: a TCP connection, or one GET over HTTP.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "backends/checks/target.h"
#include "backends/follow/http.h"

namespace signpost::checks {

/// Passed: the port took a connection; HTTP: a head of 2xx or 3xx came (a redirect is not followed: it is an
/// answer). All within the timeout of `target`. A body is not read. Throws nothing but what cancelling
/// throws.
boost::asio::awaitable<Outcome> probe(Target target, follow::HttpClient& http, const Clock& clock);

}  // namespace signpost::checks
