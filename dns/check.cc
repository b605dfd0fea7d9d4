#include "dns/check.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "backends/file/parse.h"
#include "backends/follow/file_value.h"
#include "backends/kubernetes/account.h"
#include "backends/kubernetes/kubernetes_backend.h"
#include "backends/nacos/tls_files.h"
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

std::string at(const config::Registry& registry) {
  return registry.place.to_string() + ": registry " + registry.name + ": ";
}

using IsGood = bool (*)(std::string_view content);
bool is_anything(std::string_view) { return true; }

/// False, after a report: it cannot be read, or its content is not good.
bool must_hold(const config::Registry& registry, const char* key, const std::string& path,
               config::Diagnostics& findings, IsGood is_good = &is_anything, const char* what = "") {
  if (path.empty()) return true;
  const auto content = config::read_file(path);
  if (content && is_good(*content)) return true;
  findings.errors.push_back(at(registry) + key + " " + path +
                            (content ? what : " " + content.error().message));
  return false;
}

/// Nothing is kept without it, which is no reason not to run.
void look_at_state_directory(const config::Attempt& read, CheckScope scope, config::Diagnostics& findings) {
  const auto& path = read.config.state_directory;
  if (scope == CheckScope::Start || path.empty()) return;  // a start finds out by itself
  if (access(path.c_str(), R_OK | W_OK | X_OK) == 0) return;
  const int trouble = errno;
  std::error_code unknown;
  const bool is_other = trouble == EACCES && !std::filesystem::is_directory(path, unknown) && !unknown;
  findings.warnings.push_back(read.places.at("state_directory").to_string() + ": state_directory " + path +
                              ": " + std::strerror(is_other ? ENOTDIR : trouble) +
                              "; nothing is kept until it is there and ours to write");
}

/// Gives what the file holds.
std::vector<ServiceState> look_into(const config::Registry& registry, const config::FileRegistry& options,
                                    config::Diagnostics& findings) {
  if (!must_hold(registry, "path", options.path, findings)) return {};
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
    must_hold(registry, "token_file", options.token_file, findings);
    must_hold(registry, "ca_file", options.ca_file, findings, &follow::holds_pem_certificate,
              " holds no certificate in PEM");
    return;
  }
  const bool in_cluster = options.kubeconfig.empty() && options.url.empty();
  const bool elsewhere = in_cluster && scope == CheckScope::Check;
  if (elsewhere && !findings.errors.empty()) return;  // what is wrong may be the kubeconfig: or url: of it
  (elsewhere ? findings.warnings : findings.errors)
      .push_back(registry.place.to_string() + ": " + made.error().message);
}

void look(const config::Registry& registry, const config::NacosRegistry& options, CheckScope scope,
          config::Diagnostics& findings) {
  if (scope == CheckScope::Start) return;
  must_hold(registry, "password_file", options.password_file, findings);
  bool readable = must_hold(registry, "tls.ca_file", options.tls_ca_file, findings);
  readable &= must_hold(registry, "tls.certificate_file", options.tls_certificate_file, findings);
  readable &= must_hold(registry, "tls.key_file", options.tls_key_file, findings);
  if (!readable || options.tls_certificate_file.empty() != options.tls_key_file.empty()) return;  // reported
  const auto made = nacos::TlsFiles(registry.name, options).get(system_clock().now());
  if (!made) findings.errors.push_back(at(registry) + "tls: " + made.error().message);
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
  look_at_state_directory(read, scope, findings);
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
