// The way from a machine to one server at a time: finds the server's address, makes the link, and hands back
// what happens there, for as long as the machine stays on that connection.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "backends/nacos/link.h"
#include "backends/nacos/tls_files.h"
#include "config/config.h"
#include "dns/base/clock.h"

namespace signpost::nacos {

/// What all lines of a registry share.
struct LineParts {
  config::NacosRegistry options;
  boost::asio::any_io_executor strand;
  const Clock* clock = nullptr;
  TlsFiles* tls = nullptr;
  LinkLoop* loop = nullptr;
  std::function<std::shared_ptr<void>()> owner;  // of the lines, and of all that is named here
};

/// Everything on the strand. Never calls back from inside a call.
class Line {
 public:
  /// `parts` outlives it.
  Line(const LineParts& parts, std::function<void(Event)> on_event);

  /// Drops what there is. Then Connected, or Disconnected with a reason.
  void connect(const Server& server);
  /// Nothing of that connection is reported from here on.
  void drop();
  /// Null: there is none.
  Link* link() const noexcept { return link_.get(); }
  /// Of the connection, or of the last one.
  const std::optional<SocketAddress>& address() const noexcept { return address_; }

 private:
  void dial(const SocketAddress& address, const std::string& host);
  void fail_later(std::string why);

  const LineParts& parts_;
  std::function<void(Event)> on_event_;
  boost::asio::ip::tcp::resolver resolver_;
  std::unique_ptr<Link> link_;
  std::optional<SocketAddress> address_;
  std::uint64_t connection_ = 0;  // what belongs to an older one is dropped
  std::size_t turn_ = 0;          // which of a host's addresses is next
};

}  // namespace signpost::nacos
