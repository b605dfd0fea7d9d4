#include "backends/kubernetes/account.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace signpost::kubernetes {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kPem = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----";

class AccountTest : public testing::Test {
 protected:
  AccountTest() {
    auto pattern = (fs::temp_directory_path() / "account.XXXXXX").string();
    folder = mkdtemp(pattern.data());
    write("token", "secret\n");
    write("ca.crt", kPem);
  }
  ~AccountTest() override { fs::remove_all(folder); }
  std::string write(const std::string& name, std::string_view content) {
    std::ofstream(folder / name) << content;
    return (folder / name).string();
  }
  std::string authorization(Account& account, bool fresh = false) {
    const auto request = account.request("/x", fresh ? Again::Token : Again::No, now);
    if (!request) return request.error().message;
    for (const auto& header : request->headers) {
      if (header.starts_with("Authorization: ")) return header.substr(15);
    }
    return "";
  }

  fs::path folder;
  Monotonic now{std::chrono::seconds(1000)};
};

TEST_F(AccountTest, InClusterReadsTheMountedFolder) {
  auto account = in_cluster_account("10.96.0.1", "443", folder);
  ASSERT_TRUE(account);
  const auto request = account->request("/api/v1/services?limit=500", Again::No, now);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->url, "https://10.96.0.1:443/api/v1/services?limit=500");
  EXPECT_EQ(request->tls->ca, kPem);
  EXPECT_EQ(authorization(*account), "Bearer secret");
}

TEST_F(AccountTest, InClusterOnIpv6HasBrackets) {
  const auto account = in_cluster_account("fd00::1", "6443", folder);
  ASSERT_TRUE(account);
  EXPECT_EQ(account->server, "https://[fd00::1]:6443");
}

TEST_F(AccountTest, OutsideOfAClusterSaysWhatToGive) {
  EXPECT_EQ(in_cluster_account("", "", folder).error().message,
            "not in a cluster (KUBERNETES_SERVICE_HOST and _PORT are not set): give kubeconfig: or url:");
}

TEST_F(AccountTest, ARotatedTokenIsReadAtOnceWhenRefused) {  // K15, K16
  auto account = in_cluster_account("10.96.0.1", "443", folder);
  ASSERT_TRUE(account);
  EXPECT_EQ(authorization(*account), "Bearer secret");
  write("token", "rotated");
  EXPECT_EQ(authorization(*account), "Bearer secret");
  EXPECT_EQ(authorization(*account, true), "Bearer rotated");
}

TEST_F(AccountTest, ARotatedCaIsUsedByTheNextConnection) {  // K18
  auto account = in_cluster_account("10.96.0.1", "443", folder);
  ASSERT_TRUE(account);
  const auto before = account->request("/", Again::No, now);
  const auto same = account->request("/", Again::No, now);
  EXPECT_EQ(before->tls, same->tls);
  const auto another = "# new\n" + std::string(kPem);
  write("ca.crt", another);
  now += std::chrono::seconds(60);
  EXPECT_EQ(account->request("/", Again::No, now)->tls->ca, another);
  write("ca.crt", "-----BEGIN CERTIFICATE-----\nhalf");
  now += std::chrono::seconds(60);
  EXPECT_EQ(account->request("/", Again::No, now)->tls->ca, another);
}

TEST_F(AccountTest, AfterAFailureOfTlsTheFilesAreReadAtOnce) {  // K18, K19
  auto account = in_cluster_account("10.96.0.1", "443", folder);
  ASSERT_TRUE(account);
  ASSERT_TRUE(account->request("/", Again::No, now));
  const auto another = "# new\n" + std::string(kPem);
  write("ca.crt", another);
  EXPECT_EQ(account->request("/", Again::Token, now)->tls->ca, kPem);
  EXPECT_EQ(account->request("/", Again::All, now)->tls->ca, another);
  write("ca.crt", "-----BEGIN CERTIFICATE-----\nhalf");
  EXPECT_EQ(account->request("/", Again::All, now)->tls->ca, another);
}

TEST_F(AccountTest, AMissingTokenNamesItsFile) {
  fs::remove(folder / "token");
  auto account = in_cluster_account("10.96.0.1", "443", folder);
  ASSERT_TRUE(account);
  EXPECT_EQ(authorization(*account), (folder / "token").string() + ": No such file or directory");
}

