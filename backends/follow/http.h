// The HTTP client that backends share: libcurl's multi interface on the Asio executor, as coroutines.
//
// The life of an exchange: request() hands the request to libcurl and suspends; octets arrive as they come
// off the socket at the receiver, which says go on or stop; the coroutine resumes when the response has
// ended, broke off, ran out of time or was cancelled. One client has one connection cache: give each source
// its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "backends/follow/http_receiver.h"
#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace signpost::follow {

/// PEM text. `ca` empty: the machine's certificates. `certificate` and `key` go together; empty: none.
struct HttpTls {
  std::string ca;
  std::string certificate;
  std::string key;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;                   // http:// or https:// only; a user name in it is refused
  std::vector<std::string> headers;  // "Accept: application/json"
  std::string body;                  // sent when not empty
  std::string connect_to;            // "host:port" to connect to instead of the one in `url`; empty: that one
  std::shared_ptr<const HttpTls> tls;
  bool accept_gzip = false;                         // the receiver sees the text either way
  bool fresh_connection = false;                    // a new connection, and with it a new source port (K7)
  std::chrono::milliseconds connect_timeout{5000};  // name, TCP and TLS
  std::chrono::milliseconds head_timeout{10000};    // from the start until the whole head is here (K34)
  std::size_t head_bytes_max = 65536;
};

/// How an exchange ended that ended well.
struct HttpEnd {
  int status = 0;
  bool stopped = false;       // by the receiver, before the response was whole
  std::string local_address;  // ours of that connection, as text; may be empty
};

/// A whole response, for small answers.
struct HttpReply {
  HttpHead head;
  std::string body;
  std::string local_address;  // ours of that connection, as text; may be empty
};

/// One source's connections. All calls on one executor that runs one handler at a time; it must outlive its
/// requests.
class HttpClient {
 public:
  HttpClient(boost::asio::any_io_executor executor, const Clock& clock);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// Any number at once; HTTP/2 when an HTTPS server offers it. The error is one line: which address, what
  /// failed. Cancelling the coroutine (terminal) drops the exchange. `receiver` must live until it resumes.
  boost::asio::awaitable<Result<HttpEnd>> request(HttpRequest request, HttpReceiver& receiver);

  /// The whole response, at most `body_bytes_max` octets and `total` time; more of either is an error.
  boost::asio::awaitable<Result<HttpReply>> fetch(HttpRequest request, std::size_t body_bytes_max,
                                                  std::chrono::milliseconds total);

  /// How many exchanges have failed since the start because one side did not believe the other's certificate,
  /// or TLS broke off: what was rotated is worth another look (K18).
  std::uint64_t tls_failures() const noexcept;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace signpost::follow
