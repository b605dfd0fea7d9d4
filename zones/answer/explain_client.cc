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

/// Somebody of the client's zone has what the type asks for.
bool is_near(const Block& block, const Tier& tier, RRType type) {
  const Selection near(block, tier.key, tier.word);
  const auto& rows = near.selectors();
  for (std::size_t i = 0; i < rows.row_count(); ++i) {
    const auto row = rows.row(block, i);
    const auto place = type == RRType::A ? row.v4 : type == RRType::AAAA ? row.v6 : row.member;
    if (row.share > 0 && place != SelectorRow::kNone && near.matches(row.combo)) return true;
  }
  return false;
}

std::string zone_sentence(const Snapshot& snapshot, const Block& block, RRType type,
                          const IpAddress& client) {
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
  if (tier->alone && !is_near(block, *tier, type))
    return counts + ": all zones answer, as none of them has an address of that family";
  const bool all_told = block.mode() == config::AnswerMode::Order || block.mode() == config::AnswerMode::All;
  if (tier->alone && type == RRType::SRV && all_told)
    return fmt::format("{}: they have priority 0 and the others 1, as at least {} % may", counts,
                       block.spill_over());
  if (tier->alone)
    return fmt::format("{}: they answer alone, as at least {} % may", counts, block.spill_over());
  if (block.doubt() != policy::Doubt::None)
    return counts + ": all zones answer, as the service is in need of everybody";
  return fmt::format("{}: all zones answer, as it takes {} % of them to answer alone", counts,
                     block.spill_over());
}

struct Heard {
  std::string rdata;     // in the order sent
  bool depends = false;  // on the client's address
};

/// As for a client whose whole address a forwarder told: the scope says whether it matters, through aliases
/// too.
Heard heard_by(const Snapshot& snapshot, const Name& name, RRType type, const IpAddress& client) {
  Answerer answerer(Random(1));
  std::vector<std::uint8_t> buffer(kMessageOctetsMax);
  const auto octets = client.octets();
  std::vector<std::uint8_t> subnet{0, client.is_v4() ? std::uint8_t{1} : std::uint8_t{2},
                                   static_cast<std::uint8_t>(octets.size() * 8), 0};
  subnet.insert(subnet.end(), octets.begin(), octets.end());
  auto query = query_for(name, type);
  query.edns.present = true;
  query.edns.options = kAskedSubnet;
  query.subnet = subnet;
  QueryContext context;
  context.peer.ip = client;
  Response response;
  response.begin(query, buffer, buffer.size());
  response.add_subnet(subnet);
  Asker asker{&context, &query};
  answerer.answer(snapshot, query.question.folded.wire(), type, false, response, nullptr, &asker);
  const auto message = response.finish();
  Heard heard;
  // The option is the last thing in the message: OPT is its last record, and it has no other option.
  heard.depends = message[message.size() - subnet.size() + 3] > 0;
  for (const auto& record : present(message)) {
    if (record.section == 0) heard.rdata += (heard.rdata.empty() ? "" : ", ") + record.rdata;
  }
  return heard;
}

}  // namespace

std::vector<std::string> explain_client(const Snapshot& snapshot, const Name& name, RRType type,
                                        const IpAddress& client) {
  std::vector<std::string> notes;
  const auto folded = name.folded();
  const auto located = locate(snapshot, folded.wire());
  const auto* block = block_of(located);
  const auto plain = client.unmapped();
  const auto heard = heard_by(snapshot, name, type, plain);
  const bool local =
      block != nullptr && block->is_local() && located.node.kind != NodeKind::Selected && type != RRType::TXT;
  if (local) notes.push_back(zone_sentence(snapshot, *block, type, plain));
  if (block != nullptr && heard.depends && block->mode() == config::AnswerMode::Sticky) {
    const auto bits = policy::sticky_bits(plain, 128);
    notes.push_back(fmt::format("{} sticks with all of {}/{} to {}", plain.to_string(),
                                config::masked(plain, bits).to_string(), bits, heard.rdata));
  } else if (local || heard.depends) {
    notes.push_back(fmt::format("{} hears of {}", plain.to_string(), heard.rdata));
  }
  return notes;
}

}  // namespace signpost
