// What is said in both directions, as values: JSON stays in messages.cc (facts: Nacos 5.2 to 5.4, 3.2, 3.3).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "backends/nacos/payload.h"
#include "dns/base/result.h"

namespace signpost::nacos {

/// A service inside one namespace; Nacos compares both parts as plain strings.
struct ServiceName {
  std::string group;
  std::string name;
  friend auto operator<=>(const ServiceName&, const ServiceName&) = default;
};

/// Splits "GROUP@@name" where a server joined them (r-nacos, HTTP).
ServiceName service_name(std::string group, std::string name);

// ---- what we send. Each returns the payload without the token header.
Payload server_check_request();
Payload health_check_request();
/// labels.module must be "naming", or the server makes no naming client (5.2). The ability table goes only to
/// servers that negotiate: its presence asks for a SetupAckRequest.
Payload connection_setup_request(std::string_view space, bool negotiate);
/// Every service name of one group in one answer: pageSize has no cap here, and pages of a hash set may skip
/// (4.2).
Payload list_request(std::string_view space, std::string_view group);
/// Clusters stay empty: one connection has one subscription a service (3.5), clusters are chosen by us.
Payload subscribe_request(std::string_view space, const ServiceName& service, bool subscribe);
/// The service as it is, subscribed to or not.
Payload query_request(std::string_view space, const ServiceName& service);
/// A fuzzy watch over one namespace; both parts of `pattern` may hold `*` (5.4). `held` are the services
/// already known by it, which only a repeated watch names.
Payload watch_request(std::string_view space, const ServiceName& pattern,
                      const std::vector<ServiceName>& held, bool initializing);
Payload unwatch_request(std::string_view space, const ServiceName& pattern);
/// The acknowledgement of a server's request: XxxRequest is answered by XxxResponse with the same requestId.
Payload acknowledge(std::string_view request_type, std::string_view request_id);

// ---- what we read.

/// One element of `hosts`, as said: nothing is judged yet.
struct Host {
  std::string instance_id;
  std::string ip;
  std::int64_t port = -1;  // -1: missing or no number
  double weight = 1;       // NaN where the text is no number
  bool healthy = true;
  bool enabled = true;
  std::string cluster;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::uint64_t metadata_left_out = 0;  // values that are no text or number, or too long to keep
};

struct ServiceInfo {
  ServiceName service;  // both parts bare, also where the server joined them with @@
  std::int64_t last_ref_time = 0;
  std::int64_t cache_millis = 0;  // the period for polls; 0: not said
  bool threshold_reached = false;
  std::vector<Host> hosts;
  std::uint64_t hosts_not_objects = 0;  // elements that were no JSON objects
  std::uint64_t hosts_without_ip = 0;   // these are not kept
  std::uint64_t hosts_too_many = 0;     // nor are those beyond kHostsMost
  bool repaired = false;                // the body was not quite JSON
};

/// Whether it is of this service, as far as it says: servers may leave out either part.
bool is_of(const ServiceInfo& info, const ServiceName& service);

/// The members that every answer has. `ok` is the only test of success: error forms differ (L9).
struct Answer {
  bool ok = false;
  int error_code = 0;
  std::string message;
};

struct ServerCheck {
  std::string connection_id;
  bool negotiates = false;
};

/// An ErrorResponse or a typed response that failed is an Answer with ok == false, not an Error; an Error is
/// JSON that cannot be read (A17).
Result<Answer> read_answer(const Payload& payload);
Result<ServerCheck> read_server_check(const Payload& payload);
/// The same of a SubscribeServiceResponse or QueryServiceResponse, and its `service`, in one reading. Errors
/// of that: no serviceInfo, or `hosts` null or missing (A9).
Result<Answer> read_service_answer(const Payload& payload, Result<ServiceInfo>& service);
/// The service alone.
Result<ServiceInfo> read_subscribed(const Payload& payload);
/// The bare names of a ServiceListResponse. Error also when the array is missing while `count` is not 0.
Result<std::vector<std::string>> read_list(const Payload& payload);

/// The bodies of GET /nacos/v1/ns/service/list and /instance/list (4.2): the same errors.
Result<std::vector<std::string>> read_v1_list(std::string_view text);
Result<ServiceInfo> read_v1_instances(std::string_view text);
/// Which generation a server's state (GET /nacos/v1/console/server/state) names: 1 for `"version":"1.4.7"`; 0
/// where it names none. `version` is the text that was said.
int read_v1_generation(std::string_view text, std::string& version);
/// The instances of one cluster as the admin API has them: `{"code":0,"data":[..]}` of 3.x, `{"list":[..]}`
/// of 2.x (4.5). Their health is true.
Result<std::vector<Host>> read_admin_instances(std::string_view text);

// ---- what a server says on the stream.
struct SetupAck {
  bool fuzzy_watch = false;
};
struct Reset {
  std::string host;  // empty: any other server
  std::uint16_t port = 0;
};
struct Detection {};
struct Push {
  Result<ServiceInfo> info;  // an error is acknowledged too: the server would only send it again
};
/// Services that came or went: batches of a fuzzy watch and single changes alike.
struct WatchNews {
  /// Whose batch it is, `*` and `*` when the server does not say. Empty: a change, told for all that match.
  std::optional<ServiceName> pattern;
  struct Change {
    std::string space;
    ServiceName service;
    bool added = true;
  };
  std::vector<Change> changes;
  std::uint64_t unreadable = 0;  // keys that are not namespace@@group@@service
  bool first_sync_done = false;  // FINISH_FUZZY_WATCH_INIT_NOTIFY
};
struct UnknownRequest {};

struct ServerRequest {
  using What = std::variant<UnknownRequest, SetupAck, Reset, Detection, Push, WatchNews>;
  std::string type;
  std::string request_id;
  What what;
};
/// Error: the body is no JSON object (A17).
Result<ServerRequest> read_server_request(const Payload& payload);

/// The answer of a login: `{"accessToken": .., "tokenTtl": seconds}`, bare (4.6).
struct Login {
  std::string token;
  std::int64_t ttl_seconds = 0;  // 0: not said
};
Result<Login> read_login(std::string_view body);

}  // namespace signpost::nacos
