#include "zones/table/builder.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "dns/base/background.h"
#include "zones/table/event_queue.h"
#include "zones/table/world.h"

namespace signpost {
namespace {

// One step: so many events taken, or so many services rebuilt, between two looks at what else waits. A
// service of ten instances costs about 10 us to rebuild, so a step stays near 1 ms (DESIGN.md section 7: at
// most 2 ms).
constexpr std::size_t kEventsAStep = 512;
constexpr std::size_t kServicesAStep = 128;
constexpr std::chrono::milliseconds kTick{100};
constexpr std::chrono::microseconds kTogether{20};  // finer than the histogram's lower buckets need

}  // namespace

class Builder::Core {
 public:
  Core(SnapshotStore& store, const Clock& clock) : clock_(clock), world_(store, clock) {}
  ~Core() { stop(); }

  void start() {
    assert(!thread_.joinable());
    thread_ = std::thread([this] {
      begin_background_thread("builder");
      run();
    });
  }

  void stop() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
  }

  void push(BuilderEvent event) {
    event.arrived = clock_.now();
    queue_.push(std::move(event));
  }

  void task(std::function<void()> work) {
    BuilderEvent event;
    event.task = std::move(work);
    push(std::move(event));
  }

  RegistrySink& sink(const std::string& registry);

  /// Builder thread: when nothing is dirty any more.
  void after_publish(std::function<void()> done) { waiting_.push_back(std::move(done)); }

  World& world() { return world_; }

  BuilderStatus status() const {
    auto status = world_.status();
    status.last_publish_seconds = std::chrono::duration<double>(last_publish_).count();
    status.longest_step_seconds = std::chrono::duration<double>(longest_step_).count();
    status.steps = steps_;
    for (auto& registry : status.registries) {
      if (const auto found = lags_.find(registry.name); found != lags_.end()) registry.lag = found->second;
      if (const auto found = programmed_.find(registry.name); found != programmed_.end()) {
        registry.programmed_cluster_ip = found->second.cluster_ip;
        registry.programmed_headless = found->second.headless;
      }
    }
    return status;
  }

 private:
  class Sink;

  void run() {
    std::deque<BuilderEvent> events;
    bool more = false;
    bool saving = false;
    for (bool open = true; open;) {
      open = queue_.take(events, kEventsAStep, more || saving ? Duration::zero() : Duration(kTick));
      const auto began = clock_.now();
      const auto oldest = events.empty() ? began : events.front().arrived;
      for (auto& event : events) {
        note_arrival(event);
        apply(event);
      }
      const bool worked = !events.empty() || more;
      events.clear();
      more = world_.flush(kServicesAStep);
      world_.publish();
      if (!more) tell_published();
      saving = world_.save_some();
      const auto ended = clock_.now();
      if (!more) count_lags(ended);
      if (worked) last_publish_ = ended - oldest;
      longest_step_ = std::max(longest_step_, Duration(ended - began));
      if (worked) steps_.count(ended - began);
      if (!worked || ended >= next_tick_) more = tick() || more;
    }
    world_.save_all();
  }

  /// True: something is left to be done at once.
  bool tick() {
    const auto began = clock_.now();
    const bool again = world_.tick();
    const auto ended = clock_.now();
    next_tick_ = again ? ended : ended + kTick;
    longest_step_ = std::max(longest_step_, Duration(ended - began));
    steps_.count(ended - began);
    return again || world_.is_dirty();
  }

  /// A list of 100,000 services is not 100,000 stamps: events that came together have one.
  void note_arrival(const BuilderEvent& event) {
    if (event.kind != BuilderEvent::Kind::Upsert && event.kind != BuilderEvent::Kind::Erase) return;
    const auto& registry = event.state.key.registry;
    if (event.changed_at != WallTime{} && event.state.kind != ServiceKind::Alias)
      programming_.push_back({registry, event.changed_at, event.state.kind == ServiceKind::VirtualIp});
    if (!arrivals_.empty() && arrivals_.back().registry == registry &&
        event.arrived - arrivals_.back().at < kTogether) {
      ++arrivals_.back().events;
    } else {
      arrivals_.push_back({registry, event.arrived, 1});
    }
  }

  void count_lags(Monotonic now) {
    for (const auto& arrival : arrivals_) lags_[arrival.registry].count(now - arrival.at, arrival.events);
    arrivals_.clear();
    const auto shown = clock_.wall();
    for (const auto& change : programming_) {
      auto& both = programmed_[change.registry];
      (change.cluster_ip ? both.cluster_ip : both.headless).count(change.at, shown);
    }
    programming_.clear();
  }

