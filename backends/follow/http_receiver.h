// What takes a response as it arrives: apart from http.h, so that state machines need no Asio to be one.
#pragma once

#include <string>
#include <string_view>

#include "dns/base/clock.h"

namespace signpost::follow {

/// The head of a response. Redirects are answers like others: they are never followed (K31).
struct HttpHead {
  int status = 0;
  std::string content_type;  // as sent; may be empty
  std::string retry_after;   // as sent; may be empty
};

/// What the receiver wants next.
enum class HttpNext : bool { Continue, Stop };

/// Takes a response as it arrives, on the executor of the client. Must not call back into the client.
class HttpReceiver {
 public:
  virtual ~HttpReceiver() = default;
  virtual HttpNext head(const HttpHead& head) = 0;
  /// The next octets of the body, after decompression; any number of them, also one.
  virtual HttpNext body(std::string_view octets) = 0;
  /// When the exchange has lasted too long; asked again after each call above, so it may move.
  virtual Monotonic deadline() const { return Monotonic::max(); }
};

}  // namespace signpost::follow
