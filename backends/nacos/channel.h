// The gRPC channel of one link: its settings, and why it could not connect. For link.cc only, since gRPC's
// headers are heavy.
#pragma once

#include <memory>
#include <string>

#include <grpcpp/channel.h>

#include "backends/nacos/link.h"

namespace signpost::nacos {

std::shared_ptr<grpc::Channel> make_channel(const LinkTarget& target);

struct WhyNot {
  std::string text;        // one line for people
  bool explained = false;  // it says more than that there is no connection
};
/// `words`: the message of a call that failed because the channel has no connection. `tls_name` empty: clear
/// text.
WhyNot why_not(const std::string& words, const std::string& address, const std::string& tls_name);

/// From here on gRPC's own lines go to our log, at debug level: what matters comes back as an event.
void take_over_log();

}  // namespace signpost::nacos
