// Objects of the apiserver as JSON, short to write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace signpost::tests {

inline std::string meta(std::string_view name, int revision, std::string_view more = "") {
  return R"("metadata":{"name":")" + std::string(name) +
         R"(","namespace":"shop","uid":"u","resourceVersion":")" + std::to_string(revision) + "\"" +
         std::string(more) + "}";
}

/// A ClusterIP service, or headless with "None".
inline std::string service(std::string_view name, int revision, std::string_view ip = "10.96.0.1",
                           int port = 80) {
  return "{" + meta(name, revision) + R"(,"spec":{"clusterIP":")" + std::string(ip) + R"(","clusterIPs":[")" +
         std::string(ip) + R"("],"ports":[{"name":"http","protocol":"TCP","port":)" + std::to_string(port) +
         R"(,"targetPort":8080}],"type":"ClusterIP"},"status":{"loadBalancer":{}}})";
}

inline std::string endpoint(std::string_view address, std::string_view conditions = R"("ready":true)",
                            std::string_view more = "") {
  return R"({"addresses":[")" + std::string(address) + R"("],"conditions":{)" + std::string(conditions) +
         "}" + std::string(more) + "}";
}

inline std::string slice(std::string_view name, std::string_view of, int revision,
                         const std::vector<std::string>& endpoints, std::string_view type = "IPv4",
                         std::string_view ports = R"([{"name":"http","protocol":"TCP","port":8080}])") {
  std::string joined;
  for (const auto& one : endpoints) joined += (joined.empty() ? "" : ",") + one;
  return "{" +
         meta(name, revision, R"(,"labels":{"kubernetes.io/service-name":")" + std::string(of) + "\"}") +
         R"(,"addressType":")" + std::string(type) + R"(","endpoints":[)" + joined + R"(],"ports":)" +
         std::string(ports) + "}";
}

inline std::string list(int revision, const std::vector<std::string>& items, std::string_view token = "") {
  std::string joined;
  for (const auto& item : items) joined += (joined.empty() ? "" : ",") + item;
  return R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":")" + std::to_string(revision) +
         R"(","continue":")" + std::string(token) + R"("},"items":[)" + joined + "]}\n";
}

inline std::string event(std::string_view type, std::string_view object) {
  return R"({"type":")" + std::string(type) + R"(","object":)" + std::string(object) + "}\n";
}

inline std::string bookmark(int revision) {
  return event("BOOKMARK", R"({"kind":"Service","apiVersion":"v1","metadata":{"resourceVersion":")" +
                               std::to_string(revision) + R"(","creationTimestamp":null},"spec":{}})");
}

inline std::string status(int code, std::string_view reason, std::string_view details = "") {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"said so","reason":")" +
         std::string(reason) + R"(",)" + std::string(details) + R"("code":)" + std::to_string(code) + "}";
}

}  // namespace signpost::tests
