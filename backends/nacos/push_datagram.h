// The datagrams that servers of 1.x and 2.x send to whoever reads over HTTP v1 (facts: Nacos 4.3).
#pragma once

#include <string>
#include <string_view>

#include "backends/nacos/messages.h"
#include "dns/base/result.h"

namespace signpost::nacos {

/// That something changed, not what: nobody knows who sent a datagram (A15).
struct PushDatagram {
  ServiceName service;          // the group is DEFAULT_GROUP where it is not said
  std::string acknowledgement;  // JSON, for whoever sent it; else it comes once more after 10 s
};

/// `{"type":"dom","data":"<ServiceInfo as text>","lastRefTime":<number>}`, or the same in gzip (1024 octets
/// and more). Only the name is looked at. Errors: no JSON, another type, no name, gzip that is cut, over 1
/// MiB or of an odd kind.
Result<PushDatagram> read_push_datagram(std::string_view octets);

}  // namespace signpost::nacos
