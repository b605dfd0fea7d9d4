#include "tests/zones/state/model_files.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace signpost::state::tests {
namespace {

constexpr std::size_t kSector = 512;

/// What of a file that was not synced may be there: nothing, a part, sectors missing in the middle, all of
/// it, or its length alone.
std::vector<std::optional<std::string>> torn(const std::string& octets, Random& random) {
  std::vector<std::optional<std::string>> out{std::nullopt, std::string(), octets};
  if (octets.empty()) return out;
  for (int i = 0; i < 6; ++i) out.emplace_back(octets.substr(0, random.below(octets.size())));
  for (int i = 0; i < 6; ++i) {
    auto holes = octets;
    for (std::size_t at = 0; at < holes.size(); at += kSector) {
      if (random.below(4) == 0)
        std::fill_n(holes.begin() + static_cast<std::ptrdiff_t>(at), std::min(kSector, holes.size() - at),
                    '\0');
    }
    out.emplace_back(std::move(holes));
  }
  out.emplace_back(std::string(octets.size(), '\0'));
  return out;
}

}  // namespace

class ModelFiles::Open final : public NewFile {
 public:
  Open(ModelFiles& files, std::string name) : files_(files), name_(std::move(name)) {}
  Result<void> write(std::string_view octets) override {
    if (auto done = files_.step("write"); !done) return done;
    files_.pending_[name_].octets += octets;
    files_.seen_[name_] += octets;
    return files_.step("");
  }
  Result<void> sync() override {
    if (auto done = files_.step("sync"); !done) return done;
    files_.pending_[name_].synced = true;
    return files_.step("");
  }
  Result<void> close() override { return files_.step("close"); }

 private:
  ModelFiles& files_;
  std::string name_;
};

Result<void> ModelFiles::step(const std::string& name) {
  if (!name.empty() && name == fail) return Error{name + ": No space left on device"};
  if (on_step) on_step(name, crashes());
  return {};
}

Result<std::string> ModelFiles::read(const std::string& name, bool& missing) {
  const auto at = seen_.find(name);
  missing = at == seen_.end();
  if (missing) return Error{"open: No such file or directory"};
  return at->second;
}

Result<std::unique_ptr<NewFile>> ModelFiles::create(const std::string& name) {
  if (auto done = step("create"); !done) return done.error();
  seen_[name].clear();
  pending_[name] = {name, {}, false};
  return std::unique_ptr<NewFile>(std::make_unique<Open>(*this, name));
}

Result<void> ModelFiles::rename(const std::string& from, const std::string& to) {
  if (auto done = step("rename"); !done) return done;
  seen_[to] = seen_[from];
  seen_.erase(from);
  pending_[to] = pending_[from];
  pending_.erase(from);
  renames_.emplace_back(from, to);
  return step("");
}

void ModelFiles::remove(const std::string& name) {
  seen_.erase(name);
  pending_.erase(name);
}

Result<void> ModelFiles::sync_directory() {
  if (auto done = step("sync_directory"); !done) return done;
  durable_ = seen_;
  pending_.clear();
  renames_.clear();
  return step("");
}

/// Each name whose content is not on the disk for sure is so in each way; each rename happened or did not.
std::vector<Disk> ModelFiles::crashes() const {
  std::vector<Disk> out{durable_};
  for (const auto& [name, pending] : pending_) {
    const bool renamed = std::any_of(renames_.begin(), renames_.end(),
                                     [&wanted = name](const auto& one) { return one.second == wanted; });
    const auto contents = pending.synced ? std::vector<std::optional<std::string>>{pending.octets}
                                         : torn(pending.octets, random_);
    std::vector<Disk> more;
    for (const auto& content : contents) {
      for (const auto& disk : out) {
        auto with = disk;
        if (content) {
          with[name] = *content;
        } else {
          with.erase(name);
        }
        more.push_back(std::move(with));
      }
    }
    if (renamed) more.insert(more.end(), out.begin(), out.end());
    out = std::move(more);
  }
  return out;
}

}  // namespace signpost::state::tests
