#include "dns/probe.h"

#include <cstdio>

#include "config/load.h"
#include "dns/admin/admin_client.h"

namespace signpost {
namespace {

/// A probe of Docker waits for as long (HEALTHCHECK of the image), one of Kubernetes for a second.
constexpr std::chrono::seconds kPatience{3};

int fail(const std::string& reason) {
  std::fprintf(stderr, "error: %s\n", reason.c_str());
  return 1;
}

constexpr const char* kPath = "/health";

/// An address to listen on, as one to ask from this very machine.
std::string url_of(SocketAddress address) {
  if (address.ip.is_unspecified()) address.ip = *IpAddress::parse(address.ip.is_v6() ? "::1" : "127.0.0.1");
  return "http://" + address.to_string() + kPath;
}

struct Answer {
  std::string whom;
  Result<admin::AdminReply> reply;
};

Result<Answer> ask_as_configured(const std::string& config_path) {
  const auto loaded = config::load_file(config_path);
  if (!loaded) return Error{loaded.error().errors.front()};
  const auto& listen = loaded->config.listen;
  if (listen.health && listen.health->port != 0) {
    auto url = url_of(*listen.health);
    return Answer{url, admin::get(url, kPatience)};
  }
  const auto& socket = listen.admin_socket;
  if (!socket.empty()) return Answer{"unix:" + socket, admin::ask(socket, "GET", kPath, kPatience)};
  return Error{config_path + ": neither listen.health with a fixed port nor listen.admin is set; name a URL"};
}

}  // namespace

int probe(const Where& where, const std::string& url) {
  auto asked = url.empty() ? ask_as_configured(where.config_path) : Answer{url, admin::get(url, kPatience)};
  if (!asked) return fail(asked.error().message);
  const auto& [whom, reply] = *asked;
  if (!reply) return fail(reply.error().message);
  if (reply->status != 200) return fail(whom + ": " + std::to_string(reply->status) + "\n" + reply->body);
  std::fwrite(reply->body.data(), 1, reply->body.size(), stdout);
  return 0;
}

}  // namespace signpost
