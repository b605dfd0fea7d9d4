// fz_nacos_grpc: the envelope of Nacos messages, and one connection with everything that can happen to it. As
// it stands, the input is an envelope: read, written and read again. Cut into pieces by its own octets, it is
// a life of a session: frames cut anywhere, answers to the wrong requests, lost connections, time (A17).
#include <algorithm>

#include "backends/nacos/payload.h"
#include "tests/fuzz/fuzzer.h"
#include "tests/fuzz/nacos_session.h"

namespace {

using namespace signpost;
using test::require;

void check_envelope(const std::string& octets) {
  const auto payload = nacos::decode_payload(octets);
  if (!payload) return;
  const auto again = nacos::decode_payload(nacos::encode(*payload));
  require(again.has_value() && *again == *payload, "an envelope that was read is written and read again");
}

/// Takes pieces off the front of the input.
class Pieces {
 public:
  explicit Pieces(std::string_view rest) : rest_(rest) {}
  bool empty() const { return rest_.empty(); }
  std::uint8_t octet() {
    if (rest_.empty()) return 0;
    const auto one = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return one;
  }
  std::string text() {
    const std::size_t wanted = octet();
    const auto size = std::min(wanted, rest_.size());
    std::string piece(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return piece;
  }

 private:
  std::string_view rest_;
};

constexpr const char* kTypes[] = {"NotifySubscriberRequest",
                                  "NamingFuzzyWatchSyncRequest",
                                  "NamingFuzzyWatchChangeNotifyRequest",
                                  "ConnectResetRequest",
                                  "SetupAckRequest",
                                  "ErrorResponse",
                                  "SubscribeServiceResponse",
                                  "ServiceListResponse"};

nacos::RequestId some_id(const test::NacosSession& session, std::uint8_t choice) {
  return choice == 255 ? nacos::RequestId{1} : session.outstanding(choice);
}

void live(test::NacosSession& session, Pieces& pieces) {
  namespace event = nacos::event;
  switch (pieces.octet() % 11) {
    case 0:
      return session.feed(event::Connected{});
    case 1:
      return session.feed(event::Disconnected{"cut"});
    case 2:
      return session.feed(event::Received{pieces.text()});
    case 3: {
      const auto* type = kTypes[pieces.octet() % std::size(kTypes)];
      return session.feed(event::Received{nacos::encode({type, pieces.text(), {}})});
    }
    case 4: {
      const auto id = some_id(session, pieces.octet());
      return session.feed(event::Reply{id, pieces.text()});
    }
    case 5: {
      const auto id = some_id(session, pieces.octet());
      const auto* type = kTypes[pieces.octet() % std::size(kTypes)];
      return session.feed(event::Reply{id, nacos::encode({type, pieces.text(), {}})});
    }
    case 6:
      return session.feed(event::RequestFailed{some_id(session, pieces.octet()), "gone"});
    case 7:
      return session.feed(event::Token{pieces.text()});
    case 8:
      return session.feed(event::ListAgain{});
    case 9:
      return session.answer(some_id(session, pieces.octet()));
    default:
      return session.pass(std::chrono::milliseconds(40) * pieces.octet());
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* octets, std::size_t size) {
  if (size < 2 || size > 16384) return 0;
  const std::string whole(reinterpret_cast<const char*>(octets), size);
  check_envelope(whole);
  Pieces pieces(whole);
  test::NacosSession session(pieces.octet());
  if (pieces.octet() % 2 == 0) {
    session.get_ready();
  } else {
    session.feed(nacos::event::Start{});
  }
  while (!pieces.empty()) live(session, pieces);
  return 0;
}
