#include "tests/support/fake_http2/fake_http2.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <list>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <nghttp2/nghttp2.h>

#include "tests/support/certificates/certificates.h"

namespace signpost::tests {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

auto quietly(boost::system::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

nghttp2_nv header(const char* name, const std::string& value) {
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

int choose_h2(SSL*, const unsigned char** out, unsigned char* size, const unsigned char* offered,
              unsigned int offered_size, void*) {
  static const unsigned char kH2[] = {2, 'h', '2'};
  auto* chosen = const_cast<unsigned char**>(out);
  return SSL_select_next_proto(chosen, size, kH2, sizeof kH2, offered, offered_size) == OPENSSL_NPN_NEGOTIATED
             ? SSL_TLSEXT_ERR_OK
             : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// One response: what is still to be said, and whether that is all.
struct Response {
  std::string target;
  std::string pending;
  std::optional<KubeWatch> watch;
  bool over = false;
};

}  // namespace

struct FakeHttp2::State : std::enable_shared_from_this<FakeHttp2::State> {
  struct Connection;

  State(asio::any_io_executor io, const Identity& identity)
      : executor(std::move(io)), acceptor(executor, {asio::ip::address_v4::loopback(), 0}) {
    tls.use_certificate_chain(asio::buffer(identity.certificate));
    tls.use_private_key(asio::buffer(identity.key), asio::ssl::context::pem);
    SSL_CTX_set_alpn_select_cb(tls.native_handle(), &choose_h2, nullptr);
  }
  asio::awaitable<void> accept();

  asio::any_io_executor executor;
  tcp::acceptor acceptor;
  asio::ssl::context tls{asio::ssl::context::tls_server};
  std::list<std::shared_ptr<Connection>> connections;
  KubeStore* store = nullptr;
  std::size_t accepted = 0;
  std::size_t lists = 0;
  std::size_t refused = 0;
};

/// A connection's session. Its coroutine reads; wake_writer() makes the other one look at what is to be sent.
struct FakeHttp2::State::Connection : std::enable_shared_from_this<Connection> {
  Connection(std::shared_ptr<State> owner, tcp::socket socket)
      : state(std::move(owner)), stream(std::move(socket), state->tls), more(state->executor) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, &on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, &on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, &on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, &on_close);
    nghttp2_session_server_new(&session, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, nullptr, 0);
    more.expires_at(asio::steady_timer::time_point::max());
  }
  ~Connection() { nghttp2_session_del(session); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  static Connection& of(void* user) { return *static_cast<Connection*>(user); }
  static int on_begin(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    of(user).responses[frame->hd.stream_id];
    return 0;
  }
  static int on_header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t,
                       void* user) {
    if (std::string_view(reinterpret_cast<const char*>(name), name_size) == ":path") {
      of(user).responses[frame->hd.stream_id].target.assign(reinterpret_cast<const char*>(value), value_size);
    }
    return 0;
  }
  static int on_frame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) of(user).answer(frame->hd.stream_id);
    return 0;
  }
  static int on_close(nghttp2_session*, std::int32_t id, std::uint32_t, void* user) {
    of(user).responses.erase(id);
    return 0;
  }
  static ssize_t on_read(nghttp2_session*, std::int32_t id, std::uint8_t* buffer, std::size_t size,
                         std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& response = of(user).responses[id];
    if (response.pending.empty() && !response.over) return NGHTTP2_ERR_DEFERRED;
    const auto taken = std::min(size, response.pending.size());
    std::memcpy(buffer, response.pending.data(), taken);
    response.pending.erase(0, taken);
    if (response.pending.empty() && response.over) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(taken);
  }

  void answer(std::int32_t id) {
    auto& response = responses[id];
    const KubeQuery query(response.target);
    KubeAnswer answer;
    if (going) ++state->refused;
    if (query.watch()) {
      auto begun = state->store->watch(query);
      if (auto* place = std::get_if<KubeWatch>(&begun)) {
        response.watch = std::move(*place);
        answer.body = state->store->read(*response.watch);
        response.over = response.watch->expired;
      } else {
        answer = std::get<KubeAnswer>(std::move(begun));
      }
    } else {
      ++state->lists;
      answer = state->store->list(query);
    }
    response.over = response.over || !response.watch;
    response.pending = answer.body;
    const auto type = answer.headers.substr(14, answer.headers.find('\r') - 14);
    const auto status = std::to_string(answer.status);
    const std::array<nghttp2_nv, 2> head{header(":status", status), header("content-type", type)};
    nghttp2_data_provider provider{};
    provider.read_callback = &on_read;
    nghttp2_submit_response(session, id, head.data(), head.size(), &provider);
  }

  template <class Change>
  void for_watches(Change change) {
    for (auto& [id, response] : responses) {
      if (!response.watch) continue;
      change(response);
      nghttp2_session_resume_data(session, id);
    }
    more.cancel();
  }

  asio::awaitable<void> read() {
    boost::system::error_code error;
    co_await stream.async_handshake(asio::ssl::stream_base::server, quietly(error));
    if (!error) asio::co_spawn(state->executor, write(shared_from_this()), asio::detached);
    std::array<std::uint8_t, 16384> buffer;
    while (!error) {
      const auto size = co_await stream.async_read_some(asio::buffer(buffer), quietly(error));
      if (error || nghttp2_session_mem_recv(session, buffer.data(), size) < 0) break;
      more.cancel();
    }
    close();
  }
  static asio::awaitable<void> write(std::shared_ptr<Connection> self) {
    boost::system::error_code error;
    while (!error && !self->closed) {
      const std::uint8_t* data = nullptr;
      const auto size = nghttp2_session_mem_send(self->session, &data);
      if (size > 0) {
        const std::string octets(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
        co_await asio::async_write(self->stream, asio::buffer(octets), quietly(error));
      } else if (nghttp2_session_want_read(self->session) == 0) {
        break;  // GOAWAY, and no stream is left
      } else {
        boost::system::error_code woken;
        co_await self->more.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      }
    }
    self->close();
  }
  void close() {
    if (std::exchange(closed, true)) return;
    boost::system::error_code ignored;
    stream.next_layer().shutdown(tcp::socket::shutdown_both, ignored);
    stream.next_layer().close(ignored);
    more.cancel();
    state->connections.remove_if([this](const auto& one) { return one.get() == this; });
  }

  std::shared_ptr<State> state;
  TlsStream stream;
  asio::steady_timer more;
  nghttp2_session* session = nullptr;
  std::map<std::int32_t, Response> responses;
  bool going = false;
  bool closed = false;
};

