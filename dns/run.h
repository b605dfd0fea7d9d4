// `signpost run`: the whole program, from its configuration to its last answer.
//
// Order of life: configuration, snapshot store and builder, listeners (all or none), workers, registries,
// admin; then signals: HUP reloads, TERM and INT end. The main thread does nothing but wait for signals,
// reload, and write dumps: it is the helper that may take its time.
#pragma once

#include <string>

namespace signpost {

/// Blocks until the program is told to end. 0: it ended as asked; 1: it could not start, and said why on
/// stderr.
int run(const std::string& config_path);

}  // namespace signpost
