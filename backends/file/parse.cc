#include "backends/file/parse.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "backends/file/written.h"
#include "config/read_file.h"

namespace signpost::file {
namespace {

using config::in_quotes;
using config::Mark;
using config::Node;
using config::Reader;

/// The one port that `port` stands for, under its own number.
std::vector<Port> own_ports(const WrittenService& service, const WrittenInstance& written, Reader& reader) {
  if (!written.port) return written.ports;
  if (service.ports.empty()) return {Port{"", *written.port, Protocol::Tcp}};
  if (service.ports.size() > 1) {
    reader.report.error(written.mark,
                        fmt::format("`port` could be any of the service's {} ports; write `ports` with "
                                    "all that this instance has",
                                    service.ports.size()));
  }
  auto port = service.ports.front();
  port.number = *written.port;
  return {port};
}

/// address#port: both addresses of a dual-stack instance, IPv4 first; the first port, 0 where there is none.
std::string id_of(const Instance& instance, const std::vector<Port>& service_ports) {
  std::string id;
  for (const auto& address : {instance.v4, instance.v6}) {
    if (address) id += (id.empty() ? "" : ",") + address->to_string();
  }
  const auto& ports = instance.ports.empty() ? service_ports : instance.ports;
  return fmt::format("{}#{}", id, ports.empty() ? 0 : ports.front().number);
}

Health health_of(const WrittenInstance& written) {
  if (!written.healthy) return Health::Down;
  return written.draining ? Health::Draining : Health::Up;
}

Instance to_instance(const WrittenService& service, WrittenInstance& written, Reader& reader) {
  Instance instance;
  for (const auto& address : written.addresses) (address.is_v4() ? instance.v4 : instance.v6) = address;
  instance.ports = own_ports(service, written, reader);
  instance.health = health_of(written);
  instance.enabled = written.enabled;
  instance.weight = written.weight;
  instance.zone = std::move(written.zone);
  instance.region = std::move(written.region);
  instance.node = std::move(written.node);
  instance.cluster = std::move(written.cluster);
  instance.version = std::move(written.version);
  instance.tags = std::move(written.tags);
  instance.metadata = std::move(written.metadata);
  instance.id = id_of(instance, service.ports);
  return instance;
}

ServiceState to_state(WrittenService& written, const std::string& registry, Reader& reader) {
  ServiceState state;
  state.key.registry = registry;
  state.key.name = written.name;
  std::map<std::string, int> lines;
  for (auto& one : written.instances) {
    const auto mark = one.mark;
    auto instance = to_instance(written, one, reader);
    const auto [known, fresh] = lines.emplace(instance.id, mark.line);
    if (!fresh && !one.addresses.empty()) {
      reader.report.error(mark, fmt::format("the instance {} is listed twice, first in line {}; keep one",
                                            in_quotes(instance.id), known->second));
    }
    state.instances.push_back(std::move(instance));
  }
  state.ports = std::move(written.ports);
  state.metadata = std::move(written.metadata);
  return state;
}

std::vector<ServiceState> to_states(WrittenFile& file, const std::string& registry, Reader& reader) {
  std::vector<ServiceState> states;
  std::map<std::string_view, int> lines;
  states.reserve(file.services.size());
  for (auto& service : file.services) {
    const auto [known, fresh] = lines.emplace(service.name, service.mark.line);
    if (!fresh && !service.name.empty()) {
      reader.report.error(service.mark,
                          fmt::format("the service {} is written twice, first in line {}; keep one",
                                      in_quotes(service.name), known->second));
    }
    states.push_back(to_state(service, registry, reader));
  }
  std::sort(states.begin(), states.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return states;
}

}  // namespace

Result<Services, config::Diagnostics> parse_services(std::string_view text, const std::string& file_name,
                                                     const std::string& registry) {
  config::Report report(file_name);
  const auto document = config::parse_document(text, report);
  if (!document) return report.diagnostics();
  std::vector<ServiceState> states;
  if (document->is_null()) {
    // A file that was cut short by a full disk must not empty the registry.
    report.error({}, "the file is empty; for no services write `services: []`");
  } else {
    Reader reader{report, {config::Surroundings{}}};
    WrittenFile file;
    config::read_section(reader, "services file", *document, file_table(), file);
    states = to_states(file, registry, reader);
  }
  auto diagnostics = report.diagnostics();
  if (report.failed()) return diagnostics;
  return Services{std::move(states), std::move(diagnostics.warnings)};
}

Result<Services, config::Diagnostics> load_services(const std::string& path, const std::string& registry) {
  const auto text = config::read_file(path);
  if (text) return parse_services(*text, path, registry);
  return config::Diagnostics{{path + ": " + text.error().message}, {}};
}

}  // namespace signpost::file
