// What several registries say of one instance, as one row.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "backends/registry/service_state.h"
#include "zones/policy/candidates.h"

namespace signpost::compose {

/// One registry's word on one instance; `instance` has its own ports, and none where the registry knows none.
struct Part {
  std::size_t member = 0;
  std::string_view registry;  // its name
  std::size_t place = 0;      // of the instance in the member's state
  Instance instance;
  policy::Overlay overlay = {};
  bool kubernetes = false;
  bool outdated = false;  // the registry is lost for long
  bool masked = false;    // the registry says that its words on health are not to be believed
};

struct Row {
  Instance instance;
  policy::Overlay overlay;
  std::vector<Part> parts;  // the first gives the weight
};

/// Whether both mean one process: they share an address (as clients see it), and a port with its protocol, or
/// one of them knows no ports.
bool is_same(const Instance& a, const Instance& b);

/// Each instance once: an SDK registry's (not Kubernetes') is a row; what another one says of it joins that
/// row. Two rows of one registry are never made one: that registry says that they are two.
std::vector<Row> merge(std::vector<Part> parts);

/// A row for each part. Where several mean one instance they agree on its ports and its topology, so that
/// zones/synthesis makes one record of them.
std::vector<Row> keep_apart(std::vector<Part> parts);

/// The words that count for this row's health: those of registries that are up to date and believe
/// themselves, and say something; if there are none, all of them.
std::vector<bool> counting(const Row& row);

/// One health of several: `any_good`, the best word that counts; otherwise the worst.
Health opinion(const Row& row, bool any_good);

}  // namespace signpost::compose
