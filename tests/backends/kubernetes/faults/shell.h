// The backend as the program runs it, on real sockets, in front of a fake apiserver.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "backends/kubernetes/kubernetes_backend.h"
#include "tests/backends/kubernetes/faults/objects.h"
#include "tests/backends/kubernetes/recording_sink.h"
#include "tests/support/fake_apiserver/fake_apiserver.h"

namespace signpost::kubernetes {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

/// Service `cart` with one endpoint, and whatever a test adds. Everything on one thread.
class Shell : public testing::Test {
 protected:
  Shell() {
    api.store.serve(tests::kNamespacesPath);
    api.store.serve(tests::kServicesPath);
    api.store.serve(tests::kSlicesPath);
    put_service("cart");
    put_slice("cart-1", "cart", {"10.0.0.1"});
  }
  ~Shell() override {
    stop_following();
    api.kill();
    io.run_for(20ms);  // the coroutines of the fakes end
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }

  void put_service(const std::string& name, const std::string& ip = "10.96.0.1", tests::Labels labels = {}) {
    api.store.put(tests::kServicesPath, "shop", name, tests::service_rest(ip), std::move(labels));
    api.wake();
  }
  void put_slice(const std::string& name, const std::string& of, const Lines& addresses) {
    Lines endpoints;
    for (const auto& address : addresses) endpoints.push_back(tests::endpoint(address));
    api.store.put(tests::kSlicesPath, "shop", name, tests::slice_rest(endpoints),
                  {{"kubernetes.io/service-name", of}});
    api.wake();
  }
  void remove_service(const std::string& name) {
    api.store.remove(tests::kServicesPath, "shop", name);
    api.wake();
  }

  void follow(std::string url = "") { follow_into(sink, std::move(url)); }
  void follow_into(RegistrySink& into, std::string url = "") {
    options.url = url.empty() ? api.url() : std::move(url);
    auto made = make_kubernetes_backend("kube", options, io.get_executor(), system_clock());
    ASSERT_TRUE(made) << made.error().message;
    backend = std::move(*made);
    ended = false;
    boost::asio::co_spawn(io, backend->follow(into),
                          boost::asio::bind_cancellation_slot(stop.slot(), [this](std::exception_ptr error) {
                            EXPECT_FALSE(error);
                            ended = true;
                          }));
  }
  void stop_following() {
    stop.emit(boost::asio::cancellation_type::terminal);
    EXPECT_TRUE(until([this] { return ended; }));
  }
  template <class Condition>
  bool until(Condition condition, std::chrono::milliseconds most = 20s) {
    const auto give_up = std::chrono::steady_clock::now() + most;
    while (!condition() && std::chrono::steady_clock::now() < give_up) io.run_one_for(20ms);
    return condition();
  }
  void go_live() {
    ASSERT_TRUE(until([this] { return sink.live; })) << (sink.calls.empty() ? "" : sink.calls.back());
  }
  /// Every resource that was asked for is being watched.
  bool all_watch() {
    return until([this] {
      std::set<std::string> asked;
      for (const auto& target : api.requests) asked.insert(tests::KubeQuery(target).resource);
      return api.watches() == asked.size();
    });
  }
  /// Without what is told of a namespace as a whole.
  Lines services() const {
    auto all = sink.services();
    std::erase_if(all, [](const auto& line) { return line.ends_with('/'); });
    return all;
  }
  bool sees(const Lines& world) {
    return until([&] { return services() == world; });
  }
  std::uint64_t count(std::string_view name, std::string_view reason = "") const {
    for (const auto& one : backend->counts()) {
      if (one.name == name && one.reason == reason) return one.value;
    }
    return 0;
  }
  /// How often a list, or a streaming list, of this resource was begun.
  std::size_t lists_of(const std::string& path) const {
    return static_cast<std::size_t>(
        std::count_if(api.requests.begin(), api.requests.end(), [&](const std::string& target) {
          const tests::KubeQuery query(target);
          const bool begins =
              query.watch() ? query["sendInitialEvents"] == "true" : query["continue"].empty();
          return query.resource == path && begins;
        }));
  }
  /// A file of this test's own; whole, as a projected volume replaces it.
  std::string write(const std::string& name, const std::string& content) {
    if (folder.empty()) {
      auto pattern = (std::filesystem::temp_directory_path() / "shell.XXXXXX").string();
      folder = mkdtemp(pattern.data());
    }
    std::ofstream(folder / (name + ".new")) << content;
    std::filesystem::rename(folder / (name + ".new"), folder / name);
    return (folder / name).string();
  }

  boost::asio::io_context io;
  boost::asio::cancellation_signal stop;
  tests::FakeApiserver api{io.get_executor()};
  tests::RecordingSink sink;
  config::KubernetesRegistry options;
  std::unique_ptr<Backend> backend;
  std::filesystem::path folder;
  bool ended = true;
};

inline std::string cart(const std::string& address) {
  return "shop/cart ip 10.96.0.1 http:80 | " + address + " up http:8080";
}

}  // namespace signpost::kubernetes
