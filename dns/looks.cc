#include "dns/looks.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "zones/answer/dump.h"
#include "zones/answer/explain.h"

namespace signpost {
namespace {

/// A snapshot that is not freed while this lives. Taking it and letting go of it lock the store, looking at
/// it does not.
class Pinned {
 public:
  explicit Pinned(SnapshotStore& store)
      : reader_(std::make_shared<SnapshotReader>(store)), snapshot_(&reader_->refresh()) {}
  const Snapshot& operator*() const { return *snapshot_; }

 private:
  std::shared_ptr<SnapshotReader> reader_;
  const Snapshot* snapshot_;
};

/// What a service has to say is more than a piece at times: the rest waits here.
class DumpBody final : public admin::LongBody {
 public:
  explicit DumpBody(ZoneDump dump) : dump_(std::move(dump)) {}

  std::size_t read(std::span<char> room) override {
    if (sent_ == lines_.size()) {
      lines_.clear();
      sent_ = 0;
    }
    while (lines_.size() - sent_ < room.size() && dump_.next(lines_)) continue;
    const auto count = std::min(room.size(), lines_.size() - sent_);
    std::copy_n(lines_.begin() + static_cast<std::ptrdiff_t>(sent_), count, room.begin());
    sent_ += count;
    return count;
  }

 private:
  ZoneDump dump_;
  std::string lines_;
  std::size_t sent_ = 0;
};

}  // namespace

decltype(admin::Sources::dump) dumper(SnapshotStore& store) {
  return [&store](const std::string& zone) -> Later<Result<std::shared_ptr<admin::LongBody>>> {
    return [snapshot = Pinned(store), zone]() -> Result<std::shared_ptr<admin::LongBody>> {
      auto dump = ZoneDump::of(*snapshot, zone);
      if (!dump) return dump.error();
      return std::shared_ptr<admin::LongBody>(std::make_shared<DumpBody>(std::move(*dump)));
    };
  };
}

page::BrowseSource browser(SnapshotStore& store) {
  return [&store](const page::Wanted& wanted) -> Later<Result<BrowsedPage>> {
    return [snapshot = Pinned(store), wanted] {
      return browse(*snapshot, {wanted.zone, wanted.holds, wanted.after});
    };
  };
}

decltype(admin::Sources::explain) explainer(Builder& builder, SnapshotStore& store, OnQuery& on_query) {
  return [&builder, &store, &on_query](const Name& name, RRType type, const std::optional<IpAddress>& client,
                                       auto reply) {
    on_query.explain(name, [=, &builder, &store](std::vector<std::string> lines) {
      builder.find(name, [=, &store, lines = std::move(lines)](Found found) {
        const auto known = std::make_shared<const Found>(std::move(found));
        reply([=, snapshot = Pinned(store)] {
          auto explanation = explain(*snapshot, *known, name, type, client);
          explanation.notes.insert(explanation.notes.end(), lines.begin(), lines.end());
          return explanation;
        });
      });
    });
  };
}

}  // namespace signpost
