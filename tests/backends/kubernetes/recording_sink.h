// Writes down what a registry's sink is told, one line each, and keeps the world that follows from it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "backends/registry/registry_sink.h"

namespace signpost::tests {

inline std::string text_of(const ServiceState& state) {
  std::string text = state.key.space + "/" + state.key.name;
  if (state.kind == ServiceKind::Alias) text += " alias " + state.alias;
  if (state.kind == ServiceKind::VirtualIp) {
    text += " ip";
    for (const auto& ip : state.virtual_ips) text += " " + ip.to_string();
  }
  for (const auto& port : state.ports) text += " " + port.name + ":" + std::to_string(port.number);
  for (const auto& instance : state.instances) {
    text += " | " + instance.id + " " + std::string(to_string(instance.health));
    for (const auto& port : instance.ports) text += " " + port.name + ":" + std::to_string(port.number);
    if (!instance.host_name.empty()) text += " host=" + instance.host_name;
    if (!instance.node.empty()) text += " node=" + instance.node;
    if (!instance.zone.empty()) text += " zone=" + instance.zone;
  }
  return text;
}

class RecordingSink final : public RegistrySink {
 public:
  void begin_list(Epoch epoch) override {
    calls.push_back("begin " + std::to_string(epoch));
    mentioned.clear();
    listing = true;
  }
  void upsert(ServiceState state, Revision revision) override {
    const auto text = text_of(state);
    calls.push_back("upsert " + text);
    last_revision = revision;
    mentioned.insert(state.key);
    world[state.key] = text;
  }
  void mention(const ServiceKey& key) override {
    calls.push_back("mention " + key.space + "/" + key.name);
    mentioned.insert(key);
  }
  void erase(const ServiceKey& key, Revision) override {
    calls.push_back("erase " + key.space + "/" + key.name);
    world.erase(key);
  }
  void end_list(Epoch epoch, Complete complete) override {
    calls.push_back("end " + std::to_string(epoch) +
                    (complete == Complete::No    ? " incomplete"
                     : complete == Complete::Yes ? " complete"
                                                 : " complete again"));
    listing = false;
    if (complete != Complete::No) {
      std::erase_if(world, [this](const auto& entry) { return !mentioned.contains(entry.first); });
      ++lists;
    }
  }
  void identify(std::string_view identity) override { calls.push_back("is " + std::string(identity)); }
  void caught_up(Revision revision) override {
    last_revision = revision;
    ++caught_ups;
    live = true;
  }
  void lost_contact(std::string_view why) override {
    calls.push_back("lost " + std::string(why));
    live = false;
  }

  void place_clients(std::vector<ClientNetwork> networks) override {
    clients.clear();
    for (const auto& one : networks) clients.push_back(one.prefix.to_string() + " " + one.zone);
    ++placements;
  }

  /// All services, sorted by key.
  std::vector<std::string> services() const {
    std::vector<std::string> all;
    for (const auto& [key, text] : world) all.push_back(text);
    return all;
  }
  /// The calls since the last time.
  std::vector<std::string> take() { return std::exchange(calls, {}); }

  std::vector<std::string> calls;
  std::map<ServiceKey, std::string> world;
  std::set<ServiceKey> mentioned;
  bool listing = false;
  bool live = false;
  int lists = 0;
  int caught_ups = 0;
  Revision last_revision = 0;
  std::vector<std::string> clients;  // "10.244.1.0/24 a", as told last
  int placements = 0;
};

}  // namespace signpost::tests
