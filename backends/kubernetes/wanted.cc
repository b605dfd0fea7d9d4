#include "backends/kubernetes/wanted.h"

#include <string>
#include <utility>

namespace signpost::kubernetes {
namespace {

constexpr std::string_view kRunningPods = "status.phase!=Succeeded,status.phase!=Failed";

NamespaceUse namespace_use(const config::KubernetesRegistry& options) {
  if (!options.namespaces.empty()) return NamespaceUse::Unknown;
  return options.namespace_labels.empty() ? NamespaceUse::Watched : NamespaceUse::Selected;
}

}  // namespace

ClusterOptions cluster_options(const config::KubernetesRegistry& options) {
  ClusterOptions wanted;
  wanted.namespaces = options.namespaces;
  wanted.namespace_use = namespace_use(options);
  wanted.endpoints = options.endpoints;
  wanted.pods = options.watch_pods;
  wanted.imports = options.multicluster;
  wanted.pod_names = options.endpoint_names == config::EndpointNames::Pod;
  return wanted;
}

/// What is followed: each wanted resource, in all namespaces or in each that is named.
std::vector<ReflectorOptions> followed(const config::KubernetesRegistry& options) {
  std::vector<ReflectorOptions> all;
  const DecodeOptions decode{options.watch_pods || options.endpoint_names == config::EndpointNames::Pod,
                             options.multicluster, options.watch_pods ? options.version_label : std::string(),
                             options.watch_pods ? options.tag_label : std::string()};
  const auto add = [&](Resource resource, const std::string& labels, std::string_view fields = {}) {
    const auto one = [&](std::uint16_t number, const std::string& space) {
      all.push_back({Source(resource, number),
                     options.silence,
                     {space, labels, std::string(fields)},
                     decode,
                     options.streamed_lists});
    };
    const bool of_the_cluster = resource == Resource::Namespaces || resource == Resource::Nodes;
    if (options.namespaces.empty() || of_the_cluster) return one(0, "");
    for (std::size_t i = 0; i < options.namespaces.size(); ++i) {
      one(static_cast<std::uint16_t>(i + 1), options.namespaces[i]);
    }
  };
  if (namespace_use(options) != NamespaceUse::Unknown) add(Resource::Namespaces, options.namespace_labels);
  add(Resource::Services, options.labels);
  if (options.endpoints) add(Resource::Endpoints, options.labels);
  if (options.watch_pods) add(Resource::Pods, options.labels, kRunningPods);
  if (options.multicluster) add(Resource::Imports, "");
  if (options.watch_nodes) add(Resource::Nodes, "");
  return all;
}

std::string_view word_of(Resource resource) {
  constexpr std::string_view kWords[] = {"services",   "endpointslices", "pods",
                                         "namespaces", "serviceimports", "nodes"};
  return kWords[static_cast<std::size_t>(resource)];
}

}  // namespace signpost::kubernetes
