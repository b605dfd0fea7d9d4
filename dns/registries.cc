#include "dns/registries.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/follow/backoff.h"
#include "dns/base/log.h"
#include "dns/base/random.h"

namespace signpost {
namespace {

namespace asio = boost::asio;

/// Each backend counts its lists from wherever it likes; what comes through here counts up through all
/// backends that ever followed the registry, so that a list of the new one sweeps what only the old one knew.
class NumberedSink final : public RegistrySink {
 public:
  explicit NumberedSink(RegistrySink& sink) : sink_(sink) {}
  void begin_list(Epoch) override { sink_.begin_list(++epoch_); }
  void upsert(ServiceState state, Revision revision) override { sink_.upsert(std::move(state), revision); }
  void changed_at(WallTime when) override { sink_.changed_at(when); }
  void mention(const ServiceKey& key) override { sink_.mention(key); }
  void erase(const ServiceKey& key, Revision revision) override { sink_.erase(key, revision); }
  void forget(const ServiceKey& key) override { sink_.forget(key); }
  void end_list(Epoch, Complete complete) override { sink_.end_list(epoch_, complete); }
  void caught_up(Revision revision) override { sink_.caught_up(revision); }
  void lost_contact(std::string_view why) override { sink_.lost_contact(why); }
  void identify(std::string_view identity) override { sink_.identify(identity); }
  void place_clients(std::vector<ClientNetwork> networks) override {
    sink_.place_clients(std::move(networks));
  }

 private:
  RegistrySink& sink_;
  Epoch epoch_ = 0;
};

/// One running coroutine.
struct Follower {
  explicit Follower(config::Registry its_config) : config(std::move(its_config)) {}
  const config::Registry config;
  std::unique_ptr<Backend> backend;  // null while it cannot be made
  std::shared_ptr<NumberedSink> sink;
  asio::cancellation_signal cancel;
  bool ending = false;                        // cancelled, not ended yet
  std::optional<config::Registry> successor;  // starts when this one has ended
  std::atomic<std::uint64_t> restarts{0};
};

/// What a backend reads: `on_query` is between the program and zones/demand, `second_opinion` is the guards'.
decltype(config::Registry::options) read_by_backend(const config::Registry& registry) {
  auto options = registry.options;
  if (auto* nacos = std::get_if<config::NacosRegistry>(&options)) {
    nacos->on_query = {};
    nacos->second_opinion = true;
  }
  return options;
}

bool same(const config::Registry& a, const config::Registry& b) {
  return read_by_backend(a) == read_by_backend(b);
}

}  // namespace

std::string_view type_word(const config::Registry& registry) noexcept {
  switch (registry.options.index()) {
    case 0:
      return "kubernetes";
    case 1:
      return "nacos";
    default:
      return "file";
  }
}

class Registries::Core : public std::enable_shared_from_this<Registries::Core> {
 public:
  Core(asio::io_context& context, RegistrySources sources, Pauses pauses)
      : context_(context), sources_(std::move(sources)), pauses_(pauses) {}

  void apply(const std::vector<config::Registry>& registries, const std::vector<std::string>& restart);
  void stop(std::function<void()> done);
  Backend* backend_of(const std::string& name) const;
  std::vector<admin::RegistryReport> reports() const;

 private:
  void start(const config::Registry& registry);
  void end(Follower& follower, std::optional<config::Registry> successor);
  void ended(const std::string& name);
  Result<void> make_backend(Follower& follower);
  asio::awaitable<void> follow(std::shared_ptr<Follower> follower);

