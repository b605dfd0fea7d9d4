#include "dns/on_query.h"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/eventfd.h>

#include "dns/admin/reports.h"
#include "dns/base/random.h"
#include "dns/registries.h"
#include "zones/table/builder.h"

namespace signpost {
namespace {

namespace asio = boost::asio;

/// Of one turn of the registry thread, which has other work too.
constexpr std::size_t kAsksAStep = 64;

int make_descriptor() {
  const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

std::string line_of(const DemandFate& fate, WallTime now) {
  std::string services;
  for (const auto& key : fate.services) services += (services.empty() ? "" : " or ") + key.to_string();
  const auto began = admin::iso_time(now - std::chrono::duration_cast<WallTime::duration>(fate.age));
  const auto name = fate.name.to_string();
  switch (fate.state) {
    case DemandFate::State::NotAskedFor:
      return "on_query: " + name + " was not asked for yet; the first query asks for " + services;
    case DemandFate::State::Asking:
      return "on_query: asking for " + services + " since " + began +
             "; no answer yet, so queries end with SERVFAIL (EDE 23)";
    case DemandFate::State::There:
      return "on_query: " + name + " was subscribed on first query at " + began + ": " + services;
    case DemandFate::State::Absent:
      break;
  }
  return "on_query: asked at " + began + " for " + services +
         ", which the registry does not have (or allow and deny leave out); asked again within a minute";
}

}  // namespace

class OnQuery::Core : public std::enable_shared_from_this<OnQuery::Core> {
 public:
  Core(asio::io_context& context, Registries& registries, Builder& builder, const Clock& clock)
      : context_(context),
        registries_(registries),
        builder_(builder),
        clock_(clock),
        bell_(context, make_descriptor()),
        timer_(context),
        gate(Random::from_kernel().next(), bell_.native_handle()),
        table_(gate) {}

  void apply(const config::Config& config) {
    std::vector<DemandRegistry> wanted;
    for (const auto& registry : config.registries) {
      const auto* nacos = std::get_if<config::NacosRegistry>(&registry.options);
      if (nacos == nullptr || !nacos->on_query.enabled) continue;
      wanted.push_back({registry.name, *nacos, {}});
      for (const auto& zone : config.zones) {
        const auto& shown = zone.registries;
        if (!zone.is_reverse() && std::find(shown.begin(), shown.end(), registry.name) != shown.end())
          wanted.back().zones.push_back(zone);
      }
    }
    DemandActions actions;
    table_.configure(std::move(wanted), clock_.now(), actions);
    carry_out(std::move(actions));
    if (!std::exchange(listening_, true)) listen();
  }

  void restarted(const std::string& registry) {
    if (stopped_) return;
    DemandActions actions;
    table_.restarted(registry, actions);
    carry_out(std::move(actions));
  }

  void stop() {
    stopped_ = true;
    timer_.cancel();
    bell_.cancel();
  }

  void add_to(admin::ProgramReport& program) const {
    program.on_query_refused = gate.refused();
    const std::lock_guard lock(mutex_);
    for (auto& report : program.registries) {
      const auto found = std::find_if(reports_.begin(), reports_.end(),
                                      [&](const auto& each) { return each.registry == report.name; });
      if (found == reports_.end()) continue;
      report.on_query = {found->asking, found->there, found->absent, found->subscriptions};
      const auto& counts = found->counts;
      const std::pair<const char*, std::uint64_t> lines[] = {
          {"asked", counts.asked},     {"there", counts.there},     {"absent", counts.absent},
          {"expired", counts.expired}, {"refused", counts.refused}, {"evicted", counts.evicted},
          {"idle", counts.idle}};
      for (const auto& [reason, value] : lines) report.counts.push_back({"on_query", reason, value});
    }
  }

