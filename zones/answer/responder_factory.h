// Makes the responders that answer from the published snapshot: one for each worker.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "dns/query/responder.h"

namespace signpost {

class DemandGate;
class SnapshotStore;

/// The store outlives the factory and its responders. `seed`: fixed draws for tests; otherwise from the
/// kernel. `gate`: where misses in zones with `on_query` are left, null for nowhere; it outlives them too.
std::unique_ptr<ResponderFactory> make_responder_factory(SnapshotStore& store,
                                                         std::optional<std::uint64_t> seed = std::nullopt,
                                                         DemandGate* gate = nullptr);

}  // namespace signpost
