// Where servers of HTTP v1 may send a datagram when a service changes (facts: Nacos 4.3, A15).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "backends/follow/counts.h"
#include "backends/nacos/messages.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// One namespace's socket, since a datagram does not name its namespace. Everything on the strand.
class PushSocket {
 public:
  using Heard = std::function<void(const ServiceName&)>;

  /// `heard` is called for each datagram that can be read, after its acknowledgement; never within a call
  /// from here. `clock` and `counts` outlive it.
  PushSocket(boost::asio::any_io_executor strand, const Clock& clock, Heard heard, follow::Counts& counts);
  ~PushSocket();
  PushSocket(const PushSocket&) = delete;
  PushSocket& operator=(const PushSocket&) = delete;

  /// A free port of all addresses, opened with the first call; 0 where the machine gives none.
  std::uint16_t port();
  /// Nothing is heard from here on; port() opens another one.
  void close();

 private:
  class Impl;
  boost::asio::any_io_executor strand_;
  const Clock& clock_;
  Heard heard_;
  follow::Counts& counts_;
  std::shared_ptr<Impl> impl_;
  std::uint16_t port_ = 0;
};

}  // namespace signpost::nacos
