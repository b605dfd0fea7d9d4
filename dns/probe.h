// `signpost probe`: one question to a health or readiness port, for containers without a shell or curl.
#pragma once

#include <string>

#include "dns/commands.h"

namespace signpost {

/// `url`: "http://127.0.0.1:8080/health"; empty: listen.health of the configuration, without that key its
/// listen.admin. 0: it answered 200.
int probe(const Where& where, const std::string& url);

}  // namespace signpost
