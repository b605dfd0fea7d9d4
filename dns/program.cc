#include "dns/program.h"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include <boost/asio/post.hpp>

#include "backends/file/file_backend.h"
#include "backends/kubernetes/kubernetes_backend.h"
#include "backends/nacos/nacos.h"
#include "dns/base/background.h"
#include "dns/base/log.h"
#include "dns/looks.h"
#include "dns/make_rules.h"
#include "dns/page/page.h"
#include "dns/reload.h"
#include "dns/run_counted.h"
#include "dns/socket_store.h"
#include "dns/transport/worker_count.h"
#include "dns/version.h"
#include "zones/answer/responder_factory.h"

namespace signpost {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A status walks over all services, so the question grows rarer while a large registry is being listed.
constexpr std::chrono::milliseconds kReadinessPauseMin{5};
constexpr std::chrono::milliseconds kReadinessPauseMax{250};
/// How old a secret of cookies may be: rolling one waits for an hour between steps anyway.
constexpr auto kCookieFilePause = 10s;
constexpr std::size_t kBusyNames = 50;
/// Each registry's `on_query.budget` comes first: at most 5 s. This is for a thread that hangs.
constexpr auto kDeferralDeadline = 6s;

Result<std::unique_ptr<Backend>> make_backend(const config::Registry& registry, asio::io_context& context) {
  const auto executor = asio::any_io_executor(context.get_executor());
  const auto& clock = system_clock();
  if (const auto* kubernetes = std::get_if<config::KubernetesRegistry>(&registry.options)) {
    return kubernetes::make_kubernetes_backend(registry.name, *kubernetes, executor, clock);
  }
  if (const auto* nacos = std::get_if<config::NacosRegistry>(&registry.options)) {
    return make_nacos_backend(registry.name, *nacos, executor, clock);
  }
  return make_file_backend(registry.name, std::get<config::FileRegistry>(registry.options), executor, clock);
}

TcpLimits tcp_limits(const config::Config& config) {
  return {config.tcp.idle, config.tcp.clients, config.tcp.per_source};
}

ServerOptions server_options(const config::Config& config, std::shared_ptr<RulesStore> rules) {
  ServerOptions options;
  options.rules = std::move(rules);
  options.deferral_deadline = kDeferralDeadline;
  static_cast<TcpLimits&>(options.tcp) = tcp_limits(config);
  return options;
}

checks::Limits check_limits(const config::Config& config) {
  checks::Limits limits;
  limits.per_second = config.checks.per_second;
  return limits;
}

unsigned worker_count(const config::Config& config) {
  return config.workers != 0 ? config.workers : automatic_worker_count();
}

/// Hands the configuration to the builder and waits until its first or next snapshot stands.
void configure_and_wait(Builder& builder, std::shared_ptr<const config::Config> config, StaticZones statics) {
  std::promise<void> done;
  builder.configure(std::move(config), std::move(statics), [&] { done.set_value(); });
  done.get_future().wait();
}

}  // namespace

Program::Program(asio::io_context& control, config::Config config, StaticReadings statics,
                 SocketStore& sockets, BeginWhen begin)
    : control_(control),
      config_(std::make_shared<const config::Config>(std::move(config))),
      started_(system_clock().wall()),
      sockets_(sockets),
      begin_when_(begin),
      query_taps_(system_clock()),
      rules_(std::make_shared<RulesStore>(make_rules(*config_, cookies_.secrets()))),
      builder_(store_, system_clock()),
      state_files_(system_clock(), builder_),
      static_files_(system_clock(),
                    [this](const Name& zone, auto data) { builder_.set_static(zone, std::move(data)); }),
      first_statics_(std::move(statics)),
      registry_work_(registry_context_.get_executor()),
      registries_(
          registry_context_,
          {[this](const config::Registry& registry) { return make_backend(registry, registry_context_); },
           [this](const std::string& name) -> RegistrySink& { return builder_.sink(name); },
           [this](const std::string& name) { builder_.reset(name); },
           [this](const std::string& name) { on_query_.restarted(name); }}),
      on_query_(registry_context_, registries_, builder_, system_clock()),
      checker_(registry_context_, system_clock(),
               [this](const checks::Change& change) { builder_.take_check(change); }),
      admin_(admin_sources(), system_clock()),
      doors_(admin_, sockets),
      begin_timer_(control),
      readiness_timer_(control),
      cookie_timer_(control),
      config_watch_(control.get_executor(), system_clock(), [this] { (void)reload(); }) {
  reload_.version = config_->sources.version();
  page::add_page(admin_, browser(store_));
  if (!config_->cookies.secret_file.empty()) cookies_.follow(config_->cookies.secret_file);
}