  void tell_published() {
    for (const auto& done : std::exchange(waiting_, {})) done();
  }

  void apply(BuilderEvent& event) {
    switch (event.kind) {
      case BuilderEvent::Kind::BeginList:
        world_.begin_list(event.registry, event.number);
        break;
      case BuilderEvent::Kind::Upsert:
        world_.take(std::move(event.state));
        break;
      case BuilderEvent::Kind::Mention:
        world_.mention(event.state.key);
        break;
      case BuilderEvent::Kind::Erase:
        world_.erase(event.state.key);
        break;
      case BuilderEvent::Kind::Forget:
        world_.forget(event.state.key);
        break;
      case BuilderEvent::Kind::EndList:
        world_.end_list(event.registry, event.number, event.complete);
        break;
      case BuilderEvent::Kind::CaughtUp:
        world_.caught_up(event.registry, event.number);
        break;
      case BuilderEvent::Kind::LostContact:
        world_.lost_contact(event.registry, event.why);
        break;
      case BuilderEvent::Kind::Task:
        event.task();
        break;
    }
  }

  const Clock& clock_;
  World world_;  // builder thread, once it runs
  EventQueue queue_;
  std::mutex sinks_mutex_;
  std::map<std::string, std::unique_ptr<Sink>> sinks_;
  std::vector<std::function<void()>> waiting_;  // for what is dirty to be published
  std::thread thread_;
  Monotonic next_tick_{};
  Duration last_publish_{};
  Duration longest_step_{};
  Durations steps_;
  struct Arrival {
    std::string registry;
    Monotonic at;
    std::uint64_t events;
  };
  struct Programming {
    std::string registry;
    WallTime at;
    bool cluster_ip;
  };
  struct Programmed {
    ProgrammingTimes cluster_ip, headless;
  };
  std::vector<Arrival> arrivals_;         // not yet published
  std::vector<Programming> programming_;  // the same
  std::map<std::string, Programmed> programmed_;
  std::map<std::string, Durations> lags_;  // by registry, since the start
};

/// One registry's way into the queue.
class Builder::Core::Sink final : public RegistrySink {
 public:
  Sink(Core& core, std::string registry) : core_(core), registry_(std::move(registry)) {}

  void begin_list(Epoch epoch) override { push(BuilderEvent::Kind::BeginList, epoch); }
  void upsert(ServiceState state, Revision revision) override {
    BuilderEvent event;
    event.kind = BuilderEvent::Kind::Upsert;
    event.number = revision;
    event.state = std::move(state);
    event.state.key.registry = registry_;
    event.changed_at = std::exchange(changed_at_, WallTime{});
    core_.push(std::move(event));
  }
  void changed_at(WallTime when) override { changed_at_ = when; }
  void mention(const ServiceKey& key) override { push(BuilderEvent::Kind::Mention, key, 0); }
  void erase(const ServiceKey& key, Revision revision) override {
    push(BuilderEvent::Kind::Erase, key, revision);
  }
  void forget(const ServiceKey& key) override { push(BuilderEvent::Kind::Forget, key, 0); }
  void end_list(Epoch epoch, Complete complete) override {
    push(BuilderEvent::Kind::EndList, epoch, complete);
  }
  void caught_up(Revision revision) override { push(BuilderEvent::Kind::CaughtUp, revision); }
  void identify(std::string_view identity) override {
    core_.task([&world = core_.world(), registry = registry_, identity = std::string(identity)] {
      world.identify(registry, identity);
    });
  }
  void place_clients(std::vector<ClientNetwork> networks) override {
    core_.task([&world = core_.world(), registry = registry_, networks = std::move(networks)]() mutable {
      world.place_clients(registry, std::move(networks));
    });
  }
  void lost_contact(std::string_view why) override {
    BuilderEvent event;
    event.kind = BuilderEvent::Kind::LostContact;
    event.registry = registry_;
    event.why = why;
    core_.push(std::move(event));
  }

 private:
  void push(BuilderEvent::Kind kind, const ServiceKey& key, std::uint64_t number) {
    BuilderEvent event;
    event.kind = kind;
    event.number = number;
    event.state.key = key;
    event.state.key.registry = registry_;
    core_.push(std::move(event));
  }
  void push(BuilderEvent::Kind kind, std::uint64_t number, Complete complete = Complete::No) {
    BuilderEvent event;
    event.kind = kind;
    event.registry = registry_;
    event.number = number;
    event.complete = complete;
    core_.push(std::move(event));
  }

