// A reflector against a store that changes at random over a connection that breaks at random, on virtual
// time: what the sink sees is at every moment a state that the store had, and the last one at the end.
// Whoever sees a failure has its seed in the message.
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "backends/kubernetes/reflector.h"
#include "dns/base/random.h"
#include "tests/backends/kubernetes/faults/ignoring_sink.h"
#include "tests/backends/kubernetes/faults/objects.h"
#include "tests/support/fake_apiserver/kube_store.h"

namespace signpost::kubernetes {
namespace {

using namespace std::chrono_literals;
using follow::HttpHead;
using follow::HttpNext;
using tests::KubeQuery;
using tests::KubeStore;
using tests::KubeWatch;

/// Key -> address: what can be told of a service.
using State = std::map<std::string, std::string>;

std::string address_of(const Object& object) {
  const auto& record = std::get<ServiceRecord>(object.record);
  return record.cluster_ips.empty() ? "" : record.cluster_ips.front().to_string();
}

/// What a sink holds when it does exactly what it is told.
class ObedientSink final : public IgnoringSink {
 public:
  void begin_list(Source) override {
    staged_.clear();
    listing_ = true;
  }
  void listed(Source, Object object) override { staged_[object.key] = address_of(object); }
  void list_changed(Source, EventType type, Object object) override {
    EXPECT_TRUE(listing_) << "a part of a list without a list";
    if (type == EventType::Deleted) {
      staged_.erase(object.key);
    } else {
      staged_[object.key] = address_of(object);
    }
  }
  void end_list(Source) override {
    world = std::move(staged_);
    staged_.clear();
    listing_ = false;
    ++lists;
  }
  void changed(Source, EventType type, Object object) override {
    EXPECT_FALSE(listing_) << "an event within a list";
    if (type == EventType::Deleted) {
      world.erase(object.key);
    } else {
      world[object.key] = address_of(object);
    }
    seen.emplace_back(object.revision, world);
  }

  State world;
  std::vector<std::pair<Revision, State>> seen;  // after each event
  int lists = 0;

 private:
  State staged_;
  bool listing_ = false;
};

const std::string kServices = "/api/v1/services";

class Fuzz {
 public:
  explicit Fuzz(std::uint64_t seed, bool streaming = false)
      : random_(seed),
        reflector_({Resource::Services, 135s, {}, {}, streaming}, sink_, words_, counts_, Random(seed + 1)) {
    store_.streaming_lists = tests::StreamingLists(random_.below(4));
    store_.serve(kServices);
    store_.page_max = 3;
    for (int i = 0; i < 8; ++i) change();
  }

  void run(int exchanges) {
    for (int i = 0; i < exchanges && !testing::Test::HasFailure(); ++i) exchange(true);
    for (int i = 0; i < 50 && !testing::Test::HasFailure() && !settled(); ++i) exchange(false);
    EXPECT_EQ(sink_.world, now_in_store()) << "in the end";
  }

 private:
  bool chance(unsigned in) { return random_.below(in) == 0; }
  State now_in_store() const { return states_.rbegin()->second; }
  /// The store has nothing that the reflector has not seen.
  bool settled() const { return quiet_ && reflector_.revision() >= states_.rbegin()->first; }
  /// What the store held at that version; bookmarks and lists may have any.
  const State& at(Revision version) const { return std::prev(states_.upper_bound(version))->second; }

  void change() {
    const auto name = "s" + std::to_string(random_.below(9));
    if (chance(3) && store_.remove(kServices, "shop", name)) {
      if (chance(2)) {  // and again under its name, another object (K23)
        remember();
        put(name);
      }
    } else {
      put(name);
    }
    remember();
  }
  void put(const std::string& name) {
    const auto next = store_.version() + 1;
    const auto ip = "10.96." + std::to_string(next / 250) + "." + std::to_string(next % 250);
    store_.put(kServices, "shop", name, tests::service_rest(ip));
  }
  void remember() {
    State state;
    for (const auto* object : store_.objects(kServices)) {
      state[object->space + "/" + object->name] = tests::ip_of_rest(object->rest);
    }
    states_[store_.version()] = std::move(state);
  }

  void exchange(bool faulty) {
    quiet_ = !faulty;
    auto request = reflector_.next(now_);
    while (!request) {
      now_ = std::max(now_, reflector_.wake());
      request = reflector_.next(now_);
    }
    if (faulty && chance(3)) change();
    if (faulty && chance(20)) store_.forget_history();
    if (faulty && chance(15)) store_.expire_tokens();
    if (faulty && chance(8)) {
      refuse();
    } else {
      answer(KubeQuery(request->target), faulty);
    }
    check();
  }

  void refuse() {
    static const HttpHead kHeads[] = {{500, "application/json", ""},  {502, "text/html", ""},
                                      {429, "application/json", "2"}, {503, "text/plain", ""},
                                      {200, "text/html", ""},         {403, "application/json", ""},
                                      {401, "application/json", ""},  {404, "text/plain", ""}};
    const auto pick = random_.below(std::size(kHeads) + 1);
    if (pick == std::size(kHeads)) return reflector_.end("connection refused", now_);
    if (reflector_.head(kHeads[pick], now_) == HttpNext::Continue) reflector_.body("<html>sorry", now_);
    reflector_.end("", now_);
  }

  void answer(const KubeQuery& query, bool faulty) {
    if (!query.watch()) return reply(store_.list(query), faulty);
    auto begun = store_.watch(query);
    if (const auto* refusal = std::get_if<tests::KubeAnswer>(&begun)) return reply(*refusal, faulty);
    watch(std::get<KubeWatch>(std::move(begun)), faulty);
  }

