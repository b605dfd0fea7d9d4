// A directory that remembers what is on the disk and what is only in the kernel, that fails when told, and
// that can be crashed at every step into everything that a disk may then hold.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dns/base/random.h"
#include "zones/state/files.h"

namespace signpost::state::tests {

using Disk = std::map<std::string, std::string>;  // name -> octets

class ModelFiles final : public Files {
 public:
  ModelFiles() = default;
  explicit ModelFiles(Disk disk) : seen_(disk), durable_(std::move(disk)) {}

  Result<std::string> read(const std::string& name, bool& missing) override;
  Result<std::unique_ptr<NewFile>> create(const std::string& name) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  void remove(const std::string& name) override;
  Result<void> sync_directory() override;
  Result<void> take_over() override { return step("take_over"); }

  const Disk& seen() const { return seen_; }
  /// The step of this number (from 0) and of this name fails: "write", "sync", "close", "rename", "create",
  /// "take_over".
  std::string fail;
  /// Called after each step with the disks that a crash may leave here.
  std::function<void(const std::string& step, const std::vector<Disk>& disks)> on_step;

 private:
  class Open;
  struct Pending {
    std::string name;  // in the directory as the kernel sees it
    std::string octets;
    bool synced = false;
  };

  Result<void> step(const std::string& name);
  std::vector<Disk> crashes() const;

  Disk seen_;
  Disk durable_;
  std::map<std::string, Pending> pending_;                    // by name
  std::vector<std::pair<std::string, std::string>> renames_;  // not synced, in order
  mutable Random random_{11};
};

}  // namespace signpost::state::tests
