#include "dns/transport/server.h"

#include <algorithm>
#include <system_error>

#include "dns/transport/worker.h"

namespace signpost {

struct Server::Parts {
  explicit Parts(const ServerOptions& given)
      : options(given), limits(given.tcp.clients, given.tcp.per_source) {}

  const ServerOptions options;
  ConnectionLimits limits;
  std::vector<std::unique_ptr<Worker>> workers;
  Monotonic started{};
  bool stopped = false;
};

namespace {

Result<std::vector<ListenGroup>> open_all(const std::vector<SocketAddress>& addresses, unsigned workers,
                                          const ServerOptions& options) {
  std::vector<ListenGroup> groups;
  for (const auto& address : addresses) {
    auto group = open_listen_group(address, workers, {options.receive_buffer_octets});
    if (!group) return group.error();
    groups.push_back(std::move(*group));
  }
  return groups;
}

std::vector<Worker::Address> share_of(unsigned worker, std::vector<ListenGroup>& groups) {
  std::vector<Worker::Address> share;
  for (auto& group : groups) share.push_back({group.bound, std::move(group.workers[worker])});
  return share;
}

}  // namespace

Server::Server(std::unique_ptr<Parts> parts, std::vector<SocketAddress> addresses)
    : parts_(std::move(parts)), addresses_(std::move(addresses)) {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::start(const std::vector<SocketAddress>& addresses, unsigned workers,
                                              const ServerOptions& options, ResponderFactory& factory) {
  workers = std::max(workers, 1u);
  auto groups = open_all(addresses, workers, options);
  if (!groups) return groups.error();
  auto parts = std::make_unique<Parts>(options);
  try {
    for (unsigned i = 0; i < workers; ++i)
      parts->workers.push_back(std::make_unique<Worker>(i, share_of(i, *groups), parts->options,
                                                        factory.make_responder(i), parts->limits));
    std::vector<SocketAddress> bound;
    for (const auto& group : *groups) bound.push_back(group.bound);
    parts->started = parts->options.clock->now();
    auto server = std::unique_ptr<Server>(new Server(std::move(parts), std::move(bound)));
    for (auto& worker : server->parts_->workers) worker->start();
    return server;
  } catch (const std::system_error& error) {
    return Error{std::string("start DNS workers: ") + error.what()};
  }
}

unsigned Server::worker_count() const noexcept { return static_cast<unsigned>(parts_->workers.size()); }

void Server::stop() noexcept {
  if (std::exchange(parts_->stopped, true)) return;
  for (auto& worker : parts_->workers) worker->stop();
  for (auto& worker : parts_->workers) worker->join();
}

CounterTotals Server::counters() const noexcept {
  CounterTotals totals;
  for (const auto& worker : parts_->workers) add_to(totals, worker->counters());
  return totals;
}

void Server::watch_names(bool on) {
  for (auto& worker : parts_->workers) worker->names().watch(on);
}

std::vector<BusyName> Server::take_names(std::size_t most) {
  std::vector<BusyName> all;
  for (auto& worker : parts_->workers) {
    auto names = worker->names().take();
    all.insert(all.end(), names.begin(), names.end());
  }
  return busiest(std::move(all), most);
}

void Server::wake_all() noexcept {
  for (auto& worker : parts_->workers) worker->wake();
}

Duration Server::oldest_pong_age() const noexcept {
  auto oldest = Monotonic::max();
  for (const auto& worker : parts_->workers)
    oldest = std::min(oldest, std::max(worker->last_pong(), parts_->started));
  return parts_->options.clock->now() - oldest;
}

}  // namespace signpost
