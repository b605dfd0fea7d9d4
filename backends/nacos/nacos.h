// Nacos as a registry. The life of a change:
//
//   a server pushes a service -> link (gRPC, posts to the strand) -> session (acknowledges, then judges what
//   it heard; no I/O, no clock) -> meaning (hosts to instances) -> the sink takes the whole ServiceState.
//
// And before that: token_keeper logs in, each namespace's session connects, lists the configured groups,
// watches the rest where the server can, and subscribes to every service it finds.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "backends/registry/backend.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost {

/// Follows every configured namespace of the registry `name`. The sink is called on a strand of `executor`;
/// the first complete list ends when every configured group of every namespace has been read (services of it
/// may still be pending then). Destroy it before the execution context, and after follow() has returned.
/// `clock` outlives it.
std::unique_ptr<Backend> make_nacos_backend(std::string name, const config::NacosRegistry& options,
                                            boost::asio::any_io_executor executor, const Clock& clock);

}  // namespace signpost
