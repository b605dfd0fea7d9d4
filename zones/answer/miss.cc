// A name that the snapshot does not have, in a zone whose registry may know more than it lists.
#include "zones/answer/answerer.h"
#include "zones/demand/candidates.h"
#include "zones/demand/gate.h"
#include "zones/snapshot/store.h"

namespace signpost {

/// Whether something else than NXDOMAIN is the answer, for now: the query waits (C21: a validated name, a
/// bounded ring), or it has waited, or cannot.
[[gnu::noinline]] bool Answerer::is_unsettled(Ask& ask) noexcept {
  if (ask.block->kind() == BlockKind::Absent) return false;
  const auto& zone = *ask.zone->zone;
  const auto name = demand::service_part(ask.name, zone.name.size());
  if (!demand::may_be_of(zone.on_query, name, zone.name.size())) return false;
  const auto& context = *asker_->context;
  const bool first = context.resumed == 0 && !context.expired;
  const auto found = asker_->gate->found(name);
  // A name may have been found, published and settled since this batch began: then the query waits for the
  // next one. The mark is read before the version, and is set after the publish.
  const bool too_old = found == DemandGate::Found::There && first && asker_->reader->is_outdated();
  if (found && !too_old) return false;
  asker_->deferred =
      first && context.ticket != 0 && asker_->gate->push(name, context.ticket, context.mailbox);
  if (!asker_->deferred) {
    ask.response->fail(ExtendedError::NetworkError,
                       first ? "too many new names are asked for at once"
                             : "the registry has not said in time whether there is such a service");
  }
  return true;
}

}  // namespace signpost
