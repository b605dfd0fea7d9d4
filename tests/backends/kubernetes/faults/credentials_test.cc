// Tokens, certificates and clocks that change under a running backend, over real TLS.
#include "backends/kubernetes/account.h"
#include "tests/backends/kubernetes/faults/shell.h"
#include "tests/support/certificates/certificates.h"
#include "tests/support/gate/gate.h"

namespace signpost::kubernetes {
namespace {

using boost::asio::awaitable;
using tests::FakeRequest;
using tests::FakeStream;

class Credentials : public Shell {
 protected:
  /// Every request of the backend over TLS through the gate, as this authority's.
  void follow_tls(const tests::Authority& authority) {
    gate.speak_tls(authority.issue("127.0.0.1"));
    options.ca_file = write("ca.crt", authority.certificate());
    follow(gate.url());
  }
  /// The first trouble since the registry was live.
  bool hears_of(const std::string& word) {
    const auto says = [&](const std::string& call) {
      return call.starts_with("lost ") && call.find(word) != std::string::npos;
    };
    return until([&] { return std::any_of(sink.calls.begin(), sink.calls.end(), says); });
  }
  void end_connections() {
    ASSERT_TRUE(until([this] { return api.watches() >= 3; }));
    api.bookmark();  // an end without a word before would look like K5
    io.run_for(30ms);
    sink.take();
    api.end_watches(true);
  }
  /// A change is seen as soon as the backend is back.
  bool comes_back_for(const std::string& address) {
    put_slice("cart-1", "cart", {address});
    return sees({cart(address)}) && until([this] { return sink.live; });
  }

