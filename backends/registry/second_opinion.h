// What another server of a registry says of services that a guard holds back (zones/guard): the facts alone.
// Whether they confirm anything is for the guard to judge.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "backends/registry/service_state.h"
#include "dns/base/clock.h"

namespace signpost {

struct OpinionQuestion {
  std::vector<ServiceKey> services;            // of one namespace of one registry; at least one
  std::map<std::string, std::uint64_t> known;  // group of that namespace -> services that we know in it
};

/// What one server said in two reads, the second 10 s after the first, each over a connection of its own.
struct SecondOpinion {
  struct Word {
    ServiceKey key;
    bool named = false;               // by its list
    std::vector<Instance> instances;  // those it tells; none when it does not name the service
  };
  std::string server;   // "nacos-1:8848"; empty: there is no other
  std::string trouble;  // why it says nothing, in one line; empty: it does
  Duration seen{};      // so long it had been known, without a break, to live and to hold services
  Monotonic first_read{};
  Monotonic last_read{};
  std::uint64_t known =
      0;  // in the groups that were asked for; `names`: what it named of them, the shorter read
  std::uint64_t names = 0;
  std::vector<Word> words;  // what both reads said alike; the other services asked for are left out
};

}  // namespace signpost
