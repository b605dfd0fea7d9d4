// The small HTTP server behind health, ready, metrics and the admin socket.
//
// The life of a request: a listener accepts a connection, the header (8 KiB) and body (64 KiB) are read
// within 5 s, the route's handler is called on the admin thread, its reply is written whenever it comes (5
// s), and the connection waits for its next request (5 s). What is long to make is made on another thread
// that workers always come before (dns/base/idle_thread.h), and a long body is sent while it is made. Nothing
// here can hold up DNS, and memory is bounded by the caps times the connections.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "dns/admin/http_message.h"
#include "dns/admin/listen_socket.h"

namespace signpost::admin {

/// Which door: a route belongs to one, so control is never reachable through a metrics port.
enum class Door : std::uint8_t { Health, Ready, Metrics, Page, Admin };
std::string_view to_string(Door door) noexcept;  // "health"

/// operations.md 7.3 ("Admin"); tests make them smaller.
struct HttpLimits {
  std::uint32_t header_octets = 8 * 1024;
  std::uint64_t body_octets = 64 * 1024;
  std::size_t connections =
      32;  // a listener; beyond it, the one that has waited longest for a request gives way
  std::chrono::milliseconds deadline{5000};
  /// How long a body that is made while it is sent may wait for its reader in all: what it is made from
  /// cannot be freed meanwhile.
  std::chrono::milliseconds long_deadline{60000};
};

/// Main thread, apart from after(); everything else is on its own thread.
class HttpServer {
 public:
  explicit HttpServer(HttpLimits limits = {});
  ~HttpServer();  // stops
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Before start(). `method` in capitals; GET serves HEAD too. Another method on a known path is 405, any
  /// other path of that door 404.
  void add(Door door, std::string method, std::string path, Handler handler);
  /// From now on the kernel queues connections; they are served after start(), at once when that was called.
  void listen(Door door, ListenSocket socket);
  /// After start(): the listener of this ListenSocket::address(), of two the one that came first, takes no
  /// connections any more, its socket file goes, connections that wait for a request are closed, requests
  /// under way are answered.
  void close(const std::string& address);
  /// Any thread: runs `then` on the admin thread after that time; dropped when the server stops first.
  void after(std::chrono::milliseconds delay, std::function<void()> then);
  /// Starts its threads ("admin", "helper").
  void start();
  /// Before stop(): socket files stay, because another process listens on them.
  void leave_files();
  /// Closes listeners (and removes socket files) and connections, and joins the threads. Once is enough.
  void stop();

 private:
  struct Core;
  std::shared_ptr<Core> core_;  // replies that have not come yet look for it
};

}  // namespace signpost::admin
