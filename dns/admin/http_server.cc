#include "dns/admin/http_server.h"

#include <cassert>
#include <list>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "dns/base/background.h"
#include "dns/base/log.h"

namespace signpost::admin {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Protocol>;
using Stream = beast::basic_stream<Protocol>;
using Parser = http::request_parser<http::string_body>;
using Response = http::response<http::string_body>;

/// A handler's reply on its way; the connection owns it, the ReplyTo only knows where it was.
struct Pending {
  explicit Pending(const asio::any_io_executor& executor) : arrived(executor) {}
  asio::steady_timer arrived;  // cancelled when the reply is there, expires at the deadline
  std::optional<HttpReply> reply;
};

struct Connection {
  explicit Connection(Protocol::socket socket) : stream(std::move(socket)) {}
  Stream stream;
  bool waiting = true;  // for its next request: may be closed for a newer connection
};

struct Route {
  std::string method;
  Handler handler;
};

/// What the parser's refusal means for the client; nullopt: it went away or was too slow, nobody to tell.
std::optional<HttpReply> refusal(const error_code& error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return text_reply(431, "the request header is too long\n");
  }
  if (error == http::error::body_limit) return text_reply(413, "the request body is too long\n");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_version).category()) {
    return text_reply(400, "this is not HTTP: " + error.message() + "\n");
  }
  return std::nullopt;
}

Response to_response(HttpReply reply, unsigned version, bool keep_alive, bool head) {
  Response response;
  response.version(version);
  response.result(reply.status);
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) response.set(name, value);
  response.keep_alive(keep_alive);
  response.content_length(reply.body.size());
  if (!head) response.body() = std::move(reply.body);
  return response;
}

}  // namespace

struct HttpServer::Core : std::enable_shared_from_this<Core> {
  struct Listener {
    Listener(Door its_door, ListenSocket its_socket, asio::io_context& context)
        : door(its_door), address(its_socket.address()), socket(std::move(its_socket)), acceptor(context) {
      acceptor.assign(Protocol(socket->family(), 0), socket->release());
    }
    Door door;
    std::string address;
    std::optional<ListenSocket> socket;  // keeps the socket file; none: closing
    Acceptor acceptor;
    bool accepting = true;
    std::size_t serving = 0;                             // connections whose coroutine has not ended
    std::list<std::shared_ptr<Connection>> connections;  // oldest first
  };

  explicit Core(HttpLimits its_limits) : limits(its_limits) {}

  asio::awaitable<void> accept_all(Listener& listener);
  asio::awaitable<void> serve(Listener& listener, std::shared_ptr<Connection> connection);
  asio::awaitable<bool> write(Connection& connection, Response response);
  asio::awaitable<HttpReply> answer(Door door, const Parser::value_type& message);
  asio::awaitable<HttpReply> ask(const Handler& handler, HttpRequest request);
  /// Room for one more, or false: every connection is being answered right now.
  static bool make_room(Listener& listener);
  void close(const std::string& address);

  const HttpLimits limits;
  asio::io_context context{1};
  std::map<std::pair<Door, std::string>, std::vector<Route>> routes;
  std::list<Listener> listeners;
  bool leave_files = false;  // the main thread's
  std::thread thread;
};

bool HttpServer::Core::make_room(Listener& listener) {
  for (auto it = listener.connections.begin(); it != listener.connections.end(); ++it) {
    if (!(*it)->waiting) continue;
    (*it)->stream.close();  // its coroutine ends with an error; the list forgets it at once
    listener.connections.erase(it);
    return true;
  }
  return false;
}

asio::awaitable<void> HttpServer::Core::accept_all(Listener& listener) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer pause(executor);
  while (listener.socket) {
    error_code error;
    Protocol::socket socket(executor);
    co_await listener.acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) break;
    if (error) {  // out of descriptors, most likely: spinning would not bring any
      log::warning("admin.accept_failed", {{"address", listener.address}, {"reason", error.message()}});
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      continue;
    }
    if (listener.connections.size() >= limits.connections && !make_room(listener))
      continue;  // closes `socket`
    auto connection = std::make_shared<Connection>(std::move(socket));
    listener.connections.push_back(connection);
    ++listener.serving;
    asio::co_spawn(executor, serve(listener, std::move(connection)), asio::detached);
  }
  listener.accepting = false;
}

void HttpServer::Core::close(const std::string& address) {
  std::erase_if(listeners, [](const Listener& listener) {
    return !listener.socket && !listener.accepting && listener.serving == 0;
  });
  for (auto& listener : listeners) {
    if (listener.address != address || !listener.socket) continue;
    listener.socket.reset();
    error_code ignored;
    listener.acceptor.close(ignored);
    for (const auto& connection : listener.connections) {
      if (connection->waiting) connection->stream.close();
    }
  }
}

asio::awaitable<void> HttpServer::Core::serve(Listener& listener, std::shared_ptr<Connection> connection) {
  auto& stream = connection->stream;
  beast::flat_buffer buffer(limits.header_octets + 4096);
  for (bool open = true; open;) {
    Parser parser;
    parser.header_limit(limits.header_octets);
    parser.body_limit(limits.body_octets);
    stream.expires_after(limits.deadline);
    connection->waiting = true;
    error_code error;
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    connection->waiting = false;
    if (error) {
      if (auto reply = refusal(error)) {
        auto response = to_response(std::move(*reply), 11, false, false);
        co_await write(*connection, std::move(response));
      }
      break;
    }
    stream.expires_never();  // the handler's own deadline holds now
    const auto& message = parser.get();
    auto reply = co_await answer(listener.door, message);
    const bool keep = message.keep_alive() && listener.socket;
    auto response =
        to_response(std::move(reply), message.version(), keep, message.method() == http::verb::head);
    const bool written = co_await write(*connection, std::move(response));
    open = written && keep;
  }
  error_code ignored;
  stream.socket().shutdown(Protocol::socket::shutdown_both, ignored);
  stream.close();
  listener.connections.remove(connection);
  --listener.serving;
}

