// `protected: admin`: who is healthy in truth while a protection threshold hides it (facts: Nacos 3.4, 4.5,
// A8).
//
// Stands between the protocol of a namespace and the shell. States pass through, with the last known health
// where theirs is masked (meaning.h); of each masked service the admin API is asked at once, cluster by
// cluster, and every 10 s while that lasts, and what it says goes out as one more state. What it said is
// believed for a minute; without it the last known health holds. Services are few at a time, requests are few
// at once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/protocol.h"
#include "backends/nacos/server_ring.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// One owner, one thread; `counts` outlives it. Its requests are beside every connection, with ids from 3 <<
/// 62 on.
class AdminHealth final : public Protocol {
 public:
  /// `servers` as the protocol has them: any of them knows everything, so the next one is asked when one
  /// fails.
  AdminHealth(std::unique_ptr<Protocol> inner, std::vector<Server> servers, Random random,
              follow::Counts& counts);

  void input(Event event, Monotonic now, Actions& out) override;
  Monotonic deadline() const override;
  bool ready() const noexcept override { return inner_->ready(); }
  bool answering() const noexcept override { return inner_->answering(); }
  std::size_t services() const noexcept override { return inner_->services(); }
  std::optional<ServiceName> service_after(const ServiceName& name) const override {
    return inner_->service_after(name);
  }
  ServiceKey key_of(const ServiceName& name) const override { return inner_->key_of(name); }
  std::vector<Known> known() const override { return inner_->known(); }
  void adopt(const std::vector<Known>& known) override { inner_->adopt(known); }

 private:
  using Places = std::map<std::string, bool>;  // "10.0.0.1#80#DEFAULT" -> healthy
  struct Service {
    ServiceState state;                 // as the protocol said it
    std::vector<std::string> clusters;  // of this round
    std::size_t next = 0;               // of them; those before have been read
    RequestId asked = 0;                // what it waits for; 0: nothing
    Places reading;                     // this round's
    std::optional<Places> truth;        // the last whole round's
    Monotonic read_at{};
    Monotonic due{};
    std::uint32_t failures = 0;  // in a row
  };
  struct Asked {
    ServiceKey key;
    std::string cluster;
    Monotonic deadline;
    bool older = false;  // the API of 2.x
  };

  void sift(Action& action, Monotonic now, Actions& out);
  void masked(ServiceState&& state, Monotonic now, Actions& out);
  Service* next_due(Monotonic now);
  void pump(Monotonic now, Actions& out);
  static std::vector<std::string> clusters_of(const ServiceState& state);
  void ask(Service& service, bool older, Monotonic now, Actions& out);
  void fetched(const event::Fetched& answer, Monotonic now, Actions& out);
  void read(Service& service, const std::string& cluster, const std::string& body, Monotonic now,
            Actions& out);
  void failed(Service& service, std::string_view reason, const std::string& why, Monotonic now, Actions& out);
  void expire(Monotonic now, Actions& out);
  static ServiceState corrected(const Service& service);

  std::unique_ptr<Protocol> inner_;
  Random random_;
  ServerRing ring_;
  follow::Counts& counts_;
  bool older_ = false;       // the servers have the API of 2.x alone
  Monotonic quiet_until_{};  // a failure was logged
  std::string token_;
  RequestId last_id_;
  std::map<ServiceKey, Service> services_;  // the masked ones
  std::map<RequestId, Asked> in_flight_;
};

/// `inner` itself, unless the configuration says `protected: admin`.
std::unique_ptr<Protocol> ask_admin(const config::NacosRegistry& options, std::unique_ptr<Protocol> inner,
                                    follow::Counts& counts);

}  // namespace signpost::nacos
