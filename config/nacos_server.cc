#include "config/nacos_server.h"

#include <fmt/format.h>

#include "config/names.h"
#include "config/scalars.h"

namespace signpost::config {

Result<NacosRegistry::Server> read_nacos_server(std::string_view text) {
  NacosRegistry::Server server;
  if (text.find("://") != std::string_view::npos)
    return Error{"without a scheme; `context_path` has the path"};
  if (text.find(',') != std::string_view::npos) return Error{"each server is an entry of its own"};
  if (const auto address = IpAddress::parse(text)) {
    if (address->is_v6()) return Error{fmt::format("write [{}]", text)};
    server.host = text;
    return server;
  }
  const auto colon = text.ends_with(']') ? std::string_view::npos : text.rfind(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_whole(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return Error{"the port is 1 to 65535"};
    server.port = static_cast<std::uint16_t>(*port);
  }
  const auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const auto address = IpAddress::parse(host.substr(1, host.size() - 2));
    if (!address || address->is_v4()) return Error{};
    server.host = address->to_string();
    return server;
  }
  if (const auto address = IpAddress::parse(host); address && address->is_v4()) {
    server.host = host;
    return server;
  }
  const auto name = read_host_name(host);
  if (!name) return name.error();
  server.host = *name;
  return server;
}

}  // namespace signpost::config
