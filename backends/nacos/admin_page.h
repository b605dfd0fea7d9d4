// The admin API's list of the services of a namespace, over all groups (facts: Nacos 4.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/nacos/messages.h"
#include "dns/base/result.h"

namespace signpost::nacos {

/// Path and query of one page, from 1 on. Services without instances are asked for as well.
std::string admin_list_target(std::string_view space, std::uint32_t page, std::size_t page_size);

struct AdminPage {
  std::size_t total = 0;  // of services, on all pages
  std::vector<ServiceName> services;
};
/// Error: no JSON, a code other than 0 (4.7), or items that are no services.
Result<AdminPage> read_admin_page(std::string_view body);

}  // namespace signpost::nacos
