// How a member of a Nacos cluster is written: in the configuration, and by an address server.
#pragma once

#include <string_view>

#include "config/config.h"
#include "dns/base/result.h"

namespace signpost::config {

/// "nacos-0.nacos:8848", "10.0.0.1", "[::1]:8848"; without a port it is 8848. An error is a remark on what is
/// wrong. Pure.
Result<NacosRegistry::Server> read_nacos_server(std::string_view text);

}  // namespace signpost::config
