// Makes the responders that answer from the published snapshot: one for each worker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dns/query/responder.h"

namespace signpost {

class SnapshotStore;

/// The store outlives the factory and its responders. `seed`: fixed draws for tests; otherwise from the
/// kernel.
std::unique_ptr<ResponderFactory> make_responder_factory(SnapshotStore& store,
                                                         std::optional<std::uint64_t> seed = std::nullopt);

}  // namespace signpost
