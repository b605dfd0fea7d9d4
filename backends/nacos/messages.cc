#include "backends/nacos/messages.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "backends/nacos/json_values.h"
#include "backends/nacos/service_reader.h"

namespace signpost::nacos {
namespace {

std::optional<Json> parse_object(std::string_view text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

Result<std::vector<std::string>> read_names(const Json& body, const char* key) {
  std::vector<std::string> names;
  const auto* array = member(body, key);
  if (array == nullptr || !array->is_array()) {
    if (integer_of(body, "count", -1) == 0) return names;
    return Error{std::string(key) + " is null, missing or no array"};
  }
  names.reserve(array->size());
  for (const auto& name : *array) {
    if (!name.is_string()) return Error{std::string(key) + " holds what is no string"};
    names.push_back(service_name({}, name.get<std::string>()).name);
  }
  return names;
}

/// "namespace@@GROUP@@service"; the service part cannot hold @@ (3.1).
std::optional<WatchNews::Change> read_change(const std::string& key, const std::string& type) {
  const auto first = key.find("@@");
  if (first == std::string::npos) return std::nullopt;
  const auto second = key.find("@@", first + 2);
  if (second == std::string::npos) return std::nullopt;
  WatchNews::Change change;
  change.space = key.substr(0, first);
  change.service = {key.substr(first + 2, second - first - 2), key.substr(second + 2)};
  change.added = type == "ADD_SERVICE";
  const bool known = change.added || type == "DELETE_SERVICE";
  if (!known || change.service.group.empty() || change.service.name.empty()) return std::nullopt;
  return change;
}

void add_change(const Json& json, WatchNews& news) {
  auto change = json.is_object() ? read_change(text_of(json, "serviceKey"), text_of(json, "changedType"))
                                 : std::optional<WatchNews::Change>();
  if (change) {
    news.changes.push_back(std::move(*change));
  } else {
    ++news.unreadable;
  }
}

/// "namespace>>group>>service"; only the first two can hold no `>` (3.1).
ServiceName read_pattern(const std::string& text) {
  const auto first = text.find(">>");
  const auto second = first == std::string::npos ? first : text.find(">>", first + 2);
  if (second == std::string::npos) return {"*", "*"};
  return {text.substr(first + 2, second - first - 2), text.substr(second + 2)};
}

WatchNews read_watch_sync(const Json& body) {
  WatchNews news;
  news.pattern = read_pattern(text_of(body, "groupKeyPattern"));
  news.first_sync_done = text_of(body, "syncType") == "FINISH_FUZZY_WATCH_INIT_NOTIFY";
  const auto* contexts = member(body, "contexts");
  if (contexts == nullptr || !contexts->is_array()) return news;
  for (const auto& context : *contexts) add_change(context, news);
  return news;
}

WatchNews read_watch_change(const Json& body) {
  WatchNews news;
  add_change(body, news);
  return news;
}

Reset read_reset(const Json& body) {
  const auto port = integer_of(body, "serverPort", 0);
  if (port < 1 || port > 65535) return {};
  return {text_of(body, "serverIp"), static_cast<std::uint16_t>(port)};
}

SetupAck read_setup_ack(const Json& body) {
  const auto* abilities = member(body, "abilityTable");
  return {abilities != nullptr && abilities->is_object() && flag_of(*abilities, "fuzzyWatch", false)};
}

ServerRequest::What read_what(std::string_view type, const Json& body) {
  if (type == "NamingFuzzyWatchSyncRequest") return read_watch_sync(body);
  if (type == "NamingFuzzyWatchChangeNotifyRequest") return read_watch_change(body);
  if (type == "ClientDetectionRequest") return Detection{};
  if (type == "ConnectResetRequest") return read_reset(body);
  if (type == "SetupAckRequest") return read_setup_ack(body);
  return UnknownRequest{};
}

Answer answer_of(const Payload& payload, const Json& body) {
  Answer answer;
  const auto result = integer_of(body, "resultCode", 200);
  answer.ok = flag_of(body, "success", result == 200) && result == 200 && payload.type != "ErrorResponse";
  answer.error_code = static_cast<int>(integer_of(body, "errorCode", answer.ok ? 0 : result));
  answer.message = text_of(body, "message");
  return answer;
}

Error unreadable(const Payload& payload) { return Error{payload.type + ": the body is no JSON object"}; }

}  // namespace

ServiceName service_name(std::string group, std::string name) {
  if (const auto at = name.find("@@"); at != std::string::npos) {
    if (group.empty()) group = name.substr(0, at);
    name.erase(0, at + 2);
  }
  return {std::move(group), std::move(name)};
}

bool is_of(const ServiceInfo& info, const ServiceName& service) {
  const auto matches = [](const std::string& said, const std::string& wanted) {
    return said.empty() || said == wanted;
  };
  return matches(info.service.name, service.name) && matches(info.service.group, service.group);
}

Result<Answer> read_service_answer(const Payload& payload, Result<ServiceInfo>& service) {
  auto body = read_service_body(payload.body, ServiceAt::Member);
  if (!body) return unreadable(payload);
  service = std::move(body->service);
  return answer_of(payload, body->head);
}

Result<Answer> read_answer(const Payload& payload) {
  Result<ServiceInfo> unread = Error{};
  return read_service_answer(payload, unread);
}

Result<ServiceInfo> read_subscribed(const Payload& payload) {
  Result<ServiceInfo> service = Error{};
  const auto answer = read_service_answer(payload, service);
  if (!answer) return answer.error();
  return service;
}

Result<ServerCheck> read_server_check(const Payload& payload) {
  const auto body = parse_object(payload.body);
  if (!body) return unreadable(payload);
  return ServerCheck{text_of(*body, "connectionId"), flag_of(*body, "supportAbilityNegotiation", false)};
}

Result<std::vector<std::string>> read_list(const Payload& payload) {
  const auto body = parse_object(payload.body);
  if (!body) return unreadable(payload);
  return read_names(*body, "serviceNames");
}

Result<std::vector<std::string>> read_v1_list(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return Error{"the service list is no JSON object"};
  return read_names(*body, "doms");
}

Result<ServiceInfo> read_v1_instances(std::string_view text) {
  auto body = read_service_body(text, ServiceAt::Top);
  if (!body) return Error{"the instance list is no JSON object"};
  return std::move(body->service);
}

int read_v1_generation(std::string_view text, std::string& version) {
  const auto body = parse_object(text);
  if (!body) return 0;
  version = text_of(*body, "version");
  unsigned generation = 0;
  const auto [end, error] = std::from_chars(version.data(), version.data() + version.size(), generation);
  const bool whole = error == std::errc() && end != version.data() + version.size() && *end == '.';
  return whole ? static_cast<int>(std::clamp(generation, 1U, 99U)) : 0;
}

Result<std::vector<Host>> read_admin_instances(std::string_view text) {
  auto body = read_service_body(text, ServiceAt::Admin);
  if (!body) return Error{"the admin API's answer is no JSON object"};
  if (const auto code = integer_of(body->head, "code", 0); code != 0) {
    return Error{"the admin API answers code " + std::to_string(code)};
  }
  if (!body->service) return Error{"the admin API's answer holds no list of instances"};
  return std::move(body->service->hosts);
}

Result<ServerRequest> read_server_request(const Payload& payload) {
  if (payload.type == "NotifySubscriberRequest") {
    auto pushed = read_service_body(payload.body, ServiceAt::Member);
    if (!pushed) return unreadable(payload);
    return ServerRequest{payload.type, text_of(pushed->head, "requestId"), Push{std::move(pushed->service)}};
  }
  const auto body = parse_object(payload.body);
  if (!body) return unreadable(payload);
  return ServerRequest{payload.type, text_of(*body, "requestId"), read_what(payload.type, *body)};
}

Result<Login> read_login(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return Error{"the login answer is no JSON object"};
  Login login{text_of(*body, "accessToken"), integer_of(*body, "tokenTtl", 0)};
  if (login.token.empty()) return Error{"the login answer holds no accessToken"};
  return login;
}

}  // namespace signpost::nacos
