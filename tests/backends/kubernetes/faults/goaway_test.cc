// HTTP/2 as real apiservers speak it, and its GOAWAY (K14).
#include "tests/backends/kubernetes/faults/shell.h"
#include "tests/support/certificates/certificates.h"
#include "tests/support/fake_http2/fake_http2.h"

namespace signpost::kubernetes {
namespace {

class Http2 : public Shell {
 protected:
  Http2() {
    h2.store = api.store;
    options.ca_file = write("ca.crt", authority.certificate());
  }
  void move(const std::string& address) {
    put_slice("cart-1", "cart", {address});
    h2.store.put(tests::kSlicesPath, "shop", "cart-1", tests::slice_rest({tests::endpoint(address)}),
                 {{"kubernetes.io/service-name", "cart"}});
    h2.wake();
  }
  bool all_watch_h2() {
    return until([this] { return h2.watches() >= 2 && h2.watches() == h2.lists(); });
  }

  tests::Authority authority{"h2"};
  tests::FakeHttp2 h2{io.get_executor(), authority.issue("127.0.0.1")};
};

TEST_F(Http2, K14_AGoawayEndsNothingThatIsInFlight) {
  follow(h2.url());
  go_live();
  ASSERT_TRUE(all_watch_h2());
  const auto lists = h2.lists();
  const auto connections = h2.connections();
  sink.take();
  h2.go_away();
  io.run_for(50ms);
  move("10.0.0.2");  // on the streams that are open
  EXPECT_TRUE(sees({cart("10.0.0.2")}));
  EXPECT_EQ(h2.connections(), connections);
  h2.bookmark();
  io.run_for(30ms);
  h2.end_watches();
  ASSERT_TRUE(until([&] { return h2.connections() > connections; })) << "elsewhere";
  ASSERT_TRUE(until([&] { return h2.watches() == lists; }));
  move("10.0.0.3");
  EXPECT_TRUE(sees({cart("10.0.0.3")}));
  EXPECT_EQ(h2.lists(), lists) << "resumed, not listed again";
  EXPECT_EQ(h2.refused(), 0U) << "nothing was asked of who had said goodbye";
  for (const auto& call : sink.calls) EXPECT_FALSE(call.starts_with("lost ")) << call;
}

}  // namespace
}  // namespace signpost::kubernetes
