#include "backends/nacos/url.h"

#include <cassert>

namespace signpost::nacos {

std::string spelled(const config::NacosRegistry::Server& server) {
  const bool is_v6 = server.host.find(':') != std::string::npos;
  return (is_v6 ? "[" + server.host + "]" : server.host) + ":" + std::to_string(server.port);
}

std::string form_encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char raw : text) {
    const auto octet = static_cast<unsigned char>(raw);
    const bool plain = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                       (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_';
    if (plain) {
      out += raw;
    } else {
      out += {'%', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  return out;
}

void aim(follow::HttpRequest& request, const config::NacosRegistry& options,
         const config::NacosRegistry::Server& server, std::string_view target) {
  static constexpr std::string_view kContext = "/nacos";
  assert(target.starts_with(kContext));
  const auto path = options.context_path + std::string(target.substr(kContext.size()));
  const bool renamed = options.tls && !options.tls_name.empty();
  const auto at = spelled(server);
  if (renamed) request.connect_to = at;
  const auto named = renamed ? options.tls_name + ":" + std::to_string(server.port) : at;
  request.url = (options.tls ? "https://" : "http://") + named + path;
}

}  // namespace signpost::nacos
