// What an HTTP handler sees and says: no framework's types, so that only one file needs to know the
// framework.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/base/idle_thread.h"
#include "dns/base/result.h"

namespace signpost::admin {

/// A request whose header and body were within their caps. Everything is percent-decoded.
struct HttpRequest {
  std::string method;                                           // "GET"; HEAD arrives as GET
  std::string path;                                             // "/explain"
  std::vector<std::pair<std::string, std::string>> parameters;  // in the order of the query string
  std::string accept;                                           // the Accept field as sent; empty: none

  /// The first value of that name.
  std::optional<std::string_view> parameter(std::string_view name) const noexcept;
  /// ?format=json or ?format=text decides, then an Accept field that names one of them, then `fallback`.
  bool wants_json(bool fallback) const noexcept;
};

/// A long body that is made while it is sent. All of it happens on the idle thread, which frees it, too.
class LongBody {
 public:
  virtual ~LongBody() = default;
  /// The next octets into `room`, at most as many as there is room for; 0: that was all.
  virtual std::size_t read(std::span<char> room) = 0;
};

struct HttpReply {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};  // more of them
  std::shared_ptr<LongBody> rest = {};                            // in place of `body`
  /// Set: the reply is what this returns on the idle thread, and nothing above counts.
  Later<HttpReply> aside = {};
};
HttpReply text_reply(unsigned status, std::string body);
HttpReply json_reply(unsigned status, std::string body);
/// A reply that is work to make.
HttpReply later(Later<HttpReply> make);

/// Gives the reply, once, now or later, from any thread; what comes later than the deadline is dropped.
/// Harmless after the server is gone.
using ReplyTo = std::function<void(HttpReply)>;

/// Runs on the admin thread and must not block it: other connections wait meanwhile, and probes among them.
using Handler = std::function<void(const HttpRequest&, ReplyTo)>;

/// Splits and decodes a request target ("/explain?name=a.b&type=A"); an error for a wrong escape, an absolute
/// URI, or an octet 0.
struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> parameters;
};
Result<Target> parse_target(std::string_view target);
/// The other way: everything but unreserved characters (RFC 3986, section 2.3) escaped.
std::string percent_encode(std::string_view text);

}  // namespace signpost::admin