  Core& core_;
  const std::string registry_;
  WallTime changed_at_{};  // of the next upsert
};

RegistrySink& Builder::Core::sink(const std::string& registry) {
  const std::lock_guard lock(sinks_mutex_);
  auto& place = sinks_[registry];
  if (!place) place = std::make_unique<Sink>(*this, registry);
  return *place;
}

Builder::Builder(SnapshotStore& store, const Clock& clock) : core_(std::make_unique<Core>(store, clock)) {}
Builder::~Builder() = default;
void Builder::start() { core_->start(); }
void Builder::stop() { core_->stop(); }
RegistrySink& Builder::sink(const std::string& registry) { return core_->sink(registry); }

void Builder::configure(std::shared_ptr<const config::Config> config, std::function<void()> done) {
  configure(std::move(config), {}, std::move(done));
}

void Builder::configure(std::shared_ptr<const config::Config> config, StaticZones statics,
                        std::function<void()> done) {
  core_->task([this, config = std::move(config), statics = std::move(statics), done = std::move(done)] {
    core_->world().configure(config, statics);
    if (done) done();
  });
}

void Builder::set_static(const Name& zone, std::shared_ptr<const StaticZone> data) {
  core_->task([this, zone, data = std::move(data)] { core_->world().set_static(zone, data); });
}

void Builder::keep_state(std::function<void(state::Content)> save) {
  core_->task([this, save = std::move(save)]() mutable { core_->world().keep_state(std::move(save)); });
}

void Builder::state_saved(const std::string& registry, bool well) {
  core_->task([this, registry, well] { core_->world().state_saved(registry, well); });
}

void Builder::restore_serials(KeptSerials serials) {
  core_->task([this, serials = std::move(serials)] { core_->world().restore_serials(serials); });
}

void Builder::restore(std::vector<Restored> restored, std::function<void()> done) {
  core_->task([this, restored = std::move(restored), done = std::move(done)]() mutable {
    auto& world = core_->world();
    for (auto& registry : restored) world.restore(std::move(registry));
    // In one go and one publish, as a configuration: nobody is answered yet, or the registry is new.
    world.flush_wide();
    world.publish();
    if (done) done();
  });
}

void Builder::reset(const std::string& registry) {
  core_->task([this, registry] { core_->world().reset(registry); });
}

void Builder::on_list_wanted(std::function<void(const std::string&)> wanted) {
  core_->world().on_list_wanted(std::move(wanted));
}

void Builder::on_opinion_wanted(std::function<void(const std::string&, OpinionQuestion)> wanted) {
  core_->world().on_opinion_wanted(std::move(wanted));
}

void Builder::on_checks_wanted(
    std::function<void(std::string who, std::vector<checks::Target> targets)> wanted) {
  core_->world().on_checks_wanted(std::move(wanted));
}

void Builder::take_check(const checks::Change& change) {
  core_->task([this, change] { core_->world().take_check(change); });
}

void Builder::take_opinion(const std::string& registry, SecondOpinion opinion) {
  core_->task(
      [this, registry, opinion = std::move(opinion)] { core_->world().take_opinion(registry, opinion); });
}

void Builder::release(const std::string& registry, const std::string& service,
                      std::function<void(ReleaseOutcome)> reply) {
  core_->task([this, registry, service, reply = std::move(reply)] {
    reply(core_->world().release(registry, service));
  });
}

void Builder::drain(const DrainOrder& order, std::function<void(DrainOutcome)> reply) {
  core_->task([this, order, reply = std::move(reply)] { reply(core_->world().drain(order)); });
}

void Builder::when_published(std::function<void()> done) {
  core_->task([this, done = std::move(done)]() mutable { core_->after_publish(std::move(done)); });
}

void Builder::status(std::function<void(BuilderStatus)> reply) {
  core_->task([this, reply = std::move(reply)] { reply(core_->status()); });
}

void Builder::find(const Name& name, std::function<void(Found)> reply) {
  core_->task([this, name, reply = std::move(reply)] { reply(core_->world().find(name)); });
}

void Builder::subscribe(std::function<void(const ZoneChange&)> subscriber) {
  core_->world().subscribe(std::move(subscriber));
}

}  // namespace signpost
