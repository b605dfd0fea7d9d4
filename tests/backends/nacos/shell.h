// The whole backend under a test: its sink as text, its configuration, its time.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "backends/nacos/nacos.h"
#include "tests/backends/nacos/fake_server.h"

namespace signpost::nacos::test {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// The machine's clock, ahead of it by as much as a test wants; timers that run do not notice.
struct ShiftedClock : Clock {
  Monotonic now() const noexcept override { return system_clock().now() + ahead; }
  WallTime wall() const noexcept override { return system_clock().wall(); }
  Duration ahead{};
};

/// The sink as text: what is known of each service now, and what happened.
struct World : RegistrySink {
  std::map<std::string, std::string> services;
  std::vector<std::string> happened;
  bool listed = false, live = false;

  std::set<std::string> named;  // by the list that is open
  Complete last = Complete::No;

  void begin_list(Epoch) override {
    happened.emplace_back("begin");
    named.clear();
  }
  void upsert(ServiceState state, Revision) override {
    auto& text = services[state.key.to_string()];
    text = state.pending ? "pending" : "";
    for (const auto& instance : state.instances) {
      text += (text.empty() ? "" : " ") + (instance.v4 ? *instance.v4 : *instance.v6).to_string() + ":" +
              std::to_string(instance.ports.front().number) +
              (instance.health == Health::Down ? " down" : "");
    }
    happened.push_back(state.key.to_string() + " " + text);
    named.insert(state.key.to_string());
  }
  void mention(const ServiceKey& key) override {
    happened.push_back("mention " + key.to_string());
    named.insert(key.to_string());
  }
  void erase(const ServiceKey& key, Revision) override {
    services.erase(key.to_string());
    happened.push_back("erase " + key.to_string());
  }
  void end_list(Epoch, Complete complete) override {
    listed = listed || complete == Complete::Yes;
    last = complete;
    std::erase_if(services, [this](const auto& each) { return named.count(each.first) == 0; });
    happened.emplace_back("end");
  }
  void caught_up(Revision) override { live = true; }
  void lost_contact(std::string_view why) override {
    live = false;
    happened.push_back("lost " + std::string(why));
  }
};

inline std::string of(const std::string& service, const std::string& instances,
                      const std::string& more = {}) {
  return R"({"service":")" + service + R"(","instances":[)" + instances + "]" + more + "}";
}
inline std::string at(const std::string& ip, int port) {
  return R"({"ip":")" + ip + R"(","port":)" + std::to_string(port) + "}";
}

class NacosShell : public testing::Test {
 protected:
  ~NacosShell() override {
    stop();
    if (!folder.empty()) std::filesystem::remove_all(folder);
  }

  void follow(const std::vector<const FakeServer*>& servers) {
    for (const auto* server : servers) options.servers.push_back({"127.0.0.1", server->port()});
    options.list_interval = 300ms;
    backend = make_nacos_backend("nacos", options, io.get_executor(), clock);
    follow_on();
  }
  /// With the same backend, after stop().
  void follow_on() {
    following = true;
    boost::asio::co_spawn(
        io, backend->follow(world),
        boost::asio::bind_cancellation_slot(cancel.slot(), [this](std::exception_ptr error) {
          following = false;
          EXPECT_FALSE(error);
        }));
  }

  /// Runs until it is so; 40 s at most.
  testing::AssertionResult soon(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + 40s;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return testing::AssertionFailure() << "not within 40 s";
      io.run_one_for(10ms);
      io.restart();
    }
    return testing::AssertionSuccess();
  }
  bool is(const std::string& service, const std::string& text) const {
    const auto found = world.services.find("nacos/public/" + service);
    return found != world.services.end() && found->second == text;
  }

  void stop() {
    if (!following) return;
    cancel.emit(boost::asio::cancellation_type::terminal);
    EXPECT_TRUE(soon([this] { return !following; }));
    io.restart();
    io.run_for(10s);  // ends as soon as nothing is left
    EXPECT_TRUE(io.stopped());
  }
  std::uint64_t count(const std::string& name, const std::string& reason = {}) const {
    for (const auto& each : backend->counts()) {
      if (each.name == name && each.reason == reason) return each.value;
    }
    return 0;
  }
  std::string write_password(const std::string& password) { return write("password", password + "\n"); }
  std::string write(const std::string& name, const std::string& text) {
    const auto path = file(name);
    std::ofstream(path) << text;
    return path;
  }
  /// The path of a file of this test's own; all of them go with it.
  std::string file(const std::string& name) {
    if (folder.empty()) {
      auto pattern = (std::filesystem::temp_directory_path() / "nacos.XXXXXX").string();
      folder = mkdtemp(pattern.data());
    }
    return (folder / name).string();
  }

  std::filesystem::path folder;  // empty: none was needed
  ShiftedClock clock;
  boost::asio::io_context io;
  boost::asio::cancellation_signal cancel;
  config::NacosRegistry options;
  World world;
  std::unique_ptr<Backend> backend;
  bool following = false;
};

}  // namespace signpost::nacos::test
