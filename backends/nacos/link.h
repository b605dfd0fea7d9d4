// One connection to one Nacos server over gRPC, and the thread that waits for its completions.
//
// The life of a message: the thread takes the completion from gRPC's queue and posts it to the strand of the
// backend; there the link reads on at once and hands the octets to the session as an Event. gRPC's headers
// stay in link.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "backends/follow/http.h"
#include "backends/nacos/actions.h"
#include "dns/base/clock.h"
#include "dns/base/ip_address.h"

namespace signpost::nacos {

/// The completion queue of all links of a backend with its one thread. Must outlive the links' work: the
/// destructor waits until every completion of the closed links has come, about half a second at most.
class LinkLoop {
 public:
  LinkLoop();
  ~LinkLoop();
  LinkLoop(const LinkLoop&) = delete;
  LinkLoop& operator=(const LinkLoop&) = delete;

 private:
  friend class Link;
  class Impl;
  std::unique_ptr<Impl> impl_;
};

struct LinkTarget {
  SocketAddress address;  // literal: one address, one connection, no silent re-dial elsewhere
  std::shared_ptr<const follow::HttpTls> tls;  // null: clear text
  std::string tls_name;  // the name in the certificate: the host as configured, or `tls: {name}`
};

/// All calls and all events on the strand. Events: Connected once, then Reply, RequestFailed and Received,
/// and Disconnected once at the end; none after close().
class Link {
 public:
  using OnEvent = std::function<void(Event)>;

  /// Starts to connect.
  Link(LinkLoop& loop, boost::asio::any_io_executor strand, const Clock& clock, const LinkTarget& target,
       OnEvent on_event);
  /// Closes.
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  void open_stream();
  void send(std::string octets);  // on the stream, in order
  void request(RequestId id, const std::string& octets, Duration timeout);
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace signpost::nacos
