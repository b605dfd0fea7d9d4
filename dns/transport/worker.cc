#include "dns/transport/worker.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

namespace signpost {

namespace {

constexpr std::uint64_t kWakeTag = std::uint64_t{1} << 60;
constexpr unsigned kRoundsBetweenPolls =
    8;                                     // of up to 64 queries a socket: about half a millisecond when busy
constexpr unsigned kRoundsUnwatched = 32;  // without a pause: then a system call to unwatch is nothing
constexpr auto kDrainTime = std::chrono::milliseconds(500);

FileDescriptor checked(int descriptor, const char* what) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), what);
  return FileDescriptor(descriptor);
}

void watch_input(int epoll, int descriptor, std::uint64_t data) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = data;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

}  // namespace

Worker::Worker(unsigned index, WorkerSockets sockets, const Listeners& listeners,
               const ServerOptions& options, std::unique_ptr<Responder> responder, ConnectionLimits& limits)
    : index_(index),
      options_(options),
      responder_(std::move(responder)),
      rules_(*options.rules),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")),
      batch_(kUdpSizeMax),
      asked_(std::make_unique<std::array<Asked, kAhead>>()),
      deferrals_(options.deferrals_per_worker, options.deferral_deadline, wake_.get()),
      self_(*options.clock),
      tcp_(WorkerParts{index, options, *responder_, rules_, counters_, deferrals_}, limits, epoll_.get()) {
  watch_input(epoll_.get(), wake_.get(), kWakeTag);
  prepare(sockets_, std::move(sockets), listeners, true);
  tcp_.replace_listeners(sockets_.tcp);
}

Worker::~Worker() { join(); }

void Worker::start() {
  self_.forget();
  retire_at_ = Monotonic::max();
  stopping_ = false;
  ended_ = false;
  thread_ = std::thread([this] { run(); });
  (void)::pthread_setname_np(thread_.native_handle(),
                             ("dns-" + std::to_string(index_)).substr(0, 15).c_str());
}

void Worker::stop() noexcept {
  stopping_.store(true, std::memory_order_release);
  wake();
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
  drop_offers();
  sockets_ = {};  // who asks from now on is told that nobody listens
}

void Worker::wake() noexcept { (void)eventfd_write(wake_.get(), 1); }

void Worker::ask() noexcept {
  if (!self_.is_open() || !self_.ask()) wake();
}

Monotonic Worker::last_sign() noexcept {
  const Monotonic woken{Duration(woken_.load(std::memory_order_acquire))};
  return std::max(woken, self_.is_open() ? self_.answered() : Monotonic{});
}

void Worker::run() noexcept {
  for (unsigned round = 0; !stopping_.load(std::memory_order_relaxed) && !is_done(); ++round) {
    const bool busy = serve_udp();
    if (!busy || round % kRoundsBetweenPolls == 0) poll(!busy);
  }
  drain();
  ended_.store(true, std::memory_order_release);
}

/// One batch from each socket that has something; false when none had.
bool Worker::serve_udp() noexcept {
  bool busy = false;
  for (std::size_t i = 0; i < sockets_.udp.size(); ++i) {
    if (!sockets_.udp[i].ready) continue;
    if (serve_batch(i) > 0) {
      if (++sockets_.udp[i].rounds == kRoundsUnwatched) (void)watch(i, false);
    } else {
      sockets_.udp[i].rounds = 0;
      sockets_.udp[i].age.empty();
      sockets_.udp[i].queue.empty();
      sockets_.udp[i].ready = !watch(i, true);  // it cannot be waited for: then it is asked again
    }
    busy |= sockets_.udp[i].ready;
  }
  return busy;
}