Program::~Program() { stop(); }

Result<void> Program::start() {
  builder_.on_list_wanted([this](const std::string& registry) {
    asio::post(registry_context_, [this, registry] { registries_.list_again(registry); });
  });
  builder_.on_opinion_wanted([this](const std::string& registry, OpinionQuestion question) {
    asio::post(registry_context_, [this, registry, question = std::move(question)]() mutable {
      registries_.second_opinion(registry, std::move(question), [this, registry](SecondOpinion opinion) {
        builder_.take_opinion(registry, std::move(opinion));
      });
    });
  });
  builder_.on_checks_wanted([this](std::string who, std::vector<checks::Target> targets) {
    checker_.want(std::move(who), std::move(targets));
  });
  checker_.limit(check_limits(*config_));
  builder_.start();
  state_files_.prepare(*config_);
  configure_and_wait(builder_, config_, zones_of(first_statics_));
  state_files_.restore(*config_);
  static_files_.follow(config_, std::move(first_statics_));
  auto doors = doors_.plan(config_->listen);
  if (!doors) return doors.error();
  doors_.take(std::move(*doors));
  if (auto opened = start_server(); !opened) return opened;
  start_registries();
  if (!begin_when_.ready) {
    if (const auto begun = begin(); !begun) return begun;
    std::exchange(begun_, nullptr)({});
  } else if (begin_when_.after) {
    begin_timer_.expires_after(*begin_when_.after);
    begin_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) begin_when();
    });
  }
  watch_readiness(kReadinessPauseMin);
  watch_cookie_file();
  return {};
}

/// What the workers go by from their next batch on.
void Program::publish_rules() {
  auto rules = make_rules(*config_, cookies_.secrets(), rules_->current().get());
  rules.tap = query_taps_.follow(*config_, worker_count(*config_), rules.server_id);
  rules_->publish(std::move(rules));
}

Result<void> Program::start_server() {
  publish_rules();
  responders_ = make_responder_factory(store_, std::nullopt, &on_query_.gate());
  auto server = Server::open(config_->listen.dns, worker_count(*config_), server_options(*config_, rules_),
                             *responders_, sockets_.inherited());
  if (!server) return Error{"listen.dns " + server.error().message};
  server_ = std::move(*server);
  overload_log_ = std::make_unique<OverloadLog>(control_, [this] { return server_->counters(); });
  return {};
}

void Program::start_registries() {
  asio::post(registry_context_, [this, config = config_] {
    registries_.apply(config->registries);
    on_query_.apply(*config);
  });
  registry_thread_ = std::thread([this] {
    begin_background_thread("registry");
    run_counted(registry_context_, system_clock(), registry_steps_);
  });
}

void Program::show_listeners() {
  auto listeners = doors_.reports();
  for (const auto& address : server_->addresses()) listeners.push_back({"dns", address.to_string()});
  for (const auto& listener : listeners) {
    const auto same = [&](const auto& other) {
      return other.kind == listener.kind && other.address == listener.address;
    };
    if (std::none_of(listeners_.begin(), listeners_.end(), same))
      log::info("listen.ready", {{"kind", listener.kind}, {"address", listener.address}});
  }
  const std::lock_guard lock(mutex_);
  listeners_ = std::move(listeners);
}

Result<void> Program::move_listeners(const config::Config& next) {
  auto doors = doors_.plan(next.listen);
  if (!doors) return doors.error();
  if (next.listen.dns != config_->listen.dns || next.workers != config_->workers) {
    if (begun_) return Error{"listen.dns and workers stay while this process waits to begin; reload again"};
    if (auto moved = server_->change(next.listen.dns, worker_count(next)); !moved)
      return Error{"listen.dns " + moved.error().message};
    sockets_.keep(server_->listeners());
  }
  doors_.take(std::move(*doors));
  show_listeners();
  return {};
}