asio::awaitable<void> FakeHttp2::State::accept() {
  const auto self = shared_from_this();
  for (;;) {
    boost::system::error_code error;
    auto socket = co_await acceptor.async_accept(quietly(error));
    if (error) co_return;
    ++accepted;
    auto made = std::make_shared<Connection>(self, std::move(socket));
    connections.push_back(made);
    asio::co_spawn(
        executor, [made]() -> asio::awaitable<void> { co_await made->read(); }, asio::detached);
  }
}

FakeHttp2::FakeHttp2(asio::any_io_executor executor, const Identity& identity)
    : state_(std::make_shared<State>(std::move(executor), identity)) {
  state_->store = &store;
  asio::co_spawn(state_->executor, state_->accept(), asio::detached);
}

FakeHttp2::~FakeHttp2() {
  boost::system::error_code ignored;
  state_->acceptor.close(ignored);
  for (const auto all = state_->connections; const auto& one : all) one->close();
}

std::string FakeHttp2::url() const {
  return "https://127.0.0.1:" + std::to_string(state_->acceptor.local_endpoint().port());
}

void FakeHttp2::wake() {
  for (auto& one : state_->connections) {
    one->for_watches([this](Response& response) { response.pending += store.read(*response.watch); });
  }
}

void FakeHttp2::bookmark() {
  for (auto& one : state_->connections) {
    one->for_watches([this](Response& response) { response.pending += store.bookmark(*response.watch); });
  }
}

void FakeHttp2::end_watches() {
  for (auto& one : state_->connections) {
    one->for_watches([](Response& response) { response.over = true; });
  }
}

void FakeHttp2::go_away() {
  for (auto& one : state_->connections) {
    one->going = true;
    nghttp2_submit_goaway(one->session, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(one->session), NGHTTP2_NO_ERROR, nullptr,
                          0);
    one->more.cancel();
  }
}

std::size_t FakeHttp2::connections() const noexcept { return state_->accepted; }
std::size_t FakeHttp2::open() const noexcept { return state_->connections.size(); }
std::size_t FakeHttp2::lists() const noexcept { return state_->lists; }
std::size_t FakeHttp2::refused() const noexcept { return state_->refused; }
std::size_t FakeHttp2::watches() const noexcept {
  std::size_t count = 0;
  for (const auto& one : state_->connections) {
    for (const auto& [id, response] : one->responses) count += response.watch ? 1U : 0U;
  }
  return count;
}

}  // namespace signpost::tests