  void explain(const Name& name, std::function<void(std::vector<std::string>)> reply) {
    bool any = false;
    {
      const std::lock_guard lock(mutex_);
      any = !reports_.empty();
    }
    if (!any) return reply({});
    asio::post(context_, [self = shared_from_this(), name, reply = std::move(reply)] {
      std::vector<std::string> lines;
      for (const auto& fate : self->table_.fates(name.folded().wire(), self->clock_.now()))
        lines.push_back(line_of(fate, self->clock_.wall()));
      reply(std::move(lines));
    });
  }

 private:
  void listen() {
    bell_.async_wait(asio::posix::stream_descriptor::wait_read,
                     [self = shared_from_this()](const boost::system::error_code& error) {
                       if (error || self->stopped_) return;
                       eventfd_t rings = 0;
                       (void)eventfd_read(self->bell_.native_handle(), &rings);
                       self->gate.listen();
                       self->take_asks();
                     });
  }

  void take_asks() {
    if (stopped_) return;
    DemandActions actions;
    DemandGate::Ask ask;
    std::size_t count = 0;
    while (count < kAsksAStep && gate.pop(ask)) {
      table_.ask(ask, clock_.now(), actions);
      ++count;
    }
    carry_out(std::move(actions));
    if (count < kAsksAStep) return listen();
    asio::post(context_, [self = shared_from_this()] { self->take_asks(); });
  }

  void replied(const DemandActions::Want& want, bool there) {
    if (stopped_) return;
    DemandActions actions;
    table_.replied(want.name, want.number, there, clock_.now(), actions);
    carry_out(std::move(actions));
  }

  void carry_out(DemandActions actions) {
    for (const auto& key : actions.unwanted) registries_.unwant(key);
    for (auto& want : actions.wanted) {
      const auto key = want.key;  // a backend may reply from inside want()
      registries_.want(key, [self = shared_from_this(), want = std::move(want)](bool there) {
        asio::post(self->context_, [self, want, there] { self->replied(want, there); });
      });
    }
    for (auto& published : actions.published) {
      builder_.when_published([self = shared_from_this(), published = std::move(published)] {
        asio::post(self->context_, [self, published] {
          if (!self->stopped_) self->table_.published(published);
        });
      });
    }
    copy_reports();
    arm();
  }

  void copy_reports() {
    auto reports = table_.reports();
    const std::lock_guard lock(mutex_);
    reports_ = std::move(reports);
  }

  void arm() {
    const auto deadline = table_.deadline();
    if (deadline == armed_) return;
    armed_ = deadline;
    timer_.cancel();
    if (deadline == Monotonic::max()) return;
    timer_.expires_after(std::max(deadline - clock_.now(), Duration::zero()));
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (error || self->stopped_) return;
      self->armed_ = Monotonic::max();
      DemandActions actions;
      self->table_.tick(self->clock_.now(), actions);
      self->carry_out(std::move(actions));
    });
  }

  asio::io_context& context_;
  Registries& registries_;
  Builder& builder_;
  const Clock& clock_;
  asio::posix::stream_descriptor bell_;
  asio::steady_timer timer_;

 public:
  DemandGate gate;

 private:
  DemandTable table_;
  Monotonic armed_ = Monotonic::max();
  bool listening_ = false, stopped_ = false;
  mutable std::mutex mutex_;  // the copy for add_to()
  std::vector<DemandReport> reports_;
};

OnQuery::OnQuery(asio::io_context& context, Registries& registries, Builder& builder, const Clock& clock)
    : core_(std::make_shared<Core>(context, registries, builder, clock)) {}
OnQuery::~OnQuery() = default;
DemandGate& OnQuery::gate() noexcept { return core_->gate; }
void OnQuery::apply(const config::Config& config) { core_->apply(config); }
void OnQuery::restarted(const std::string& registry) { core_->restarted(registry); }
void OnQuery::stop() { core_->stop(); }
void OnQuery::add_to(admin::ProgramReport& report) const { core_->add_to(report); }
void OnQuery::explain(const Name& name, std::function<void(std::vector<std::string>)> reply) {
  core_->explain(name, std::move(reply));
}

}  // namespace signpost
