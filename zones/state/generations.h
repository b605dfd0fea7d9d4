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

  /// The newest image that is whole, of this source and of a packed version that `reads` allows. `source`
  /// with an empty identity takes any.
  Loaded load(const Source& source, const std::function<bool(std::uint32_t packed_version)>& reads);

  /// Replaces the file that is missed least: one that is not whole or another source's, else one of a version
  /// that is not known, else the older. `meta.generation` is set here. On failure both files are as they
  /// were.
  Result<void> write(Meta meta, const std::function<void(Writer&)>& add_services);

 private:
  struct Known {
    int worth = 0;  // 0: nothing to lose; 1: of another version; 2: whole and ours
    std::uint64_t generation = 0;
  };
  Known look(const std::string& name, const Source& source);
  Result<void> write_to(const std::string& name, const Meta& meta,
                        const std::function<void(Writer&)>& add_services);

  Files& files_;
  const std::string a_, b_, aside_;
};

}  // namespace signpost::state
