// What we say: the bodies of requests and acknowledgements.
#include <limits>

#include <nlohmann/json.hpp>

#include "backends/nacos/messages.h"

namespace signpost::nacos {
namespace {

using Json = nlohmann::json;

/// Configured names may be any octets; what is no UTF-8 is replaced rather than thrown about.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Payload request(std::string type, Json body, const char* module) {
  body["headers"] = Json::object();
  body["module"] = module;
  return {std::move(type), dump(body), {}};
}

Json watch_body(std::string_view space, const ServiceName& pattern, const char* what) {
  return {{"namespace", space},
          {"groupKeyPattern", std::string(space) + ">>" + pattern.group + ">>" + pattern.name},
          {"watchType", what}};
}

}  // namespace

Payload server_check_request() { return request("ServerCheckRequest", Json::object(), "internal"); }

Payload health_check_request() { return request("HealthCheckRequest", Json::object(), "internal"); }

Payload connection_setup_request(std::string_view space, bool negotiate) {
  Json body{{"clientVersion", "Signpost-CPP:v1.0.0"},
            {"tenant", space},
            {"labels", {{"source", "sdk"}, {"module", "naming"}, {"AppName", "signpost"}}}};
  if (negotiate) body["abilityTable"] = {{"fuzzyWatch", true}};
  return request("ConnectionSetupRequest", std::move(body), "internal");
}

Payload list_request(std::string_view space, std::string_view group) {
  Json body{{"namespace", space}, {"groupName", group}, {"serviceName", ""}};
  body["pageNo"] = 1;
  body["pageSize"] = std::numeric_limits<std::int32_t>::max();
  return request("ServiceListRequest", std::move(body), "naming");
}

Payload subscribe_request(std::string_view space, const ServiceName& service, bool subscribe) {
  Json body{{"namespace", space}, {"groupName", service.group}, {"serviceName", service.name}};
  body["subscribe"] = subscribe;
  body["clusters"] = "";
  return request("SubscribeServiceRequest", std::move(body), "naming");
}

Payload query_request(std::string_view space, const ServiceName& service) {
  Json body{{"namespace", space}, {"groupName", service.group}, {"serviceName", service.name}};
  body["cluster"] = "";
  body["healthyOnly"] = false;
  body["udpPort"] = 0;
  return request("ServiceQueryRequest", std::move(body), "naming");
}

Payload watch_request(std::string_view space, const ServiceName& pattern,
                      const std::vector<ServiceName>& held, bool initializing) {
  auto body = watch_body(space, pattern, "WATCH");
  body["initializing"] = initializing;
  auto keys = Json::array();
  for (const auto& service : held)
    keys.push_back(std::string(space) + "@@" + service.group + "@@" + service.name);
  body["receivedGroupKeys"] = std::move(keys);
  return request("NamingFuzzyWatchRequest", std::move(body), "naming");
}

Payload unwatch_request(std::string_view space, const ServiceName& pattern) {
  return request("NamingFuzzyWatchRequest", watch_body(space, pattern, "CANCEL_WATCH"), "naming");
}

Payload acknowledge(std::string_view request_type, std::string_view request_id) {
  std::string type(request_type);
  if (type.ends_with("Request")) type.replace(type.size() - 7, 7, "Response");
  const Json body{{"resultCode", 200}, {"errorCode", 0}, {"requestId", request_id}, {"success", true}};
  return {std::move(type), dump(body), {}};
}

}  // namespace signpost::nacos
