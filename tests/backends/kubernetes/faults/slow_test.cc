// A backend that does not get to read: the server throws it out, and nothing is lost (K27). Two executors, so
// that one side can stand still while the other goes on.
#include "tests/backends/kubernetes/faults/shell.h"

namespace signpost::kubernetes {
namespace {

class Slow : public testing::Test {
 protected:
  Slow() {
    api.store.serve(tests::kServicesPath);
    api.store.serve(tests::kSlicesPath);
    for (int i = 0; i < kServices; ++i) change(i, 0);
    config::KubernetesRegistry options;
    options.url = api.url();
    auto made = make_kubernetes_backend("kube", options, client.get_executor(), system_clock());
    backend = std::move(*made);
    boost::asio::co_spawn(
        client, backend->follow(sink),
        boost::asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr) { ended = true; }));
  }
  ~Slow() override {
    stop.emit(boost::asio::cancellation_type::terminal);
    until([this] { return ended; });
    api.kill();
    server.run_for(20ms);
  }
  void change(int service, int to) {
    api.store.put(
        tests::kServicesPath, "shop", "s" + std::to_string(service),
        tests::service_rest(address(service, to)) + R"(,"padding":")" + std::string(2000, 'x') + "\"");
  }
  static std::string address(int service, int to) {
    return "10." + std::to_string(100 + to % 100) + "." + std::to_string(service) + "." +
           std::to_string(to / 100);
  }
  template <class Condition>
  bool until(Condition condition) {
    const auto give_up = std::chrono::steady_clock::now() + 20s;
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
      client.poll();
      client.restart();
      server.run_for(1ms);
      server.restart();
    }
    return condition();
  }

  static constexpr int kServices = 50;
  boost::asio::io_context server;
  boost::asio::io_context client;
  boost::asio::cancellation_signal stop;
  tests::FakeApiserver api{server.get_executor()};
  tests::RecordingSink sink;
  std::unique_ptr<Backend> backend;
  bool ended = false;
};

TEST_F(Slow, K27_AConsumerThatWasThrownOutResumes) {
  ASSERT_TRUE(until([this] { return sink.live && api.watches() == 2; }));
  api.backlog_max = 1000;
  // 20,000 events of 2 KB are more than all buffers between; the backend stands still meanwhile.
  int last = 0;
  while (api.thrown_out == 0 && last < 400) {
    ++last;
    for (int i = 0; i < kServices; ++i) change(i, last);
    api.wake();
    server.run_for(1ms);
    server.restart();
  }
  ASSERT_EQ(api.thrown_out, 1U) << "the server never had enough";
  EXPECT_TRUE(until([&] {
    return sink.live && sink.services()[7] == "shop/s15 ip " + address(15, last) + " http:80";
  })) << sink.services()[7];
  EXPECT_EQ(api.asked({"services?limit"}), 1U) << "it listed again";
}

}  // namespace
}  // namespace signpost::kubernetes
