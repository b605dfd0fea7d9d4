// What people look at that is long to make: a dump, a page of a zone, an explanation. What must be known is
// gathered on the caller's thread, and pinned; the rest is work for the idle thread.
#pragma once

#include "dns/admin/sources.h"
#include "dns/on_query.h"
#include "dns/page/page.h"
#include "zones/snapshot/store.h"
#include "zones/table/builder.h"

namespace signpost {

// What they are given outlives what they return, and what that returns.
decltype(admin::Sources::dump) dumper(SnapshotStore& store);
page::BrowseSource browser(SnapshotStore& store);
decltype(admin::Sources::explain) explainer(Builder& builder, SnapshotStore& store, OnQuery& on_query);

}  // namespace signpost
