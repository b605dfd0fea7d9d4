// What the two halves of the HTTP server share: http_server.cc takes connections, http_replies.cc serves
// them.
#pragma once

#include <exception>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/http.hpp>

#include "dns/admin/http_server.h"

namespace signpost::admin {

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

/// Work on the idle thread that a connection waits for.
struct Errand : IdleThread::Task {
  Errand(const asio::any_io_executor& executor, std::function<void()> work)
      : Task([this, work = std::move(work)] {
          try {
            work();
          } catch (const std::exception& what) {  // a mistake of ours; logged where logging may wait
            trouble = what.what();
          }
        }),
        done(executor, asio::steady_timer::time_point::max()) {}
  asio::steady_timer done;  // cancelled when it is
  std::string trouble;
};

struct Route {
  std::string method;
  Handler handler;
};

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
  asio::awaitable<bool> reply_to(Listener& listener, Connection& connection,
                                 const Parser::value_type& request);
  asio::awaitable<bool> write(Connection& connection, Response& response);
  asio::awaitable<bool> write_long(Connection& connection, const HttpReply& reply,
                                   const Parser::value_type& request, bool keep_alive);
  static asio::awaitable<bool> write_piece(Connection& connection, std::string_view piece, bool chunked);
  asio::awaitable<std::string> aside(std::function<void()> work);
  void listen_to_bell();
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
  IdleThread idle{"helper"};
  asio::posix::stream_descriptor bell{context, idle.bell()};
};

}  // namespace signpost::admin
