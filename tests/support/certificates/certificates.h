// Certificates of a moment: an authority and what it signs, made in memory.
#pragma once

#include <chrono>
#include <memory>
#include <string>

namespace signpost::tests {

/// PEM text.
struct Identity {
  std::string certificate;
  std::string key;
};

class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  const std::string& certificate() const noexcept { return certificate_; }
  /// For 127.0.0.1, for `name` if it is a host name with dots, and for clients; good for a day from `begins`,
  /// which counts from now.
  Identity issue(const std::string& name, std::chrono::seconds begins = std::chrono::hours(-1)) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string certificate_;
};

}  // namespace signpost::tests
