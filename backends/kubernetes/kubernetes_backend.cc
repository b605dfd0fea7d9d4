#include "backends/kubernetes/kubernetes_backend.h"

#include <algorithm>
#include <exception>
#include <memory>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <malloc.h>

#include "backends/follow/counts.h"
#include "backends/follow/http.h"
#include "backends/kubernetes/account.h"
#include "backends/kubernetes/auditor.h"
#include "backends/kubernetes/cluster.h"
#include "backends/kubernetes/nodes.h"
#include "backends/kubernetes/reflector.h"
#include "backends/kubernetes/wanted.h"
#include "dns/base/log.h"

namespace signpost::kubernetes {
namespace {

namespace asio = boost::asio;

/// About half a millisecond: an instance costs 300 ns to make (measured), and no task may hold the thread
/// over 2 ms.
constexpr std::size_t kStepWork = 1500;

constexpr std::chrono::seconds kTellAgain{10};
constexpr std::size_t kDriftNamesMax = 10;
constexpr std::chrono::milliseconds kFirstTrim{250};
constexpr std::chrono::seconds kLastTrim{4};

class KubernetesBackend final : public Backend {
 public:
  KubernetesBackend(std::string name, Account account, const config::KubernetesRegistry& options,
                    asio::any_io_executor executor, const Clock& clock)
      : name_(std::move(name)),
        account_(std::move(account)),
        executor_(std::move(executor)),
        clock_(clock),
        http_(executor_, clock),
        namespaces_wanted_(!options.namespace_labels.empty()),
        cluster_(name_, cluster_options(options)),
        timer_(executor_),
        trim_(executor_) {
    for (const auto& one : followed(options)) {
      followers_.push_back(std::make_unique<Follower>(one, options.audit_interval, *this));
    }
  }

  std::string_view name() const noexcept override { return name_; }
  std::vector<BackendCount> counts() const override { return counts_.all(); }

  void list_again() override {
    cluster_.list_again();
    counts_.add("relists", "doubted");
    for (auto& follower : followers_) {
      follower->auditor.hurry(clock_.now());
      follower->hurried.cancel();
    }
  }

  asio::awaitable<void> follow(RegistrySink& sink) override {
    std::exception_ptr trouble;
    try {
      co_await run_all(0, sink);
    } catch (...) {  // cancelled: each loop has thrown operation_aborted, and Asio made one exception of all
      trouble = std::current_exception();
    }
    timer_.cancel();
    trim_.cancel();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (trouble && state.cancelled() == asio::cancellation_type::none) std::rethrow_exception(trouble);
  }

 private:
  /// One resource in one place, and who looks after what its watch lost.
  struct Follower {
    Follower(const ReflectorOptions& options, Duration audit_interval, KubernetesBackend& backend)
        : reflector(options, backend.sink_of(options.source.resource), backend.cluster_.words(),
                    backend.counts_, Random::from_kernel()),
          auditor(reflector, audit_interval, backend.sink_of(options.source.resource), backend.counts_,
                  Random::from_kernel(), backend.clock_.now()),
          hurried(backend.executor_) {}
    Reflector reflector;
    Auditor auditor;
    asio::steady_timer hurried;  // the auditor's wait, cut short by list_again()
  };

  /// Hands what arrives to the state machine, and what that changed to the sink, before the next octets are
  /// read.
  template <class Machine>
  class Receiver final : public follow::HttpReceiver {
   public:
    Receiver(KubernetesBackend& backend, Follower& follower, Machine& machine, RegistrySink& sink)
        : backend_(backend), follower_(follower), machine_(machine), sink_(sink) {}
    follow::HttpNext head(const follow::HttpHead& head) override {
      const auto next = machine_.head(head, backend_.clock_.now());
      backend_.tell_contact(sink_);
      return next;
    }
    follow::HttpNext body(std::string_view octets) override {
      const auto before = follower_.reflector.revision();
      const auto next = machine_.body(octets, backend_.clock_.now());
      if (backend_.step(sink_)) {
        backend_.finish_later(sink_);
      } else if (follower_.reflector.revision() != before) {
        backend_.tell_caught_up(sink_);
      }
      return next;
    }
    Monotonic deadline() const override { return machine_.wake(); }

   private:
    KubernetesBackend& backend_;
    Follower& follower_;
    Machine& machine_;
    RegistrySink& sink_;
  };

  /// All followers from this one on, side by side.
  asio::awaitable<void> run_all(std::size_t from, RegistrySink& sink) {
    using namespace asio::experimental::awaitable_operators;
    auto& one = *followers_[from];
    if (from + 1 == followers_.size()) {
      co_await (run(one, one.reflector, sink) && run(one, one.auditor, sink));
    } else {
      co_await (run(one, one.reflector, sink) && run(one, one.auditor, sink) && run_all(from + 1, sink));
    }
  }

