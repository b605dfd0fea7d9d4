#include "zones/answer/dump_static.h"

#include "dns/wire/reader.h"
#include "zones/answer/present.h"

namespace signpost {
namespace {

void append_records(std::string& text, NameView owner, std::span<const std::uint8_t> records) {
  Reader reader(records);
  while (!reader.rest().empty()) {
    reader.skip(2);
    const auto type = static_cast<RRType>(reader.u16());
    reader.skip(2);
    const auto ttl = reader.u32();
    append_line(text, owner, ttl, type, reader.bytes(reader.u16()));
  }
}

}  // namespace

void append_static(std::string& text, const Block& block) {
  const auto records = block.records();
  for (const auto& set : block.sets()) {
    append_records(text, block.spelling(0), records.subspan(set.at, set.octets));
    for (const auto& target : block.targets().subspan(set.target_first, set.target_count)) {
      if (target.glue_count == 0) continue;
      Reader name(records.subspan(set.at + target.at));
      const auto owner = Name::folded_from_wire(name.name());
      for (const auto& glue : block.glue().subspan(target.glue_first, target.glue_count))
        append_records(text, owner.wire(), records.subspan(glue.at, glue.octets));
    }
  }
}

}  // namespace signpost
