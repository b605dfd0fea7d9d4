// One question asked of a snapshot off the road: whole sets, stable order, as values.
#pragma once

#include <string>
#include <vector>

#include "dns/query/query.h"
#include "dns/wire/name.h"
#include "zones/answer/present.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

struct WholeAnswer {
  Rcode rcode = Rcode::NoError;
  bool authoritative = false;
  std::vector<PresentedRecord> records;
};

/// A plain query: no EDNS, no client.
Query query_for(const Name& name, RRType type);

/// As over TCP, by the same Answerer that the workers use.
WholeAnswer whole_answer(const Snapshot& snapshot, const Name& name, RRType type);

/// The records of this type in that answer as lines of a master file, behind what is there.
void append_answer(std::string& text, const Snapshot& snapshot, const Name& name, RRType type);

}  // namespace signpost
