#include "dns/admin/http_server.h"

#include <cassert>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <sys/eventfd.h>

#include "dns/admin/http_core.h"
#include "dns/base/background.h"
#include "dns/base/log.h"

namespace signpost::admin {

void HttpServer::Core::listen_to_bell() {
  bell.async_wait(asio::posix::stream_descriptor::wait_read, [this](const error_code& error) {
    if (error) return;
    eventfd_t rings = 0;
    (void)::eventfd_read(bell.native_handle(), &rings);
    idle.take_back([](IdleThread::Task& task) { static_cast<Errand&>(task).done.cancel(); });
    listen_to_bell();
  });
}

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
    return;
  }
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
  core_->idle.start();
  core_->listen_to_bell();
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
  core_->idle.stop();
  if (core_->bell.is_open()) core_->bell.release();  // it is the idle thread's
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
