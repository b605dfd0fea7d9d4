#include "backends/checks/checker.h"

#include <algorithm>
#include <exception>
#include <list>
#include <mutex>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "backends/checks/probe.h"
#include "backends/follow/http.h"

namespace signpost::checks {

namespace asio = boost::asio;

class Checker::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& context, const Clock& clock, std::function<void(const Change&)> report)
      : context_(context),
        clock_(clock),
        report_(std::move(report)),
        plan_(Random::from_kernel(), Limits{}),
        http_(context.get_executor(), clock),
        timer_(context) {}

  void limit(Limits limits) {
    plan_.limit(limits);
    go_on();
  }
  void want(const std::string& who, const std::vector<Target>& targets) {
    if (stopped_) return;
    plan_.want(who, targets, clock_.now());
    go_on();
  }
  void stop() {
    stopped_ = true;
    timer_.cancel();
    for (auto& cancel : running_) cancel.emit(asio::cancellation_type::terminal);
  }
  Counts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }
  asio::io_context& context() { return context_; }

 private:
  using Running = std::list<asio::cancellation_signal>;

  void go_on() {
    if (stopped_) return;
    for (auto& target : plan_.take_due(clock_.now())) begin(std::move(target));
    {
      const std::lock_guard lock(mutex_);
      counts_ = plan_.counts(clock_.now());
    }
    const auto next = plan_.next();
    if (!next) {
      timer_.cancel();
      return;
    }
    timer_.expires_at(*next);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->go_on();
    });
  }

  void begin(Target target) {
    const auto at = running_.emplace(running_.end());
    asio::co_spawn(context_, probe(target, http_, clock_),
                   asio::bind_cancellation_slot(at->slot(), [self = shared_from_this(), at, target](
                                                                std::exception_ptr trouble, Outcome outcome) {
                     self->end(at, target, trouble, outcome);
                   }));
  }

  /// A mistake of ours says nothing about the target.
  void end(Running::iterator at, const Target& target, const std::exception_ptr& trouble, Outcome outcome) {
    running_.erase(at);
    if (stopped_) return;
    if (trouble) outcome = {true, {}};
    if (const auto change = plan_.ended(target, outcome, clock_.now())) report_(*change);
    go_on();
  }

  asio::io_context& context_;
  const Clock& clock_;
  const std::function<void(const Change&)> report_;
  Plan plan_;
  follow::HttpClient http_;
  asio::steady_timer timer_;
  Running running_;
  bool stopped_ = false;
  mutable std::mutex mutex_;
  Counts counts_;
};

Checker::Checker(asio::io_context& context, const Clock& clock, std::function<void(const Change&)> report)
    : core_(std::make_shared<Core>(context, clock, std::move(report))) {}
Checker::~Checker() = default;

void Checker::limit(Limits limits) {
  asio::post(core_->context(), [core = core_, limits] { core->limit(limits); });
}

void Checker::want(std::string who, std::vector<Target> targets) {
  asio::post(core_->context(), [core = core_, who = std::move(who), targets = std::move(targets)] {
    core->want(who, targets);
  });
}

void Checker::stop() { core_->stop(); }
Counts Checker::counts() const { return core_->counts(); }

}  // namespace signpost::checks
