#include "zones/compose/rows.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace signpost::compose {
namespace {

/// The rows of each address that instances have, unmapped.
class Places {
 public:
  void add(const Instance& instance, std::size_t row) {
    for (const auto& address : {instance.v4, instance.v6}) {
      if (address) rows_[address->unmapped()].push_back(row);
    }
  }
  /// Each once, in ascending order.
  std::vector<std::size_t> of(const Instance& instance) const {
    std::vector<std::size_t> all;
    for (const auto& address : {instance.v4, instance.v6}) {
      const auto found = address ? rows_.find(address->unmapped()) : rows_.end();
      if (found != rows_.end()) all.insert(all.end(), found->second.begin(), found->second.end());
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
  }

 private:
  std::map<IpAddress, std::vector<std::size_t>> rows_;
};

bool has_address(const Instance& instance, const std::optional<IpAddress>& address) {
  if (!address) return false;
  const auto same = [&](const std::optional<IpAddress>& own) {
    return own && own->unmapped() == address->unmapped();
  };
  return same(instance.v4) || same(instance.v6);
}

bool same_port(const Port& a, const Port& b) { return a.number == b.number && a.protocol == b.protocol; }

/// A name for a port that has none; another name beside the one that it has.
void add_port(std::vector<Port>& ports, const Port& port) {
  const auto same = [&port](const Port& other) { return same_port(other, port); };
  if (std::find(ports.begin(), ports.end(), port) != ports.end()) return;
  const auto found = std::find_if(ports.begin(), ports.end(), same);
  if (found == ports.end()) {
    ports.push_back(port);
  } else if (found->name.empty()) {
    found->name = port.name;
  } else if (!port.name.empty()) {
    ports.push_back(port);
  }
}

template <class T>
void fill(T& field, const T& other) {
  if (field == T()) field = other;
}

/// Where an instance runs is known best to Kubernetes; all else to whom it registered with.
void take_facts(Instance& to, const Instance& from, bool topology_first) {
  const auto take = [topology_first](auto& field, const auto& other) {
    if (topology_first && !(other == std::decay_t<decltype(other)>())) field = other;
    fill(field, other);
  };
  take(to.zone, from.zone);
  take(to.region, from.region);
  take(to.node, from.node);
  take(to.for_zones, from.for_zones);
  fill(to.v4, from.v4);
  fill(to.v6, from.v6);
  fill(to.version, from.version);
  fill(to.cluster, from.cluster);
  fill(to.tags, from.tags);
  for (const auto& entry : from.metadata) to.metadata.push_back(entry);
  normalise(to.metadata);
}

void join(Row& row, const Part& part) {
  take_facts(row.instance, part.instance, part.kubernetes);
  for (const auto& port : part.instance.ports) {
    const auto same = [&port](const Port& own) { return same_port(own, port); };
    const auto& own = row.instance.ports;
    if (own.empty() || std::any_of(own.begin(), own.end(), same)) add_port(row.instance.ports, port);
  }
  row.overlay.drained = row.overlay.drained || part.overlay.drained;
  row.overlay.check_fails = row.overlay.check_fails || part.overlay.check_fails;
  row.instance.leaving = row.instance.leaving || part.instance.leaving;
  row.instance.enabled = row.instance.enabled && part.instance.enabled;
  row.parts.push_back(part);
}

Row row_of(Part part) {
  Row row{part.instance, part.overlay, {}};
  row.parts.push_back(std::move(part));
  row.instance.host_name.clear();  // of a StatefulSet's Pod: two clusters have web-0 each
  row.overlay.health.reset();      // it is in the opinions
  return row;
}

Health word(const Part& part) { return part.overlay.health.value_or(part.instance.health); }

}  // namespace

bool is_same(const Instance& a, const Instance& b) {
  if (!has_address(a, b.v4) && !has_address(a, b.v6)) return false;
  if (a.ports.empty() || b.ports.empty()) return true;
  return std::any_of(a.ports.begin(), a.ports.end(), [&](const Port& port) {
    return std::any_of(b.ports.begin(), b.ports.end(), [&](const Port& p) { return same_port(p, port); });
  });
}

std::vector<Row> merge(std::vector<Part> parts) {
  std::stable_partition(parts.begin(), parts.end(), [](const Part& part) { return !part.kubernetes; });
  std::vector<Row> rows;
  Places places;
  for (auto& part : parts) {
    std::vector<std::size_t> same;
    for (const auto row : places.of(part.instance)) {
      const auto of_member = [&](const Part& other) { return other.member == part.member; };
      const auto& known = rows[row].parts;
      if (is_same(rows[row].instance, part.instance) && std::none_of(known.begin(), known.end(), of_member))
        same.push_back(row);
    }
    if (same.empty()) {
      rows.push_back(row_of(std::move(part)));
      places.add(rows.back().instance, rows.size() - 1);
      continue;
    }
    for (const auto row : same) {
      join(rows[row], part);
      places.add(part.instance, row);
    }
    // Ports that only the newcomer knows: once, with the first.
    for (const auto& port : part.instance.ports) {
      const bool taken = std::any_of(same.begin(), same.end(), [&](std::size_t row) {
        const auto& own = rows[row].instance.ports;
        return std::any_of(own.begin(), own.end(), [&](const Port& p) { return same_port(p, port); });
      });
      if (!taken) add_port(rows[same.front()].instance.ports, port);
    }
  }
  return rows;
}

std::vector<Row> keep_apart(std::vector<Part> parts) {
  std::vector<Row> rows;
  Places places;
  for (const auto& part : parts) {
    rows.push_back(row_of(part));
    places.add(part.instance, rows.size() - 1);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& row = rows[i];
    for (const auto other : places.of(parts[i].instance)) {
      if (other == i || !is_same(parts[i].instance, parts[other].instance)) continue;
      const auto& from = parts[other];
      if (from.member == parts[i].member) continue;
      take_facts(row.instance, from.instance, from.kubernetes);
      for (const auto& port : from.instance.ports) add_port(row.instance.ports, port);
    }
    std::sort(row.instance.ports.begin(), row.instance.ports.end());
  }
  return rows;
}

std::vector<bool> counting(const Row& row) {
  std::vector<bool> counts;
  for (const auto& part : row.parts)
    counts.push_back(!part.outdated && !part.masked && word(part) != Health::Unknown);
  if (std::find(counts.begin(), counts.end(), true) == counts.end()) counts.assign(counts.size(), true);
  return counts;
}

Health opinion(const Row& row, bool any_good) {
  const auto badness = [](Health health) {
    return health == Health::Up ? 0 : health == Health::Draining ? 1 : 2;
  };
  const auto counts = counting(row);
  std::optional<Health> found;
  for (std::size_t i = 0; i < row.parts.size(); ++i) {
    const auto health = word(row.parts[i]);
    if (!counts[i] || health == Health::Unknown) continue;
    if (!found || (any_good ? badness(health) < badness(*found) : badness(health) > badness(*found)))
      found = health;
  }
  return found.value_or(Health::Unknown);
}

}  // namespace signpost::compose
