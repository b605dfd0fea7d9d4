// libcurl's multi handle driven by Asio: it names sockets and one timer, we wait for them. Used by http.cc
// only.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace signpost::follow {

/// Handles are libcurl's CURL* as void*, as curl.h declares them itself: its header stays in the .cc files.
/// One thread. Callbacks that are under way keep the loop alive; after close() they do nothing.
class CurlLoop : public std::enable_shared_from_this<CurlLoop> {
 public:
  /// `done(easy, code)` is called when a transfer has ended, outside of libcurl's callbacks; `code` is a
  /// CURLcode.
  using Done = std::function<void(void* easy, int code)>;

  CurlLoop(boost::asio::any_io_executor executor, Done done);
  ~CurlLoop();
  CurlLoop(const CurlLoop&) = delete;
  CurlLoop& operator=(const CurlLoop&) = delete;

  /// Prepares an easy handle so that its sockets are closed through this loop, and starts it.
  void add(void* easy);
  /// Never from one of libcurl's callbacks.
  void remove(void* easy);
  /// Closes every connection. No handle may be added any more.
  void close();

 private:
  struct Socket;
  struct Callbacks;

  void watch(int fd, int what);
  void arm(int fd, const std::shared_ptr<Socket>& socket);
  void act(int fd, int events);
  void set_timer(long milliseconds);
  void collect_done();

  boost::asio::any_io_executor executor_;
  Done done_;
  void* multi_;
  boost::asio::steady_timer timer_;
  std::unordered_map<int, std::shared_ptr<Socket>> sockets_;
};

}  // namespace signpost::follow
