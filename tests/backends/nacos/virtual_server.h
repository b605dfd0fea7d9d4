// A Nacos server of values on virtual time: drives one Session and writes down what it does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json_fwd.hpp>

#include "backends/nacos/session.h"

namespace signpost::nacos::test {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

inline const ServiceName kCart{"DEFAULT_GROUP", "cart"};

/// A host as JSON: host("10.0.0.1", 80) or host("10.0.0.1", 80, R"("weight":2.5)").
std::string host(const std::string& ip, int port, const std::string& more = {});
/// The array with one on port 80.
inline std::string hosts(const std::string& ip) { return "[" + host(ip, 80) + "]"; }

/// What a server would say; change it at will. By default it answers everything at once.
struct VirtualServer {
  bool negotiates = true;
  bool fuzzy_watch = true;
  bool reachable = true;                     // connections succeed
  bool acknowledges = true;                  // sends SetupAckRequest
  bool answers = true;                       // answers unary requests
  int watch_code = 0;                        // errorCode for the fuzzy watch
  bool finishes_sync = true;                 // ends the first sync of a watch at once
  std::size_t watch_limit = 0;               // a watch names so many services (50311); 0: it names none
  std::size_t pattern_limit = 20;            // of watches at once (50310)
  int admin_status = 200;                    // of the admin API; 0: no answer
  std::size_t admin_total_wrong = 0;         // added to what its pages say
  bool admin_pages = true;                   // false: each page is the first
  std::set<std::string> watches;             // held now: "orders/cart*"
  std::map<ServiceName, std::string> hosts;  // JSON of the array; also what lists name
  std::int64_t ref_time = 1000;
  /// Asked first for every unary request: a JSON body to answer instead, or "" for the usual answer.
  std::function<std::string(const Payload&)> instead;

  /// The answer's payload; none: silence.
  std::optional<Payload> reply(const Payload& request);
  std::string service_info(const ServiceName& service, const std::string& hosts_json, std::int64_t at) const;
  std::string admin_answer(const std::string& target) const;

 protected:
  std::vector<Event> due_;  // caused by what was just done

 private:
  std::string usual_answer(const Payload& request);
  std::string watch_answer(const nlohmann::json& body);
};

/// The session, the time and the server of one test.
class Desk : public VirtualServer {
 public:
  Desk() : Desk(options_for({"DEFAULT_GROUP"}, 1)) {}
  explicit Desk(SessionOptions options, std::uint64_t seed = 1);
  static SessionOptions options_for(const std::vector<std::string>& groups, std::size_t servers);

  // ---- driving
  void start() { feed(event::Start{}); }
  void feed(Event event);
  /// Lets this much time pass; every deadline on the way is met exactly.
  void pass(Duration duration);
  /// From deadline to deadline until `done` holds; false when it did not in this time.
  bool until(const std::function<bool()>& done, Duration at_most = 60s);
  void break_connection() { feed(event::Disconnected{"cut"}); }
  /// A request of the server on the stream.
  void say(const std::string& type, const std::string& json) {
    feed(event::Received{encode({type, json, {}})});
  }
  void push(const ServiceName& service, const std::string& hosts_json, std::int64_t at);
  /// One notice of the fuzzy watch: ADD_SERVICE or DELETE_SERVICE.
  void change(const ServiceName& service, const std::string& type, const std::string& space = "public");

  // ---- what happened, oldest first. Each take empties the list.
  /// "pending DEFAULT_GROUP/cart", "DEFAULT_GROUP/cart 10.0.0.1:80", "erase ...", "listed", "ready", "lost:
  /// ..."
  std::vector<std::string> take_news();
  /// Everything the session did, in order: "connect nacos-0:8848", "request ListRequest ..", "send ..", and
  /// news.
  std::vector<std::string> take_log();
  std::size_t count_log(const std::string& prefix) const;
  std::vector<std::string> connects() const;

  Duration elapsed() const { return now - begin; }
  follow::Counts counts;
  Session session;
  Monotonic begin{std::chrono::hours(1)};
  Monotonic now = begin;
  std::vector<Payload> sent;      // every unary request
  std::vector<Payload> streamed;  // every message on the stream
  std::vector<ServiceState> states;
  std::map<std::string, std::string>
      world;  // what a sink knows now: "DEFAULT_GROUP/cart" -> its line of news
  bool connected = false;
  RequestId last_silent = 0;  // the last request that got no answer

 private:
  void carry_out(Actions& actions);
  void answer(const action::Request& request);
  std::vector<std::string> log_;
};

/// A session that has been ready for a second, with its log emptied.
std::unique_ptr<Desk> ready_desk(std::map<ServiceName, std::string> known = {});

}  // namespace signpost::nacos::test
