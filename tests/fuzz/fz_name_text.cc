// fz_name_text: presentation format to a name and back, and octets to a name and back.
#include <algorithm>
#include <string_view>

#include "dns/wire/name.h"
#include "dns/wire/reader.h"
#include "tests/fuzz/fuzzer.h"

namespace {

using signpost::Name;
using signpost::test::require;

bool same(signpost::NameView a, signpost::NameView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

void check_name(const Name& name) {
  const auto wire = name.wire();
  require(!wire.empty() && wire.size() <= signpost::kNameOctetsMax, "1 to 255 octets");
  signpost::Reader reader(wire);
  require(reader.name().size() == wire.size() && !reader.failed() && reader.rest().empty(),
          "the octets are one name");
  const auto again = Name::parse(name.to_string());
  require(again && same(again->wire(), wire), "text and back: " + name.to_string());
  const auto folded = name.folded();
  require(same(folded.wire(), Name::folded_from_wire(wire).wire()), "both ways of folding agree");
  require(same(folded.folded().wire(), folded.wire()), "folding twice is folding once");
  require(signpost::label_count(wire) <= 127, "127 labels");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(octets), size);
  if (const auto name = Name::parse(text)) check_name(*name);
  signpost::Reader reader({octets, size});
  if (const auto name = reader.name(); !reader.failed()) check_name(Name::from_wire(name));
  return 0;
}
