// Two files of one registry, of which one is always whole.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dns/base/result.h"
#include "zones/state/files.h"
#include "zones/state/reader.h"
#include "zones/state/writer.h"

namespace signpost::state {

/// What a start found.
struct Loaded {
  std::optional<Image> image;
  std::string file;                  // that it came from
  std::vector<std::string> refused;  // "nacos.b: block 3 is damaged": files that were passed over, and why
};

/// One thread at a time. `files` outlives it.
class Generations {
 public:
  /// `registry`: its name in the configuration, which names the files.
  Generations(Files& files, const std::string& registry);

  /// The newest image that is whole, of this source and that `accepts` has no error about: its services are
  /// not opened here. It is asked about the newest first, and about no other once it has none. `source` with
  /// an empty identity takes any.
  Loaded load(const Source& source, const std::function<Result<void>(const Image&)>& accepts);

  /// Replaces the file that is missed least: one that is not whole or another source's, else one of a version
  /// that is not known, else the older. `meta.generation` and `services` are set here. On failure both files
  /// are as they were. The octets written come back.
  Result<std::uint64_t> write(Meta meta, const Records& records);

 private:
  struct Known {
    int worth = 0;  // 0: nothing to lose; 1: of another version; 2: whole and ours
    std::uint64_t generation = 0;
  };
  Known look(const std::string& name, const Source& source);
  Result<std::uint64_t> write_to(const std::string& name, const Meta& meta, const Records& records);

  Files& files_;
  const std::string names_[2], aside_;
  /// What the two files are, once both were looked at, for this source.
  struct Pair {
    Source source;
    Known known[2];
  };
  std::optional<Pair> pair_;
};

}  // namespace signpost::state
