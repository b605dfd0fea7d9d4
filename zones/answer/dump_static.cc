#include "zones/answer/dump_static.h"

#include "dns/wire/reader.h"
#include "zones/answer/present.h"

namespace signpost {
namespace {

using Write = std::function<void(std::string_view)>;

void write_records(std::string_view owner, std::span<const std::uint8_t> records, const Write& write) {
  Reader reader(records);
  while (!reader.rest().empty()) {
    PresentedRecord record;
    record.owner = owner;
    reader.skip(2);
    record.type = static_cast<RRType>(reader.u16());
    reader.skip(2);
    record.ttl = reader.u32();
    record.rdata = rdata_text(record.type, reader.bytes(reader.u16()));
    write(record.to_string() + "\n");
  }
}

}  // namespace

void dump_static(const Block& block, const Write& write) {
  const auto records = block.records();
  for (const auto& set : block.sets()) {
    write_records(to_text(block.spelling(0)), records.subspan(set.at, set.octets), write);
    for (const auto& target : block.targets().subspan(set.target_first, set.target_count)) {
      if (target.glue_count == 0) continue;
      Reader name(records.subspan(set.at + target.at));
      const auto owner = Name::folded_from_wire(name.name()).to_string();
      for (const auto& glue : block.glue().subspan(target.glue_first, target.glue_count))
        write_records(owner, records.subspan(glue.at, glue.octets), write);
    }
  }
}

}  // namespace signpost
