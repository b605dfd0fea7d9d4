#include "dns/config_watch.h"

#include <exception>
#include <utility>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>

#include "backends/file/directory_watch.h"
#include "dns/base/log.h"

namespace signpost {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A second without a change: whoever writes several files has written them all. A directory that never rests
/// is looked at every five seconds.
constexpr file::WatchTimes kTimes{1000ms, 5000ms, 30000ms};

}  // namespace

struct ConfigWatch::State {
  asio::any_io_executor executor;
  const Clock& clock;
  std::function<void()> changed;
  config::Sources sources = {};
  bool on = false;
  bool stopped = false;
  std::unique_ptr<file::DirectoryWatch> watch = {};  // once `on` for the first time

  static asio::awaitable<void> run(std::shared_ptr<State> self) {
    while (!self->stopped) {
      co_await self->watch->wait();
      if (!self->on || self->stopped || !self->sources.changed()) continue;
      log::info("config.changed", {{"config", self->sources.files.front().path}});
      self->changed();
    }
  }

  static void begin(const std::shared_ptr<State>& self) {
    self->watch =
        std::make_unique<file::DirectoryWatch>(self->executor, self->clock, self->sources.paths(), kTimes);
    asio::co_spawn(self->executor, run(self), [](const std::exception_ptr& error) {
      if (error) log::error("config.watch_failed", {{"remedy", "SIGHUP and signpost reload read the files"}});
    });
  }
};

ConfigWatch::ConfigWatch(asio::any_io_executor executor, const Clock& clock, std::function<void()> changed)
    : state_(std::make_shared<State>(State{std::move(executor), clock, std::move(changed)})) {}

ConfigWatch::~ConfigWatch() { stop(); }

void ConfigWatch::follow(config::Sources sources, config::ReloadOn reload) {
  state_->sources = std::move(sources);
  state_->on = reload == config::ReloadOn::Change;
  if (state_->stopped) return;
  if (state_->watch) {
    state_->watch->set_paths(state_->on ? state_->sources.paths() : std::vector<std::string>());
    state_->watch->wake();  // watches the new directories at once, and sees what changed meanwhile
  } else if (state_->on) {
    State::begin(state_);
  }
}

void ConfigWatch::stop() {
  state_->stopped = true;
  if (state_->watch) state_->watch->wake();
}

}  // namespace signpost
