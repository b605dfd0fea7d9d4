#include "backends/kubernetes/kubernetes_backend.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/follow/counts.h"
#include "backends/follow/http.h"
#include "backends/kubernetes/account.h"
#include "backends/kubernetes/cluster.h"
#include "backends/kubernetes/reflector.h"
#include "dns/base/log.h"

namespace signpost::kubernetes {
namespace {

namespace asio = boost::asio;

/// About half a millisecond: an instance costs 300 ns to make (measured), and no task may hold the thread
/// over 2 ms.
constexpr std::size_t kStepWork = 1500;

constexpr std::chrono::seconds kTellAgain{10};

class KubernetesBackend final : public Backend {
 public:
  KubernetesBackend(std::string name, Account account, Duration silence, asio::any_io_executor executor,
                    const Clock& clock)
      : name_(std::move(name)),
        account_(std::move(account)),
        executor_(std::move(executor)),
        clock_(clock),
        http_(executor_, clock),
        cluster_(name_),
        reflectors_{
            Reflector(Resource::Services, silence, cluster_, words_, counts_, Random::from_kernel()),
            Reflector(Resource::Endpoints, silence, cluster_, words_, counts_, Random::from_kernel())} {}

  std::string_view name() const noexcept override { return name_; }
  void list_again() override {}
  std::vector<BackendCount> counts() const override { return counts_.all(); }

  asio::awaitable<void> follow(RegistrySink& sink) override {
    using namespace asio::experimental::awaitable_operators;
    std::exception_ptr trouble;
    try {
      co_await (run(reflectors_[0], sink) && run(reflectors_[1], sink));
    } catch (...) {  // cancelled: each loop has thrown operation_aborted, and Asio made one exception of both
      trouble = std::current_exception();
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (trouble && state.cancelled() == asio::cancellation_type::none) std::rethrow_exception(trouble);
  }

 private:
  /// Hands what arrives to the reflector, and what that changed to the sink, before the next octets are read.
  class Receiver final : public follow::HttpReceiver {
   public:
    Receiver(KubernetesBackend& backend, Reflector& reflector, RegistrySink& sink)
        : backend_(backend), reflector_(reflector), sink_(sink) {}
    follow::HttpNext head(const follow::HttpHead& head) override {
      const auto next = reflector_.head(head, backend_.clock_.now());
      backend_.tell_contact(sink_);
      return next;
    }
    follow::HttpNext body(std::string_view octets) override {
      const auto before = reflector_.revision();
      const auto next = reflector_.body(octets, backend_.clock_.now());
      backend_.tell_revision();
      const bool more = backend_.cluster_.step(sink_, kStepWork);
      if (more) {
        backend_.finish_later(sink_);
      } else if (reflector_.revision() != before) {
        backend_.tell_caught_up(sink_);
      }
      return next;
    }
    Monotonic deadline() const override { return reflector_.wake(); }

   private:
    KubernetesBackend& backend_;
    Reflector& reflector_;
    RegistrySink& sink_;
  };

  asio::awaitable<void> run(Reflector& reflector, RegistrySink& sink) {
    asio::steady_timer timer(executor_);
    for (;;) {
      const auto wanted = reflector.next(clock_.now());
      if (!wanted) {
        timer.expires_at(reflector.wake());
        co_await timer.async_wait(asio::use_awaitable);
        continue;
      }
      co_await exchange(*wanted, reflector, sink);
      tell_contact(sink);
      co_await finish(sink);
    }
  }

  asio::awaitable<void> exchange(const ApiRequest& wanted, Reflector& reflector, RegistrySink& sink) {
    auto request = account_.request(wanted.target, wanted.fresh_token, clock_.now());
    if (!request) {
      reflector.end(request.error().message, clock_.now());
      co_return;
    }
    request->accept_gzip = wanted.list;
    request->fresh_connection = wanted.fresh_connection;
    Receiver receiver(*this, reflector, sink);
    const auto end = co_await http_.request(std::move(*request), receiver);
    reflector.end(end ? std::string_view() : std::string_view(end.error().message), clock_.now());
  }

  /// Brings what is due to its end in short steps; then the sink knows all.
  asio::awaitable<void> finish(RegistrySink& sink) {
    tell_revision();
    while (cluster_.step(sink, kStepWork)) co_await asio::post(executor_, asio::use_awaitable);
    tell_caught_up(sink);
  }

  /// The same from within an exchange: the watch goes on meanwhile.
  void finish_later(RegistrySink& sink) {
    if (std::exchange(finishing_, true)) return;
    asio::post(executor_, [this, alive = std::weak_ptr<int>(alive_), &sink] {
      if (alive.expired()) return;
      finishing_ = false;
      if (cluster_.step(sink, kStepWork)) {
        finish_later(sink);
      } else {
        tell_caught_up(sink);
      }
    });
  }

  Revision revision() const { return std::min(reflectors_[0].revision(), reflectors_[1].revision()); }
  void tell_revision() { cluster_.set_revision(revision()); }

  /// Both watches speak: only then is the registry live (K32).
  bool in_contact() const {
    return std::all_of(reflectors_.begin(), reflectors_.end(), [](const auto& r) { return r.in_contact(); });
  }
  void tell_caught_up(RegistrySink& sink) {
    if (cluster_.synced() && in_contact()) sink.caught_up(revision());
  }

  /// On change, so that a long outage is one line; another cause is worth a second one, but not each time.
  void tell_contact(RegistrySink& sink) {
    const auto lost = std::find_if(reflectors_.begin(), reflectors_.end(),
                                   [](const auto& r) { return r.asked() && !r.in_contact(); });
    if (lost == reflectors_.end()) {
      if (!std::exchange(lost_, false)) return;
      log::info("registry.contact", {{"registry", name_}});
      return tell_caught_up(sink);
    }
    const auto now = clock_.now();
    if (lost_ && (trouble_ == lost->trouble() || now - told_at_ < kTellAgain)) return;
    lost_ = true;
    told_at_ = now;
    trouble_ = lost->trouble();
    log::warning("registry.lost_contact", {{"registry", name_}, {"why", trouble_}});
    counts_.add("lost_contact");
    sink.lost_contact(trouble_);
  }

  std::string name_;
  Account account_;
  asio::any_io_executor executor_;
  const Clock& clock_;
  follow::HttpClient http_;
  follow::Counts counts_;
  Words words_;  // before everything that holds words
  Cluster cluster_;
  std::array<Reflector, 2> reflectors_;
  bool lost_ = false;    // told to the sink
  std::string trouble_;  // as told last
  Monotonic told_at_{};
  bool finishing_ = false;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace

Result<std::unique_ptr<Backend>> make_kubernetes_backend(std::string name,
                                                         const config::KubernetesRegistry& options,
                                                         asio::any_io_executor executor, const Clock& clock) {
  auto account = load_account(options);
  if (!account) return Error{"registry " + name + ": " + account.error().message};
  return std::unique_ptr<Backend>(std::make_unique<KubernetesBackend>(
      std::move(name), std::move(*account), options.silence, std::move(executor), clock));
}

}  // namespace signpost::kubernetes