TEST(CheckedServer, TakesOrigins) {
  EXPECT_EQ(*checked_server("https://h:6443/", true), "https://h:6443");
  EXPECT_EQ(*checked_server("https://h/k8s/clusters/c-1", true), "https://h/k8s/clusters/c-1");
  EXPECT_EQ(*checked_server("http://127.0.0.1:8001", true), "http://127.0.0.1:8001");
  EXPECT_EQ(*checked_server("http://[::1]:8001", true), "http://[::1]:8001");
  EXPECT_EQ(*checked_server("http://10.0.0.1", false), "http://10.0.0.1");
  for (const char* bad :
       {"", "h:6443", "ftp://h", "https://", "https://u:p@h", "https://h?x", "http://10.0.0.1"}) {
    EXPECT_FALSE(checked_server(bad, true)) << bad;
  }
}

const std::string kConfig = R"(apiVersion: v1
kind: Config
current-context: main
preferences: {}
contexts:
- name: main
  context: {cluster: c, user: u, namespace: shop}
- name: files
  context: {cluster: f, user: certificates}
- name: plugin
  context: {cluster: c, user: plugin}
- name: dangling
  context: {cluster: nowhere, user: u}
- name: half
  context: {cluster: c, user: half}
- name: open
  context: {cluster: open, user: u}
- name: damaged
  context: {cluster: damaged, user: u}
clusters:
- name: c
  cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: LS0tLS1CRUdJTg==}
- name: f
  cluster: {server: "https://10.0.0.2:6443", certificate-authority: ca.crt}
- name: open
  cluster: {server: "https://10.0.0.3:6443", insecure-skip-tls-verify: true}
- name: damaged
  cluster: {server: "https://10.0.0.3:6443", certificate-authority-data: "!"}
users:
- name: u
  user: {token: abc}
- name: certificates
  user: {client-certificate: ca.crt, client-key-data: a2V5, tokenFile: token}
- name: plugin
  user:
    exec: {command: aws}
- name: half
  user: {client-certificate-data: a2V5}
)";

TEST_F(AccountTest, KubeconfigWithDataInIt) {
  const auto path = write("config", kConfig);
  auto account = kubeconfig_account(path, "");
  ASSERT_TRUE(account) << account.error().message;
  EXPECT_EQ(account->server, "https://10.0.0.1:6443");
  EXPECT_EQ(*account->ca.get(now), "-----BEGIN");
  EXPECT_EQ(authorization(*account), "Bearer abc");
}

TEST_F(AccountTest, KubeconfigWithFilesBesideIt) {
  const auto path = write("config", kConfig);
  auto account = kubeconfig_account(path, "files");
  ASSERT_TRUE(account) << account.error().message;
  const auto request = account->request("/", Again::No, now);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->tls->ca, kPem);
  EXPECT_EQ(request->tls->certificate, kPem);
  EXPECT_EQ(request->tls->key, "key");
  EXPECT_EQ(authorization(*account), "Bearer secret");
}

struct Refusal {
  const char* context;
  const char* why;  // after the path
};

TEST_F(AccountTest, KubeconfigRefusalsNameThePlace) {
  const auto path = write("config", kConfig);
  const Refusal refusals[] = {
      {"plugin",
       ":36:11: exec credentials are refused (no program is started): use a token, tokenFile or client "
       "certificate"},
      {"dangling", ": clusters has no entry named \"nowhere\"; known here: c, f, open or damaged"},
      {"absent",
       ": contexts has no entry named \"absent\"; known here: main, files, plugin, dangling, half, open or "
       "damaged"},
      {"half", ":38:9: client-certificate and client-key go together"},
      {"open", ":26:72: unverified TLS is refused: give certificate-authority"},
      {"damaged", ":28:74: certificate-authority-data takes base64"},
  };
  for (const auto& refusal : refusals) {
    const auto account = kubeconfig_account(path, refusal.context);
    ASSERT_FALSE(account) << refusal.context;
    EXPECT_EQ(account.error().message, path + refusal.why);
  }
}

TEST_F(AccountTest, KubeconfigThatIsNoYaml) {
  const auto path = write("config", "a: [b\n: c");
  const auto account = kubeconfig_account(path, "");
  ASSERT_FALSE(account);
  EXPECT_TRUE(account.error().message.starts_with(path + ":")) << account.error().message;
  EXPECT_FALSE(kubeconfig_account(write("list", "- a"), ""));
  EXPECT_FALSE(kubeconfig_account(write("empty", ""), ""));
  EXPECT_FALSE(kubeconfig_account((folder / "absent").string(), ""));
  EXPECT_FALSE(kubeconfig_account(write("words", "current-context: {a: b}\ncontexts: 5"), ""));
}

}  // namespace
}  // namespace signpost::kubernetes
