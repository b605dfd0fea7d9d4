// The octets of a state file to services.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/result.h"
#include "zones/state/format.h"

namespace signpost::state {

struct Image {
  Meta meta;
  std::string records;  // contents of all blocks, whole and verified
};

/// Any octets at all: a file that is damaged, torn, cut or of a version that is not known is an error, one
/// line without a path. What comes back was written by Writer, as far as CRCs and the digest can tell.
Result<Image> read_image(std::string_view octets);
/// The header alone, as far as it is whole: for choosing between two files, and for messages.
Result<Meta> read_meta(std::string_view octets);

/// One service of an image. `packed` is good while the image is.
struct Record {
  ServiceKey key;
  std::string_view packed;
};
/// All of them, in the order they were added.
std::vector<Record> records_of(const Image& image);

}  // namespace signpost::state