/// A watched socket makes the kernel look through its waiters for each reply that it frees and each datagram
/// that comes. A busy worker asks the socket anyway, so it is taken out of epoll until it runs empty.
bool Worker::watch(std::size_t socket_index, bool on) noexcept {
  auto& socket = sockets_.udp[socket_index];
  if (socket.watched == on) return true;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = socket_index;
  if (::epoll_ctl(epoll_.get(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, socket.descriptor, &event) != 0)
    return false;
  socket.watched = on;
  return true;
}

void Worker::begin_batch() noexcept {
  const auto& rules = rules_.refresh();
  if (rules.udp_size != udp_size_) [[unlikely]] {
    udp_size_ = rules.udp_size;
    for (const auto& socket : sockets_.udp)
      limit_fragments(socket.descriptor, socket.bound.ip.is_v6(), udp_size_);
  }
  responder_->begin_batch();
}

unsigned Worker::serve_batch(std::size_t socket_index) noexcept {
  auto& socket = sockets_.udp[socket_index];
  const unsigned count = batch_.receive(socket.descriptor, socket.wildcard);
  if (count == 0) return 0;
  QueryContext context;
  context.local = socket.bound;
  context.received = options_.clock->now();
  context.wall_seconds = options_.clock->wall_seconds();
  context.worker = index_;
  context.mailbox = &deferrals_.mailbox();
  look_at_queue(socket, count, context.received);
  begin_batch();
  for (unsigned first = 0; first < count; first += kAhead)
    answer_some(socket_index, first, std::min(first + kAhead, count), context);
  auto& counters = socket.own ? self_counters_ : counters_;
  if (const auto refused = batch_.send(socket.descriptor))
    counters.dropped[std::size_t(Drop::SendFailed)].add(refused);
  counters.count_duration(options_.clock->now() - context.received, count);
  counters.udp_batches.add();
  if (heavy_.review(context.received, (*rules_).limiter ? (*rules_).limiter->options().per_network : 0))
      [[unlikely]]
    for (const auto& other : sockets_.udp)
      if (!other.own) (void)filter_sources(other.descriptor, other.bound.ip.is_v6(), heavy_.filtered());
  return count;
}

/// The first datagram has waited longest. A queue that gets old is made shorter; what is in it already and
/// has no use any more is dropped (B18).
void Worker::look_at_queue(UdpSocket& socket, unsigned count, Monotonic now) noexcept {
  batch_wall_ = options_.clock->wall();
  const auto age = socket.age.observe(batch_.age(0, batch_wall_), count, now);
  batch_is_late_ = age && *age > options_.query_age_max;
  if (!age) [[unlikely]]
    return;
  counters_.count_wait(*age);
  if (const auto octets = socket.queue.observe(*age, now)) set_receive_buffer(socket.descriptor, *octets);
  batch_.stamp_all(*age > options_.query_age_max / 2);
}

bool Worker::is_too_old(unsigned index) const noexcept {
  return batch_.age(index, batch_wall_).value_or(Duration{}) > options_.query_age_max;
}

/// Datagrams `first` to `end` of the batch: all parsed, then looked ahead for, then answered.
void Worker::answer_some(std::size_t socket_index, unsigned first, unsigned end,
                         QueryContext& context) noexcept {
  const auto& socket = sockets_.udp[socket_index];
  const auto& rules = socket.own ? self_rules_ : *rules_;
  auto& counters = socket.own ? self_counters_ : counters_;
  const std::span asked(asked_->data(), end - first);
  for (unsigned i = first; i < end; ++i) parse(batch_.message(i), rules, asked[i - first]);
  responder_->look_ahead(asked);
  for (unsigned i = first; i < end; ++i) {
    batch_.fill(i, socket.wildcard, context);
    if (context.peer.port == 0) {  // H2: nobody can be asked from there
      counters.count_drop(Drop::SourcePortZero);
      continue;
    }
    if (batch_is_late_ && is_too_old(i)) [[unlikely]] {
      counters.count_drop(Drop::TooOld);
      continue;
    }
    // What did not fit the buffer cannot be well-formed any more: the parser finds its end missing (H12).
    const auto message = batch_.message(i);
    context.ticket = deferrals_.next_ticket(message.size());
    const auto handled =
        answer(context, message, asked[i - first], *responder_, batch_.response_buffer(), rules, counters);
    tell_tap(rules, context, message, handled);
    if (handled.limited) [[unlikely]]
      heavy_.count(context.peer.ip);
    else
      heavy_.hear(context.peer.ip);
    if (handled.outcome == Outcome::Answered) {
      batch_.reply(i, handled.response.size());
    } else if (handled.outcome == Outcome::Deferred) {
      deferrals_.keep(context, message, batch_.scope(i), context.received);
      counters.deferred.add();
    }
  }
}

int Worker::wait_milliseconds(Monotonic now) const noexcept {
  auto next = tcp_.next_deadline();
  if (const auto deferral = deferrals_.next_deadline(); deferral && (!next || *deferral < *next))
    next = deferral;
  if (retire_at_ != Monotonic::max() && (!next || retire_at_ < *next)) next = retire_at_;
  if (!next) return -1;
  // Rounded up, or the last millisecond would be spent spinning.
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60000));
}

