#include "backends/nacos/follower.h"

#include <algorithm>
#include <exception>
#include <map>
#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/nacos/admin_health.h"
#include "backends/nacos/auto_session.h"
#include "backends/nacos/line.h"
#include "backends/nacos/login_task.h"
#include "backends/nacos/opinion_task.h"
#include "backends/nacos/push_socket.h"
#include "backends/nacos/server_list_task.h"
#include "backends/nacos/tls_files.h"
#include "backends/nacos/v1_fetcher.h"
#include "dns/base/log.h"

namespace signpost::nacos {
namespace {

namespace asio = boost::asio;
using namespace asio::experimental::awaitable_operators;

constexpr auto kCaughtUpEvery = std::chrono::seconds(1);
constexpr std::size_t kMentionsAStep = 512;  // a fraction of a millisecond

/// One namespace: its protocol, its connection, its timer.
struct Peer {
  Peer(std::string space_id, std::unique_ptr<Protocol> spoken, const LineParts& parts, ServersSeen& seen,
       std::function<void(Peer&, Event)> on_event)
      : space(std::move(space_id)),
        protocol(std::move(spoken)),
        timer(parts.strand),
        line(parts, [this, on_event = std::move(on_event)](Event what) { on_event(*this, std::move(what)); }),
        opinion(space, parts, seen, [this] {
          return OpinionTask::Followed{server, line.address()};
        }) {}
  std::string space;
  std::unique_ptr<Protocol> protocol;
  Server server = {{}, 0};  // of the connection over gRPC, or of the last one; no host: none yet
  asio::steady_timer timer;
  Line line;
  OpinionTask opinion;
  std::unique_ptr<PushSocket> pushes;
  std::map<RequestId, std::shared_ptr<asio::cancellation_signal>> fetches;         // of the connection
  std::map<RequestId, std::shared_ptr<asio::cancellation_signal>> beside_fetches;  // of none
  Monotonic armed = Monotonic::max();
  std::uint64_t connection = 0;  // counts Connect and Disconnect: what belongs to an older one is dropped
  bool listed = false;
  bool listed_again = false;  // since list_again()
  /// For a list: what there is, and what is being asked for, since nobody knows yet whether it is there.
  std::optional<ServiceName> named_after(const ServiceName& name) const {
    auto next = protocol->service_after(name);
    const auto asked = asking.upper_bound(name);
    if (asked != asking.end() && (!next || asked->first < *next)) next = asked->first;
    return next;
  }
  std::multimap<ServiceName, std::function<void(bool)>> asking;  // who waits for the first word of a service
};

}  // namespace

class Follower::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const FollowerParts& parts, RegistrySink& sink, follow::Counts& counts)
      : parts_(parts),
        sink_(sink),
        counts_(counts),
        tls_(parts.registry, parts.options),
        login_(parts.options, tls_, parts.strand, *parts.clock, counts,
               {[this] { token_came(); }, [this](const std::string& why) { login_failed(why); }}),
        fetcher_(parts.options, tls_, parts.strand, *parts.clock),
        list_task_(parts.options, tls_, parts.strand, *parts.clock, counts,
                   {[this](const std::vector<Server>& servers) { servers_came(servers); },
                    [this](const std::string& why) { no_servers(why); }}),
        lines_{parts.options, parts.strand, parts.clock,
               &tls_,         &loop_,       [this] { return shared_from_this(); }} {
    for (const auto& space : parts.options.namespaces) {
      SessionOptions options{parts.registry,
                             space,
                             parts.options.groups,
                             parts.options.servers,
                             parts.options.list_interval,
                             parts.options.audit_interval,
                             !parts.options.username.empty(),
                             {parts.options.allow, parts.options.deny, parts.options.services},
                             parts.options.fuzzy_watch,
                             parts.options.absent_after};
      options.admin_list = parts.options.admin_list;
      options.meaning = {parts.options.protection, parts.options.metadata};
      auto spoken = make_protocol(parts.options.protocol, std::move(options), counts);
      spoken = ask_admin(parts.options, std::move(spoken), counts);
      peers_.push_back(
          std::make_unique<Peer>(space, std::move(spoken), lines_, seen_,
                                 [this](Peer& peer, Event what) { step(peer, std::move(what)); }));
      auto& peer = *peers_.back();
      peer.pushes = std::make_unique<PushSocket>(
          parts.strand, *parts.clock,
          [this, &peer](const ServiceName& service) { step(peer, event::Hinted{service}); }, counts);
    }
  }

  void list_again() {
    for (auto& peer : peers_) {
      peer->listed_again = false;
      step(*peer, event::ListAgain{});
    }
  }

  /// Nothing is known of a namespace that is not followed.
  void want(const ServiceKey& key, std::function<void(bool)> done) {
    auto* peer = peer_of(key.space);
    if (peer == nullptr) return done(false);
    const ServiceName service{key.group, key.name};
    peer->asking.emplace(service, std::move(done));
    if (!all_listed()) sink_.mention(key);
    step(*peer, event::Want{service});
  }

  void unwant(const ServiceKey& key) {
    auto* peer = peer_of(key.space);
    if (peer == nullptr) return;
    const ServiceName service{key.group, key.name};
    peer->asking.erase(service);
    step(*peer, event::Unwant{service});
  }

  void second_opinion(OpinionQuestion question, std::function<void(SecondOpinion)> done) {
    auto* peer = question.services.empty() ? nullptr : peer_of(question.services.front().space);
    if (peer != nullptr && !stopped_) peer->opinion.ask(std::move(question), login_.token(), std::move(done));
  }

  asio::awaitable<void> run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    sink_.begin_list(++epoch_);
    for (const auto& peer : peers_) {
      for (const auto& [service, done] : peer->asking) sink_.mention(peer->protocol->key_of(service));
    }
    if (parts_.options.address_server.empty()) {
      for (auto& peer : peers_) step(*peer, event::Start{});
      co_await login_.run();
    } else {
      co_await (login_.run() && list_task_.run());
    }
    stopped_ = true;
    for (auto& peer : peers_) {
      drop_link(*peer);
      cancel(peer->beside_fetches);
      peer->pushes->close();
      peer->timer.cancel();
      peer->opinion.stop();
    }
  }

 private:
  Peer* peer_of(const std::string& space) {
    const auto found =
        std::find_if(peers_.begin(), peers_.end(), [&](const auto& peer) { return peer->space == space; });
    return found == peers_.end() ? nullptr : found->get();
  }

  Monotonic now() const { return parts_.clock->now(); }

  void step(Peer& peer, Event what) {
    if (stopped_) return;
    Actions actions;
    peer.protocol->input(std::move(what), now(), actions);
    for (auto& action : actions) {
      std::visit([&](auto&& wanted) { perform(peer, std::move(wanted)); }, std::move(action));
    }
    if (list_due_ && !std::exchange(telling_, true))
      asio::co_spawn(parts_.strand, tell_lists(shared_from_this()), asio::detached);
    arm(peer);
  }

  void arm(Peer& peer) {
    const auto deadline = peer.protocol->deadline();
    if (deadline == peer.armed) return;
    peer.armed = deadline;
    if (deadline == Monotonic::max()) {
      peer.timer.cancel();
      return;
    }
    peer.timer.expires_after(std::max(deadline - now(), Duration::zero()));
    peer.timer.async_wait([self = shared_from_this(), &peer](const boost::system::error_code& error) {
      if (error) return;
      peer.armed = Monotonic::max();
      self->step(peer, event::Tick{});
    });
  }

  // ---- what sessions ask for
  void perform(Peer& peer, action::Connect&& wanted) {
    drop_link(peer);
    peer.pushes->close();  // of HTTP v1, and this is gRPC
    peer.server = wanted.server;
    peer.line.connect(wanted.server);
  }
  void perform(Peer& peer, action::Disconnect&& wanted) {
    drop_link(peer);
    if (wanted.failed) seen_.broken(peer.server);
  }
  void perform(Peer& peer, action::OpenStream&&) {
    if (auto* link = peer.line.link()) link->open_stream();
  }
  void perform(Peer& peer, action::Request&& wanted) {
    counts_.add("requests");
    if (auto* link = peer.line.link()) link->request(wanted.id, wanted.octets, wanted.timeout);
  }
  void perform(Peer& peer, action::Send&& wanted) {
    if (auto* link = peer.line.link()) link->send(std::move(wanted.octets));
  }
  void perform(Peer& peer, action::Fetch&& wanted) {
    counts_.add("requests");
    const auto id = wanted.id;
    const auto signal = std::make_shared<asio::cancellation_signal>();  // lives as long as what it may cancel
    const bool beside = wanted.beside;
    (beside ? peer.beside_fetches : peer.fetches)[id] = signal;
    const auto done = [self = shared_from_this(), &peer, id, beside, signal, connection = peer.connection](
                          const std::exception_ptr& cancelled, event::Fetched answer) {
      if (self->stopped_ || (!beside && peer.connection != connection)) return;
      (beside ? peer.beside_fetches : peer.fetches).erase(id);
      if (!cancelled) self->step(peer, std::move(answer));
    };
    const auto push_port =
        wanted.wants_pushes && parts_.options.udp_push ? peer.pushes->port() : std::uint16_t{0};
    asio::co_spawn(parts_.strand, fetcher_.fetch(std::move(wanted), push_port),
                   asio::bind_cancellation_slot(signal->slot(), done));
  }
  void perform(Peer& peer, action::RenewToken&& wanted) {
    if (login_.token() != wanted.refused && !login_.token().empty()) return give_token(peer);
    login_.refused(wanted.refused);
  }
  void perform(Peer&, action::Upsert&& wanted) { sink_.upsert(std::move(wanted.state), 0); }
  /// Until everything has been listed once, that list is open: nobody could doubt it yet.
  void perform(Peer&, action::Erase&& wanted) {
    if (wanted.unwanted) return sink_.forget(wanted.key);
    if (!wanted.by_list || !all_listed()) return sink_.erase(wanted.key, 0);
    list_due_ = true;
  }
  void perform(Peer& peer, action::Lost&& wanted) { sink_.lost_contact(peer.space + ": " + wanted.why); }
  void perform(Peer& peer, action::Wanted&& wanted) {
    const auto [first, last] = peer.asking.equal_range(wanted.service);
    std::vector<std::function<void(bool)>> asking;
    for (auto each = first; each != last; ++each) asking.push_back(std::move(each->second));
    peer.asking.erase(first, last);
    // Of another follower's time it may be known to the sink, and no list is to take it away.
    if (!wanted.there) sink_.erase(peer.protocol->key_of(wanted.service), 0);
    for (const auto& done : asking) done(wanted.there);
  }
  void perform(Peer& peer, action::Note&& wanted) {
    log::event(wanted.level, wanted.event,
               {{"registry", parts_.registry}, {"namespace", peer.space}, {"text", wanted.text}});
  }
  void perform(Peer& peer, action::Reached&& wanted) {
    if (wanted.milestone == action::Milestone::Listed) {
      peer.listed = true;
      if (all_listed()) sink_.end_list(epoch_, Complete::Yes);
      return;
    }
    if (wanted.milestone == action::Milestone::ListedAgain) {
      peer.listed_again = true;
      list_due_ = list_due_ || listed_again();
      return;
    }
    const bool over_grpc = peer.line.link() != nullptr;
    if (over_grpc && peer.protocol->ready() && peer.protocol->services() > 0)
      seen_.proved(peer.server, now());
    const auto ready = [](const auto& each) { return each->listed && each->protocol->ready(); };
    if (!std::all_of(peers_.begin(), peers_.end(), ready)) return;
    const bool soon = wanted.milestone == action::Milestone::Alive && now() - caught_up_at_ < kCaughtUpEvery;
    if (soon) return;
    caught_up_at_ = now();
    sink_.caught_up(0);
  }

  bool all_listed() const {
    return std::all_of(peers_.begin(), peers_.end(), [](const auto& each) { return each->listed; });
  }
  bool listed_again() const {
    return std::all_of(peers_.begin(), peers_.end(), [](const auto& each) { return each->listed_again; });
  }

  /// Lists no longer name something, or somebody asked for a second read: every service there still is, as a
  /// list, so that the guards can weigh what is missing. In short steps, while events go on.
  asio::awaitable<void> tell_lists(std::shared_ptr<Impl> self) {
    while (std::exchange(list_due_, false) && !stopped_) {
      const bool again = listed_again();
      if (again) {
        for (auto& peer : peers_) peer->listed_again = false;
      }
      sink_.begin_list(++epoch_);
      std::size_t count = 0;
      for (const auto& peer : peers_) {
        ServiceName at;
        for (auto next = peer->named_after(at); next; next = peer->named_after(at)) {
          at = std::move(*next);
          sink_.mention(peer->protocol->key_of(at));
          if (++count % kMentionsAStep != 0) continue;
          co_await asio::post(parts_.strand, asio::use_awaitable);
          if (stopped_) co_return;
        }
      }
      sink_.end_list(epoch_, again ? Complete::Again : Complete::Yes);
    }
    self->telling_ = false;
  }

  // ---- connections
  void drop_link(Peer& peer) {
    ++peer.connection;
    cancel(peer.fetches);
    peer.line.drop();
  }

  static void cancel(std::map<RequestId, std::shared_ptr<asio::cancellation_signal>>& fetches) {
    for (const auto& [id, signal] : std::exchange(fetches, {})) {
      signal->emit(asio::cancellation_type::terminal);
    }
  }

  // ---- the address server
  /// Sessions begin with the first list; later ones change only where they turn next.
  void servers_came(const std::vector<Server>& servers) {
    log::info("nacos.servers", {{"registry", parts_.registry}, {"count", servers.size()}});
    login_.replace_servers(servers);
    lines_.options.servers = servers;
    for (auto& peer : peers_) {
      step(*peer, event::Servers{servers});
      step(*peer, event::Start{});
    }
  }

  void no_servers(const std::string& why) {
    log::warning("nacos.address_server",
                 {{"registry", parts_.registry}, {"url", parts_.options.address_server}, {"text", why}});
    if (!all_listed()) sink_.lost_contact("address server: " + why);
  }

  // ---- the token
  void give_token(Peer& peer) {
    asio::post(parts_.strand, [self = shared_from_this(), &peer] {
      if (!self->login_.token().empty()) self->step(peer, event::Token{self->login_.token()});
    });
  }

  void token_came() {
    log::info("nacos.logged_in", {{"registry", parts_.registry}});
    for (auto& peer : peers_) step(*peer, event::Token{login_.token()});
  }

  void login_failed(const std::string& why) {
    log::warning("nacos.login_failed", {{"registry", parts_.registry}, {"text", why}});
    // A connection that stands says by itself when it is lost.
    if (login_.token().empty() && !all_listed()) sink_.lost_contact("login: " + why);
  }

  FollowerParts parts_;
  RegistrySink& sink_;
  follow::Counts& counts_;
  LinkLoop loop_;
  TlsFiles tls_;
  LoginTask login_;
  V1Fetcher fetcher_;
  ServerListTask list_task_;
  LineParts lines_;
  ServersSeen seen_;
  std::vector<std::unique_ptr<Peer>> peers_;
  Monotonic caught_up_at_{};
  Epoch epoch_ = 0;
  bool list_due_ = false;  // told as soon as what is under way is done
  bool telling_ = false;
  bool stopped_ = false;
};

Follower::Follower(const FollowerParts& parts, RegistrySink& sink, follow::Counts& counts)
    : impl_(std::make_shared<Impl>(parts, sink, counts)) {}
Follower::~Follower() = default;
asio::awaitable<void> Follower::run() { return impl_->run(); }
void Follower::list_again() { impl_->list_again(); }
void Follower::want(const ServiceKey& key, std::function<void(bool)> done) {
  impl_->want(key, std::move(done));
}
void Follower::unwant(const ServiceKey& key) { impl_->unwant(key); }
void Follower::second_opinion(OpinionQuestion question, std::function<void(SecondOpinion)> done) {
  impl_->second_opinion(std::move(question), std::move(done));
}

}  // namespace signpost::nacos
