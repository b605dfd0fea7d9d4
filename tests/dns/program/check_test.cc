// What the check of a configuration finds that the text alone does not say.
#include "dns/check.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace signpost {
namespace {

using Lines = std::vector<std::string>;

class CheckTest : public testing::Test {
 protected:
  CheckTest() { std::filesystem::create_directory(folder_); }
  ~CheckTest() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& content) {
    const auto path = (folder_ / name).string();
    std::ofstream(path) << content;
    return path;
  }
  /// What is warned of the registry `r` (line 1, column 14), without the path.
  Lines warnings(const std::string& registry, const std::string& zones) {
    const auto path = write("f.yaml", "registries: {r: {" + registry + "}}\nzones: [" + zones + "]\n");
    auto checked = check_config(path, CheckScope::Start);
    if (!checked) return checked.error().errors;
    std::erase_if(checked->warnings, [](const auto& line) { return line.find("registry r") == line.npos; });
    for (auto& line : checked->warnings) line.erase(0, path.size());
    return checked->warnings;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("signpost-check-" + std::to_string(getpid()));
};

const std::string kZones =
    "{name: internal, registry: r}, {name: static.internal, records: '@ 60 A 192.0.2.1'}";

Lines loop(const std::string& host) {
  return {
      ":1:14: registry r: its server " + host +
      " lies in our own zone internal, which knows nothing before registries have answered; name it by its "
      "address, or by a name outside our zones"};
}

TEST_F(CheckTest, K35_AServerWithinAZoneOfOursWouldWaitForItself) {
  EXPECT_EQ(warnings("type: kubernetes, url: 'https://Api.Shop.Internal:6443'", kZones),
            loop("Api.Shop.Internal"));
  EXPECT_EQ(warnings("type: nacos, servers: ['192.0.2.1:8848', 'nacos-0.internal:8848']", kZones),
            loop("nacos-0.internal"));
  const auto kubeconfig = write("kubeconfig", R"(
current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://api.internal/k8s"}}]
users: [{name: u, user: {token: t}}]
)");
  EXPECT_EQ(warnings("type: kubernetes, kubeconfig: '" + kubeconfig + "'", kZones), loop("api.internal"));
}

TEST_F(CheckTest, K35_OtherServersAreQuiet) {
  for (const std::string server : {"192.0.2.1:6443", "[fd00::1]", "api.example.org", "notinternal",
                                   "api.static.internal"}) {  // records need no registry
    EXPECT_EQ(warnings("type: kubernetes, url: 'https://" + server + "'", kZones), Lines{}) << server;
  }
}

}  // namespace
}  // namespace signpost
