// Services and EndpointSlices of one cluster as a registry.
//
// The life of an event: a watch line comes off the socket into a Reflector (which list, which watch, what
// after an error), Decoder turns it into a record, Cluster puts it beside its service and tells the sink the
// whole ServiceState: all within one call, in order, on the I/O executor.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "backends/registry/backend.h"
#include "config/config.h"
#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace signpost::kubernetes {

/// Follows what `options` name. Keys have space = namespace, group empty, name = the Service's. The error is
/// a set-up that cannot work (no account, a kubeconfig that is refused); an apiserver that does not answer is
/// none. `executor` runs one handler at a time; it and `clock` outlive the backend.
Result<std::unique_ptr<Backend>> make_kubernetes_backend(std::string name,
                                                         const config::KubernetesRegistry& options,
                                                         boost::asio::any_io_executor executor,
                                                         const Clock& clock);

}  // namespace signpost::kubernetes
