#include "dns/check.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "backends/file/parse.h"
#include "config/load.h"

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

void look(const config::Registry& registry, const config::FileRegistry& options,
          config::Diagnostics& findings) {
  auto services = file::load_services(options.path, registry.name);
  append(findings.errors, services ? std::vector<std::string>{} : services.error().errors);
  append(findings.warnings, services ? services->warnings : services.error().warnings);
}

void look(const config::Registry& registry, const config::KubernetesRegistry& options,
          config::Diagnostics& findings) {
  must_be_readable(registry, "kubeconfig", options.kubeconfig, findings);
  must_be_readable(registry, "token_file", options.token_file, findings);
  must_be_readable(registry, "ca_file", options.ca_file, findings);
}

void look(const config::Registry& registry, const config::NacosRegistry& options,
          config::Diagnostics& findings) {
  must_be_readable(registry, "password_file", options.password_file, findings);
  must_be_readable(registry, "tls.ca_file", options.tls_ca_file, findings);
}

}  // namespace

Result<Checked, config::Diagnostics> check_config(const std::string& path, CheckScope scope) {
  auto loaded = config::load_file(path);
  if (!loaded) return loaded.error();
  config::Diagnostics findings;
  if (scope == CheckScope::FileAndOthers) {
    for (const auto& registry : loaded->config.registries) {
      std::visit([&](const auto& options) { look(registry, options, findings); }, registry.options);
    }
  }
  auto warnings = std::move(loaded->warnings);
  append(warnings, findings.warnings);
  if (!findings.errors.empty()) return config::Diagnostics{std::move(findings.errors), std::move(warnings)};
  return Checked{std::move(loaded->config), std::move(warnings)};
}

}  // namespace signpost
