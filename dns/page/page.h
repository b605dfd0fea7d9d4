// The page for people: zones, services, instances and why each answers, registries, what changed last.
//
// A browser asks over TCP, where `listen.page` says so; admin::HttpServer reads the request under its caps,
// a route here asks for values (the builder's status, a page of services, an explanation), which the idle
// thread writes as HTML. Nothing can be changed here, no script runs, nothing comes from elsewhere: a policy
// in the header says so to the browser as well. No other origin is let in (no CORS).
//
//   GET /                 registries, zones, names over several registries, the last changes, a box to ask
//   GET /zone             ?name=&holds=&after=   its services with their shares, a hundred at a time
//   GET /explain          ?name=&type=&client=   what `signpost explain` says
#pragma once

#include <functional>
#include <string>

#include "dns/admin/admin.h"
#include "zones/answer/browse.h"

namespace signpost::page {

/// A question for browse() that owns its words.
struct Wanted {
  std::string zone, holds, after;
};

/// What it returns looks at what is known now when it is called on the idle thread.
using BrowseSource = std::function<Later<Result<BrowsedPage>>(const Wanted&)>;

/// Before admin.start(): the routes of Door::Page. `admin` outlives them.
void add_page(admin::Admin& admin, BrowseSource browse);

// What the routes say, for them and for tests: whole documents.
std::string overview(const admin::StatusReport& status);
std::string zone_page(const BrowsedPage& page, const Wanted& wanted);
/// `question`: what stands in the box.
struct Asked {
  std::string name, type, client;
};
std::string explain_page(const Asked& asked, const Explanation& explanation);
/// A form and why there is no answer; `trouble` may be empty.
std::string explain_form(const Asked& asked, const std::string& trouble);
std::string trouble_page(const std::string& what);

}  // namespace signpost::page
