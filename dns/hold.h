// `signpost run --hold`: a parent that only holds the sockets, and starts the process that serves.
//
// The life of a parent: it starts the serving process with the sockets that it has, none at first; that one
// opens what is missing and gives copies to it (FDSTORE of sd_notify(3), as systemd would get them). When the
// serving process dies it is started anew at once, with all of them: what came meanwhile waits in their
// queues, so a crash costs what the dead had read and not answered, at most one batch a worker. On USR2 a
// second process is started from the file that the binary is now; it reads nothing before every required
// registry has told it all, then says READY, and the first is told (USR2) to read no more and end. One that
// dies or takes too long changes nothing.
//
// The parent reads no configuration, follows no registry, has one thread and no memory that grows: there is
// little in it that can fail. It speaks to the service manager in its child's name.
#pragma once

#include <string>

namespace signpost {

/// Blocks until told to end (TERM, INT), which the serving process does first, in its own way. HUP is passed
/// on. The exit status is that of the serving process; also when that never came to serve.
int hold(const std::string& config_path);

}  // namespace signpost
