// Finds out by itself which protocol the servers of a namespace speak, and changes over when that changes.
//
//   gRPC first. Not through within 0.3 s, or lost: a server is asked for its version over HTTP meanwhile.
//     "1.4.7"                              -> HTTP v1 at once (1.x has no gRPC)
//     another, or an answer without one    -> gRPC goes on; in vain for 15 s: HTTP v1 meanwhile
//   HTTP v1: the version is asked for each minute, and where there is trouble at once (5 s apart).
//     "2.0.0" and later                    -> gRPC on trial: a connection within 5 s, or back to HTTP v1
//     an answer, and HTTP v1 fails         -> gRPC
//
// So servers of 2.x and 3.x see nothing of this and cost no time. At a change the one machine tells the other
// what the sink knows, as after a lost connection: no name goes, no answer changes until a list or a service
// that was read says so.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backends/follow/counts.h"
#include "backends/nacos/protocol.h"
#include "backends/nacos/session.h"
#include "dns/base/random.h"

namespace signpost::nacos {

/// One owner, one thread. `counts` outlives it.
class AutoSession final : public Protocol {
 public:
  AutoSession(SessionOptions options, Random random, follow::Counts& counts);

  void input(Event event, Monotonic now, Actions& out) override;
  Monotonic deadline() const override;
  bool ready() const noexcept override { return speaker_->ready(); }
  bool answering() const noexcept override { return speaker_->answering(); }
  std::size_t services() const noexcept override { return speaker_->services(); }
  std::optional<ServiceName> service_after(const ServiceName& name) const override {
    return speaker_->service_after(name);
  }
  ServiceKey key_of(const ServiceName& name) const override { return speaker_->key_of(name); }
  std::vector<Known> known() const override { return speaker_->known(); }
  void adopt(const std::vector<Known>& known) override { speaker_->adopt(known); }

  bool speaks_grpc() const noexcept { return speaks_grpc_; }

 private:
  struct Probe {
    RequestId id = 0;
    Server server;
    Monotonic deadline;
  };

  std::unique_ptr<Protocol> make_speaker();
  void feed(Event event, Monotonic now, Actions& out);
  void pass_on(Action action, Monotonic now, Actions& out);
  void pass_on_reached(action::Milestone milestone, Monotonic now, Actions& out);
  void settle(Monotonic now, Actions& out);
  Monotonic probe_due() const;
  void send_probe(Monotonic now, Actions& out);
  void probed(int status, const std::string& body, Monotonic now, Actions& out);
  void change_over(bool to_grpc, const std::string& why, Monotonic now, Actions& out);
  void release(Actions& out);
  bool on_trial() const noexcept { return trial_until_ != Monotonic::max(); }

  SessionOptions options_;
  Random random_;
  follow::Counts& counts_;
  bool speaks_grpc_ = true;
  std::unique_ptr<Protocol> speaker_;

  std::string token_;
  bool listed_told_ = false;
  bool list_again_ = false;  // somebody waits for a second read
  bool lost_ = false;        // told by the speaker, and not Ready since
  Actions held_;             // its trouble, while it may just be the wrong protocol
  bool undecided_ = true;    // gRPC: it has not been through yet, and no server has said what it is

  std::optional<Server> at_;     // where the speaker connects to
  std::size_t next_server_ = 0;  // whom HTTP v1's probes ask
  RequestId last_probe_id_ = 0;
  std::optional<Probe> probe_;
  Monotonic probe_wish_ = Monotonic::max();
  Monotonic probe_gap_until_{};
  Monotonic down_since_ = Monotonic::max();   // gRPC: no connection since then
  Monotonic trial_until_ = Monotonic::max();  // gRPC: to be through until then
  Monotonic trial_not_before_{};
  Duration trial_gap_{};
};

/// The machine for what the configuration says of the servers. `counts` outlives it.
std::unique_ptr<Protocol> make_protocol(config::NacosProtocol protocol, SessionOptions options,
                                        follow::Counts& counts);

}  // namespace signpost::nacos
