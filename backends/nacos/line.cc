#include "backends/nacos/line.h"

#include <iterator>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

namespace signpost::nacos {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

}  // namespace

Line::Line(const LineParts& parts, std::function<void(Event)> on_event)
    : parts_(parts), on_event_(std::move(on_event)), resolver_(parts.strand) {}

void Line::connect(const Server& server) {
  drop();
  const auto& options = parts_.options;
  const auto port = options.grpc_port != 0
                        ? std::int32_t{options.grpc_port}
                        : static_cast<std::int32_t>(server.port) + options.grpc_port_offset;
  if (port < 1 || port > 65535) return fail_later("gRPC port " + std::to_string(port) + " is out of range");
  const auto grpc_port = static_cast<std::uint16_t>(port);
  if (const auto ip = IpAddress::parse(server.host)) return dial({*ip, grpc_port}, server.host);
  resolver_.async_resolve(
      server.host, std::to_string(port), tcp::resolver::numeric_service,
      [this, owner = parts_.owner(), connection = connection_, host = server.host, grpc_port](
          const boost::system::error_code& error, const tcp::resolver::results_type& results) {
        if (connection_ != connection) return;
        if (error || results.empty()) {
          return on_event_(event::Disconnected{"cannot resolve " + host + ": " + error.message()});
        }
        auto entry = results.begin();
        std::advance(entry, static_cast<std::ptrdiff_t>(turn_++ % results.size()));
        const auto ip = IpAddress::parse(entry->endpoint().address().to_string());
        if (!ip) return on_event_(event::Disconnected{host + " has an address with a scope"});
        dial({*ip, grpc_port}, host);
      });
}

void Line::drop() {
  ++connection_;
  resolver_.cancel();
  if (link_) link_->close();
  link_.reset();
}

void Line::dial(const SocketAddress& address, const std::string& host) {
  address_ = address;
  const auto tls = parts_.tls->get(parts_.clock->now());
  if (!tls) return fail_later(tls.error().message);
  const auto& name = parts_.options.tls_name;
  const LinkTarget target{address, *tls, name.empty() ? host : name};
  link_ = std::make_unique<Link>(*parts_.loop, parts_.strand, *parts_.clock, target, on_event_);
}

void Line::fail_later(std::string why) {
  asio::post(parts_.strand, [this, owner = parts_.owner(), connection = connection_, why = std::move(why)] {
    if (connection_ == connection) on_event_(event::Disconnected{why});
  });
}

}  // namespace signpost::nacos
