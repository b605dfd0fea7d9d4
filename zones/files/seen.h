// What a file was when it was read, to know cheaply whether it must be read again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost::files {

/// Taken before reading, so that a change while it was read shows. A file that is not there is all zeros.
struct SeenFile {
  std::string path;  // as it was asked for: a link on the way may lead elsewhere later
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t modified_ns = 0, changed_ns = 0;  // Unix time, of the content and of the inode
  bool young = false;                            // written just before it was seen
  friend bool operator==(const SeenFile&, const SeenFile&) = default;
};

SeenFile look_at(const std::string& path);

/// Whether any is another one now. The kernel's stamps are coarse: of two writes in one tick the second may
/// leave no trace, so a file that was young when it was seen counts as changed.
bool any_changed(const std::vector<SeenFile>& seen);

}  // namespace signpost::files
