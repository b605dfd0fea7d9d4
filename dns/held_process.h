// Starting the serving process of `signpost run --hold`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <signal.h>
#include <sys/types.h>

#include "dns/held_sockets.h"

namespace signpost {

/// Says to a process that is started so: begin to answer only when every required registry has told all it
/// has, or after so many milliseconds; "for-ever" has no end. What is asked meanwhile waits in the sockets.
inline constexpr const char* kWaitVariable = "SIGNPOST_WAIT_READY_MS";
inline constexpr const char* kWaitForEver = "for-ever";

struct ProcessStart {
  int binary = -1;                 // open, so that the file may be replaced meanwhile
  std::vector<std::string> words;  // the command line
  const HeldSockets* sockets = nullptr;
  std::string notify_address;
  std::chrono::microseconds watchdog{};
  std::optional<std::string> wait_ready;  // for kWaitVariable
  sigset_t signals{};                     // blocked in it
};

/// The process id; -1: errno says why there is none. Ends with us (SIGTERM), so that nobody is left who has
/// the sockets and no parent. Must be called with one thread.
pid_t start_process(const ProcessStart& start);

}  // namespace signpost
