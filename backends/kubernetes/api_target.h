// What is asked of the apiserver: paths and queries of one resource, in all namespaces or in one. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "backends/kubernetes/decode.h"
#include "backends/registry/registry_sink.h"

namespace signpost::kubernetes {

/// Which objects; both selectors as the apiserver takes them, empty: all.
struct Selection {
  std::string space;   // a namespace; empty: all
  std::string labels;  // "team=shop,tier!=test"
  std::string fields;  // "status.phase!=Failed"
};

/// From which version a list is.
enum class ListFrom : std::uint8_t {
  Newest,    // consistent: what the store has now
  NotOlder,  // than a version that is known (K1)
  Exact,     // of that version, or 410 (K24)
};

/// One page; `token` of the page before, empty for the first.
std::string list_target(Kind kind, const Selection& selection, std::string_view token, ListFrom from,
                        Revision revision);
/// Changes after that version; the server ends it after so many seconds.
std::string watch_target(Kind kind, const Selection& selection, Revision revision, std::uint64_t seconds);
/// All objects as events, a mark, then changes (K26). Newest or NotOlder.
std::string stream_target(Kind kind, const Selection& selection, ListFrom from, Revision revision,
                          std::uint64_t seconds);

}  // namespace signpost::kubernetes
