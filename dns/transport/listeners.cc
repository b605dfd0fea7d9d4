#include "dns/transport/listeners.h"

#include <algorithm>
#include <utility>

namespace signpost {
namespace {

constexpr int kFreePortAttempts = 64;
/// Beyond this a change of the number of workers no longer opens sockets only to share them out evenly.
constexpr std::size_t kSocketsMax = 256;

using Sockets = std::vector<SharedSocket>;

SharedSocket share(FileDescriptor descriptor, const SocketAddress& bound) {
  return std::make_shared<const ListenSocket>(ListenSocket{std::move(descriptor), bound});
}

Sockets share_all(std::vector<FileDescriptor> descriptors, const SocketAddress& bound) {
  Sockets shared;
  for (auto& one : descriptors) shared.push_back(share(std::move(one), bound));
  return shared;
}

Result<Listener> adopt(const SocketAddress& wanted, InheritedSockets::Group group,
                       const SocketOptions& options) {
  for (const auto& udp : group.udp) set_udp_options(udp.get(), group.bound, options);
  for (const auto& tcp : group.tcp) set_tcp_options(tcp.get());
  Listener made{wanted,
                group.bound,
                share_all(std::move(group.udp), group.bound),
                share_all(std::move(group.tcp), group.bound),
                group.stored,
                false};
  if (made.udp.empty()) {
    auto udp = open_udp(made.bound, Bind::Alone, options);
    if (!udp) return udp.error();
    made.udp.push_back(share(std::move(*udp), made.bound));
  }
  if (made.tcp.empty()) {
    auto tcp = open_tcp(made.bound, Bind::Alone);
    if (!tcp) return tcp.error();
    made.tcp.push_back(share(std::move(*tcp), made.bound));
  }
  return made;
}

Result<Listener> open(const SocketAddress& wanted, Bind bind, const SocketOptions& options) {
  auto udp = open_udp(wanted, bind, options);
  if (!udp) return udp.error();
  const SocketAddress bound{wanted.ip, bound_address(udp->get()).port};
  auto tcp = open_tcp(bound, bind);
  if (!tcp) return tcp.error();
  return Listener{wanted, bound, {share(std::move(*udp), bound)}, {share(std::move(*tcp), bound)},
                  true,   true};
}

Result<Listener> open_with_free_port(const SocketAddress& wanted, const SocketOptions& options) {
  auto made = open(wanted, Bind::Alone, options);
  // The kernel chose the UDP port; TCP may be taken there. Another draw, then.
  for (int i = 0; !made && i < kFreePortAttempts; ++i) made = open(wanted, Bind::Alone, options);
  return made;
}

/// As many sockets as each worker may have the same number of.
std::size_t even(std::size_t sockets, unsigned workers) {
  const auto count = (std::max<std::size_t>(sockets, 1) + workers - 1) / workers * workers;
  return count <= std::max<std::size_t>(kSocketsMax, workers) ? count
                                                              : std::max<std::size_t>(sockets, workers);
}

/// An error is one only while there are fewer sockets than workers; and not even then where the first was
/// handed down: it may be another user's, beside whom the kernel lets nobody else in.
Result<void> grow(Listener& listener, unsigned workers, const SocketOptions& options) {
  for (const auto count = even(listener.udp.size(), workers); listener.udp.size() < count;) {
    auto udp = open_udp(listener.bound, Bind::BesideOurs, options);
    if (!udp)
      return listener.opened_here && listener.udp.size() < workers ? Result<void>(udp.error())
                                                                   : Result<void>();
    listener.udp.push_back(share(std::move(*udp), listener.bound));
  }
  for (const auto count = even(listener.tcp.size(), workers); listener.tcp.size() < count;) {
    auto tcp = open_tcp(listener.bound, Bind::BesideOurs);
    if (!tcp)
      return listener.opened_here && listener.tcp.size() < workers ? Result<void>(tcp.error())
                                                                   : Result<void>();
    listener.tcp.push_back(share(std::move(*tcp), listener.bound));
  }
  return {};
}

void deal(const Sockets& sockets, std::size_t workers, std::vector<WorkerSockets>& out,
          Sockets WorkerSockets::*kind) {
  for (std::size_t i = 0; i < std::max(sockets.size(), workers); ++i)
    (out[i % workers].*kind).push_back(sockets[i % sockets.size()]);
}

}  // namespace

/// A wildcard and one of its addresses, both of ours, may have the same port for the time of a change.
bool Listeners::overlaps(const SocketAddress& address) const noexcept {
  return std::any_of(listeners_.begin(), listeners_.end(), [&](const Listener& one) {
    return address.port != 0 && one.bound.port == address.port &&
           one.bound.ip.is_v6() == address.ip.is_v6() && one.bound.ip != address.ip &&
           (one.bound.ip.is_unspecified() || address.ip.is_unspecified());
  });
}

Result<Listener> Listeners::make(const SocketAddress& wanted, const Listeners& before,
                                 const SocketOptions& options, InheritedSockets& inherited) const {
  if (auto group = inherited.take_dns(wanted)) return adopt(wanted, std::move(*group), options);
  if (wanted.port == 0) return open_with_free_port(wanted, options);
  const bool beside = overlaps(wanted) || before.overlaps(wanted);
  return open(wanted, beside ? Bind::BesideOurs : Bind::Alone, options);
}

Result<Listeners> Listeners::changed(const std::vector<SocketAddress>& addresses, unsigned workers,
                                     const SocketOptions& options, InheritedSockets& inherited) const {
  Listeners next;
  auto kept = listeners_;
  for (const auto& wanted : addresses) {
    bool handed_down = false;
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const Listener& one) {
      return one.wanted == wanted || (wanted.port != 0 && one.bound == wanted);
    });
    if (same != kept.end()) {
      next.listeners_.push_back(std::move(*same));
      next.listeners_.back().wanted = wanted;
      kept.erase(same);
    } else {
      auto made = next.make(wanted, *this, options, inherited);
      if (!made) return made.error();
      handed_down = !made->opened_here;
      next.listeners_.push_back(std::move(*made));
    }
    auto& listener = next.listeners_.back();
    if (!listener.grows || handed_down) continue;
    if (const auto grown = grow(listener, workers, options); !grown) return grown.error();
  }
  return next;
}

std::vector<WorkerSockets> Listeners::spread(unsigned workers) const {
  std::vector<WorkerSockets> out(workers);
  for (const auto& listener : listeners_) {
    deal(listener.udp, workers, out, &WorkerSockets::udp);
    deal(listener.tcp, workers, out, &WorkerSockets::tcp);
  }
  return out;
}

bool Listeners::has(const SharedSocket& socket) const noexcept {
  return std::any_of(listeners_.begin(), listeners_.end(), [&](const Listener& one) {
    return std::find(one.udp.begin(), one.udp.end(), socket) != one.udp.end() ||
           std::find(one.tcp.begin(), one.tcp.end(), socket) != one.tcp.end();
  });
}

}  // namespace signpost
