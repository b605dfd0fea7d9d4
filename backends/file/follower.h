// What a file registry knows, without I/O and clock: each content or failure goes in, what the sink and the
// log are to hear comes out.
#pragma once

#include <string>
#include <vector>

#include "backends/file/parse.h"
#include "backends/registry/service_state.h"

namespace signpost::file {

/// What one look at the file came to.
struct Step {
  enum class Kind {
    Accepted,    // upserts and erased are what differs from before; `first`: there was no before
    Unchanged,   // as accepted before; proof of life
    Refused,     // a new content with mistakes, `errors`; what was accepted stays
    Unreadable,  // no content, `errors` says why; what was accepted stays
    Silent,      // as bad as it was before, and reported then
  };
  Kind kind = Kind::Silent;
  bool first = false;
  std::vector<ServiceState> upserts;
  std::vector<ServiceKey> erased;
  std::vector<std::string> errors;
};

/// One thread.
class Follower {
 public:
  /// Whether this is the content seen last, so that it need not be parsed again.
  bool seen(const std::string& text) const noexcept { return readable_ && text == text_; }

  /// The content seen last is there again, or still.
  Step same();
  /// A content that was not seen(): what it says, or what is wrong with it.
  Step changed(std::string text, Result<Services, config::Diagnostics> parsed);
  Step unreadable(const std::string& why);

  /// What the file said when it was good last, sorted by key.
  const std::vector<ServiceState>& accepted() const noexcept { return accepted_; }

 private:
  std::string text_;  // the last content that was read, good or bad
  bool text_good_ = false;
  bool readable_ = false;               // there is a text_
  std::string trouble_;                 // why the file could not be read the last time; empty: it could
  std::vector<ServiceState> accepted_;  // sorted by key
  bool any_accepted_ = false;
};

/// Both sorted by key: what of `now` differs from `before`, and which keys are gone.
void compare(const std::vector<ServiceState>& before, const std::vector<ServiceState>& now, Step& step);

}  // namespace signpost::file
