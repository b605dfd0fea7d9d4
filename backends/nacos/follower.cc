#include "backends/nacos/follower.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "backends/follow/file_value.h"
#include "backends/follow/http.h"
#include "backends/nacos/link.h"
#include "backends/nacos/session.h"
#include "backends/nacos/token_keeper.h"
#include "dns/base/log.h"

namespace signpost::nacos {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kLoginBytesMax = 65536;
constexpr auto kLoginTotal = std::chrono::seconds(10);
constexpr auto kCaughtUpEvery = std::chrono::seconds(1);

/// One namespace: its protocol, its connection, its timer.
struct Peer {
  Peer(SessionOptions options, Random random, Counts& counts, const asio::any_io_executor& strand)
      : session(std::move(options), random, counts), timer(strand), resolver(strand) {}
  Session session;
  asio::steady_timer timer;
  asio::ip::tcp::resolver resolver;
  std::unique_ptr<Link> link;
  Monotonic armed = Monotonic::max();
  std::uint64_t connection = 0;  // counts Connect and Disconnect: what belongs to an older one is dropped
  std::size_t turn = 0;          // which of a host's addresses is next
  bool listed = false;
};

std::string form_encoded(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char raw : text) {
    const auto octet = static_cast<unsigned char>(raw);
    const bool plain = (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z') ||
                       (octet >= '0' && octet <= '9') || octet == '-' || octet == '.' || octet == '_';
    if (plain) {
      out += raw;
    } else {
      out += {'%', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  return out;
}

std::string host_in_url(const std::string& host) {
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

class Follower::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(const FollowerParts& parts, RegistrySink& sink, Counts& counts)
      : parts_(parts),
        sink_(sink),
        counts_(counts),
        login_wake_(parts.strand),
        http_(parts.strand, *parts.clock),
        keeper_(parts.options.servers, Random::from_kernel(), counts),
        password_(parts.options.password_file),
        ca_(parts.options.tls_ca_file) {
    for (const auto& space : parts.options.namespaces) {
      SessionOptions options{
          parts.registry, space, parts.options.groups, parts.options.servers, parts.options.list_interval,
          login()};
      peers_.push_back(
          std::make_unique<Peer>(std::move(options), Random::from_kernel(), counts, parts.strand));
    }
  }

  asio::awaitable<void> run() {
    co_await asio::this_coro::throw_if_cancelled(false);
    sink_.begin_list(1);
    for (auto& peer : peers_) step(*peer, event::Start{});
    co_await keep_token();
    stopped_ = true;
    for (auto& peer : peers_) {
      drop_link(*peer);
      peer->timer.cancel();
    }
  }

 private:
  bool login() const { return !parts_.options.username.empty(); }
  Monotonic now() const { return parts_.clock->now(); }

  void step(Peer& peer, Event what) {
    if (stopped_) return;
    Actions actions;
    peer.session.input(std::move(what), now(), actions);
    for (auto& action : actions) {
      std::visit([&](auto&& wanted) { perform(peer, std::move(wanted)); }, std::move(action));
    }
    arm(peer);
  }

  void arm(Peer& peer) {
    const auto deadline = peer.session.deadline();
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
    const auto connection = peer.connection;
    const auto port = static_cast<std::int32_t>(wanted.server.port) + parts_.options.grpc_port_offset;
    if (port < 1 || port > 65535)
      return fail_later(peer, "gRPC port " + std::to_string(port) + " is out of range");
    const auto grpc_port = static_cast<std::uint16_t>(port);
    if (const auto ip = IpAddress::parse(wanted.server.host)) {
      return dial(peer, {*ip, grpc_port}, wanted.server.host);
    }
    peer.resolver.async_resolve(
        wanted.server.host, std::to_string(port), asio::ip::tcp::resolver::numeric_service,
        [self = shared_from_this(), &peer, connection, host = wanted.server.host, grpc_port](
            const boost::system::error_code& error, const asio::ip::tcp::resolver::results_type& results) {
          if (self->stopped_ || peer.connection != connection) return;
          if (error || results.empty()) {
            return self->step(peer, event::Disconnected{"cannot resolve " + host + ": " + error.message()});
          }
          auto entry = results.begin();
          std::advance(entry, static_cast<std::ptrdiff_t>(peer.turn++ % results.size()));
          const auto ip = IpAddress::parse(entry->endpoint().address().to_string());
          if (!ip) return self->step(peer, event::Disconnected{host + " has an address with a scope"});
          self->dial(peer, {*ip, grpc_port}, host);
        });
  }
  void perform(Peer& peer, action::Disconnect&&) { drop_link(peer); }
  void perform(Peer& peer, action::OpenStream&&) {
    if (peer.link) peer.link->open_stream();
  }
  void perform(Peer& peer, action::Request&& wanted) {
    counts_.add("requests");
    if (peer.link) peer.link->request(wanted.id, wanted.octets, wanted.timeout);
  }
  void perform(Peer& peer, action::Send&& wanted) {
    if (peer.link) peer.link->send(std::move(wanted.octets));
  }
  void perform(Peer& peer, action::RenewToken&& wanted) {
    if (keeper_.token() != wanted.refused && !keeper_.token().empty()) return give_token(peer);
    keeper_.refused(wanted.refused, now());
    login_wake_.cancel();
  }
  void perform(Peer&, action::Upsert&& wanted) { sink_.upsert(std::move(wanted.state), 0); }
  void perform(Peer&, action::Erase&& wanted) { sink_.erase(wanted.key, 0); }
  void perform(Peer& peer, action::Lost&& wanted) {
    sink_.lost_contact(peer.session.space() + ": " + wanted.why);
  }
  void perform(Peer& peer, action::Note&& wanted) {
    log::event(wanted.level, wanted.event,
               {{"registry", parts_.registry}, {"namespace", peer.session.space()}, {"text", wanted.text}});
  }
  void perform(Peer& peer, action::Reached&& wanted) {
    if (wanted.milestone == action::Milestone::Listed) {
      peer.listed = true;
      if (std::all_of(peers_.begin(), peers_.end(), [](const auto& each) { return each->listed; })) {
        sink_.end_list(1, Complete::Yes);
      }
      return;
    }
    const auto ready = [](const auto& each) {
      return each->listed && each->session.state() == Session::State::Ready;
    };
    if (!std::all_of(peers_.begin(), peers_.end(), ready)) return;
    const bool soon = wanted.milestone == action::Milestone::Alive && now() - caught_up_at_ < kCaughtUpEvery;
    if (soon) return;
    caught_up_at_ = now();
    sink_.caught_up(0);
  }

  // ---- connections
  void drop_link(Peer& peer) {
    ++peer.connection;
    peer.resolver.cancel();
    if (peer.link) peer.link->close();
    peer.link.reset();
  }

  void dial(Peer& peer, const SocketAddress& address, const std::string& host) {
    LinkTarget target{address, parts_.options.tls, {}, host};
    if (target.tls && !parts_.options.tls_ca_file.empty()) {
      const auto ca = ca_.get(now());
      if (!ca) return fail_later(peer, ca.error().message);
      target.tls_ca = *ca;
    }
    peer.link = std::make_unique<Link>(loop_, parts_.strand, *parts_.clock, target,
                                       [this, &peer](Event what) { step(peer, std::move(what)); });
  }

  /// Never from inside step(): a session is not called back while it is carried out.
  void fail_later(Peer& peer, std::string why) {
    asio::post(parts_.strand,
               [self = shared_from_this(), &peer, connection = peer.connection, why = std::move(why)] {
                 if (!self->stopped_ && peer.connection == connection)
                   self->step(peer, event::Disconnected{why});
               });
  }

  // ---- the token
  void give_token(Peer& peer) {
    asio::post(parts_.strand, [self = shared_from_this(), &peer] {
      if (!self->keeper_.token().empty()) self->step(peer, event::Token{self->keeper_.token()});
    });
  }

  /// Logs in when it is time, or just waits, until cancelled.
  asio::awaitable<void> keep_token() {
    const auto cancelled = (co_await asio::this_coro::cancellation_state);
    while (cancelled.cancelled() == asio::cancellation_type::none) {
      const auto attempt = login() ? keeper_.next(now()) : std::nullopt;
      if (attempt) {
        co_await log_in(*attempt);
        continue;
      }
      const auto due = login() ? keeper_.deadline() : Monotonic::max();
      if (due == Monotonic::max()) {
        login_wake_.expires_at(Monotonic::max());
      } else {
        login_wake_.expires_after(std::max(due - now(), Duration::zero()));
      }
      co_await login_wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }

  asio::awaitable<void> log_in(LoginAttempt attempt) {
    const auto password = password_.read_again(now());  // somebody may have changed it
    if (!password) {
      keeper_.failed(password.error().message, now());
      co_return login_failed();
    }
    follow::HttpRequest request;
    request.method = "POST";
    request.url = (parts_.options.tls ? "https://" : "http://") + host_in_url(attempt.server.host) + ":" +
                  std::to_string(attempt.server.port) + attempt.path;
    request.headers = {"Content-Type: application/x-www-form-urlencoded"};
    request.body =
        "username=" + form_encoded(parts_.options.username) + "&password=" + form_encoded(*password);
    if (parts_.options.tls) {
      auto tls = std::make_shared<follow::HttpTls>();
      if (!parts_.options.tls_ca_file.empty()) {
        const auto ca = ca_.get(now());
        if (ca) tls->ca = *ca;
      }
      request.tls = std::move(tls);
    }
    const auto reply = co_await http_.fetch(std::move(request), kLoginBytesMax, kLoginTotal);
    if (!reply) {
      keeper_.failed(reply.error().message, now());
      co_return login_failed();
    }
    if (!keeper_.answered(reply->head.status, reply->body, now())) co_return login_failed();
    log::info("nacos.logged_in", {{"registry", parts_.registry}});
    for (auto& peer : peers_) step(*peer, event::Token{keeper_.token()});
  }

  void login_failed() {
    if (keeper_.trouble().empty()) return;
    log::warning("nacos.login_failed", {{"registry", parts_.registry}, {"text", keeper_.trouble()}});
    if (keeper_.token().empty()) sink_.lost_contact("login: " + keeper_.trouble());
  }

  FollowerParts parts_;
  RegistrySink& sink_;
  Counts& counts_;
  LinkLoop loop_;
  std::vector<std::unique_ptr<Peer>> peers_;
  asio::steady_timer login_wake_;
  follow::HttpClient http_;
  TokenKeeper keeper_;
  follow::FileValue password_;
  follow::FileValue ca_;
  Monotonic caught_up_at_{};
  bool stopped_ = false;
};

Follower::Follower(const FollowerParts& parts, RegistrySink& sink, Counts& counts)
    : impl_(std::make_shared<Impl>(parts, sink, counts)) {}
Follower::~Follower() = default;
asio::awaitable<void> Follower::run() { return impl_->run(); }

}  // namespace signpost::nacos
