#include "backends/nacos/messages.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include <nlohmann/json.hpp>

#include "backends/nacos/mend.h"

namespace signpost::nacos {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// ---- a tolerant reader (facts 10.1): absent members, unknown ones, numbers written as strings.

std::optional<Json> parse_object(std::string_view text) {
  auto json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

/// A body with services in it: what is no JSON in one element must not cost the others.
struct Body {
  Json json;
  bool repaired = false;
};
std::optional<Body> parse_services(std::string_view text) {
  if (auto json = Json::parse(text, nullptr, false); json.is_object()) return Body{std::move(json), false};
  if (auto json = Json::parse(mend(text), nullptr, false); json.is_object())
    return Body{std::move(json), true};
  return std::nullopt;
}

const Json* member(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string text_of(const Json& object, const char* key) {
  const auto* value = member(object, key);
  if (value == nullptr || value->is_structured()) return {};  // dump() of a deep structure recurses
  return value->is_string() ? value->get<std::string>() : dump(*value);
}

bool flag_of(const Json& object, const char* key, bool fallback) {
  const auto* value = member(object, key);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  if (value->is_string()) return value->get_ref<const std::string&>() == "true";
  return fallback;
}

/// Whole numbers only; `fallback` for anything else, also for what does not fit.
std::int64_t integer_of(const Json& object, const char* key, std::int64_t fallback) {
  const auto* value = member(object, key);
  if (value == nullptr) return fallback;
  if (value->is_number_unsigned() && value->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return fallback;
  }
  if (value->is_number_integer()) return value->get<std::int64_t>();
  if (!value->is_string()) return fallback;
  const auto& text = value->get_ref<const std::string&>();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : fallback;
}

double weight_of(const Json& object) {
  const auto* value = member(object, "weight");
  if (value == nullptr) return 1;
  if (value->is_number()) return value->get<double>();
  if (!value->is_string()) return std::nan("");
  const auto& text = value->get_ref<const std::string&>();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : std::nan("");
}

// Servers allow 1,024 octets an instance unless told otherwise (3.1), but nobody has to keep to that.
constexpr std::size_t kMetadataValueMost = 4096, kMetadataMost = 16384;

void read_metadata(const Json& metadata, Host& host) {
  if (!metadata.is_object()) {
    ++host.metadata_left_out;
    return;
  }
  std::size_t octets = 0;
  for (const auto& [key, value] : metadata.items()) {
    if (value.is_null()) continue;
    if (value.is_structured()) {  // dump() of a deep structure recurses
      ++host.metadata_left_out;
      continue;
    }
    auto text = value.is_string() ? value.get<std::string>() : dump(value);
    if (text.size() > kMetadataValueMost || octets + key.size() + text.size() > kMetadataMost) {
      ++host.metadata_left_out;
      continue;
    }
    octets += key.size() + text.size();
    host.metadata.emplace_back(key, std::move(text));
  }
}

Host read_host(const Json& json) {
  Host host;
  host.instance_id = text_of(json, "instanceId");
  host.ip = text_of(json, "ip");
  host.port = integer_of(json, "port", -1);
  host.weight = weight_of(json);
  host.healthy = flag_of(json, "healthy", true);
  host.enabled = flag_of(json, "enabled", true);
  host.cluster = text_of(json, "clusterName");
  if (const auto* metadata = member(json, "metadata")) read_metadata(*metadata, host);
  return host;
}

/// Splits "GROUP@@name" where a server joined them (r-nacos, HTTP).
ServiceName service_name(std::string group, std::string name) {
  if (const auto at = name.find("@@"); at != std::string::npos) {
    if (group.empty()) group = name.substr(0, at);
    name.erase(0, at + 2);
  }
  return {std::move(group), std::move(name)};
}

Result<ServiceInfo> read_bare_info(const Json& json, bool repaired) {
  const auto* hosts = member(json, "hosts");
  if (hosts == nullptr || !hosts->is_array()) {
    return Error{"hosts of " + text_of(json, "name") + " is null, missing or no array"};
  }
  ServiceInfo info;
  info.repaired = repaired;
  info.service = service_name(text_of(json, "groupName"), text_of(json, "name"));
  info.last_ref_time = integer_of(json, "lastRefTime", 0);
  info.cache_millis = integer_of(json, "cacheMillis", 0);
  info.threshold_reached = flag_of(json, "reachProtectionThreshold", false);
  info.hosts.reserve(hosts->size());
  for (const auto& host : *hosts) {
    if (host.is_object()) {
      info.hosts.push_back(read_host(host));
    } else {
      ++info.hosts_not_objects;
    }
  }
  return info;
}

Result<ServiceInfo> read_service_info(const Body& body) {
  const auto* json = member(body.json, "serviceInfo");
  if (json == nullptr || !json->is_object()) return Error{"serviceInfo is missing"};
  return read_bare_info(*json, body.repaired);
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

ServerRequest::What read_what(std::string_view type, const Body& said) {
  if (type == "NotifySubscriberRequest") return Push{read_service_info(said)};
  const auto& body = said.json;
  if (type == "NamingFuzzyWatchSyncRequest") return read_watch_sync(body);
  if (type == "NamingFuzzyWatchChangeNotifyRequest") return read_watch_change(body);
  if (type == "ClientDetectionRequest") return Detection{};
  if (type == "ConnectResetRequest") return read_reset(body);
  if (type == "SetupAckRequest") return read_setup_ack(body);
  return UnknownRequest{};
}

Error unreadable(const Payload& payload) { return Error{payload.type + ": the body is no JSON object"}; }

}  // namespace

Result<Answer> read_answer(const Payload& payload) {
  const auto body = parse_services(payload.body);
  if (!body) return unreadable(payload);
  Answer answer;
  const auto result = integer_of(body->json, "resultCode", 200);
  answer.ok =
      flag_of(body->json, "success", result == 200) && result == 200 && payload.type != "ErrorResponse";
  answer.error_code = static_cast<int>(integer_of(body->json, "errorCode", answer.ok ? 0 : result));
  answer.message = text_of(body->json, "message");
  return answer;
}

Result<ServerCheck> read_server_check(const Payload& payload) {
  const auto body = parse_object(payload.body);
  if (!body) return unreadable(payload);
  return ServerCheck{text_of(*body, "connectionId"), flag_of(*body, "supportAbilityNegotiation", false)};
}

Result<ServiceInfo> read_subscribed(const Payload& payload) {
  const auto body = parse_services(payload.body);
  if (!body) return unreadable(payload);
  return read_service_info(*body);
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
  const auto body = parse_services(text);
  if (!body) return Error{"the instance list is no JSON object"};
  return read_bare_info(body->json, body->repaired);
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
  const auto body = parse_services(text);
  if (!body) return Error{"the admin API's answer is no JSON object"};
  if (const auto code = integer_of(body->json, "code", 0); code != 0) {
    return Error{"the admin API answers code " + std::to_string(code)};
  }
  const auto* list = member(body->json, body->json.contains("data") ? "data" : "list");
  if (list == nullptr || !list->is_array()) return Error{"the admin API's answer holds no list of instances"};
  std::vector<Host> hosts;
  for (const auto& host : *list) {
    if (host.is_object()) hosts.push_back(read_host(host));
  }
  return hosts;
}

Result<ServerRequest> read_server_request(const Payload& payload) {
  const auto body = parse_services(payload.body);
  if (!body) return unreadable(payload);
  return ServerRequest{payload.type, text_of(body->json, "requestId"), read_what(payload.type, *body)};
}

Result<Login> read_login(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return Error{"the login answer is no JSON object"};
  Login login{text_of(*body, "accessToken"), integer_of(*body, "tokenTtl", 0)};
  if (login.token.empty()) return Error{"the login answer holds no accessToken"};
  return login;
}

}  // namespace signpost::nacos
