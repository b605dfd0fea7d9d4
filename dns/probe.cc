#include "dns/probe.h"

#include <cstdio>

#include "config/load.h"
#include "dns/admin/admin_client.h"

namespace signpost {
namespace {

/// A probe of Kubernetes waits for a second unless told otherwise.
constexpr std::chrono::seconds kPatience{3};

int fail(const std::string& reason) {
  std::fprintf(stderr, "error: %s\n", reason.c_str());
  return 1;
}

/// listen.health, from this very machine.
Result<std::string> health_url(const Where& where) {
  const auto loaded = config::load_file(where.config_path);
  if (!loaded) return Error{loaded.error().errors.front()};
  auto address = loaded->config.listen.health;
  if (!address) return Error{where.config_path + ": listen.health is not set; name a URL"};
  if (address->port == 0) return Error{where.config_path + ": listen.health has no fixed port; name a URL"};
  if (address->ip.is_unspecified())
    address->ip = *IpAddress::parse(address->ip.is_v6() ? "::1" : "127.0.0.1");
  return "http://" + address->to_string() + "/health";
}

}  // namespace

int probe(const Where& where, const std::string& url) {
  const auto asked = url.empty() ? health_url(where) : Result<std::string>(url);
  if (!asked) return fail(asked.error().message);
  const auto reply = admin::get(*asked, kPatience);
  if (!reply) return fail(reply.error().message);
  if (reply->status != 200) return fail(*asked + ": " + std::to_string(reply->status) + "\n" + reply->body);
  std::fwrite(reply->body.data(), 1, reply->body.size(), stdout);
  return 0;
}

}  // namespace signpost
