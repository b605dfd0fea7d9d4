#include "tests/support/fake_http/fake_http.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace signpost::tests {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

auto quietly(boost::system::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

FakeRequest parse_head(std::string_view head) {
  FakeRequest request;
  auto line_end = head.find("\r\n");
  const auto first = head.substr(0, line_end);
  const auto space = first.find(' ');
  request.method = first.substr(0, space);
  request.target = first.substr(space + 1, first.rfind(' ') - space - 1);
  while (line_end != std::string_view::npos && line_end + 2 < head.size()) {
    head.remove_prefix(line_end + 2);
    line_end = head.find("\r\n");
    const auto line = head.substr(0, line_end);
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    request.headers[name] = line.substr(colon + 2);
  }
  return request;
}

}  // namespace

std::string FakeRequest::parameter(std::string_view name) const {
  const auto wanted = std::string(name) + "=";
  auto at = target.find('?');
  while (at != std::string::npos) {
    const auto next = target.find('&', at + 1);
    const auto pair = target.substr(at + 1, next == std::string::npos ? next : next - at - 1);
    if (pair.starts_with(wanted)) return pair.substr(wanted.size());
    at = next;
  }
  return {};
}

asio::awaitable<void> FakeStream::write(std::string octets) {
  boost::system::error_code error;
  co_await asio::async_write(socket_, asio::buffer(octets), quietly(error));
  broken_ = broken_ || error;
}

asio::awaitable<void> FakeStream::chunk(std::string_view octets) {
  char size[32];
  std::snprintf(size, sizeof size, "%zx\r\n", octets.size());
  co_await write(size + std::string(octets) + "\r\n");
}

asio::awaitable<void> FakeStream::reply(int status, std::string_view body, std::string_view headers) {
  co_await write("HTTP/1.1 " + std::to_string(status) + " Word\r\n" + std::string(headers) +
                 "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
}

asio::awaitable<void> FakeStream::begin(int status, std::string_view headers) {
  co_await write("HTTP/1.1 " + std::to_string(status) + " Word\r\n" + std::string(headers) +
                 "Transfer-Encoding: chunked\r\n\r\n");
}

asio::awaitable<void> FakeStream::end() { co_await write("0\r\n\r\n"); }

asio::awaitable<void> FakeStream::until_closed() {
  boost::system::error_code error;
  std::string sink;
  while (!error) co_await asio::async_read(socket_, asio::dynamic_buffer(sink), quietly(error));
}

void FakeStream::abort() {
  boost::system::error_code ignored;
  socket_.set_option(tcp::socket::linger(true, 0), ignored);
  socket_.close(ignored);
  keep_alive = false;
}

struct FakeHttp::State {
  State(asio::any_io_executor io, Handler script) : executor(io), handler(std::move(script)), acceptor(io) {}

  void listen() {
    acceptor.open(tcp::v4());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind({asio::ip::address_v4::loopback(), port});
    acceptor.listen();
    port = acceptor.local_endpoint().port();
  }

  asio::any_io_executor executor;
  Handler handler;
  tcp::acceptor acceptor;
  std::uint16_t port = 0;
  std::list<tcp::socket> sockets;
  std::size_t accepted = 0;
};

namespace {

template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> state, typename std::list<tcp::socket>::iterator socket) {
  std::string buffer;
  for (bool open = true; open;) {
    boost::system::error_code error;
    const auto head =
        co_await asio::async_read_until(*socket, asio::dynamic_buffer(buffer), "\r\n\r\n", quietly(error));
    if (error) break;
    auto request = parse_head(std::string_view(buffer).substr(0, head));
    buffer.erase(0, head);
    if (const auto length = request.headers.find("content-length"); length != request.headers.end()) {
      const auto size = std::stoul(length->second);
      if (buffer.size() < size) {
        co_await asio::async_read(*socket, asio::dynamic_buffer(buffer),
                                  asio::transfer_exactly(size - buffer.size()), quietly(error));
      }
      request.body = buffer.substr(0, size);
      buffer.erase(0, size);
    }
    FakeStream stream(*socket);
    co_await state->handler(request, stream);
    open = stream.keep_alive;
  }
  state->sockets.erase(socket);
}

template <class State>
asio::awaitable<void> accept(std::shared_ptr<State> state) {
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await state->acceptor.async_accept(quietly(error));
    if (error) co_return;
    ++state->accepted;
    socket.set_option(tcp::no_delay(true), error);  // as servers do: no event waits for an acknowledgement
    state->sockets.push_back(std::move(socket));
    asio::co_spawn(state->executor, serve(state, std::prev(state->sockets.end())), asio::detached);
  }
}

}  // namespace

FakeHttp::FakeHttp(asio::any_io_executor executor, Handler handler)
    : state_(std::make_shared<State>(std::move(executor), std::move(handler))) {
  revive();
}

FakeHttp::~FakeHttp() { kill(); }

std::uint16_t FakeHttp::port() const noexcept { return state_->port; }
std::string FakeHttp::url() const { return "http://127.0.0.1:" + std::to_string(port()); }
std::size_t FakeHttp::connections() const noexcept { return state_->accepted; }

void FakeHttp::kill() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (auto& socket : state_->sockets) {
    socket.set_option(tcp::socket::linger(true, 0), ignored);  // reset, as after SIGKILL with data unread
    socket.close(ignored);
  }
}

void FakeHttp::revive() {
  state_->listen();
  asio::co_spawn(state_->executor, accept(state_), asio::detached);
}

}  // namespace signpost::tests
