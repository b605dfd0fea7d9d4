#include "tests/fuzz/nacos_session.h"

#include <algorithm>
#include <cmath>

#include "tests/fuzz/fuzzer.h"

namespace signpost::test {
namespace {

using namespace nacos;

/// So many deadlines at one moment are a loop: 64 requests in flight, and a few of everything else.
constexpr std::size_t kIdleTicksMax = 300;

SessionOptions options() {
  SessionOptions options;
  options.registry = "nacos";
  options.space = "public";
  options.groups = {"DEFAULT_GROUP", "other"};
  options.servers = {{"a", 8848}, {"b", 8848}};
  return options;
}

void require_sound(const Instance& instance) {
  require(instance.v4 || instance.v6, "an instance has an address");
  require(!instance.v4 || instance.v4->is_v4(), "v4 is v4");
  require(!instance.v6 || !instance.v6->is_v4(), "v6 is v6");
  require(std::isfinite(instance.weight) && instance.weight >= 0, "a weight is finite and not negative");
  for (const auto& port : instance.ports) require(port.number != 0, "a port is 1 to 65535");
  for (std::size_t i = 1; i < instance.metadata.size(); ++i) {
    require(instance.metadata[i - 1].first < instance.metadata[i].first, "metadata sorted, keys unique");
  }
}

}  // namespace

void require_sound(const ServiceState& state) {
  require(state.key.registry == "nacos" && state.key.space == "public", "the key of this session");
  require(!state.key.name.empty(), "a service has a name");
  require(!state.pending || state.instances.empty(), "nobody knows what a pending service has");
  std::set<std::string> ids;
  for (const auto& instance : state.instances) {
    require_sound(instance);
    require(ids.insert(instance.id).second, "an id is one instance");
  }
}

NacosSession::NacosSession(std::uint64_t seed) : session_(options(), Random(seed), counts_) {}

void NacosSession::feed(Event event) {
  Actions actions;
  session_.input(std::move(event), now_, actions);
  carry_out(actions);
}

void NacosSession::pass(Duration at_most) {
  const auto due = session_.deadline();
  if (due > now_ + at_most) {
    now_ += at_most;
    idle_ticks_ = 0;
    return;
  }
  idle_ticks_ = due > now_ ? 0 : idle_ticks_ + 1;
  require(idle_ticks_ < kIdleTicksMax, "a deadline that was met moves");
  now_ = std::max(now_, due);
  feed(event::Tick{});
}

RequestId NacosSession::outstanding(std::size_t n) const {
  if (requests_.empty()) return 0;
  return std::next(requests_.begin(), static_cast<std::ptrdiff_t>(n % requests_.size()))->first;
}

void NacosSession::answer(RequestId id) {
  const auto found = requests_.find(id);
  if (found == requests_.end()) return;
  const auto kind = found->second;
  requests_.erase(found);
  std::string body = R"({"resultCode":200,"success":true)";
  if (kind == "ServerCheckRequest") body += R"(,"supportAbilityNegotiation":true)";
  if (kind == "ServiceListRequest") body += R"(,"count":1,"serviceNames":["cart"])";
  if (kind == "SubscribeServiceRequest" || kind == "ServiceQueryRequest")
    body += R"(,"serviceInfo":{"hosts":[{"ip":"10.0.0.1","port":80}],"lastRefTime":5})";
  feed(event::Reply{id, encode({kind.substr(0, kind.size() - 7) + "Response", body + "}", {}})});
}

void NacosSession::get_ready() {
  feed(event::Start{});
  feed(event::Connected{});
  for (int i = 0; i < 100 && !ready(); ++i) {
    if (streaming_ && requests_.empty())
      feed(event::Received{encode({"SetupAckRequest", R"({"abilityTable":{}})", {}})});
    answer(outstanding(0));
    pass(std::chrono::milliseconds(1));
  }
  require(ready(), "good answers lead to Ready");
}

void NacosSession::carry_out(const Actions& actions) {
  for (const auto& each : actions) {
    if (std::holds_alternative<action::Connect>(each) || std::holds_alternative<action::Disconnect>(each)) {
      connected_ = std::holds_alternative<action::Connect>(each);
      streaming_ = false;
      requests_.clear();
    } else if (std::holds_alternative<action::OpenStream>(each)) {
      require(connected_ && !streaming_, "one stream, on a connection");
      streaming_ = true;
    } else if (const auto* request = std::get_if<action::Request>(&each)) {
      require(connected_, "requests need a connection");
      const auto payload = decode_payload(request->octets);
      require(payload.has_value() && payload->type.ends_with("Request"), "we send what can be read");
      require(requests_.emplace(request->id, payload->type).second, "ids are used once");
    } else if (const auto* send = std::get_if<action::Send>(&each)) {
      require(streaming_, "messages need the stream");
      require(decode_payload(send->octets).has_value(), "we send what can be read");
    } else if (const auto* upsert = std::get_if<action::Upsert>(&each)) {
      ++upserts;
      test::require_sound(upsert->state);
      known_.insert(upsert->state.key);
    } else if (const auto* erase = std::get_if<action::Erase>(&each)) {
      require(known_.erase(erase->key) == 1, "only what is known is erased");
    }
  }
  require(session_.services() == known_.size(), "the session knows what it told");
}

}  // namespace signpost::test
