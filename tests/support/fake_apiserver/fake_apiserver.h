// A KubeStore behind HTTP/1.1: lists, pages and watches as an apiserver gives them, and what a test makes it
// do instead. On the executor of the test, loopback, a port of its own.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tests/support/fake_apiserver/kube_store.h"
#include "tests/support/fake_http/fake_http.h"

namespace signpost::tests {

class FakeApiserver {
 public:
  /// True: it has answered the request itself.
  using Script = std::function<boost::asio::awaitable<bool>(const FakeRequest&, FakeStream&)>;

  explicit FakeApiserver(boost::asio::any_io_executor executor);
  ~FakeApiserver();

  /// After changes of the store: watches look at it now.
  void wake();
  /// A bookmark to every watch.
  void bookmark();
  /// Ends every watch as its time-out does; the connections stay, unless they are to be closed as well.
  void end_watches(bool and_close = false);
  void kill();
  void revive() { http.revive(); }
  std::string url() const { return http.url(); }
  std::size_t watches() const noexcept { return watches_.size(); }
  /// Requests so far whose target has all these words.
  std::size_t asked(const std::vector<std::string>& words) const;

  KubeStore store;
  std::string token;             // what must be presented; empty: nothing
  bool gzip = true;              // lists over 128 KiB are compressed for who accepts it
  std::size_t line_events = 64;  // so many events a write at most
  std::size_t backlog_max =
      std::size_t(-1);  // a watch that cannot be written and lags by more is thrown out (K27)
  Script script;        // asked before the store
  std::vector<std::string> requests;
  std::size_t thrown_out = 0;
  std::size_t compressed = 0;
  FakeHttp http;

 private:
  struct OpenWatch {
    KubeWatch place;
    FakeStream* stream;
    bool writing = false;
    bool bookmark = false;
    bool over = false;
    bool close = false;
  };
  boost::asio::awaitable<void> serve(const FakeRequest& request, FakeStream& out);
  boost::asio::awaitable<void> list(const FakeRequest& request, FakeStream& out);
  boost::asio::awaitable<void> watch(KubeWatch place, FakeStream& out);
  boost::asio::awaitable<void> follow(OpenWatch& open, FakeStream& out);

  boost::asio::steady_timer changed_;
  std::list<OpenWatch> watches_;
};

}  // namespace signpost::tests