void Worker::poll(bool may_wait) noexcept {
  std::array<epoll_event, 64> events;
  int timeout = 0;
  if (may_wait) {
    responder_->idle();
    timeout = wait_milliseconds(options_.clock->now());
  }
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
  const auto now = options_.clock->now();
  for (int i = 0; i < count; ++i) {
    const auto data = events[static_cast<std::size_t>(i)].data.u64;
    if ((data & TcpService::kConnectionTag) != 0) {
      tcp_.on_connection(data, events[static_cast<std::size_t>(i)].events, now);
    } else if ((data & TcpService::kListenerTag) != 0) {
      tcp_.on_listener(data, now);
    } else if (data == kWakeTag) {
      on_wake();
    } else {
      sockets_.udp[data].ready = true;
    }
  }
  take_sockets();  // after the events, which speak of those before
  tcp_.expire(now);
  ask_deferred_again(now);
}

void Worker::on_wake() noexcept {
  eventfd_t value = 0;
  (void)eventfd_read(wake_.get(), &value);
  const auto now = options_.clock->now();  // after the read: whoever wakes from here on is seen the next time
  begin_batch();
  woken_.store(now.time_since_epoch().count(), std::memory_order_release);
}

void Worker::ask_deferred_again(Monotonic now) noexcept {
  // As many as there were: a responder that resumes its own query at once must not keep the worker here.
  for (auto left = deferrals_.waiting(); left > 0; --left) {
    auto* waiting = deferrals_.take(now);
    if (waiting == nullptr) return;
    begin_batch();
    (waiting->context.expired ? counters_.deferrals_expired : counters_.resumed).add();
    const bool tcp = (waiting->origin & TcpService::kOriginTag) != 0;
    if (tcp ? tcp_.resume(*waiting, now) : resume_udp(*waiting)) {
      counters_.count_duration(now - waiting->context.received, 1);
      deferrals_.release(waiting);
    } else {
      deferrals_.keep_again(waiting);
    }
  }
}

bool Worker::resume_udp(const DeferralTable::Waiting& waiting) noexcept {
  const auto handled =
      handle(waiting.context, waiting.message(), *responder_, batch_.response_buffer(), *rules_, counters_);
  if (handled.outcome == Outcome::Deferred) return false;
  if (handled.outcome != Outcome::Answered) return true;
  const auto* socket = socket_of(waiting.context.local);
  const auto scope = static_cast<std::uint32_t>(waiting.origin);
  if (socket == nullptr || !send_datagram(socket->descriptor, handled.response, waiting.context.local,
                                          socket->wildcard, waiting.context.peer, scope))
    counters_.count_drop(Drop::SendFailed);
  return true;
}

/// Every query that the kernel has taken in is answered; those deferred are asked a last time.
void Worker::drain() noexcept {
  const auto end = options_.clock->now() + kDrainTime;
  tcp_.begin_end();
  for (auto& socket : sockets_.udp) socket.ready = sockets_.reads;
  while (serve_udp() && options_.clock->now() < end) continue;
  poll(false);
  ask_deferred_again(Monotonic::max());
  while (!tcp_.drain(options_.clock->now()) && options_.clock->now() < end) poll(false);
  responder_->idle();
}

}  // namespace signpost
