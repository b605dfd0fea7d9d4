// A KubeStore behind HTTP/2 over TLS, for what HTTP/1.1 does not have: many streams on one connection, and
// GOAWAY (K14). On the executor of the test, loopback, a port of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "tests/support/fake_apiserver/kube_store.h"

namespace signpost::tests {

struct Identity;

class FakeHttp2 {
 public:
  FakeHttp2(boost::asio::any_io_executor executor, const Identity& identity);
  ~FakeHttp2();
  FakeHttp2(const FakeHttp2&) = delete;
  FakeHttp2& operator=(const FakeHttp2&) = delete;

  std::string url() const;
  /// After changes of the store: watches look at it now.
  void wake();
  void bookmark();
  /// Ends every watch as its time-out does.
  void end_watches();
  /// Every connection there is: streams that are open go on, new ones are not taken.
  void go_away();

  std::size_t connections() const noexcept;  // accepted since the start
  std::size_t open() const noexcept;
  std::size_t watches() const noexcept;
  std::size_t lists() const noexcept;
  std::size_t refused() const noexcept;  // requests on a connection that had said GOAWAY

  KubeStore store;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace signpost::tests
