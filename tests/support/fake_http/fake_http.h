// An HTTP/1.1 server that says exactly what a test tells it to, octet by octet: for clients that must survive
// bad servers. On the executor of the test, loopback, a port of its own; it can be killed and come back.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace signpost::tests {

struct FakeRequest {
  std::string method;
  std::string target;                          // "/api/v1/services?limit=500"
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string path() const { return target.substr(0, target.find('?')); }
  /// The value of a parameter as it stands in the target, still percent-encoded; empty when absent.
  std::string parameter(std::string_view name) const;
};

/// The open connection of one request. Writing to one that the client has closed is harmless.
class FakeStream {
 public:
  explicit FakeStream(boost::asio::ip::tcp::socket& socket) : socket_(socket) {}
  boost::asio::awaitable<void> write(std::string octets);
  /// One chunk of a chunked body.
  boost::asio::awaitable<void> chunk(std::string_view octets);
  /// A whole response with Content-Length.
  boost::asio::awaitable<void> reply(int status, std::string_view body,
                                     std::string_view headers = "Content-Type: application/json\r\n");
  /// The head of a chunked response.
  boost::asio::awaitable<void> begin(int status,
                                     std::string_view headers = "Content-Type: application/json\r\n");
  boost::asio::awaitable<void> end();  // the last chunk
  /// Until the client closes the connection.
  boost::asio::awaitable<void> until_closed();
  /// At once and with a reset, also from beside the handler; its writes fail from then on.
  void abort();
  bool broken() const noexcept { return broken_; }  // a write has failed: the client is gone
  bool keep_alive = true;                           // false: close when the handler returns

 private:
  boost::asio::ip::tcp::socket& socket_;
  bool broken_ = false;
};

class FakeHttp {
 public:
  using Handler = std::function<boost::asio::awaitable<void>(const FakeRequest&, FakeStream&)>;

  FakeHttp(boost::asio::any_io_executor executor, Handler handler);
  ~FakeHttp();
  FakeHttp(const FakeHttp&) = delete;
  FakeHttp& operator=(const FakeHttp&) = delete;

  std::uint16_t port() const noexcept;
  std::string url() const;  // "http://127.0.0.1:40000"
  /// Closes the port and every connection, as a killed process does.
  void kill();
  /// Listens on the same port again.
  void revive();
  std::size_t connections() const noexcept;  // accepted since the start

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signpost::tests