  void reply(const tests::KubeAnswer& answer, bool faulty) {
    const auto type = answer.headers.substr(14, answer.headers.find('\r') - 14);
    if (reflector_.head({answer.status, type, ""}, now_) == HttpNext::Stop) return reflector_.end("", now_);
    const bool cut = faulty && chance(4);
    const auto length =
        cut ? random_.below(static_cast<std::uint32_t>(answer.body.size())) : answer.body.size();
    feed(std::string_view(answer.body).substr(0, length));
    reflector_.end(cut && chance(2) ? "transfer closed" : "", now_);  // some servers end a cut body well
  }

  void watch(KubeWatch place, bool faulty) {
    cut_ = false;
    reflector_.head({200, "application/json", ""}, now_);
    const bool list = !reflector_.watching();  // a streaming one, up to its mark
    if (list && faulty && store_.streaming_lists == tests::StreamingLists::Served && chance(2))
      stretch(place);
    for (auto rounds = 1 + random_.below(6); rounds > 0; --rounds) {
      auto lines = store_.read(place, 1 + random_.below(4));
      if (chance(4)) lines += store_.bookmark(place);
      const bool spoilt = faulty && chance(4);
      if (spoilt) spoil(lines, list);
      if (feed(lines) == HttpNext::Stop) return reflector_.end("", now_);
      if (!spoilt) earlier_ = lines.substr(0, lines.find('\n') + 1);
      if (cut_)
        return reflector_.end(std::exchange(cut_, false) && chance(2) ? "connection reset" : "", now_);
      check();
      now_ += std::chrono::milliseconds(random_.below(3000));
      if (faulty && chance(2)) change();
    }
    const bool markless = list && !reflector_.watching();
    if (faulty ? chance(6) : markless) {  // silent until its deadline (K7, K26)
      now_ = std::max(now_, reflector_.wake());
      return reflector_.end("timed out", now_);
    }
    reflector_.end(faulty && chance(2) ? "connection reset" : "", now_);
  }

  /// The store changes within a streaming list: the changes come before its mark.
  void stretch(KubeWatch& place) {
    place.first.resize(place.first.rfind('\n', place.first.size() - 2) + 1);
    for (auto changes = 1 + random_.below(5); changes > 0; --changes) change();
    place.first = store_.read(place);
    place.first +=
        tests::kube_event("BOOKMARK", R"({"metadata":{"resourceVersion":")" + std::to_string(place.seen) +
                                          R"(","annotations":{"k8s.io/initial-events-end":"true"}}})");
  }

  /// What hostile weather makes of lines: repeated, cut, mixed with others, mixed with rubbish, ended by an
  /// error. In a list nobody can tell an old line from a true one, so there only what is broken is found.
  void spoil(std::string& lines, bool list) {
    const auto middle = lines.empty() ? 0 : random_.below(static_cast<std::uint32_t>(lines.size()));
    const auto kind = random_.below(7);
    switch (list && (kind == 0 || kind == 2) ? 1 : kind) {
      case 0:
        lines += earlier_ + lines;
        break;
      case 1:
        lines.resize(middle);
        cut_ = true;  // what is missing would be the server's own lie (K24)
        break;
      case 2:
        lines.insert(middle, earlier_);
        break;
      case 3:
        lines.insert(middle, "\n{\"type\":\"ADDED\",\"obj");
        break;
      case 4:
        lines += tests::kube_event("ERROR", tests::kube_status(chance(2) ? 500 : 410, "InternalError"));
        break;
      case 5:
        lines += tests::kube_event("ERROR", tests::kube_status(500, "StorageReadError"));
        break;
      default:
        lines +=
            tests::kube_event("DELETED", R"({"metadata":{"name":"ghost","namespace":"shop"}})").substr(0, 30);
    }
  }

  HttpNext feed(std::string_view octets) {
    while (!octets.empty()) {
      const auto size = std::min<std::size_t>(octets.size(), chance(3) ? 1 : 1 + random_.below(400));
      if (reflector_.body(octets.substr(0, size), now_) == HttpNext::Stop) return HttpNext::Stop;
      octets.remove_prefix(size);
    }
    return HttpNext::Continue;
  }

  /// Every state that was to be seen is one that the store had at that version.
  void check() {
    for (const auto& [version, state] : sink_.seen)
      ASSERT_EQ(state, at(version)) << "after the event " << version;
    sink_.seen.clear();
    if (sink_.lists > 0) {
      ASSERT_EQ(sink_.world, at(reflector_.revision())) << "version " << reflector_.revision();
    }
  }

  Random random_;
  Words words_;
  follow::Counts counts_;
  ObedientSink sink_;
  Reflector reflector_;
  KubeStore store_;
  std::map<Revision, State> states_{{0, {}}};
  std::string earlier_;  // a line that has been delivered
  bool cut_ = false;
  Monotonic now_{1000s};
  bool quiet_ = false;
};

std::uint64_t first_seed() {
  const char* given = std::getenv("SIGNPOST_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
}

TEST(ReflectorFuzz, K22_K12_EveryStateSeenIsOneThatTheStoreHad) {
  for (auto seed = first_seed(); seed < first_seed() + 300; ++seed) {
    SCOPED_TRACE("SIGNPOST_SEED=" + std::to_string(seed));
    Fuzz(seed).run(120);
    if (HasFailure()) break;
  }
}

TEST(ReflectorFuzz, K26_K12_SoItIsWithStreamingLists) {
  for (auto seed = first_seed(); seed < first_seed() + 300; ++seed) {
    SCOPED_TRACE("SIGNPOST_SEED=" + std::to_string(seed));
    Fuzz(seed, true).run(120);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace signpost::kubernetes
