// Starts the fake Nacos (tests/support/fake_nacos) for one test, and asks its control port.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/types.h>

namespace signpost::nacos::test {

/// A process of its own on free loopback ports, ready when the constructor returns; throws when it does not
/// get ready.
class FakeServer {
 public:
  /// Each setting is "key=JSON", e.g. "push_delay=0.05".
  explicit FakeServer(std::vector<std::string> settings = {}, std::uint16_t port = 0);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::uint16_t port() const { return port_; }  // HTTP; gRPC is 1000 higher
  /// POST /control/<verb>; the answer's body. Throws when it is not 200.
  std::string control(const std::string& verb, const std::string& json = "{}") const;
  std::string state() const;
  void kill();

 private:
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace signpost::nacos::test
