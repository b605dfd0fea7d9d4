// fz_nacos_json: the JSON of a Nacos server, whatever it says. Input: an octet for the kind of message, and
// its body. Each reader takes it or says why not; what a session makes of it is sound, and the same whether a
// push or an answer tells it (A9, A17).
#include "backends/nacos/messages.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/nacos_session.h"

namespace {

using namespace signpost;
using test::require;

constexpr const char* kRequests[] = {
    "NotifySubscriberRequest", "NamingFuzzyWatchSyncRequest", "NamingFuzzyWatchChangeNotifyRequest",
    "ClientDetectionRequest",  "ConnectResetRequest",         "SetupAckRequest",
    "SomethingElseRequest"};

void read_everything(const nacos::Payload& payload) {
  (void)nacos::read_answer(payload).has_value();
  (void)nacos::read_server_check(payload).has_value();
  (void)nacos::read_login(payload.body).has_value();
  const auto list = nacos::read_list(payload);
  Result<nacos::ServiceInfo> info = Error{};
  const auto answer = nacos::read_service_answer(payload, info);
  const auto plain = nacos::read_answer(payload);
  if (list) require(plain.has_value(), "what can be read is an object");
  if (plain) {
    require(answer && answer->ok == plain->ok && answer->error_code == plain->error_code &&
                answer->message == plain->message,
            "both readers see the same answer");
  }
  const auto said = nacos::read_server_request({"NotifySubscriberRequest", payload.body, {}});
  require(said.has_value() == answer.has_value(), "objects, and nothing else");
  if (!said) return;
  const auto& pushed = std::get<nacos::Push>(said->what).info;
  require(pushed.has_value() == info.has_value(), "a push is read as an answer");
  if (!pushed) return;
  require(pushed->service == info->service && pushed->hosts.size() == info->hosts.size(), "the same service");
}

/// On a connection that is ready; nothing the server says leads to anything but sound states.
void tell_session(const nacos::Payload& payload) {
  test::NacosSession session(1);
  session.get_ready();
  session.feed(nacos::event::Received{nacos::encode(payload)});
  session.feed(nacos::event::Received{nacos::encode(payload)});
  for (int i = 0; i < 40; ++i) {
    const auto id = session.outstanding(0);
    if (id != 0 && payload.type == "SomethingElseRequest") {
      session.feed(nacos::event::Reply{id, nacos::encode({"AnyResponse", payload.body, {}})});
    } else {
      session.answer(id);
    }
    session.pass(std::chrono::seconds(20));
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size < 2 || size > 65536) return 0;
  const std::string body(reinterpret_cast<const char*>(octets) + 1, size - 1);
  const nacos::Payload payload{kRequests[octets[0] % std::size(kRequests)], body, {}};
  read_everything(payload);
  tell_session(payload);
  return 0;
}