/// True when all of it was taken. Each piece has its own deadline: a long dump through a slow pipe is no
/// fault.
asio::awaitable<bool> HttpServer::Core::write(Connection& connection, Response response) {
  http::response_serializer<http::string_body> serializer(response);
  serializer.limit(64 * 1024);
  while (!serializer.is_done()) {
    error_code error;
    connection.stream.expires_after(limits.deadline);
    co_await http::async_write_some(connection.stream, serializer,
                                    asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
  }
  co_return true;
}

asio::awaitable<HttpReply> HttpServer::Core::answer(Door door, const Parser::value_type& message) {
  const std::string_view text(message.target().data(), message.target().size());
  auto target = parse_target(text);
  if (!target) co_return text_reply(400, target.error().message + "\n");
  const auto found = routes.find({door, target->path});
  if (found == routes.end()) co_return text_reply(404, "there is nothing at this path\n");
  std::string method(message.method_string());
  if (method == "HEAD") method = "GET";
  for (const auto& route : found->second) {
    if (route.method != method) continue;
    HttpRequest request;  // named: GCC 12 destroys temporaries of an awaited call twice
    request.method = std::move(method);
    request.path = std::move(target->path);
    request.parameters = std::move(target->parameters);
    request.accept = std::string(message[http::field::accept]);
    auto reply = co_await ask(route.handler, std::move(request));
    co_return reply;
  }
  co_return text_reply(405, "this path takes " + found->second.front().method + "\n");
}

asio::awaitable<HttpReply> HttpServer::Core::ask(const Handler& handler, HttpRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  const auto pending = std::make_shared<Pending>(executor);
  pending->arrived.expires_after(limits.deadline);
  // The reply may come when the connection, or the whole server, is gone. Neither is kept alive by it: what
  // it waits for may sit in this very context.
  auto reply_to = [core = weak_from_this(), place = std::weak_ptr<Pending>(pending)](HttpReply reply) {
    const auto server = core.lock();
    if (!server) return;
    asio::post(server->context, [place, reply = std::move(reply)]() mutable {
      const auto still = place.lock();
      if (!still || still->reply) return;
      still->reply = std::move(reply);
      still->arrived.cancel();
    });
  };
  try {
    handler(request, std::move(reply_to));
  } catch (const std::exception& trouble) {  // a mistake of ours must not end the thread that tells of it
    log::error("admin.handler_failed", {{"path", request.path}, {"reason", trouble.what()}});
    co_return text_reply(500, "the handler failed; see the log\n");
  }
  error_code error;
  co_await pending->arrived.async_wait(asio::redirect_error(asio::use_awaitable, error));
  if (pending->reply) co_return std::move(*pending->reply);
  co_return text_reply(503, "no answer within the deadline\n");
}

std::string_view to_string(Door door) noexcept {
  switch (door) {
    case Door::Health:
      return "health";
    case Door::Ready:
      return "ready";
    case Door::Metrics:
      return "metrics";
    case Door::Page:
      return "page";
    case Door::Admin:
      return "admin";
  }
  return "admin";
}

HttpServer::HttpServer(HttpLimits limits) : core_(std::make_shared<Core>(limits)) {}

HttpServer::~HttpServer() { stop(); }

void HttpServer::add(Door door, std::string method, std::string path, Handler handler) {
  assert(!core_->thread.joinable());
  core_->routes[{door, std::move(path)}].push_back({std::move(method), std::move(handler)});
}

void HttpServer::listen(Door door, ListenSocket socket) {
  if (!core_->thread.joinable()) {
    core_->listeners.emplace_back(door, std::move(socket), core_->context);
    return;
  }
  asio::post(core_->context, [core = core_.get(), door, socket = std::move(socket)]() mutable {
    auto& listener = core->listeners.emplace_back(door, std::move(socket), core->context);
    asio::co_spawn(core->context, core->accept_all(listener), asio::detached);
  });
}

void HttpServer::close(const std::string& address) {
  asio::post(core_->context, [core = core_.get(), address] { core->close(address); });
}

void HttpServer::after(std::chrono::milliseconds delay, std::function<void()> then) {
  asio::post(core_->context, [core = core_.get(), delay, then = std::move(then)] {
    auto timer = std::make_shared<asio::steady_timer>(core->context, delay);
    timer->async_wait([timer, then](const error_code& error) {
      if (!error) then();
    });
  });
}

void HttpServer::start() {
  assert(!core_->thread.joinable());
  for (auto& listener : core_->listeners) {
    asio::co_spawn(core_->context, core_->accept_all(listener), asio::detached);
  }
  core_->thread = std::thread([core = core_.get()] {
    begin_background_thread("admin");
    const auto keep = asio::make_work_guard(core->context);
    core->context.run();
  });
}

void HttpServer::leave_files() { core_->leave_files = true; }

void HttpServer::stop() {
  if (core_->thread.joinable()) {
    core_->context.stop();
    core_->thread.join();
  }
  for (auto& listener : core_->listeners) {
    if (core_->leave_files && listener.socket) listener.socket->keep_file();
    error_code ignored;
    listener.acceptor.close(ignored);
    for (const auto& connection : listener.connections) connection->stream.close();
  }
  core_->routes.clear();  // handlers may hold what goes away after us
  core_->context.restart();
  core_->context.poll();     // every coroutine ends with an error
  core_->listeners.clear();  // removes socket files
}

}  // namespace signpost::admin
