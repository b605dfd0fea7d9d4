// A zone as master-file text, made by asking the answer path for every owner and type it knows.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "dns/base/result.h"

namespace signpost {

class SnapshotStore;

/// `zone`: a name, or a prefix such as 172.16.0.0/12, which stands for several reverse zones.
/// Any thread but a worker; reads one snapshot from beginning to end. `write` gets whole lines. Weighted sets
/// come whole and in stable order; of selectors, names with one word: together they are too many. Error: no
/// such zone, or it is cold.
Result<void> dump(SnapshotStore& store, std::string_view zone,
                  const std::function<void(std::string_view)>& write);

}  // namespace signpost
