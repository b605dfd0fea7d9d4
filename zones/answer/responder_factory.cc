#include "zones/answer/responder_factory.h"

#include "zones/answer/answerer.h"
#include "zones/answer/look_ahead.h"
#include "zones/snapshot/store.h"

namespace signpost {
namespace {

class SnapshotResponder final : public Responder {
 public:
  SnapshotResponder(SnapshotStore& store, Random random, DemandGate* gate)
      : reader_(store), answerer_(random), gate_(gate) {
    snapshot_ = &reader_.refresh();
    reader_.idle();
  }
  void begin_batch() noexcept override { snapshot_ = &reader_.refresh(); }
  void idle() noexcept override { reader_.idle(); }
  void look_ahead(std::span<Asked> asked) noexcept override { signpost::look_ahead(*snapshot_, asked); }
  Outcome respond(const QueryContext& context, const Query& query, Response& response) noexcept override {
    Asker asker{&context, &query, gate_, &reader_};
    answerer_.answer(*snapshot_, query.question.folded.wire(), query.question.type,
                     context.transport == Transport::Udp, response, noted_block(query), &asker);
    return asker.deferred ? Outcome::Deferred : Outcome::Answered;
  }

 private:
  SnapshotReader reader_;
  const Snapshot* snapshot_;
  Answerer answerer_;
  DemandGate* gate_;
};

class SnapshotResponderFactory final : public ResponderFactory {
 public:
  SnapshotResponderFactory(SnapshotStore& store, std::optional<std::uint64_t> seed, DemandGate* gate)
      : store_(store), seed_(seed), gate_(gate) {}
  std::unique_ptr<Responder> make_responder(unsigned worker) override {
    return std::make_unique<SnapshotResponder>(
        store_, seed_ ? Random(*seed_ + worker) : Random::from_kernel(), gate_);
  }

 private:
  SnapshotStore& store_;
  std::optional<std::uint64_t> seed_;
  DemandGate* gate_;
};

}  // namespace

std::unique_ptr<ResponderFactory> make_responder_factory(SnapshotStore& store,
                                                         std::optional<std::uint64_t> seed,
                                                         DemandGate* gate) {
  return std::make_unique<SnapshotResponderFactory>(store, seed, gate);
}

}  // namespace signpost
