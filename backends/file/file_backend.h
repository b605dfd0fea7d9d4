// A YAML file as a registry: for demos, tests and emergencies.
//
// The life of an edit: directory_watch.h notices that the directory changed and waits until it is quiet, the
// file is read whole, parse.h turns it into ServiceStates or into the list of its mistakes, follower.h
// compares them with what was accepted last, and the sink hears of the services that differ. A file with a
// mistake, a file that is gone: the last good content stays, the log and status say why.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "backends/registry/backend.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost {

/// `name` is the registry's name in the configuration, `options.path` absolute. `clock` outlives the backend.
std::unique_ptr<Backend> make_file_backend(std::string name, const config::FileRegistry& options,
                                           boost::asio::any_io_executor executor, const Clock& clock);

}  // namespace signpost
