// The border between the DNS rooms and what they answer from.
//
// One query: the transport fills a QueryContext, dns/query checks the message and asks admit(), the responder
// writes records into a Response, the transport sends it. A responder never waits: what it cannot answer now
// it defers, and the query comes back to the same worker when somebody resumes its ticket.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "dns/query/parse.h"
#include "dns/query/query.h"
#include "dns/query/response.h"

namespace signpost {

enum class Outcome : std::uint8_t {
  Answered,  // the Response is to be sent
  Dropped,   // silence
  Deferred,  // copied out of the batch; comes back with resumed + 1 when its ticket is resumed, or at its
             // deadline, when the responder must answer or drop
};

/// Answers for one worker; only that worker's thread calls it.
class Responder {
 public:
  virtual ~Responder() = default;
  /// Before the first query of each batch (UDP) or read (TCP): the time to look for a new snapshot.
  virtual void begin_batch() noexcept = 0;
  /// The worker is about to wait for packets: what begin_batch() pinned may be let go.
  virtual void idle() noexcept = 0;
  /// Part of the batch, parsed; all of it will be asked next, in this order. The time to have memory fetched
  /// that respond() will need, for all at once rather than for one after the other; may fill Query::note.
  /// Queries that were malformed are among them, and are not asked.
  virtual void look_ahead(std::span<Asked> asked) noexcept { (void)asked; }
  virtual Outcome respond(const QueryContext& context, const Query& query, Response& response) noexcept = 0;
};

/// Makes a worker's responder; called on the main thread before the worker starts.
class ResponderFactory {
 public:
  virtual ~ResponderFactory() = default;
  virtual std::unique_ptr<Responder> make_responder(unsigned worker) = 0;
};

}  // namespace signpost