  template <class Machine>
  asio::awaitable<void> run(Follower& follower, Machine& machine, RegistrySink& sink) {
    asio::steady_timer own(executor_);
    auto& timer = std::is_same_v<Machine, Auditor> ? follower.hurried : own;
    for (;;) {
      const auto wanted = machine.next(clock_.now());
      if (wanted) {
        co_await exchange(*wanted, follower, machine, sink);
        note(follower);
        tell_contact(sink);
      }
      co_await finish(sink);
      if (wanted || machine.wake() <= clock_.now()) continue;
      timer.expires_at(machine.wake());
      boost::system::error_code woken;
      co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      const auto state = co_await asio::this_coro::cancellation_state;
      if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(woken);
    }
  }

  template <class Machine>
  asio::awaitable<void> exchange(const ApiRequest& wanted, Follower& follower, Machine& machine,
                                 RegistrySink& sink) {
    const bool other_files = std::exchange(tls_failures_, http_.tls_failures()) != http_.tls_failures();
    const auto again = other_files ? Again::All : wanted.fresh_token ? Again::Token : Again::No;
    auto request = account_.request(wanted.target, again, clock_.now());
    if (!request) {
      machine.end(request.error().message, clock_.now());
      co_return;
    }
    request->accept_gzip = wanted.list;
    request->fresh_connection = wanted.fresh_connection;
    Receiver<Machine> receiver(*this, follower, machine, sink);
    const auto end = co_await http_.request(std::move(*request), receiver);
    machine.end(end ? std::string_view() : std::string_view(end.error().message), clock_.now());
  }

  ObjectSink& sink_of(Resource resource) {
    return resource == Resource::Nodes ? static_cast<ObjectSink&>(nodes_) : cluster_;
  }

  /// Some of what is due; true: there is more.
  bool step(RegistrySink& sink) {
    if (auto networks = nodes_.take()) sink.place_clients(std::move(*networks));
    cluster_.set_revision(revision());
    cluster_.set_time(clock_.now());
    const bool more = cluster_.step(sink, kStepWork);
    if (more) return true;
    tell_drift();
    wake_later(sink);
    trim_later();
    return false;
  }

  /// Brings what is due to its end in short steps; then the sink knows all.
  asio::awaitable<void> finish(RegistrySink& sink) {
    while (step(sink)) co_await asio::post(executor_, asio::use_awaitable);
    tell_caught_up(sink);
  }

  /// The same from within an exchange: the watch goes on meanwhile.
  void finish_later(RegistrySink& sink) {
    if (std::exchange(finishing_, true)) return;
    asio::post(executor_, [this, alive = std::weak_ptr<int>(alive_), &sink] {
      if (alive.expired()) return;
      finishing_ = false;
      if (step(sink)) {
        finish_later(sink);
      } else {
        tell_caught_up(sink);
      }
    });
  }

  /// What waits for its time: namespaces with many Pods.
  void wake_later(RegistrySink& sink) {
    const auto wake = cluster_.wake();
    if (!wake || (timer_armed_ && timer_.expiry() <= *wake)) return;
    timer_armed_ = true;
    timer_.expires_at(*wake);
    timer_.async_wait([this, alive = std::weak_ptr<int>(alive_), &sink](boost::system::error_code error) {
      if (error || alive.expired()) return;
      timer_armed_ = false;
      finish_later(sink);
    });
  }

  /// Pages, records in flight and states on their way leave free memory behind in every thread's arena. It
  /// goes back to the system as the builder takes what a list told: how long that is, only the builder knows.
  void trim_later() {
    if (std::exchange(trimmed_lists_, cluster_.lists_told()) == cluster_.lists_told()) return;
    trim_after(kFirstTrim);
  }
  void trim_after(Duration pause) {
    trim_.expires_after(pause);
    trim_.async_wait([this, pause, alive = std::weak_ptr<int>(alive_)](boost::system::error_code error) {
      if (error || alive.expired()) return;
      malloc_trim(0);  // 0.3 ms
      if (pause < kLastTrim) trim_after(pause * 2);
    });
  }

  void tell_drift() {
    auto all = cluster_.take_drift();
    if (auto names = nodes_.take_drift(); !names.empty()) {
      const auto count = names.size();
      names.resize(std::min(count, kDriftNamesMax));
      all.push_back({Resource::Nodes, count, std::move(names)});
    }
    for (const auto& drift : all) {
      counts_.add("drift", word_of(drift.resource), drift.count);
      std::string names;
      for (const auto& name : drift.names) names.append(names.empty() ? "" : ", ").append(name);
      log::warning("registry.drift", {{"registry", name_},
                                      {"resource", word_of(drift.resource)},
                                      {"objects", drift.count},
                                      {"which", names}});
    }
  }

