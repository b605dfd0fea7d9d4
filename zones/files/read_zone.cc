#include "zones/files/read_zone.h"

#include <utility>

#include <fmt/format.h>

#include "config/read_file.h"
#include "zones/files/assembly.h"
#include "zones/files/include.h"
#include "zones/files/master_file.h"

namespace signpost {
namespace {

using files::Assembly;
using files::Findings;
using files::MasterFile;

StaticReading conclude(const Findings& findings, StaticZone zone, std::vector<files::SeenFile> read) {
  StaticReading reading;
  reading.findings = findings.diagnostics();
  reading.files = std::move(read);
  if (!findings.failed() && !zone.empty()) reading.zone = std::make_shared<const StaticZone>(std::move(zone));
  return reading;
}

void read_file(const config::Zone& rules, const Name& apex, Assembly& assembly, Findings& findings,
               std::vector<files::SeenFile>& read) {
  read.push_back(files::look_at(rules.file));
  const auto source = findings.add_source(rules.file);
  const auto text = config::read_file(rules.file, files::kZoneOctetsMax);
  const auto root = files::root_of(rules.file);
  if (!text || !root) {
    const auto place = findings.add_source(rules.place.file);
    findings.error({place, rules.place.line, rules.place.column},
                   fmt::format("the zone {}: file {}: {}", config::in_quotes(rules.name), rules.file,
                               text ? root.error().message : text.error().message));
    return;
  }
  const auto open = [&](std::string_view written, const std::string& from) -> Result<MasterFile::Included> {
    read.push_back(files::look_at(files::wanted_include(written, from)));
    auto path = files::resolve_include(written, from, *root);
    if (!path) return path.error();
    auto included = config::read_file(*path, files::kZoneOctetsMax);
    if (!included) return Error{*path + ": " + included.error().message};
    return MasterFile::Included{std::move(*path), std::move(*included)};
  };
  MasterFile(apex, rules.ttl, assembly, findings, open).read(*text, source, rules.file);
}

void add_aliases(const config::Zone& rules, const Name& apex, Assembly& assembly, Findings& findings) {
  if (rules.aliases.empty()) return;
  const auto source = findings.add_source(rules.place.file);
  for (const auto& alias : rules.aliases) {
    const files::Spot spot{source, alias.place.line, alias.place.column};
    auto name = files::read_name(alias.name, apex);
    auto target = files::read_name(alias.target, apex);
    if (!name || !target) {
      findings.error(spot, name ? target.error().message : name.error().message);
      continue;
    }
    files::Octets rdata;
    files::append(rdata, target->wire());
    assembly.add({*name, RRType::CNAME, rules.ttl, std::move(rdata), spot});
  }
}

}  // namespace

StaticReading read_static_zone(const config::Zone& rules) {
  if (!rules.has_static_data()) return {};
  const auto parsed = Name::parse(rules.name);
  if (!parsed) return {nullptr, {{rules.place.to_string() + ": " + parsed.error().message}, {}}, {}};
  const auto apex = parsed->folded();
  Findings findings;
  Assembly assembly(apex, findings);
  std::vector<files::SeenFile> read;
  if (!rules.file.empty()) read_file(rules, apex, assembly, findings, read);
  if (!rules.records.text.empty()) {
    const auto source = findings.add_source(rules.place.file, false);
    MasterFile(apex, rules.ttl, assembly, findings)
        .read(rules.records.text, source, rules.place.file, rules.records.line);
  }
  add_aliases(rules, apex, assembly, findings);
  auto zone = assembly.finish();
  return conclude(findings, std::move(zone), std::move(read));
}

StaticReading read_zone_text(std::string_view text, const Name& apex, std::uint32_t ttl,
                             const std::string& called) {
  const auto folded = apex.folded();
  Findings findings;
  Assembly assembly(folded, findings);
  MasterFile(folded, ttl, assembly, findings).read(text, findings.add_source(called), called);
  auto zone = assembly.finish();
  return conclude(findings, std::move(zone), {});
}

}  // namespace signpost
