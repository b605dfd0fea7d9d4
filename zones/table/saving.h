// What of the world is copied for its state files, in steps, as it was when the first step was made.
//
// The life of a state on its way to disk: a registry's services change; at most every five seconds a copy of
// all of them begins. Each step copies a few. A service that changes or goes before its turn has come is
// copied just then, as it still is, and one that is new is left to the next copy: so what is handed over is
// the registry of one moment, and no step is long.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "dns/base/clock.h"
#include "zones/state/content.h"
#include "zones/table/service_table.h"

namespace signpost {

/// What is kept of one registry between two writes.
struct Kept {
  state::Source source;
  bool proven = false;   // what is known was listed by this source: it may be written
  bool changed = false;  // since the last copy began
  bool writing = false;  // a copy was handed over and is not written yet
  std::uint64_t revision = 0;
  Monotonic due{};           // not before
  std::uint32_t failed = 0;  // writes in a row

  /// What the configuration says of the source; what the registry calls itself stays while that is the same.
  void take(state::Source configured) {
    if (configured.type == source.type && configured.options == source.options)
      configured.identity = source.identity;
    source = std::move(configured);
  }
};

/// Builder thread only. One registry's copy at a time.
class Copying {
 public:
  static constexpr std::chrono::seconds kPause{5};
  /// After a write that failed: twice as long each time, up to this.
  static constexpr std::chrono::seconds kPauseLongest{60};
  /// At the end a state that was not confirmed for so long is written again, though nothing changed.
  static constexpr std::chrono::minutes kConfirm{1};
  /// Records looked at in one step, and octets copied: about 0.2 ms.
  static constexpr std::size_t kRecordsAStep = 2000;
  static constexpr std::size_t kOctetsAStep = 256 * 1024;

  void begin(std::uint16_t registry, state::Content content);
  bool active() const noexcept { return active_; }
  std::uint16_t registry() const noexcept { return registry_; }
  /// A service of any registry was added.
  void added(HeldRecord& record) const { record.copied = number_; }
  /// One is about to change or to go.
  void before_change(HeldRecord& record) {
    if (active_ && record.registry == registry_) copy(record);
  }
  /// True: there is more to do.
  bool step(ServiceTable& services, std::size_t records = kRecordsAStep, std::size_t octets = kOctetsAStep);
  /// After step() gave false.
  state::Content take();
  /// What was copied is of no use: numbers of registries mean others now.
  void drop();

 private:
  void copy(HeldRecord& record);

  bool active_ = false;
  std::uint16_t registry_ = 0;
  std::uint32_t number_ = 0;  // of this copy
  state::Content content_;
  std::size_t next_ = 0;
  std::size_t octets_ = 0;  // copied in this step
};

}  // namespace signpost
