#include "zones/table/state_source.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <xxhash.h>

namespace signpost {
namespace {

/// Options one behind the other, each with its length, so that no two lists look alike.
class Words {
 public:
  Words& add(const std::string& word) {
    text_ += fmt::format("{}:", word.size()) + word;
    return *this;
  }
  Words& add(bool flag) { return add(std::string(flag ? "1" : "0")); }
  Words& add(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    add(std::to_string(words.size()));
    for (const auto& word : words) add(word);
    return *this;
  }
  std::string hash() const {
    const auto both = XXH3_128bits(text_.data(), text_.size());
    return fmt::format("{:016x}{:016x}", both.high64, both.low64);
  }

 private:
  std::string text_;
};

std::string hash_of(const config::KubernetesRegistry& options) {
  return Words()
      .add(options.kubeconfig)
      .add(options.context)
      .add(options.url)
      .add(options.namespaces)
      .add(options.namespace_labels)
      .add(options.labels)
      .add(options.watch_pods)
      .add(options.endpoint_names == config::EndpointNames::Pod)
      .add(options.endpoints)
      .add(options.multicluster)
      .add(options.version_label)
      .add(options.tag_label)
      .hash();
}

std::string hash_of(const config::NacosRegistry& options) {
  std::vector<std::string> servers;
  for (const auto& server : options.servers)
    servers.push_back(server.host + ":" + std::to_string(server.port));
  const auto& metadata = options.metadata;
  Words words;
  words.add(std::move(servers))
      .add(options.address_server)
      .add(options.context_path)
      .add(options.namespaces)
      .add(options.groups)
      .add(options.services)
      .add(options.allow)
      .add(options.deny)
      .add(options.admin_list);
  for (const auto* keys : {&metadata.port_name, &metadata.protocol, &metadata.version, &metadata.zone,
                           &metadata.region, &metadata.tags, &metadata.ipv6})
    words.add(*keys);
  return words.hash();
}

std::string hash_of(const config::FileRegistry& options) { return Words().add(options.path).hash(); }

}  // namespace

state::Source state_source(const config::Registry& registry) {
  static constexpr const char* kTypes[] = {"kubernetes", "nacos", "file"};
  const auto options = std::visit([](const auto& its) { return hash_of(its); }, registry.options);
  return {registry.name, kTypes[registry.options.index()], options, ""};
}

}  // namespace signpost
