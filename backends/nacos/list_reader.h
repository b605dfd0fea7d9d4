// The names of a ServiceListResponse in pieces: to read 20,000 at once takes longer than a step may.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backends/nacos/payload.h"
#include "dns/base/result.h"

namespace signpost::nacos {

/// What is inside the brackets of `serviceNames`. Owns its text.
class ListReader {
 public:
  /// Takes the names out of the body and leaves an empty array in their place, so that what is left is small
  /// and is read as any answer. A body in which they cannot be found stays as it is.
  static ListReader cut_out_of(Payload& payload);

  /// At most `count` more names, bare; none when all have been read. Error: an element is no string, or this
  /// is no JSON; what came before it was read.
  Result<std::vector<std::string>> next(std::size_t count);

 private:
  Result<std::string> next_name();
  void skip_space();

  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace signpost::nacos
