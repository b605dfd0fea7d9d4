// One Session of Nacos for fuzzers: whatever is fed to it, what comes out must make sense.
#pragma once

#include <set>
#include <string>

#include "backends/nacos/session.h"

namespace signpost::test {

/// What any state must be, whatever a server said: keyed, sorted, with usable addresses and ports (A9).
void require_sound(const ServiceState& state);

class NacosSession {
 public:
  explicit NacosSession(std::uint64_t seed);

  /// Connects, sets up, and answers what is asked with the usual good answers, until it is ready.
  void get_ready();
  void feed(nacos::Event event);
  /// To the next deadline when it is no further than this away, and one Tick there.
  void pass(Duration at_most);
  /// The id of an outstanding request: the n-th, counted round; 0 when there is none.
  nacos::RequestId outstanding(std::size_t n) const;
  /// A good answer to an outstanding request.
  void answer(nacos::RequestId id);
  bool ready() const { return session_.ready(); }
  const std::set<ServiceKey>& known() const { return known_; }

  std::size_t upserts = 0;

 private:
  void carry_out(const nacos::Actions& actions);

  follow::Counts counts_;
  nacos::Session session_;
  Monotonic now_{std::chrono::hours(1)};
  std::size_t idle_ticks_ = 0;  // in a row, at one moment
  bool connected_ = false, streaming_ = false;
  std::map<nacos::RequestId, std::string> requests_;  // of this connection: the type
  std::set<ServiceKey> known_;
};

}  // namespace signpost::test