/// Says `signpost.ready` once. Nobody may ask /ready for a long time, so the program asks itself.
void Program::watch_readiness(std::chrono::milliseconds pause) {
  builder_.status([this, pause](BuilderStatus status) {
    asio::post(control_, [this, pause, status = std::move(status)] {
      (void)admin_.readiness().decide(status.registries);
      if (admin_.readiness().ready()) {
        log::info("signpost.ready", {{"version", kVersion}});
        if (begin_when_.ready) begin_when();
        return ready_();
      }
      readiness_timer_.expires_after(pause);
      readiness_timer_.async_wait([this, pause](const boost::system::error_code& error) {
        const auto longest = begun_ ? kReadinessPauseMin : kReadinessPauseMax;  // queries wait for it
        if (!error) watch_readiness(std::min(pause * 2, longest));
      });
    });
  });
}

/// A file is looked at rather than watched: projected volumes swap symlinks, and ten seconds are soon enough.
void Program::watch_cookie_file() {
  cookie_timer_.expires_after(kCookieFilePause);
  cookie_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (cookies_.look_again()) publish_rules();
    watch_cookie_file();
  });
}

/// Whoever waits for the first READY must not take that of a reload for it.
admin::ReloadOutcome Program::reload() {
  if (begun_) return read_again();
  before_reload_();
  auto outcome = read_again();
  after_reload_(outcome);
  return outcome;
}

admin::ReloadOutcome Program::read_again() {
  const auto quiet = static_files_.pause();  // no file is read between what is read here and its taking over
  auto changed = load_change(*config_);
  if (changed.config) {
    if (const auto moved = move_listeners(*changed.config); !moved) changed.refuse(moved.error().message);
  }
  log_outcome(config_->path, changed.outcome);
  if (changed.config) take(changed);
  config_watch_.follow(std::move(changed.sources), config_->reload);
  const std::lock_guard lock(mutex_);
  reload_.version = config_->sources.version();
  ++(changed.config ? reload_.accepted : reload_.refused);
  reload_.last_outcome = one_line(changed.outcome);
  return changed.outcome;
}

/// All of it at once, as one snapshot.
void Program::take(Change& changed) {
  config_ = changed.config;
  log::set_level(config_->log.level);
  log::set_format(config_->log.format);
  checker_.limit(check_limits(*config_));
  state_files_.prepare(*config_);
  configure_and_wait(builder_, config_, zones_of(changed.statics));
  state_files_.restore(*config_);
  static_files_.follow(config_, std::move(changed.statics));
  cookies_.follow(config_->cookies.secret_file);
  server_->limit_tcp(tcp_limits(*config_));
  publish_rules();
  asio::post(registry_context_, [this, config = config_] {
    registries_.apply(config->registries, file_registries(*config));
    on_query_.apply(*config);
  });
}

admin::ProgramReport Program::report() const {
  admin::ProgramReport report;
  report.version = kVersion;
  report.compiler = kCompiler;
  report.started = started_;
  report.workers = server_ ? server_->worker_count() : 0;
  report.registries = registries_.reports();
  on_query_.add_to(report);
  query_taps_.add_to(report);
  report.registry_steps = registry_steps_.read();
  report.checks = checker_.counts();
  report.static_files = static_files_.reports();
  report.state_files = state_files_.reports();
  report.cookie_files_refused = cookies_.refused();
  const std::lock_guard lock(mutex_);
  report.listeners = listeners_;
  report.reload = reload_;
  return report;
}

admin::Sources Program::admin_sources() {
  admin::Sources sources;
  sources.builder = [this](auto reply) { builder_.status(std::move(reply)); };
  sources.program = [this] { return report(); };
  sources.dns = [this] { return server_->counters(); };
  sources.explain = explainer(builder_, store_, on_query_);
  sources.admit = [this]() -> admin::Sources::Admit {
    return [rules = rules_->current()](const Name& name, const IpAddress& client) {
      QueryContext context;
      context.peer.ip = client;
      return rules->admission ? rules->admission->decide_followed(context, name.folded().wire())
                              : Admission::Allow;
    };
  };
  sources.dump = dumper(store_);
  sources.reload = [this](auto reply) {
    asio::post(control_, [this, reply = std::move(reply)] { reply(reload()); });
  };
  sources.release = [this](const std::string& registry, const std::string& service, auto reply) {
    builder_.release(registry, service, std::move(reply));
  };
  sources.drain = [this](const DrainOrder& order, auto reply) { builder_.drain(order, std::move(reply)); };
  sources.watch_names = [this](bool on) { server_->watch_names(on); };
  sources.busy_names = [this] { return server_->take_names(kBusyNames); };
  sources.ask_workers = [this] { server_->ask_all(); };
  sources.oldest_sign = [this] { return server_->oldest_sign(); };
  return sources;
}

}  // namespace signpost
