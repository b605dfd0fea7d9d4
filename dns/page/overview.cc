#include <algorithm>

#include "dns/admin/words.h"
#include "dns/page/document.h"
#include "dns/page/page.h"

namespace signpost::page {
namespace {

using admin::age_text;

constexpr unsigned kAgainSeconds = 5;
constexpr std::size_t kChanges = 20;

Html phase_badge(RegistryPhase phase) {
  const auto word = to_string(phase);
  switch (phase) {
    case RegistryPhase::Live:
      return badge("good", word);
    case RegistryPhase::Cold:
    case RegistryPhase::Stale:
      return badge("bad", word);
    default:
      return badge("fair", word);
  }
}

std::string type_of(const admin::ProgramReport& program, const std::string& registry) {
  for (const auto& report : program.registries) {
    if (report.name == registry) return report.type;
  }
  return {};
}

void add_head(Html& html, const admin::StatusReport& status) {
  const auto up = std::chrono::duration<double>(status.now - status.program.started).count();
  html << "<p>";
  html.part(status.ready ? badge("good", "ready") : badge("bad", "not ready")) << " version ";
  html.text(status.program.version) << ", up for ";
  html.text(age_text(up)) << ", ";
  html.number(status.program.workers) << " workers, ";
  html.number(status.builder.names) << " names</p>\n";
  html.part(ask_box({}, {}, {}));
}

void add_registries(Html& html, const admin::StatusReport& status) {
  html << "<h2>Registries</h2>\n<div class=\"wide\"><table><tr><th>name<th>type<th>state<th class=\"n\">heard"
          "<th class=\"n\">services<th class=\"n\">may answer<th class=\"n\">known<th>trouble</tr>\n";
  for (const auto& row : status.builder.registries) {
    html << "<tr><td>";
    html.text(row.name) << "<td>";
    html.text(type_of(status.program, row.name)) << "<td>";
    html.part(phase_badge(row.phase)) << "<td class=\"n\">";
    html.text(age_text(row.last_event_age_seconds)) << "<td class=\"n\">";
    html.number(row.services) << "<td class=\"n\">";
    html.number(row.eligible) << "<td class=\"n\">";
    html.number(row.instances) << "<td>";
    if (row.held > 0) {
      html << "guards hold ";
      html.number(row.held) << " services. ";
    }
    if (row.pending > 0) {
      html.number(row.pending) << " not yet read. ";
    }
    html.text(row.phase == RegistryPhase::Live ? std::string_view() : row.last_error) << "</tr>\n";
  }
  html << "</table></div>\n";
}

void add_zones(Html& html, const BuilderStatus& builder) {
  html << "<h2>Zones</h2>\n<div class=\"wide\"><table><tr><th>name<th class=\"n\">serial<th "
          "class=\"n\">services"
          "<th class=\"n\">static names<th></tr>\n";
  for (const auto& zone : builder.zones) {
    html << "<tr><td><a href=\"/zone?name=";
    html.parameter(zone.name) << "\"><code>";
    html.text(zone.name) << "</code></a><td class=\"n\">";
    html.number(zone.serial) << "<td class=\"n\">";
    html.number(zone.services) << "<td class=\"n\">";
    html.number(zone.static_names) << "<td>";
    if (zone.cold) html.part(badge("bad", "cold"));
    if (zone.held) html.part(badge("fair", "held"));
    if (zone.collisions > 0) {
      html << " ";
      html.number(zone.collisions) << " names wanted twice";
    }
    html << "</tr>\n";
  }
  html << "</table></div>\n";
}

void add_composed(Html& html, const BuilderStatus& builder) {
  if (builder.composed.empty()) return;
  html << "<h2>Names over several registries</h2>\n<div class=\"wide\"><table><tr><th>name<th>how<th>members"
          "<th class=\"n\">may answer<th class=\"n\">known<th></tr>\n";
  for (const auto& one : builder.composed) {
    html << "<tr><td>";
    html.part(name_link(one.name)) << "<td>";
    html.text(one.combine) << "<td>";
    for (const auto& member : one.members) {
      html.text(member) << "<br>";
    }
    html << "<td class=\"n\">";
    html.number(one.eligible) << "<td class=\"n\">";
    html.number(one.instances) << "<td>";
    for (const auto& note : one.notes) {
      html.text(note) << "<br>";
    }
    html << "</tr>\n";
  }
  html << "</table></div>\n";
}

void add_drains(Html& html, const BuilderStatus& builder) {
  if (builder.drains.empty()) return;
  html << "<h2>Drained by an operator</h2>\n<ul>\n";
  for (const auto& drain : builder.drains) {
    html << "<li>";
    html.text(drain.service) << " ";
    html.text(drain.instance) << ", ";
    html.text(drain.left_seconds < 0 ? "until undrain" : "for " + age_text(drain.left_seconds) + " more");
    html << "</li>\n";
  }
  html << "</ul>\n";
}

/// "-" for a name that was not, or is no more.
void add_count(Html& html, int addresses) {
  addresses < 0 ? html.text("-") : html.number(static_cast<std::uint64_t>(addresses));
}

void add_changes(Html& html, const admin::StatusReport& status) {
  html << "<h2>Last changes</h2>\n<div class=\"wide\"><table><tr><th>when<th>zone<th "
          "class=\"n\">serial<th>names, "
          "with their addresses before and after</tr>\n";
  const auto& changes = status.builder.changes;
  for (std::size_t i = 0; i < std::min(changes.size(), kChanges); ++i) {
    const auto& change = changes[i];
    html << "<tr><td class=\"n\">";
    html.text(age_text(std::max(0.0, std::chrono::duration<double>(status.now - change.at).count())))
        << " ago<td>";
    html.text(change.zone) << "<td class=\"n\">";
    html.number(change.serial) << "<td>";
    for (const auto& name : change.first) {
      html.part(name_link(name.name)) << " <span class=\"quiet\">";
      add_count(html, name.before);
      html << " \xe2\x86\x92 ";
      add_count(html, name.after);
      html << "</span> ";
    }
    if (change.names > change.first.size()) {
      html << "and ";
      html.number(change.names - change.first.size()) << " more";
    }
    if (change.names == 0) html << "pointers";
    html << "</tr>\n";
  }
  html << "</table></div>\n";
}

}  // namespace

std::string overview(const admin::StatusReport& status) {
  Html html;
  add_head(html, status);
  add_registries(html, status);
  add_zones(html, status.builder);
  add_composed(html, status.builder);
  add_drains(html, status.builder);
  add_changes(html, status);
  return document("overview", html, kAgainSeconds);
}

}  // namespace signpost::page
