// TLS and mutual TLS of gRPC and of the login: who is trusted, rotation, and what an operator reads.
#include "backends/nacos/tls_files.h"
#include "tests/backends/nacos/shell.h"
#include "tests/support/certificates/certificates.h"

namespace signpost::nacos::test {
namespace {

using signpost::tests::Authority;
using signpost::tests::Identity;

class NacosTls : public NacosShell {
 protected:
  std::vector<std::string> settings(const Identity& identity, const Authority* asks_for = nullptr) {
    std::vector<std::string> all{"tls_certificate=\"" + write("server.pem", identity.certificate) + "\"",
                                 "tls_key=\"" + write("server.key", identity.key) + "\"", "watch_delay=0.05"};
    if (asks_for != nullptr)
      all.push_back("tls_client_ca=\"" + write("clients.pem", asks_for->certificate()) + "\"");
    return all;
  }
  void trust(const Authority& authority) {
    options.tls = true;
    options.tls_ca_file = write("ca.pem", authority.certificate());
  }
  void be(const Identity& identity) {
    options.tls_certificate_file = write("own.pem", identity.certificate);
    options.tls_key_file = write("own.key", identity.key);
  }
  /// The first line that says why there is no connection.
  std::string trouble() {
    const auto lost = [](const std::string& line) { return line.starts_with("lost "); };
    EXPECT_TRUE(soon([&] { return std::any_of(world.happened.begin(), world.happened.end(), lost); }));
    EXPECT_FALSE(world.listed);
    const auto found = std::find_if(world.happened.begin(), world.happened.end(), lost);
    return found == world.happened.end() ? "" : *found;
  }

  Authority servers{"servers"}, clients{"clients"};
};

TEST_F(NacosTls, MutualTlsCoversTheLoginAndGrpc) {
  auto wanted = settings(servers.issue("server.example"), &clients);
  wanted.insert(wanted.end(), {"user=\"dns\"", "password=\"p\""});
  const FakeServer server(wanted);
  trust(servers);
  be(clients.issue("signpost"));
  options.tls_name = "server.example";
  options.username = "dns";
  options.password_file = write_password("p");
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.live; }));
}

TEST_F(NacosTls, AnAuthorityThatWeDoNotKnow) {
  const FakeServer server(settings(clients.issue("127.0.0.1")));
  trust(servers);
  follow({&server});
  EXPECT_THAT(trouble(),
              HasSubstr("its certificate is not trusted: not signed by an authority in tls.ca_file"));
}

TEST_F(NacosTls, ACertificateThatHasExpired) {
  const FakeServer server(settings(servers.issue("127.0.0.1", -48h)));
  trust(servers);
  follow({&server});
  EXPECT_THAT(trouble(), HasSubstr("its certificate is not trusted"));
}

TEST_F(NacosTls, ACertificateForAnotherName) {
  const FakeServer server(settings(servers.issue("server.example")));
  trust(servers);
  options.tls_name = "elsewhere.example";
  follow({&server});
  EXPECT_THAT(trouble(), HasSubstr("its certificate is not for elsewhere.example; see tls.name"));
}

TEST_F(NacosTls, NoCertificateOfOursThoughTheServerAsks) {
  const FakeServer server(settings(servers.issue("127.0.0.1"), &clients));
  trust(servers);
  follow({&server});
  EXPECT_THAT(trouble(), HasSubstr("set tls.certificate_file and tls.key_file"));
}

TEST_F(NacosTls, ServersThatSpeakNoTls) {
  const FakeServer server({"watch_delay=0.05"});
  trust(servers);
  follow({&server});
  EXPECT_THAT(trouble(), HasSubstr("the TLS handshake failed; does gRPC speak TLS there?"));
}

TEST_F(NacosTls, TheLoginIsRefusedOverBadCertificatesToo) {
  auto wanted = settings(clients.issue("127.0.0.1"));
  wanted.insert(wanted.end(), {"user=\"dns\"", "password=\"p\""});
  const FakeServer server(wanted);
  trust(servers);
  options.username = "dns";
  options.password_file = write_password("p");
  follow({&server});
  EXPECT_THAT(trouble(), testing::AllOf(HasSubstr("lost login: 127.0.0.1"), HasSubstr("certificate")));
}

TEST_F(NacosTls, RotatedFilesCountFromTheNextConnectionOn) {
  const FakeServer server(settings(servers.issue("127.0.0.1"), &clients));
  trust(servers);
  be(servers.issue("signpost"));  // an authority that the server does not trust
  follow({&server});
  trouble();
  be(clients.issue("signpost"));
  EXPECT_TRUE(soon([&] { return world.live; }));
}

TEST_F(NacosTls, FilesThatMakeNoSenseChangeNothing) {
  trust(servers);
  const auto first = clients.issue("one"), second = clients.issue("two");
  be(first);
  TlsFiles files("nacos", options);
  const auto good = files.get({});
  ASSERT_TRUE(good);
  EXPECT_EQ(*files.get({}), *good) << "the same object until something changes";
  write("own.pem", second.certificate);  // half of a rotation
  EXPECT_EQ(*files.get({}), *good);
  write("own.key", second.key);
  const auto next = files.get({});
  ASSERT_TRUE(next);
  EXPECT_NE(*next, *good);
  write("ca.pem", "-----BEGIN CERT");
  EXPECT_EQ(*files.get({}), *next);
  unlink(options.tls_key_file.c_str());
  EXPECT_EQ(*files.get({}), *next);
}

TEST_F(NacosTls, FilesThatNeverMadeSenseAreAnError) {
  trust(servers);
  be(clients.issue("one"));
  write("own.key", clients.issue("two").key);
  TlsFiles files("nacos", options);
  const auto none = files.get({});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("own.key: is not the key of the certificate in "));
}

TEST_F(NacosShell, AnAbsoluteGrpcPort) {
  const FakeServer server({"watch_delay=0.05"});
  options.grpc_port = static_cast<std::uint16_t>(server.port() + 1000);
  options.grpc_port_offset = 1;
  follow({&server});
  EXPECT_TRUE(soon([&] { return world.live; }));
}

}  // namespace
}  // namespace signpost::nacos::test
