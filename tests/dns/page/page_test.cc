// Whatever registries and visitors say, the pages keep their structure.
#include "dns/page/page.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signpost::page {
namespace {

using testing::HasSubstr;
using testing::Not;

/// All that a registry, an operator or a visitor may have written, with `word` in every place.
admin::StatusReport status_of(const std::string& word) {
  admin::StatusReport status;
  status.program.version = "0.1.0";
  status.program.registries.push_back({word, word, 0, {}});
  RegistryStatus registry;
  registry.name = word;
  registry.phase = RegistryPhase::Stale;
  registry.last_error = word;
  registry.held = registry.pending = 3;
  status.builder.registries.push_back(registry);
  ZoneStatus zone;
  zone.name = word;
  zone.cold = zone.held = true;
  zone.collisions = 2;
  status.builder.zones.push_back(zone);
  status.builder.composed.push_back({word, word, {word, word}, 3, 2, true, {word}});
  status.builder.drains.push_back({word, word, 12, true});
  status.builder.changes.push_back({status.now, word, 7, 9, {{word, -1, 2}, {word, 2, -1}}});
  return status;
}

Explanation explanation_of(const std::string& word) {
  Explanation out;
  out.question = out.outcome = word;
  out.records = out.notes = {word};
  ExplainedService service;
  service.key = service.zone = service.note = word;
  service.names = service.losses = service.wishes = service.remarks = {word};
  service.instances.push_back({word, word, word, word, 1, true, word, 33.3, word, word});
  out.services.push_back(service);
  return out;
}

BrowsedPage services_of(const std::string& word) {
  BrowsedPage page;
  page.zone = page.next = word;
  page.cold = page.stale = true;
  page.matching = 4;
  page.services = {{word, "", 2, policy::Doubt::Panic, BlockKind::Answers, {60, 40}},
                   {word, word, 0, policy::Doubt::None, BlockKind::Alias, {}},
                   {word, "", 0, policy::Doubt::None, BlockKind::Pending, {}},
                   {word, "", 0, policy::Doubt::None, BlockKind::Absent, {}}};
  return page;
}

std::vector<std::string> documents_of(const std::string& word) {
  return {overview(status_of(word)), zone_page(services_of(word), {word, word, word}),
          explain_page({word, word, word}, explanation_of(word)), explain_form({word, word, word}, word),
          trouble_page(word)};
}

/// Every tag with the names of its attributes; the values are what may differ.
std::vector<std::string> structure(const std::string& document) {
  static const std::regex kTag("<[^>]*>"), kValue("=\"[^\"]*\"");
  std::vector<std::string> tags;
  for (std::sregex_iterator at(document.begin(), document.end(), kTag), end; at != end; ++at)
    tags.push_back(std::regex_replace(at->str(), kValue, "="));
  return tags;
}

TEST(Page, NothingFromOutsideBecomesMarkup) {
  const auto plain = documents_of("word");
  for (const std::string& hostile :
       {std::string("<script>document.title='x'</script>"), std::string("\"><img src=x onerror=alert(1)>"),
        std::string("' onmouseover='x"), std::string("</title></style>\n<b>"),
        std::string("javascript:alert(1)"), std::string("\xff\xfe<\x00>", 5), std::string(1000, '"')}) {
    const auto documents = documents_of(hostile);
    for (std::size_t i = 0; i < plain.size(); ++i) {
      EXPECT_EQ(structure(documents[i]), structure(plain[i])) << i << " " << hostile.substr(0, 40);
    }
  }
}

TEST(Page, LongTextsDoNotFillIt) {
  for (const auto& document : documents_of(std::string(8000, '"'))) EXPECT_LT(document.size(), 200u * 1024);
}

TEST(Page, NothingIsLoadedFromAnywhere) {
  for (const auto& document : documents_of("word")) {
    for (const char* outside :
         {"http:", "https:", "//", "<script", "<link", "<img", "url(", "@import", "<iframe"})
      EXPECT_THAT(document, Not(HasSubstr(outside)));
  }
}

TEST(Page, TheOverviewSaysWhoIsInTrouble) {
  auto status = status_of("local");
  status.ready = true;
  status.builder.registries[0].last_error = "connection refused";
  const auto document = overview(status);
  for (const char* part :
       {">ready<", ">stale<", "connection refused", "guards hold 3 services", "3 not yet read", ">cold<",
        ">held<", "2 names wanted twice", "12s more", "and 7 more"})
    EXPECT_THAT(document, HasSubstr(part));
  status.builder.registries[0].phase = RegistryPhase::Live;
  EXPECT_THAT(overview(status), Not(HasSubstr("connection refused"))) << "that is over";
}

TEST(Page, SharesAreBars) {
  const auto document = zone_page(services_of("t"), {});
  EXPECT_THAT(document, HasSubstr("<i style=\"width:60.0%\" title=\"60.0 %\"></i>"));
  EXPECT_THAT(document, HasSubstr(">panic<"));
  EXPECT_THAT(document, HasSubstr("no endpoint is ready"));
  EXPECT_THAT(document, HasSubstr("/zone?name=t&amp;holds=&amp;after=t"));
}

TEST(Page, AServiceOfThousandsIsCut) {
  auto explanation = explanation_of("word");
  explanation.services[0].instances.assign(10000, explanation.services[0].instances[0]);
  explanation.records.assign(10000, "record");
  const auto document = explain_page({}, explanation);
  EXPECT_THAT(document, HasSubstr("and 9500 more"));
  EXPECT_LT(document.size(), 400u * 1024);
}

}  // namespace
}  // namespace signpost::page
