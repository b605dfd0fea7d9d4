// How requests to a Nacos server's HTTP port are addressed.
#pragma once

#include <string>
#include <string_view>

#include "backends/follow/http.h"
#include "config/config.h"

namespace signpost::nacos {

/// "nacos-0:8848", "[::1]:8848": for messages and URLs.
std::string spelled(const config::NacosRegistry::Server& server);
/// Percent-encoded for a query or a form: only letters, digits, `-`, `.` and `_` stay.
std::string form_encoded(std::string_view text);
/// Sends the request to this server: `target` is path and query as servers have them by default, that is
/// below
/// "/nacos", which gives way to the `context_path` configured. Under `tls: {name: ..}` the URL has the
/// certificate's name, and connect_to the server's.
void aim(follow::HttpRequest& request, const config::NacosRegistry& options,
         const config::NacosRegistry::Server& server, std::string_view target);

}  // namespace signpost::nacos
