#include "backends/nacos/push_socket.h"

#include <array>
#include <chrono>
#include <string_view>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>

#include "backends/nacos/push_datagram.h"

namespace signpost::nacos {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;

// Anybody may send here. A server sends one datagram a change of a service; polling finds what is not read.
constexpr int kDatagramsASecond = 100;

}  // namespace

class PushSocket::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const asio::any_io_executor& strand, const Clock& clock, Heard heard, follow::Counts& counts)
      : socket_(strand), rest_(strand), clock_(clock), heard_(std::move(heard)), counts_(counts) {}

  std::uint16_t open() {
    boost::system::error_code error;
    socket_.open(udp::v6(), error);
    if (!error) socket_.set_option(asio::ip::v6_only(false), error);
    if (!error) socket_.bind({udp::v6(), 0}, error);
    if (error) {  // a machine without IPv6
      boost::system::error_code ignored;
      socket_.close(ignored);
      error.clear();
      socket_.open(udp::v4(), error);
      if (!error) socket_.bind({udp::v4(), 0}, error);
    }
    if (!error) socket_.non_blocking(true, error);
    const auto port = error ? std::uint16_t{0} : socket_.local_endpoint(error).port();
    if (error) return 0;
    receive();
    return port;
  }
  void close() {
    boost::system::error_code ignored;
    socket_.close(ignored);
    rest_.cancel();
  }

 private:
  void receive() {
    socket_.async_receive_from(
        asio::buffer(octets_), from_,
        [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
          if (!self->socket_.is_open()) return;
          if (!error) self->take({self->octets_.data(), size});
          if (self->socket_.is_open()) self->go_on();
        });
  }

  void go_on() {
    const auto now = clock_.now();
    if (now - second_ >= std::chrono::seconds(1)) {
      second_ = now;
      in_second_ = 0;
    }
    if (++in_second_ < kDatagramsASecond) return receive();
    counts_.add("push_datagrams", "flood");
    rest_.expires_after(second_ + std::chrono::seconds(1) - now);
    rest_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error && self->socket_.is_open()) self->receive();
    });
  }

  void take(std::string_view octets) {
    const auto push = read_push_datagram(octets);
    if (!push) return counts_.add("push_datagrams", "malformed");
    boost::system::error_code ignored;  // without it the datagram comes once more, no harm done
    socket_.send_to(asio::buffer(push->acknowledgement), from_, 0, ignored);
    heard_(push->service);
  }

  udp::socket socket_;
  asio::steady_timer rest_;
  const Clock& clock_;
  Heard heard_;
  follow::Counts& counts_;
  udp::endpoint from_;
  std::array<char, 65536> octets_{};
  Monotonic second_{};
  int in_second_ = 0;
};

PushSocket::PushSocket(asio::any_io_executor strand, const Clock& clock, Heard heard, follow::Counts& counts)
    : strand_(std::move(strand)), clock_(clock), heard_(std::move(heard)), counts_(counts) {}

PushSocket::~PushSocket() { close(); }

std::uint16_t PushSocket::port() {
  if (impl_) return port_;
  impl_ = std::make_shared<Impl>(strand_, clock_, heard_, counts_);
  port_ = impl_->open();
  return port_;
}

void PushSocket::close() {
  if (impl_) impl_->close();
  impl_.reset();
}

}  // namespace signpost::nacos