  tests::Gate gate{io.get_executor(), api.http.port()};
};

TEST_F(Credentials, K15_ATokenThatIsRefusedIsReadAgainAtOnce) {
  api.token = "one";
  options.token_file = write("token", "one");
  follow();
  go_live();
  api.token = "two";
  write("token", "two");
  const auto before = api.requests.size();
  api.kill();
  api.revive();
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
  ASSERT_TRUE(all_watch());  // the other resources may still be at it
  EXPECT_EQ(count("requests_failed", "401"), api.requests.size() - before - api.watches())
      << "each refusal is followed by a watch";
  EXPECT_LE(count("requests_failed", "401"), api.watches()) << "one refusal a resource at most";
}

TEST_F(Credentials, K16_ATokenSwappedBySymlinkIsFollowed) {
  write("unused", "");
  const auto one = folder / "..one";
  const auto two = folder / "..two";
  for (const auto& [place, token] : {std::pair{one, "one"}, std::pair{two, "two"}}) {
    std::filesystem::create_directory(place);
    std::ofstream(place / "token") << token;
  }
  std::filesystem::create_symlink("..one", folder / "..data");
  std::filesystem::create_symlink("..data/token", folder / "token");
  options.token_file = (folder / "token").string();
  api.token = "one";
  follow();
  go_live();
  std::filesystem::create_symlink("..two", folder / "..data.new");
  std::filesystem::rename(folder / "..data.new", folder / "..data");
  std::filesystem::remove_all(one);  // the old one is gone with its inode
  api.token = "two";
  api.kill();
  api.revive();
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
}

TEST_F(Credentials, K17_RightsThatAreGoneForAMomentAreBackAtOnce) {
  follow();
  go_live();
  end_connections();
  int refused = 0;
  api.script = [&](const FakeRequest&, FakeStream& out) -> awaitable<bool> {
    if (++refused > 6) co_return false;  // the roles are loaded now
    co_await out.reply(403, tests::kube_status(403, "Forbidden"));
    co_return true;
  };
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(hears_of("HTTP 403"));
  EXPECT_EQ(sink.services(), Lines{cart("10.0.0.1")});
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
  EXPECT_TRUE(until([&] { return sink.live; }));
}

TEST_F(Credentials, K18_ANewAuthorityIsTrustedOnceItsFileSaysSo) {
  const tests::Authority first("first");
  const tests::Authority second("second");
  follow_tls(first);
  go_live();
  gate.speak_tls(second.issue("127.0.0.1"));
  end_connections();
  EXPECT_TRUE(hears_of("certificate"));
  EXPECT_EQ(sink.services(), Lines{cart("10.0.0.1")});
  // Each failure is a reason to look at the file, though it is not a minute old.
  const auto rotated = std::chrono::steady_clock::now();
  write("ca.crt", first.certificate() + second.certificate());
  EXPECT_TRUE(comes_back_for("10.0.0.2"));
  EXPECT_LT(std::chrono::steady_clock::now() - rotated, 5s);
}

TEST_F(Credentials, K18_AFileThatMakesNoSenseChangesNothing) {
  const tests::Authority authority("only");
  const auto path = write("ca.crt", authority.certificate());
  config::KubernetesRegistry said;
  said.url = "https://127.0.0.1:1";
  said.ca_file = path;
  auto account = load_account(said);
  ASSERT_TRUE(account);
  Monotonic now{1000s};
  ASSERT_TRUE(account->request("/", Again::No, now));
  for (const std::string content : {"", "garbage", "-----BEGIN CERTIFICATE-----\nMIIB"}) {
    write("ca.crt", content);
    now += 61s;
    const auto request = account->request("/", Again::No, now);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->tls->ca + "\n", authority.certificate());
  }
  const tests::Authority next("next");
  write("ca.crt", next.certificate());
  now += 61s;
  EXPECT_EQ(account->request("/", Again::No, now)->tls->ca + "\n", next.certificate());
}

TEST_F(Credentials, K19_ANewClientCertificateIsShown) {
  const tests::Authority servers("servers");
  const tests::Authority clients("clients");
  gate.speak_tls(servers.issue("127.0.0.1"), clients.certificate());
  write("ca.crt", servers.certificate());
  auto one = clients.issue("one");
  write("client.crt", one.certificate);
  write("client.key", one.key);
  options.kubeconfig =
      write("config",
            "current-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"
            "clusters: [{name: c, cluster: {server: \"" +
                gate.url() +
                "\", certificate-authority: ca.crt}}]\n"
                "users: [{name: u, user: {client-certificate: client.crt, client-key: client.key}}]\n");
  follow("");
  go_live();
  ASSERT_FALSE(gate.clients().empty());
  EXPECT_EQ(gate.clients().front(), "CN=one");
  auto account = kubeconfig_account(options.kubeconfig, "");
  ASSERT_TRUE(account);
  EXPECT_EQ(account->request("/", Again::No, Monotonic{1000s})->tls->certificate + "\n", one.certificate);
  const auto two = clients.issue("two");
  write("client.crt", two.certificate);
  write("client.key", two.key);
  EXPECT_EQ(account->request("/", Again::No, Monotonic{1061s})->tls->certificate + "\n", two.certificate);
  EXPECT_EQ(account->request("/", Again::No, Monotonic{1061s})->tls->key + "\n", two.key);
  stop_following();
  follow("");
  EXPECT_TRUE(comes_back_for("10.0.0.2"));
  EXPECT_EQ(gate.clients().back(), "CN=two");
}

TEST_F(Credentials, K29_ACertificateOfTomorrowIsTroubleThatSaysSo) {
  const tests::Authority authority("clock");
  follow_tls(authority);
  go_live();
  for (const auto& [begins, word] : {std::pair{24h, "not yet valid"}, std::pair{-25h, "expired"}}) {
    ASSERT_TRUE(until([this] { return api.watches() >= 3; }));  // before that not all have come back
    gate.speak_tls(authority.issue("127.0.0.1", begins));
    end_connections();
    EXPECT_TRUE(hears_of(word));
    EXPECT_EQ(sink.services().size(), 1U);
    gate.speak_tls(authority.issue("127.0.0.1"));
    EXPECT_TRUE(comes_back_for(begins > 0h ? "10.0.0.2" : "10.0.0.3"));
  }
}

TEST_F(Credentials, K35_TheAddressInAClusterIsANumber) {
  write("token", "secret");
  write("ca.crt", tests::Authority("any").certificate());
  auto account = in_cluster_account("10.96.0.1", "443", folder.string());
  ASSERT_TRUE(account);
  EXPECT_EQ(account->request("/", Again::No, Monotonic{1000s})->url, "https://10.96.0.1:443/");
}

}  // namespace
}  // namespace signpost::kubernetes