  /// Not to be had, and not to be waited for: a resource that is not installed, Namespaces and Nodes that we
  /// may not see.
  bool excusable(const Reflector& reflector) const {
    const auto resource = reflector.source().resource;
    if (resource == Resource::Imports) return reflector.missing();
    const bool may_lack =
        resource == Resource::Nodes || (resource == Resource::Namespaces && !namespaces_wanted_);
    return may_lack && (reflector.forbidden() || reflector.missing());
  }

  void note(Follower& follower) {
    const auto& reflector = follower.reflector;
    const auto resource = word_of(reflector.source().resource);
    if (const auto text = follower.reflector.take_note(); !text.empty()) {
      log::warning("registry.note", {{"registry", name_}, {"resource", resource}, {"what", text}});
    }
    if (!excusable(reflector)) return;
    if (reflector.source().resource != Resource::Nodes) cluster_.excuse(reflector.source());
    if (!excused_.insert(reflector.source().resource).second) return;
    counts_.add("excused", resource);
    log::warning("registry.without",
                 {{"registry", name_}, {"resource", resource}, {"why", reflector.trouble()}});
  }

  /// Nodes say where clients are, and nothing of services: those are live without them.
  static bool is_of_world(const Reflector& reflector) {
    return reflector.source().resource != Resource::Nodes;
  }

  /// The oldest of those that are followed, so that everything up to it is known.
  Revision revision() const {
    Revision oldest = 0;
    for (const auto& follower : followers_) {
      const auto& reflector = follower->reflector;
      if (!is_of_world(reflector) || (excusable(reflector) && reflector.revision() == 0)) continue;
      const auto known = reflector.revision();
      if (oldest == 0 || known < oldest) oldest = known;
      if (known == 0) return 0;
    }
    return oldest;
  }

  /// All watches speak: only then is the registry live (K32).
  bool in_contact() const {
    return std::all_of(followers_.begin(), followers_.end(), [this](const auto& one) {
      return !is_of_world(one->reflector) || one->reflector.in_contact() || excusable(one->reflector);
    });
  }
  void tell_caught_up(RegistrySink& sink) {
    if (cluster_.synced() && in_contact()) sink.caught_up(revision());
  }

  /// On change, so that a long outage is one line; another cause is worth a second one, but not each time.
  void tell_contact(RegistrySink& sink) {
    const auto lost = std::find_if(followers_.begin(), followers_.end(), [this](const auto& one) {
      const auto& reflector = one->reflector;
      return is_of_world(reflector) && reflector.asked() && !reflector.in_contact() && !excusable(reflector);
    });
    if (lost == followers_.end()) {
      if (!std::exchange(lost_, false)) return;
      log::info("registry.contact", {{"registry", name_}});
      return tell_caught_up(sink);
    }
    const auto now = clock_.now();
    const auto& reflector = (*lost)->reflector;
    if (lost_ && (trouble_ == reflector.trouble() || now - told_at_ < kTellAgain)) return;
    lost_ = true;
    told_at_ = now;
    trouble_ = reflector.trouble();
    log::warning(
        "registry.lost_contact",
        {{"registry", name_}, {"resource", word_of(reflector.source().resource)}, {"why", trouble_}});
    counts_.add("lost_contact");
    sink.lost_contact(trouble_);
  }

  std::string name_;
  Account account_;
  asio::any_io_executor executor_;
  const Clock& clock_;
  follow::HttpClient http_;
  std::uint64_t tls_failures_ = 0;  // before the last request
  follow::Counts counts_;
  bool namespaces_wanted_;
  Cluster cluster_;
  Nodes nodes_;
  std::vector<std::unique_ptr<Follower>> followers_;
  std::set<Resource> excused_;  // as logged
  bool lost_ = false;           // told to the sink
  std::string trouble_;         // as told last
  Monotonic told_at_{};
  bool finishing_ = false;
  asio::steady_timer timer_;
  bool timer_armed_ = false;
  asio::steady_timer trim_;
  std::uint64_t trimmed_lists_ = 0;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

Result<std::unique_ptr<Backend>> make_kubernetes_backend(std::string name,
                                                         const config::KubernetesRegistry& options,
                                                         asio::any_io_executor executor, const Clock& clock) {
  auto account = load_account(options);
  if (!account) return Error{"registry " + name + ": " + account.error().message};
  return std::unique_ptr<Backend>(std::make_unique<KubernetesBackend>(std::move(name), std::move(*account),
                                                                      options, std::move(executor), clock));
}

}  // namespace signpost::kubernetes
