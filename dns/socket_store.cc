#include "dns/socket_store.h"

#include <array>
#include <utility>

#include "dns/base/log.h"
#include "dns/notify.h"

namespace signpost {
namespace {

std::string name_of(admin::Door door) {
  return std::string(kStoredPrefix) + std::string(admin::to_string(door));
}

Result<admin::ListenSocket> adopt(InheritedSockets::Named named) {
  const auto whose = named.name.starts_with(kStoredPrefix) ? admin::ListenSocket::Adopted::Ours
                                                           : admin::ListenSocket::Adopted::Lent;
  return admin::ListenSocket::adopted(named.descriptor.release(), whose);
}

}  // namespace

SocketStore::SocketStore(const Notifier& manager, InheritedSockets inherited)
    : manager_(manager), inherited_(std::move(inherited)), takes_over_(inherited_.has_dns()) {
  for (const auto inode : inherited_.inodes()) known_.insert(inode);
  for (const auto& one : inherited_.left())
    if (one.name.starts_with(kStoredPrefix)) stored_.insert(one.name);
  for (const auto& why : inherited_.refused()) log::warning("listen.handed_down_unusable", {{"reason", why}});
}

Result<admin::ListenSocket> SocketStore::open_door(admin::Door door, const SocketAddress& address) {
  if (auto named = inherited_.take_door(admin::to_string(door), address)) return adopt(std::move(*named));
  return stored(door, admin::ListenSocket::tcp(address));
}

Result<admin::ListenSocket> SocketStore::open_admin(const std::string& path) {
  // One whose file is gone cannot be reached any more: another is opened in its place.
  if (auto named = inherited_.take_path(path))
    if (auto adopted = adopt(std::move(*named))) return adopted;
  return stored(admin::Door::Admin, admin::ListenSocket::unix_socket(path));
}

Result<admin::ListenSocket> SocketStore::stored(admin::Door door, Result<admin::ListenSocket> opened) {
  if (opened) keep_door(door, *opened);
  return opened;
}

void SocketStore::keep_door(admin::Door door, const admin::ListenSocket& socket) {
  drop_door(door);
  store(name_of(door), std::array{socket.descriptor()});
}

void SocketStore::drop_door(admin::Door door) { unstore(name_of(door)); }

void SocketStore::store(const std::string& name, std::span<const int> descriptors) {
  if (descriptors.empty()) return;
  manager_.store(name, descriptors);
  stored_.insert(name);
}

void SocketStore::unstore(const std::string& name) {
  if (stored_.erase(name) > 0) manager_.unstore(name);
}

void SocketStore::keep(const std::vector<Listener>& listeners) {
  std::set<std::string> names;
  for (const auto& listener : listeners) {
    const auto name = stored_name(listener.bound);
    std::vector<int> fresh;
    for (const auto* kind : {&listener.udp, &listener.tcp})
      for (const auto& socket : *kind)
        if (known_.insert(inode_of(socket->descriptor.get())).second)
          fresh.push_back(socket->descriptor.get());
    store(name, fresh);
    names.insert(name);
  }
  const auto before = stored_;
  for (const auto& name : before)
    if (name.starts_with(kStoredDnsPrefix) && !names.contains(name)) unstore(name);
}

void SocketStore::close_rest() {
  for (const auto& left : inherited_.left()) {
    if (left.name.starts_with(kStoredPrefix)) {
      unstore(left.name);
      log::info("listen.no_longer", {{"address", left.what}});
    } else {
      log::warning("listen.handed_down_unused",
                   {{"address", left.what},
                    {"name", left.name},
                    {"reason",
                     "no entry of `listen` has this address: it is closed here, and what is sent to it "
                     "is lost; write the same address in `listen` and in the socket unit"}});
    }
  }
  inherited_ = InheritedSockets();
}

}  // namespace signpost
