// A zone as master-file text, made by asking the answer path for every owner and type it knows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "dns/base/result.h"
#include "zones/snapshot/snapshot.h"

namespace signpost {

class SnapshotStore;

/// A dump on its way, a service at a time, so that whoever sends it need not hold all of it. Any thread but a
/// worker; no lock is taken, and a piece is as long as the records of one service. Weighted sets come whole
/// and in stable order; of selectors, names with one word: together they are too many.
class ZoneDump {
 public:
  /// `zone`: a name, or a prefix such as 172.16.0.0/12, which stands for several reverse zones. The snapshot
  /// outlives it. Error: no such zone, or it is cold.
  static Result<ZoneDump> of(const Snapshot& snapshot, std::string_view zone);

  /// Puts some more whole lines behind `text`, or none; false: that was all.
  bool next(std::string& text);

 private:
  enum class Part : std::uint8_t { Apex, Blocks, Pointers };

  ZoneDump(const Snapshot& snapshot, std::vector<std::uint16_t> zones)
      : snapshot_(&snapshot), zones_(std::move(zones)) {}
  const Zone& zone() const { return *snapshot_->zones[zones_.front()].zone; }
  void apex(std::string& text) const;
  bool next_block(std::string& text);
  bool next_pointers(std::string& text);
  void block(std::string& text, const Block& block) const;

  const Snapshot* snapshot_;
  std::vector<std::uint16_t> zones_;  // the first is being dumped
  Part part_ = Part::Apex;
  std::size_t slot_ = 0;       // the next one
  AddressView::Place place_;   // of the next address
  AddressKey last_pointer_{};  // addresses have an entry for each service
};

/// All of it at once, from the newest snapshot. `write` gets whole lines, one at a time.
Result<void> dump(SnapshotStore& store, std::string_view zone,
                  const std::function<void(std::string_view)>& write);

}  // namespace signpost
