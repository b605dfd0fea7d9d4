// The half of Program that begins to answer, hands over to another process, and ends.
#include <chrono>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>

#include "dns/base/log.h"
#include "dns/program.h"
#include "dns/socket_store.h"

namespace signpost {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// How long registries may take to close their connections before the program ends without them.
constexpr auto kRegistriesEnd = 3s;

}  // namespace

/// What waits in the sockets is answered from here on, and what is missing beside those that were handed down
/// is opened: not before, since nobody would read it.
Result<void> Program::begin() {
  begin_timer_.cancel();
  if (const auto begun = server_->begin(); !begun) return begun;
  if (sockets_.takes_over()) {
    if (const auto grown = server_->change(config_->listen.dns, server_->worker_count()); !grown)
      log::warning("listen.fewer_sockets", {{"reason", grown.error().message}});
  }
  sockets_.keep(server_->listeners());
  sockets_.close_rest();
  admin_.start();
  admin_.readiness().listening();
  show_listeners();
  config_watch_.follow(config_->sources, config_->reload);
  return {};
}

void Program::begin_when() {
  if (const auto then = std::exchange(begun_, nullptr)) then(begin());
}

void Program::retire() {
  admin_.readiness().stopping();
  readiness_timer_.cancel();
  config_watch_.stop();
}

void Program::hand_over(std::function<void()> done) {
  retire();
  admin_.leave_files();
  admin_.stop();
  server_->retire();
  wait_for_retired(std::move(done));
}

void Program::wait_for_retired(std::function<void()> done) {
  constexpr auto kPause = 50ms;
  if (server_->has_retired()) return done();
  readiness_timer_.expires_after(kPause);
  readiness_timer_.async_wait([this, done = std::move(done)](const boost::system::error_code& error) mutable {
    if (!error) wait_for_retired(std::move(done));
  });
}

void Program::stop() {
  admin_.readiness().stopping();
  begin_timer_.cancel();
  readiness_timer_.cancel();
  cookie_timer_.cancel();
  config_watch_.stop();
  overload_log_.reset();
  if (server_) server_->stop();
  if (registry_thread_.joinable()) {
    const auto ended = std::make_shared<std::promise<void>>();
    auto all_ended = ended->get_future();
    asio::post(registry_context_, [this, ended] {
      on_query_.stop();
      checker_.stop();
      registries_.stop([ended] { ended->set_value(); });
    });
    if (all_ended.wait_for(kRegistriesEnd) != std::future_status::ready) {
      log::warning("registry.stop_timeout",
                   {{"waited_seconds", std::chrono::seconds(kRegistriesEnd).count()}});
    }
    registry_work_.reset();
    registry_context_.stop();
    registry_thread_.join();
  }
  admin_.stop();
  static_files_.stop();
  builder_.stop();
  state_files_.stop();
}

}  // namespace signpost
