#include "backends/file/written.h"

#include <algorithm>

#include <fmt/format.h>

namespace signpost::file {
namespace {

using config::in_quotes;
using config::list;
using config::Mark;
using config::Node;
using config::option;
using config::Option;
using config::Reader;
using config::Table;
using config::text;
using config::true_or_false;

constexpr std::size_t kNameMax = 253;
constexpr std::size_t kPortNameMax = 62;  // with its `_` one label of 63 octets
constexpr std::size_t kWordMax = 255;
constexpr std::size_t kMetadataMax = 4096;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Folding makes a host name of any word that has something to fold; what it cannot mend is an empty label.
config::Value<std::string> service_name() {
  auto value = text("a name", kNameMax);
  value.read = [read = value.read](std::string_view name,
                                   const config::Surroundings& around) -> Result<std::string> {
    std::size_t begin = 0;
    while (begin <= name.size()) {
      const auto end = std::min(name.find('.', begin), name.size());
      const auto label = name.substr(begin, end - begin);
      if (std::none_of(label.begin(), label.end(), is_letter_or_digit)) {
        return Error{"between its dots stand letters or digits"};
      }
      begin = end + 1;
    }
    return read(name, around);
  };
  return value;
}

/// Any text under a word each; an empty value is written "".
template <class S>
Option<S> metadata(std::string_view help) {
  const auto read = [](Reader& reader, const Node& node, S& target) {
    if (!config::is_section(reader, "metadata", node, {"keys of your choice"})) return;
    for (const auto& [key, key_mark, value] : node.entries) {
      if (!value.is_scalar()) {
        report_wrong(reader, key, value, R"(a text ("" for none))");
      } else if (key.empty() || key.size() + value.scalar.size() > kMetadataMax) {
        reader.report.error(key_mark,
                            fmt::format("a metadata key is not empty, and with its value it has at most {} "
                                        "octets",
                                        kMetadataMax));
      } else {
        target.metadata.emplace_back(key, value.scalar);
      }
    }
    normalise(target.metadata);
  };
  return {"metadata", "a section of texts, under keys of your choice", "", help, read};
}

// --- Ports ---

/// A name and protocol mean one port; unnamed ports may be several, of different numbers.
void check_ports(Reader& reader, const Node& written, const std::vector<Port>& ports) {
  const auto* entry = written.find("ports");
  if (entry == nullptr || entry->value.items.size() != ports.size()) return;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto clashes = [&](const Port& other) {
      return other.protocol == ports[i].protocol && other.name == ports[i].name &&
             (!other.name.empty() || other.number == ports[i].number);
    };
    if (std::none_of(ports.begin(), ports.begin() + static_cast<std::ptrdiff_t>(i), clashes)) continue;
    const auto name = ports[i].name.empty() ? std::to_string(ports[i].number) : ports[i].name;
    reader.report.error(entry->value.items[i].mark,
                        fmt::format("the {} port {} is listed twice; keep one", to_string(ports[i].protocol),
                                    in_quotes(name)));
  }
}

const Table<Port>& port_table() {
  static const Table<Port> table{
      {
          option("name", &Port::name,
                 text("a name of letters, digits and `-`", kPortNameMax,
                      [](char c) { return is_letter_or_digit(c) || c == '-'; }),
                 "_<name>._<protocol> has SRV records; a port without a name has them at the service alone."),
          option("port", &Port::number, config::whole<std::uint16_t>(1, 65535), "The number.").needed(),
          option("protocol", &Port::protocol,
                 config::choice<Protocol>(
                     {{"tcp", Protocol::Tcp}, {"udp", Protocol::Udp}, {"sctp", Protocol::Sctp}}),
                 "The transport."),
      },
      nullptr};
  return table;
}

// --- Instances ---

/// One address, or a list of one of each family: an instance with two addresses is still one.
Option<WrittenInstance> address_option() {
  const auto value = config::ip_address();
  const auto read = [value](Reader& reader, const Node& node, WrittenInstance& target) {
    const auto add = [&](const Node& item) {
      const auto address = read_scalar(reader, "address", item, value);
      if (!address) return;
      const auto same_family = [&](const IpAddress& other) { return other.is_v4() == address->is_v4(); };
      if (address->is_unspecified() || address->is_multicast()) {
        reader.report.error(item.mark, in_quotes(item.scalar) + " is no address of one host");
      } else if (std::any_of(target.addresses.begin(), target.addresses.end(), same_family)) {
        reader.report.error(
            item.mark, "one address of each family; write another instance for " + in_quotes(item.scalar));
      } else {
        target.addresses.push_back(*address);
      }
    };
    if (!node.is_list()) return add(node);
    if (!is_list_of(reader, "address", node, value.takes, 1)) return;
    for (const auto& item : node.items) add(item);
  };
  return {"address", value.takes + ", or a list with one of each", "", "Where the instance is.", read, {},
          true};
}

void check_instance(Reader& reader, const Node& written, WrittenInstance& instance) {
  instance.mark = written.mark;
  check_ports(reader, written, instance.ports);
  const auto* port = written.find("port");
  if (port == nullptr) return;
  if (written.find("ports") != nullptr) {
    reader.report.error(port->key_mark, "`port` and `ports` both say the instance's ports; keep one");
  }
}

const Table<WrittenInstance>& instance_table() {
  const auto word = [] { return text("a text", kWordMax); };
  static const Table<WrittenInstance> table{
      {
          address_option(),
          option("port", &WrittenInstance::port, config::whole<std::uint16_t>(1, 65535),
                 "The number of the service's one port at this instance."),
          sections("ports", &WrittenInstance::ports, port_table,
                   "Instead of the service's ports, all of them.", 0),
          option("weight", &WrittenInstance::weight, config::weight(),
                 "Its share among the others; 0: no answer."),
          option("healthy", &WrittenInstance::healthy, true_or_false(), "Whether it may receive traffic."),
          option("draining", &WrittenInstance::draining, true_or_false(), "Whether it is on its way out."),
          option("enabled", &WrittenInstance::enabled, true_or_false(), "The operator's switch."),
          option("zone", &WrittenInstance::zone, word(), "Its availability zone."),
          option("region", &WrittenInstance::region, word(), "Its region."),
          option("node", &WrittenInstance::node, word(), "The machine it runs on."),
          option("cluster", &WrittenInstance::cluster, word(), "Its cluster."),
          option("version", &WrittenInstance::version, word(), "The version of its software."),
          list("tags", &WrittenInstance::tags, word(), "Words to choose it by.", 0),
          metadata<WrittenInstance>("Whatever else is to be known."),
      },
      check_instance};
  return table;
}

// --- Services ---

void check_service(Reader& reader, const Node& written, WrittenService& service) {
  const auto* name = written.find("name");
  service.mark = name != nullptr ? name->value.mark : written.mark;
  check_ports(reader, written, service.ports);
}

const Table<WrittenService>& service_table() {
  static const Table<WrittenService> table{
      {
          option("name", &WrittenService::name, service_name(),
                 "The name below the zone; dots make more labels.")
              .needed(),
          sections("ports", &WrittenService::ports, port_table, "What its instances listen on.", 0),
          metadata<WrittenService>("Shown in TXT where the zone allows the key."),
          sections("instances", &WrittenService::instances, instance_table,
                   "Who answers; a service without instances exists.", 0),
      },
      check_service};
  return table;
}

/// A file that was cut off after its first word must not empty the registry.
void check_file(Reader& reader, const Node& written, WrittenFile&) {
  const auto* services = written.find("services");
  if (services == nullptr || !services->value.is_null()) return;
  reader.report.error(services->key_mark,
                      "`services` has nothing below it; for no services write `services: []`");
}

}  // namespace

const Table<WrittenFile>& file_table() {
  static const Table<WrittenFile> table{
      {sections("services", &WrittenFile::services, service_table, "All services of the registry.", 0)
           .needed()},
      check_file};
  return table;
}

}  // namespace signpost::file
