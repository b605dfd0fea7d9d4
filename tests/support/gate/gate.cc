#include "tests/support/gate/gate.h"

#include <algorithm>
#include <array>
#include <list>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "tests/support/certificates/certificates.h"

namespace signpost::tests {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

auto quietly(boost::system::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

std::string subject_of(TlsStream& client) {
  auto* certificate = SSL_get1_peer_certificate(client.native_handle());
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            int{name.size()});
  X509_free(certificate);
  return "CN=" + std::string(name.data());
}

void reset_socket(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::socket::linger(true, 0), ignored);
  socket.close(ignored);
}

}  // namespace

struct Gate::State {
  State(asio::any_io_executor io, std::uint16_t to)
      : executor(std::move(io)), server(to), acceptor(executor, {asio::ip::address_v4::loopback(), 0}) {}

  asio::any_io_executor executor;
  std::uint16_t server;
  tcp::acceptor acceptor;
  std::shared_ptr<asio::ssl::context> tls;
  bool asks_clients = false;
  std::list<tcp::socket*> sockets;
  std::vector<std::string> clients;
  std::size_t accepted = 0;
  std::size_t handshakes_failed = 0;
  bool swallow = false;
  std::size_t piece = 0;
  std::size_t cut_after = std::size_t(-1);
};

namespace {

tcp::socket& socket_of(tcp::socket& socket) { return socket; }
tcp::socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

/// A connection's two ends; closing either ends both directions.
template <class State, class Client>
struct Pair {
  Pair(std::shared_ptr<State> owner, Client from)
      : state(std::move(owner)), client(std::move(from)), server(state->executor), left(state->cut_after) {
    state->sockets.push_back(&socket_of(client));
    state->sockets.push_back(&server);
  }
  ~Pair() {
    state->sockets.remove(&socket_of(client));
    state->sockets.remove(&server);
  }
  void close() {
    reset_socket(socket_of(client));
    reset_socket(server);
  }
  std::shared_ptr<State> state;
  Client client;
  tcp::socket server;
  std::size_t left;
};

template <class P>
asio::awaitable<void> to_server(std::shared_ptr<P> pair) {
  std::array<char, 16384> buffer;
  boost::system::error_code error;
  while (!error) {
    const auto size = co_await pair->client.async_read_some(asio::buffer(buffer), quietly(error));
    if (!error) co_await asio::async_write(pair->server, asio::buffer(buffer.data(), size), quietly(error));
  }
  pair->close();
}

/// What has been written still arrives, unlike after a reset.
template <class P>
void close_well(P& pair) {
  boost::system::error_code ignored;
  socket_of(pair.client).shutdown(tcp::socket::shutdown_both, ignored);
  socket_of(pair.client).close(ignored);
}

template <class P>
asio::awaitable<void> to_client(std::shared_ptr<P> pair) {
  std::array<char, 16384> buffer;
  boost::system::error_code error;
  while (!error && pair->left > 0) {
    const auto size = co_await pair->server.async_read_some(asio::buffer(buffer), quietly(error));
    if (error || pair->state->swallow) continue;
    const auto wanted = std::min(size, pair->left);
    pair->left -= wanted;
    const auto most = pair->state->piece == 0 ? wanted : pair->state->piece;
    for (std::size_t at = 0; at < wanted && !error; at += most) {
      co_await asio::async_write(pair->client, asio::buffer(buffer.data() + at, std::min(most, wanted - at)),
                                 quietly(error));
    }
  }
  if (error == asio::error::eof) close_well(*pair);
  pair->close();
}

template <class P>
asio::awaitable<void> pass(std::shared_ptr<P> pair) {
  boost::system::error_code error;
  co_await pair->server.async_connect({asio::ip::address_v4::loopback(), pair->state->server},
                                      quietly(error));
  if (error) co_return pair->close();
  socket_of(pair->client).set_option(tcp::no_delay(true), error);
  asio::co_spawn(pair->state->executor, to_server(pair), asio::detached);
  co_await to_client(pair);
}

template <class State>
asio::awaitable<void> pass_tls(std::shared_ptr<State> state, tcp::socket socket) {
  const auto context = state->tls;  // stays while the connection does
  auto pair = std::make_shared<Pair<State, TlsStream>>(state, TlsStream(std::move(socket), *context));
  boost::system::error_code error;
  co_await pair->client.async_handshake(asio::ssl::stream_base::server, quietly(error));
  if (error) {
    ++state->handshakes_failed;
    co_return pair->close();
  }
  if (state->asks_clients) state->clients.push_back(subject_of(pair->client));
  co_await pass(pair);
}

template <class State>
asio::awaitable<void> accept(std::shared_ptr<State> state) {
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await state->acceptor.async_accept(quietly(error));
    if (error) co_return;
    ++state->accepted;
    if (state->tls) {
      asio::co_spawn(state->executor, pass_tls(state, std::move(socket)), asio::detached);
    } else {
      asio::co_spawn(state->executor,
                     pass(std::make_shared<Pair<State, tcp::socket>>(state, std::move(socket))),
                     asio::detached);
    }
  }
}

}  // namespace

Gate::Gate(asio::any_io_executor executor, std::uint16_t server)
    : state_(std::make_shared<State>(std::move(executor), server)) {
  asio::co_spawn(state_->executor, accept(state_), asio::detached);
}

Gate::~Gate() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  reset();
}

void Gate::speak_tls(const Identity& identity, const std::string& clients) {
  state_->tls = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  state_->tls->use_certificate_chain(asio::buffer(identity.certificate));
  state_->tls->use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
  state_->asks_clients = !clients.empty();
  if (clients.empty()) return;
  state_->tls->add_certificate_authority(asio::buffer(clients));
  state_->tls->set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
}

std::string Gate::url() const {
  return (state_->tls ? "https://127.0.0.1:" : "http://127.0.0.1:") +
         std::to_string(state_->acceptor.local_endpoint().port());
}

void Gate::reset() {
  for (auto* socket : state_->sockets) reset_socket(*socket);
}

std::size_t Gate::connections() const noexcept { return state_->accepted; }
const std::vector<std::string>& Gate::clients() const { return state_->clients; }
std::size_t Gate::handshakes_failed() const noexcept { return state_->handshakes_failed; }
void Gate::swallow(bool all) { state_->swallow = all; }
void Gate::piece(std::size_t octets) { state_->piece = octets; }
void Gate::cut_after(std::size_t octets) { state_->cut_after = octets; }

}  // namespace signpost::tests
