#include "dns/page/document.h"
#include "dns/page/page.h"

namespace signpost::page {
namespace {

/// A service of 10,000 instances fills no browser; the command line has them all.
constexpr std::size_t kInstances = 500;

void add_list(Html& html, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  html << "<ul>\n";
  for (const auto& line : lines) {
    html << "<li>";
    html.text(line) << "</li>\n";
  }
  html << "</ul>\n";
}

void add_instance(Html& html, const ExplainedInstance& one) {
  html << "<tr><td>";
  html.part(one.eligible ? badge("good", "answers") : badge("fair", "out")) << "<td><code>";
  html.text(one.addresses) << "</code><br><span class=\"quiet\">";
  html.text(one.id) << "</span><td>";
  html.text(one.ports) << "<td>";
  html.text(one.health) << "<td class=\"n\">";
  html.percent(one.share_percent) << " %";
  html.part(share_bar({one.share_percent})) << "<td>";
  html.text(one.why);
  for (const auto* more : {&one.groups, &one.origin}) {
    if (more->empty()) continue;
    html << "<br><span class=\"quiet\">";
    html.text(*more) << "</span>";
  }
  html << "</tr>\n";
}

void add_service(Html& html, const ExplainedService& service) {
  html << "<h2>";
  html.text(service.key) << " <span class=\"quiet\">in zone ";
  html.text(service.zone) << "</span></h2>\n";
  if (!service.note.empty()) {
    html << "<p>";
    html.text(service.note) << "</p>\n";
  }
  for (const auto* lines : {&service.remarks, &service.wishes, &service.losses}) add_list(html, *lines);
  html << "<p class=\"quiet\">answers at ";
  for (const auto& name : service.names) html.part(name_link(name)) << " ";
  html << "</p>\n<div class=\"wide\"><table><tr><th><th>instance<th>ports<th>health<th "
          "class=\"n\">share<th>why"
          "</tr>\n";
  for (std::size_t i = 0; i < service.instances.size() && i < kInstances; ++i)
    add_instance(html, service.instances[i]);
  html << "</table></div>\n";
  if (service.instances.size() > kInstances) {
    html << "<p>and ";
    html.number(service.instances.size() - kInstances)
        << " more: <code>signpost explain</code> has all</p>\n";
  }
}

}  // namespace

std::string explain_page(const Asked& asked, const Explanation& explanation) {
  Html html;
  html.part(ask_box(asked.name, asked.type, asked.client)) << "<h2><code>";
  html.text(explanation.question) << "</code></h2>\n<p>";
  html.text(explanation.outcome) << "</p>\n";
  if (!explanation.records.empty()) {
    html << "<pre>";
    for (std::size_t i = 0; i < explanation.records.size() && i < kInstances; ++i)
      html.text(explanation.records[i]) << "\n";
    html << "</pre>\n";
  }
  add_list(html, explanation.notes);
  for (const auto& service : explanation.services) add_service(html, service);
  return document(explanation.question, html);
}

std::string explain_form(const Asked& asked, const std::string& trouble) {
  Html html;
  html.part(ask_box(asked.name, asked.type, asked.client));
  if (!trouble.empty()) {
    html << "<p class=\"bad\">";
    html.text(trouble) << "</p>\n";
  }
  return document("explain", html);
}

std::string trouble_page(const std::string& what) {
  Html html;
  html << "<p class=\"bad\">";
  html.text(what) << "</p>\n";
  return document("no answer", html);
}

}  // namespace signpost::page
