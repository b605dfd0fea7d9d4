// One connection of the HTTP server: requests are read, asked for and answered, one after the other.
#include <cassert>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "dns/admin/http_core.h"
#include "dns/base/log.h"

namespace signpost::admin {
namespace {

constexpr std::size_t kPiece = 64 * 1024;
/// Of a body that is made meanwhile: each costs a turn of the idle thread, which on a busy core may come once
/// in some 30 ms.
constexpr std::size_t kLongPiece = 256 * 1024;

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

template <class Body>
void set_header(http::response<Body>& response, const HttpReply& reply, const Parser::value_type& request) {
  response.version(request.version());
  response.result(reply.status);
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : reply.headers) response.set(name, value);
}

/// Its body is taken out of the reply.
Response to_response(HttpReply& reply, const Parser::value_type& request, bool keep_alive) {
  Response response;
  set_header(response, reply, request);
  response.keep_alive(keep_alive);
  response.content_length(reply.body.size());
  if (request.method() != http::verb::head) response.body() = std::move(reply.body);
  return response;
}

/// What the parser refused: an answer to no request.
Response to_response(HttpReply reply) {
  Parser::value_type request;
  request.version(11);
  return to_response(reply, request, false);
}

}  // namespace

/// Has it done on the idle thread; what went wrong, or nothing.
asio::awaitable<std::string> HttpServer::Core::aside(std::function<void()> work) {
  const auto executor = co_await asio::this_coro::executor;
  Errand errand(executor, std::move(work));
  idle.give(errand);
  error_code ignored;
  co_await errand.done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  co_return std::move(errand.trouble);
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
        auto response = to_response(std::move(*reply));
        co_await write(*connection, response);
      }
      break;
    }
    stream.expires_never();  // the handler's own deadline holds now
    open = co_await reply_to(listener, *connection, parser.get());
  }
  error_code ignored;
  stream.socket().shutdown(Protocol::socket::shutdown_both, ignored);
  stream.close();
  listener.connections.remove(connection);
  --listener.serving;
}

/// True: the connection may wait for its next request. What the idle thread made it frees, too, and what it
/// was made from is let go of here.
asio::awaitable<bool> HttpServer::Core::reply_to(Listener& listener, Connection& connection,
                                                 const Parser::value_type& request) {
  auto reply = co_await answer(listener.door, request);
  HttpReply made;
  const bool was_aside = static_cast<bool>(reply.aside);
  if (was_aside) {
    std::function<void()> make = [&] { made = reply.aside(); };  // named: as in answer()
    const auto trouble = co_await aside(std::move(make));
    if (!trouble.empty()) {
      log::error("admin.handler_failed", {{"path", std::string(request.target())}, {"reason", trouble}});
      made = text_reply(500, "the handler failed; see the log\n");
    }
  }
  auto& told = was_aside ? made : reply;
  const bool keep = request.keep_alive() && listener.socket;
  bool written = false;
  if (told.rest) {
    written = co_await write_long(connection, told, request, keep && request.version() >= 11);
  } else {
    auto response = to_response(told, request, keep);
    written = co_await write(connection, response);
    told.body = std::move(response.body());
  }
  if (was_aside) {
    std::function<void()> free = [&] { made = {}; };
    co_await aside(std::move(free));
  }
  co_return written&& keep;
}

/// True when all of it was taken. Each piece has its own deadline: a long text through a slow pipe is no
/// fault.
asio::awaitable<bool> HttpServer::Core::write(Connection& connection, Response& response) {
  http::response_serializer<http::string_body> serializer(response);
  serializer.limit(kPiece);
  while (!serializer.is_done()) {
    error_code error;
    connection.stream.expires_after(limits.deadline);
    co_await http::async_write_some(connection.stream, serializer,
                                    asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return false;
  }
  co_return true;
}

/// One piece of a long body; an empty one is its end.
asio::awaitable<bool> HttpServer::Core::write_piece(Connection& connection, std::string_view piece,
                                                    bool chunked) {
  error_code error;
  const asio::const_buffer octets(piece.data(), piece.size());
  if (!chunked) {
    co_await asio::async_write(connection.stream, octets, asio::redirect_error(asio::use_awaitable, error));
  } else if (!piece.empty()) {
    const auto chunk = http::make_chunk(octets);
    co_await asio::async_write(connection.stream, chunk, asio::redirect_error(asio::use_awaitable, error));
  } else {
    const auto last = http::make_chunk_last();
    co_await asio::async_write(connection.stream, last, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return !error;
}

/// The same of a body that is made meanwhile, in chunks, so that a client knows whether it has all; one of
/// HTTP/1.0 knows by the end of the connection.
asio::awaitable<bool> HttpServer::Core::write_long(Connection& connection, const HttpReply& reply,
                                                   const Parser::value_type& request, bool keep_alive) {
  http::response<http::empty_body> response;
  set_header(response, reply, request);
  const bool chunked = request.version() >= 11;
  response.keep_alive(keep_alive);
  response.chunked(chunked);
  http::response_serializer<http::empty_body> serializer(response);
  error_code error;
  connection.stream.expires_after(limits.deadline);
  co_await http::async_write_header(connection.stream, serializer,
                                    asio::redirect_error(asio::use_awaitable, error));
  if (error || request.method() == http::verb::head) co_return !error;
  std::chrono::steady_clock::duration waited{};  // for the client; how long the making takes is our affair
  std::vector<char> piece(kLongPiece);
  std::size_t count = 0;
  do {
    std::function<void()> read = [&] { count = reply.rest->read(piece); };
    auto trouble = co_await aside(std::move(read));
    if (trouble.empty() && waited > limits.long_deadline) trouble = "its reader is too slow";
    if (!trouble.empty()) {  // the client sees that the end is missing
      log::warning("admin.reply_cut", {{"path", std::string(request.target())}, {"reason", trouble}});
      co_return false;
    }
    connection.stream.expires_after(limits.deadline);
    const auto began = std::chrono::steady_clock::now();
    const auto written = co_await write_piece(connection, {piece.data(), count}, chunked);
    if (!written) co_return false;
    waited += std::chrono::steady_clock::now() - began;
  } while (count > 0);
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

}  // namespace signpost::admin
