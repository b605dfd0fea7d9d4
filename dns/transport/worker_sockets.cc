// The half of Worker that takes sockets over while it runs.
//
// The main thread makes the new set, leaves it in offered_ and wakes the worker; the worker swaps it with its
// own and marks it taken; the main thread then frees what came back. So the worker neither allocates nor
// closes, and a socket that moves from one worker to another is open all the while: what comes meanwhile
// waits in it.
#include <algorithm>

#include "dns/transport/worker.h"

namespace signpost {

void Worker::prepare(Sockets& out, WorkerSockets sockets, const Listeners& listeners, bool reads) const {
  const auto add = [&](int descriptor, const SocketAddress& bound, bool own) {
    out.udp.push_back({descriptor, bound, bound.ip.is_unspecified(), own,
                       QueueLength(options_.receive_buffer_octets), QueueAge(descriptor), reads});
  };
  for (const auto& udp : sockets.udp) {
    // Whoever read it before may have made it shorter.
    if (reads) set_receive_buffer(udp->descriptor.get(), options_.receive_buffer_octets);
    add(udp->descriptor.get(), udp->bound, false);
  }
  if (reads && self_.is_open()) add(self_.worker_socket(), self_.worker_address(), true);
  if (reads)
    for (const auto& tcp : sockets.tcp) out.tcp.push_back(tcp->descriptor.get());
  out.held = std::move(sockets);
  for (const auto& listener : listeners.all()) {
    for (const auto& udp : listener.udp) out.listening.push_back(udp->descriptor.get());
    for (const auto& tcp : listener.tcp) out.listening.push_back(tcp->descriptor.get());
  }
  out.reads = reads;
}

void Worker::change(WorkerSockets sockets, const Listeners& listeners) {
  offer(std::move(sockets), listeners, true);
}

void Worker::retire(WorkerSockets sockets, const Listeners& listeners) {
  if (!thread_.joinable()) return join();
  offer(std::move(sockets), listeners, false);
}

void Worker::offer(WorkerSockets sockets, const Listeners& listeners, bool reads) {
  auto made = std::make_unique<Offer>();
  prepare(made->sockets, std::move(sockets), listeners, reads);
  offers_.push_back(std::move(made));
  // One before it that the worker has not seen is void.
  if (auto* before = offered_.exchange(offers_.back().get(), std::memory_order_acq_rel))
    before->taken.store(true, std::memory_order_relaxed);
  wake();
}

void Worker::drop_offers() {
  offered_.store(nullptr, std::memory_order_relaxed);
  offers_.clear();
}

bool Worker::has_changed() {
  if (has_ended() && offered_.load(std::memory_order_acquire) != nullptr) {
    const bool reads = offers_.back()->sockets.reads;
    if (thread_.joinable()) thread_.join();
    if (reads)
      start();  // and takes the offer with its first look
    else
      join();
  }
  std::erase_if(offers_, [](const auto& one) { return one->taken.load(std::memory_order_acquire); });
  return offers_.empty();
}

/// Nobody reads these any more once the swap is done.
void Worker::finish_what_ends(const Sockets& next) noexcept {
  constexpr int kRounds = 256;  // of 64: more than a queue holds
  const auto ends = [&](int descriptor) {
    return std::find(next.listening.begin(), next.listening.end(), descriptor) == next.listening.end();
  };
  if (!sockets_.reads) return;
  for (std::size_t i = 0; i < sockets_.udp.size(); ++i) {
    if (sockets_.udp[i].own || !ends(sockets_.udp[i].descriptor)) continue;
    for (int round = 0; round < kRounds && serve_batch(i) > 0; ++round) continue;
  }
  for (const auto& tcp : sockets_.held.tcp)
    if (ends(tcp->descriptor.get())) tcp_.finish_listener(tcp->descriptor.get(), options_.clock->now());
}

void Worker::take_sockets() noexcept {
  auto* offer = offered_.exchange(nullptr, std::memory_order_acq_rel);
  if (offer == nullptr) return;
  finish_what_ends(offer->sockets);
  for (std::size_t i = 0; i < sockets_.udp.size(); ++i) (void)watch(i, false);
  std::swap(sockets_, offer->sockets);
  sockets_.reads ? tcp_.begin_again() : tcp_.begin_end();
  tcp_.replace_listeners(sockets_.tcp);
  // Each is watched by epoll when it is found empty. Filters and fragments are settings of a socket, and
  // whoever had it before may have had other ones.
  udp_size_ = 0;
  if (sockets_.reads)
    for (const auto& socket : sockets_.udp)
      if (!socket.own) (void)filter_sources(socket.descriptor, socket.bound.ip.is_v6(), heavy_.filtered());
  retire_at_ = sockets_.reads ? Monotonic::max() : options_.clock->now() + kRetireTime;
  offer->taken.store(true, std::memory_order_release);
}

/// Through which a reply goes out that was not ready with its batch: of several sockets of one address any
/// will do.
const Worker::UdpSocket* Worker::socket_of(const SocketAddress& local) const noexcept {
  const UdpSocket* found = nullptr;
  for (const auto& socket : sockets_.udp) {
    if (socket.bound == local) return &socket;
    if (socket.wildcard && socket.bound.port == local.port && socket.bound.ip.is_v6() == local.ip.is_v6())
      found = &socket;
  }
  return found;
}

bool Worker::is_done() const noexcept {
  if (retire_at_ == Monotonic::max()) [[likely]]
    return false;
  return (tcp_.open_count() == 0 && deferrals_.waiting() == 0) || options_.clock->now() >= retire_at_;
}

}  // namespace signpost
