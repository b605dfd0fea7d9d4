// What a server may be told; every value has its default here.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "dns/base/clock.h"
#include "dns/query/rules.h"

namespace signpost {

/// What may change while connections are open: Server::limit_tcp().
struct TcpLimits {
  Duration idle = std::chrono::seconds(10);  // T5; restarted by complete messages only
  std::uint32_t clients = 10000;             // T6: connections of the whole server
  std::uint32_t per_source = 200;            // T6: of one IPv4 address or IPv6 /64
};

struct TcpOptions : TcpLimits {
  Duration message_deadline = std::chrono::seconds(2);  // T5: from the first octet of a message to its last
};

struct ServerOptions {
  /// Read once a batch; published anew by a reload.
  std::shared_ptr<RulesStore> rules = std::make_shared<RulesStore>();
  TcpOptions tcp;
  std::size_t deferrals_per_worker = 1024;
  Duration deferral_deadline = std::chrono::seconds(2);
  Duration query_age_max = std::chrono::milliseconds(500);  // B18: over UDP; whoever asked has asked again
  int receive_buffer_octets = 4 << 20;
  const Clock* clock = &system_clock();
};

}  // namespace signpost