  asio::io_context& context_;
  RegistrySources sources_;
  Pauses pauses_;
  mutable std::mutex mutex_;  // the map and the backends in it, for reports()
  std::map<std::string, std::shared_ptr<Follower>> followers_;
  std::map<std::string, std::shared_ptr<NumberedSink>> sinks_;  // kept: the numbers must not start again
  std::function<void()> stopped_;
};

void Registries::Core::apply(const std::vector<config::Registry>& registries,
                             const std::vector<std::string>& restart) {
  for (const auto& [name, follower] : followers_) {
    const auto wanted = std::find_if(registries.begin(), registries.end(),
                                     [&, &key = name](const auto& registry) { return registry.name == key; });
    const bool again = std::find(restart.begin(), restart.end(), name) != restart.end();
    if (wanted == registries.end()) {
      end(*follower, std::nullopt);
    } else if (again || follower->ending || !same(*wanted, follower->config)) {
      end(*follower, *wanted);
    }
  }
  for (const auto& registry : registries) {
    if (followers_.count(registry.name) == 0) start(registry);
  }
}

void Registries::Core::start(const config::Registry& registry) {
  auto follower = std::make_shared<Follower>(registry);
  auto& sink = sinks_[registry.name];
  if (!sink) sink = std::make_shared<NumberedSink>(sources_.sink(registry.name));
  follower->sink = sink;
  {
    const std::lock_guard lock(mutex_);
    followers_[registry.name] = follower;
  }
  log::info("registry.started", {{"registry", registry.name}, {"type", type_word(registry)}});
  asio::co_spawn(context_, follow(follower),
                 asio::bind_cancellation_slot(
                     follower->cancel.slot(),
                     [weak = weak_from_this(), name = registry.name](const std::exception_ptr&) {
                       if (const auto self = weak.lock()) self->ended(name);
                     }));
}

void Registries::Core::end(Follower& follower, std::optional<config::Registry> successor) {
  follower.successor = std::move(successor);
  if (std::exchange(follower.ending, true)) return;
  // Not from here: cancelling may end the coroutine at once, and with it our caller's place in the map.
  asio::post(context_, [weak = weak_from_this(), name = follower.config.name] {
    const auto self = weak.lock();
    if (!self) return;
    const auto found = self->followers_.find(name);
    if (found != self->followers_.end()) found->second->cancel.emit(asio::cancellation_type::terminal);
  });
}

void Registries::Core::ended(const std::string& name) {
  const auto found = followers_.find(name);
  if (found == followers_.end()) return;
  const auto follower = found->second;
  {
    const std::lock_guard lock(mutex_);
    followers_.erase(found);
  }
  log::info("registry.stopped", {{"registry", name}});
  if (follower->successor && !stopped_) {
    // Other options of the same kind may still mean the same services; another kind never does.
    if (follower->successor->options.index() != follower->config.options.index()) sources_.reset(name);
    start(*follower->successor);
  }
  if (stopped_ && followers_.empty()) std::exchange(stopped_, nullptr)();
}

Result<void> Registries::Core::make_backend(Follower& follower) {
  if (follower.backend) return {};
  auto made = sources_.make_backend(follower.config);
  if (!made) return made.error();
  {
    const std::lock_guard lock(mutex_);
    follower.backend = std::move(*made);
  }
  if (sources_.made) sources_.made(follower.config.name);
  return {};
}

/// The one catch at the edge of each backend: whatever ends following while nobody asked for it is a mistake
/// of ours, and one registry's mistake must not touch another's answers.
asio::awaitable<void> Registries::Core::follow(std::shared_ptr<Follower> follower) {
  asio::steady_timer pause(co_await asio::this_coro::executor);
  auto random = Random::from_kernel();
  follow::Backoff backoff(pauses_.first, pauses_.longest);
  while (!follower->ending) {
    std::string why = "following ended by itself";
    try {
      if (const auto made = make_backend(*follower); made) {
        co_await follower->backend->follow(*follower->sink);
      } else {
        why = made.error().message;
      }
    } catch (const std::exception& trouble) {
      why = trouble.what();
    }
    if (follower->ending) co_return;
    ++follower->restarts;
    log::error("registry.failed", {{"registry", follower->config.name}, {"reason", why}});
    follower->sink->lost_contact(why);
    boost::system::error_code error;
    pause.expires_after(backoff.next(random));
    co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
}

void Registries::Core::stop(std::function<void()> done) {
  if (followers_.empty()) return done();
  stopped_ = std::move(done);
  for (const auto& [name, follower] : followers_) end(*follower, std::nullopt);
}

/// On the context's thread; null where none runs.
Backend* Registries::Core::backend_of(const std::string& name) const {
  const auto found = followers_.find(name);
  return found == followers_.end() ? nullptr : found->second->backend.get();
}

std::vector<admin::RegistryReport> Registries::Core::reports() const {
  std::vector<admin::RegistryReport> reports;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, follower] : followers_) {
    reports.push_back({name, std::string(type_word(follower->config)), follower->restarts.load(),
                       follower->backend ? follower->backend->counts() : std::vector<BackendCount>{}});
  }
  return reports;
}

Registries::Registries(boost::asio::io_context& context, RegistrySources sources, Pauses pauses)
    : core_(std::make_shared<Core>(context, std::move(sources), pauses)) {}
Registries::Registries(boost::asio::io_context& context, RegistrySources sources)
    : Registries(context, std::move(sources), Pauses{}) {}
Registries::~Registries() = default;

void Registries::apply(const std::vector<config::Registry>& registries,
                       const std::vector<std::string>& restart) {
  core_->apply(registries, restart);
}
void Registries::stop(std::function<void()> done) { core_->stop(std::move(done)); }
void Registries::list_again(const std::string& name) {
  if (auto* backend = core_->backend_of(name)) backend->list_again();
}
void Registries::want(const ServiceKey& key, std::function<void(bool)> done) {
  if (auto* backend = core_->backend_of(key.registry)) backend->want(key, std::move(done));
}
void Registries::unwant(const ServiceKey& key) {
  if (auto* backend = core_->backend_of(key.registry)) backend->unwant(key);
}
void Registries::second_opinion(const std::string& name, OpinionQuestion question,
                                std::function<void(SecondOpinion)> done) {
  if (auto* backend = core_->backend_of(name)) backend->second_opinion(std::move(question), std::move(done));
}
std::vector<admin::RegistryReport> Registries::reports() const { return core_->reports(); }

}  // namespace signpost
