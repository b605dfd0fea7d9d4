#include "zones/answer/explain_client.h"

#include <fmt/format.h>

#include "config/prefix.h"
#include "zones/answer/answerer.h"
#include "zones/answer/locate.h"
#include "zones/answer/present.h"
#include "zones/answer/whole_answer.h"
#include "zones/snapshot/client_zones.h"

namespace signpost {
namespace {

/// The block whose mode holds for the name, or null.
const Block* block_of(const Located& located) {
  if (located.block == nullptr || located.block->kind() != BlockKind::Answers) return nullptr;
  const auto kind = located.node.kind;
  return kind == NodeKind::Service || kind == NodeKind::Port || kind == NodeKind::Selected ? located.block
                                                                                           : nullptr;
}

std::string zone_sentence(const Snapshot& snapshot, const Block& block, const IpAddress& client) {
  const auto who = client.to_string();
  if (snapshot.clients == nullptr) return who + " is in no zone: `clients` says of nobody where he is";
  const auto found = snapshot.clients->table.find(client);
  if (found.value == PrefixTable::kNone)
    return who + " is in no zone: no prefix of `clients` holds it, so all zones answer";
  const auto& zone = snapshot.clients->names[found.value];
  const auto& labels = snapshot.clients->labels[found.value];
  const auto tier = tier_of(block, {reinterpret_cast<const std::uint8_t*>(labels.data()), labels.size()});
  if (!tier)
    return fmt::format("{} is in zone {}; all instances are in one zone, or nobody knows", who, zone);
  const auto counts = fmt::format("{} is in zone {}, where {} of {} known instances may answer", who, zone,
                                  tier->answering, tier->known);
  if (tier->alone)
    return fmt::format("{}: they answer alone, as at least {} % may", counts, block.spill_over());
  if (block.doubt() != policy::Doubt::None)
    return counts + ": all zones answer, as the service is in need of everybody";
  return fmt::format("{}: all zones answer, as it takes {} % of them to answer alone", counts,
                     block.spill_over());
}

/// RDATA as this client hears it, in the order sent.
std::string answer_for(const Snapshot& snapshot, const Name& name, RRType type, const IpAddress& client) {
  Answerer answerer(Random(1));
  std::vector<std::uint8_t> buffer(kMessageOctetsMax);
  const auto query = query_for(name, type);
  QueryContext context;
  context.peer.ip = client;
  Response response;
  response.begin(query, buffer, buffer.size());
  Asker asker{&context, &query};
  answerer.answer(snapshot, query.question.folded.wire(), type, false, response, nullptr, &asker);
  std::string out;
  for (const auto& record : present(response.finish())) {
    if (record.section == 0) out += (out.empty() ? "" : ", ") + record.rdata;
  }
  return out;
}

}  // namespace

std::vector<std::string> explain_client(const Snapshot& snapshot, const Name& name, RRType type,
                                        const IpAddress& client) {
  std::vector<std::string> notes;
  const auto folded = name.folded();
  const auto located = locate(snapshot, folded.wire());
  const auto* block = block_of(located);
  if (block == nullptr) return notes;
  const auto plain = client.unmapped();
  const bool local = block->is_local() && located.node.kind != NodeKind::Selected;
  const bool sticky = block->mode() == config::AnswerMode::Sticky;
  if (local) notes.push_back(zone_sentence(snapshot, *block, plain));
  if (sticky) {
    const auto bits = policy::sticky_bits(plain, 128);
    notes.push_back(fmt::format("{} sticks with all of {}/{} to {}", plain.to_string(),
                                config::masked(plain, bits).to_string(), bits,
                                answer_for(snapshot, name, type, plain)));
  } else if (local) {
    notes.push_back(
        fmt::format("{} hears of {}", plain.to_string(), answer_for(snapshot, name, type, plain)));
  }
  return notes;
}

}  // namespace signpost
