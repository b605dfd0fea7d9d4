// Objects for a KubeStore: the JSON members beside metadata, which the store writes itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/backends/kubernetes/objects.h"

namespace signpost::tests {

inline const std::string kNamespacesPath = "/api/v1/namespaces";
inline const std::string kServicesPath = "/api/v1/services";
inline const std::string kSlicesPath = "/apis/discovery.k8s.io/v1/endpointslices";

/// A ClusterIP service with port http 80, or headless with "None".
inline std::string service_rest(std::string_view ip) {
  const auto address = std::string(ip);
  return R"("spec":{"clusterIP":")" + address + R"(","clusterIPs":[")" + address +
         R"("],"ports":[{"name":"http","protocol":"TCP","port":80,"targetPort":8080}],"type":"ClusterIP"})";
}
inline std::string ip_of_rest(std::string_view rest) {
  const auto from = rest.find(R"("clusterIP":")") + 13;
  return std::string(rest.substr(from, rest.find('"', from) - from));
}

/// Endpoints as endpoint() of objects.h writes them, on port http 8080.
inline std::string slice_rest(const std::vector<std::string>& endpoints, std::string_view type = "IPv4") {
  std::string joined;
  for (const auto& one : endpoints) joined += (joined.empty() ? "" : ",") + one;
  return R"("addressType":")" + std::string(type) + R"(","endpoints":[)" + joined +
         R"(],"ports":[{"name":"http","protocol":"TCP","port":8080}])";
}

}  // namespace signpost::tests
