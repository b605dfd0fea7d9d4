#include "dns/page/document.h"
#include "dns/page/page.h"

namespace signpost::page {
namespace {

/// The page again, behind this name.
void add_link(Html& html, const std::string& zone, const Wanted& wanted, const std::string& after) {
  html << "/zone?name=";
  html.parameter(zone) << "&amp;holds=";
  html.parameter(wanted.holds) << "&amp;after=";
  html.parameter(after);
}

void add_row(Html& html, const BrowsedService& row) {
  html << "<tr><td>";
  html.part(name_link(row.name)) << "<td class=\"n\">";
  if (row.kind == BlockKind::Answers) html.number(row.addresses);
  html << "<td>";
  if (!row.alias.empty()) {
    html << "alias of ";
    html.text(row.alias);
  } else if (row.kind == BlockKind::Pending) {
    html.part(badge("fair", "not yet read"));
  } else if (row.kind == BlockKind::Absent) {
    html.part(badge("fair", "no endpoint is ready"));
  } else {
    if (row.addresses == 0) html.part(badge("bad", "nobody may answer"));
    if (row.doubt != policy::Doubt::None) html.part(badge("fair", policy::to_string(row.doubt)));
    if (!row.percent.empty()) html.part(share_bar(row.percent));
  }
  html << "</tr>\n";
}

}  // namespace

std::string zone_page(const BrowsedPage& page, const Wanted& wanted) {
  Html html;
  html << "<h2><code>";
  html.text(page.zone) << "</code> ";
  if (page.cold) html.part(badge("bad", "cold: a registry has not listed yet"));
  if (page.stale) html.part(badge("bad", "stale: a registry was lost long ago"));
  html << "</h2>\n<form action=\"/zone\"><input type=\"hidden\" name=\"name\" value=\"";
  html.text(page.zone)
      << "\"><input name=\"holds\" placeholder=\"part of a name\" aria-label=\"part of a name\" "
         "value=\"";
  html.text(wanted.holds) << "\"><button>find</button></form>\n<p class=\"quiet\">";
  html.number(page.matching)
      << " services</p>\n<div class=\"wide\"><table><tr><th>name<th class=\"n\">addresses"
         "<th>shares</tr>\n";
  for (const auto& row : page.services) add_row(html, row);
  html << "</table></div>\n<p>";
  if (!wanted.after.empty()) {
    html << "<a href=\"";
    add_link(html, page.zone, wanted, {});
    html << "\">first</a> ";
  }
  if (!page.next.empty()) {
    html << "<a href=\"";
    add_link(html, page.zone, wanted, page.next);
    html << "\">next</a>";
  }
  html << "</p>\n";
  return document(page.zone, html);
}

}  // namespace signpost::page
