#include "dns/check.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <fcntl.h>
#include <unistd.h>

#include "backends/file/parse.h"
#include "backends/kubernetes/account.h"
#include "backends/kubernetes/kubernetes_backend.h"
#include "config/load.h"
#include "config/names.h"
#include "config/read_file.h"
#include "dns/base/clock.h"
#include "dns/check_members.h"
#include "dns/check_weights.h"
#include "dns/cookie_keeper.h"

namespace signpost {
namespace {

void append(std::vector<std::string>& to, const std::vector<std::string>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void must_be_readable(const config::Registry& registry, const char* key, const std::string& path,
                      config::Diagnostics& findings) {
  if (path.empty()) return;
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) {
    close(descriptor);
    return;
  }
  findings.errors.push_back(registry.place.to_string() + ": registry " + registry.name + ": " + key + " " +
                            path + ": " + std::strerror(errno));
}

/// Nothing is kept without it, which is no reason not to run.
void look_at_state_directory(const config::Config& config, CheckScope scope, config::Diagnostics& findings) {
  const auto& path = config.state_directory;
  if (scope == CheckScope::Start || path.empty()) return;  // a start finds out by itself
  if (access(path.c_str(), R_OK | W_OK | X_OK) == 0) return;
  findings.warnings.push_back("state_directory " + path + ": " + std::strerror(errno) +
                              "; nothing is kept until it is there and ours to write");
}

/// Gives what the file holds.
std::vector<ServiceState> look_into(const config::Registry& registry, const config::FileRegistry& options,
                                    config::Diagnostics& findings) {
  auto services = file::load_services(options.path, registry.name);
  if (!services) {
    append(findings.errors, services.error().errors);
    append(findings.warnings, services.error().warnings);
    return {};
  }
  append(findings.warnings, services->warnings);
  return std::move(services->states);
}

/// The services files; what they say of weights is told to who asks, not with every start and reload.
void look_at_files(const config::Config& config, CheckScope scope, config::Diagnostics& findings) {
  if (scope == CheckScope::Start) return;
  FileServices services;
  for (const auto& registry : config.registries) {
    const auto* options = std::get_if<config::FileRegistry>(&registry.options);
    if (options != nullptr && !options->path.empty())  // else that was reported
      services.emplace(registry.name, look_into(registry, *options, findings));
  }
  if (scope != CheckScope::Check) return;
  append(findings.warnings, warn_of_missing_members(config, services));
  append(findings.warnings, warn_of_lost_weights(config, services));
}

void look(const config::Registry&, const config::FileRegistry&, CheckScope, config::Diagnostics&) {}

/// Makes the backend as `run` would, and drops it: it connects only when it is followed.
void look(const config::Registry& registry, const config::KubernetesRegistry& options, CheckScope scope,
          config::Diagnostics& findings) {
  boost::asio::io_context unused;
  const auto made =
      kubernetes::make_kubernetes_backend(registry.name, options, unused.get_executor(), system_clock());
  if (made) {
    if (scope == CheckScope::Start) return;
    must_be_readable(registry, "token_file", options.token_file, findings);
    must_be_readable(registry, "ca_file", options.ca_file, findings);
    return;
  }
  const bool in_cluster = options.kubeconfig.empty() && options.url.empty();
  const bool elsewhere = in_cluster && scope == CheckScope::Check;
  (elsewhere ? findings.warnings : findings.errors)
      .push_back(registry.place.to_string() + ": " + made.error().message);
}

void look(const config::Registry& registry, const config::NacosRegistry& options, CheckScope scope,
          config::Diagnostics& findings) {
  if (scope == CheckScope::Start) return;
  must_be_readable(registry, "password_file", options.password_file, findings);
  must_be_readable(registry, "tls.ca_file", options.tls_ca_file, findings);
  must_be_readable(registry, "tls.certificate_file", options.tls_certificate_file, findings);
  must_be_readable(registry, "tls.key_file", options.tls_key_file, findings);
}

/// The zone of ours that answers for `host`, if it answers from registries; null: none, or `host` is an
/// address.
const config::Zone* zone_around(const std::string& host, const config::Config& config) {
  const auto name = config::read_host_name(host);
  if (!name) return nullptr;
  const config::Zone* closest = nullptr;
  for (const auto& zone : config.zones) {
    if (!config::is_at_or_below(*name, zone.name)) continue;
    if (closest == nullptr || zone.name.size() > closest->name.size()) closest = &zone;
  }
  return closest == nullptr || closest->all_registries().empty() ? nullptr : closest;
}

std::vector<std::string> servers_of(const config::Registry& registry) {
  std::vector<std::string> hosts;
  if (const auto* nacos = std::get_if<config::NacosRegistry>(&registry.options)) {
    for (const auto& server : nacos->servers) hosts.push_back(server.host);
    if (!nacos->address_server.empty()) hosts.push_back(kubernetes::host_of(nacos->address_server));
  } else if (const auto* options = std::get_if<config::KubernetesRegistry>(&registry.options)) {
    const auto account = kubernetes::load_account(*options);
    if (account) hosts.push_back(kubernetes::host_of(account->server));
  }
  return hosts;
}

/// K35: who asks us where the registry is gets no answer before we have heard the registry.
void look_for_loops(const config::Config& config, config::Diagnostics& findings) {
  for (const auto& registry : config.registries) {
    for (const auto& host : servers_of(registry)) {
      const auto* zone = zone_around(host, config);
      if (zone == nullptr) continue;
      findings.warnings.push_back(
          registry.place.to_string() + ": registry " + registry.name + ": its server " + host +
          " lies in our own zone " + zone->name +
          ", which knows nothing before registries have answered; name it by its address, "
          "or by a name outside our zones");
    }
  }
}

void look(const config::Cookies& cookies, config::Diagnostics& findings) {
  if (cookies.secret_file.empty()) return;
  const auto secrets = read_cookie_file(cookies.secret_file);
  if (!secrets)
    findings.errors.push_back(cookies.place.to_string() + ": cookies.secret_file " + secrets.error().message);
}

/// Files that the configuration names, as they are now: one of them may be what is wrong, so a change of it
/// is a reason to read all again.
void add_named_files(const config::Config& config, const StaticReadings& statics, config::Sources& sources) {
  const auto add = [&](const std::string& path) {
    if (path.empty()) return;
    const auto text = config::read_file(path);
    sources.files.push_back({path, text ? config::content_hash(*text) : 0});
  };
  add(config.cookies.secret_file);
  for (const auto& reading : statics) {
    for (const auto& seen : reading.files) add(seen.path);
  }
  for (const auto& registry : config.registries) {
    if (const auto* file = std::get_if<config::FileRegistry>(&registry.options)) {
      add(file->path);
    } else if (const auto* nacos = std::get_if<config::NacosRegistry>(&registry.options)) {
      for (const auto* path :
           {&nacos->password_file, &nacos->tls_ca_file, &nacos->tls_certificate_file, &nacos->tls_key_file})
        add(*path);
    } else if (const auto* kubernetes = std::get_if<config::KubernetesRegistry>(&registry.options)) {
      for (const auto* path : {&kubernetes->kubeconfig, &kubernetes->token_file, &kubernetes->ca_file})
        add(*path);
    }
  }
}

}  // namespace

Result<Checked, config::Diagnostics> check_config(const std::string& path, CheckScope scope) {
  auto read = config::attempt_file(path);
  // A person sees all mistakes at once; for a start or a reload the first ones are reason enough.
  if (read.failed && scope != CheckScope::Check) return std::move(read.findings);
  auto& findings = read.findings;
  look(read.config.cookies, findings);
  look_at_state_directory(read.config, scope, findings);
  for (const auto& registry : read.config.registries) {
    std::visit([&](const auto& options) { look(registry, options, scope, findings); }, registry.options);
  }
  look_at_files(read.config, scope, findings);
  look_for_loops(read.config, findings);
  auto statics = read_statics(read.config);
  for (const auto& reading : statics) {
    append(findings.errors, reading.findings.errors);
    append(findings.warnings, reading.findings.warnings);
  }
  if (!findings.errors.empty()) {
    add_named_files(read.config, statics, findings.sources);
    return std::move(findings);
  }
  return Checked{std::move(read.config), std::move(findings.warnings), std::move(statics)};
}

}  // namespace signpost
