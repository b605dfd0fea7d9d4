#include "dns/transport/server.h"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>

#include "dns/transport/worker.h"

namespace signpost {

namespace {
constexpr auto kChangePatience = std::chrono::seconds(2);
}

struct Server::Parts {
  Parts(const ServerOptions& given, ResponderFactory& its_factory)
      : options(given), limits(given.tcp), factory(its_factory) {}

  void add_worker(WorkerSockets sockets, const Listeners& for_listeners) {
    const auto index = static_cast<unsigned>(workers.size());
    auto made = std::make_unique<Worker>(index, std::move(sockets), for_listeners, options,
                                         factory.make_responder(index), limits);
    const std::lock_guard lock(mutex);
    workers.push_back(std::move(made));
  }
  void take(Listeners next) {
    listeners = std::move(next);
    addresses.clear();
    for (const auto& listener : listeners.all()) addresses.push_back(listener.bound);
  }
  void wait_for_changes();

  const ServerOptions options;
  ConnectionLimits limits;
  ResponderFactory& factory;
  Listeners listeners;
  std::vector<SocketAddress> addresses;  // theirs
  bool stopped = false;

  mutable std::mutex mutex;  // the vector and the number; the main thread alone changes them
  std::vector<std::unique_ptr<Worker>>
      workers;  // those beyond `active` end, or have ended: they may be asked again
  unsigned active = 0;
};

/// Main thread, at a reload only. A worker swaps between two batches, within microseconds unless it is stuck,
/// and has nobody to tell: waking the main thread would cost each batch a look at who waits.
void Server::Parts::wait_for_changes() {
  const auto deadline = std::chrono::steady_clock::now() + kChangePatience;
  for (auto& worker : workers)
    while (!worker->has_changed() && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::microseconds(50));
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(const std::vector<SocketAddress>& addresses, unsigned workers,
                                             const ServerOptions& options, ResponderFactory& factory,
                                             InheritedSockets& inherited) {
  workers = std::max(workers, 1u);
  auto parts = std::make_unique<Parts>(options, factory);
  auto listeners = Listeners().changed(addresses, workers, {options.receive_buffer_octets}, inherited);
  if (!listeners) return listeners.error();
  parts->take(std::move(*listeners));
  try {
    for (auto& share : parts->listeners.spread(workers))
      parts->add_worker(std::move(share), parts->listeners);
  } catch (const std::system_error& error) {
    return Error{std::string("make DNS workers: ") + error.what()};
  }
  parts->active = workers;
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

Result<void> Server::begin() {
  try {
    for (auto& worker : parts_->workers) worker->start();
    return {};
  } catch (const std::system_error& error) {
    return Error{std::string("start DNS workers: ") + error.what()};
  }
}

Result<std::unique_ptr<Server>> Server::start(const std::vector<SocketAddress>& addresses, unsigned workers,
                                              const ServerOptions& options, ResponderFactory& factory) {
  InheritedSockets none;
  auto server = open(addresses, workers, options, factory, none);
  if (!server) return server;
  if (const auto begun = (*server)->begin(); !begun) return begun.error();
  return server;
}

Result<void> Server::change(const std::vector<SocketAddress>& addresses, unsigned workers) {
  workers = std::max(workers, 1u);
  InheritedSockets none;
  auto next = parts_->listeners.changed(addresses, workers, {parts_->options.receive_buffer_octets}, none);
  if (!next) return next.error();
  auto shares = next->spread(workers);  // those that retire get a copy of one
  auto& all = parts_->workers;
  const auto before = all.size();
  try {
    while (all.size() < workers) parts_->add_worker(shares[all.size()], *next);
    for (auto i = before; i < all.size(); ++i) all[i]->start();
  } catch (const std::system_error& error) {
    for (auto i = before; i < all.size(); ++i) all[i]->retire({}, parts_->listeners);
    parts_->wait_for_changes();
    return Error{std::string("start DNS workers: ") + error.what()};
  }
  for (const auto& listener : parts_->listeners.all())
    for (const auto& udp : listener.udp)
      if (!next->has(udp)) receive_no_more(udp->descriptor.get(), udp->bound);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i >= workers)
      all[i]->retire(shares[i % workers], *next);
    else if (i < before)
      all[i]->change(shares[i], *next);
  }
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->active = workers;
  }
  parts_->take(std::move(*next));
  shares.clear();
  parts_->wait_for_changes();
  return {};
}

void Server::limit_tcp(const TcpLimits& limits) noexcept {
  parts_->limits.change(limits);
  for (auto& worker : parts_->workers) worker->wake();
}

void Server::retire() {
  const auto shares = parts_->listeners.spread(static_cast<unsigned>(parts_->workers.size()));
  for (std::size_t i = 0; i < shares.size(); ++i) parts_->workers[i]->retire(shares[i], parts_->listeners);
  parts_->wait_for_changes();
}

bool Server::has_retired() const noexcept {
  return std::all_of(parts_->workers.begin(), parts_->workers.end(),
                     [](const auto& worker) { return worker->has_ended(); });
}

const std::vector<SocketAddress>& Server::addresses() const noexcept { return parts_->addresses; }

const std::vector<Listener>& Server::listeners() const noexcept { return parts_->listeners.all(); }

unsigned Server::worker_count() const noexcept {
  const std::lock_guard lock(parts_->mutex);
  return parts_->active;
}

void Server::stop() noexcept {
  if (std::exchange(parts_->stopped, true)) return;
  for (auto& worker : parts_->workers) worker->stop();
  for (auto& worker : parts_->workers) worker->join();
  parts_->listeners = {};
}

CounterTotals Server::counters() const noexcept {
  CounterTotals totals;
  const std::lock_guard lock(parts_->mutex);
  for (const auto& worker : parts_->workers) add_to(totals, worker->counters());
  return totals;
}

void Server::watch_names(bool on) {
  const std::lock_guard lock(parts_->mutex);
  for (auto& worker : parts_->workers) worker->names().watch(on);
}

std::vector<BusyName> Server::take_names(std::size_t most) {
  std::vector<BusyName> all;
  const std::lock_guard lock(parts_->mutex);
  for (auto& worker : parts_->workers) {
    auto names = worker->names().take();
    all.insert(all.end(), names.begin(), names.end());
  }
  return busiest(std::move(all), most);
}

void Server::ask_all() noexcept {
  const std::lock_guard lock(parts_->mutex);
  for (unsigned i = 0; i < parts_->active; ++i) parts_->workers[i]->ask();
}

Monotonic Server::oldest_sign() const noexcept {
  auto oldest = parts_->options.clock->now();
  const std::lock_guard lock(parts_->mutex);
  for (unsigned i = 0; i < parts_->active; ++i) oldest = std::min(oldest, parts_->workers[i]->last_sign());
  return oldest;
}

}  // namespace signpost
