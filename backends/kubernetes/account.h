// Who we are for the apiserver and where it is: the in-cluster account, a kubeconfig, or url + token_file +
// ca_file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/follow/file_value.h"
#include "backends/follow/http.h"
#include "config/config.h"
#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace signpost::kubernetes {

/// A text that is written down, or in a file that somebody rotates, or absent.
class Secret {
 public:
  Secret() = default;
  static Secret literal(std::string text);
  static Secret file(std::string path, follow::FileValue::Check check = nullptr);

  bool present() const noexcept { return literal_.has_value() || file_.has_value(); }
  /// Empty when absent; an error only when its file was never readable. The view is good until the next call.
  Result<std::string_view> get(Monotonic now, bool again = false);

 private:
  std::optional<std::string> literal_;
  std::optional<follow::FileValue> file_;
};

/// Which files are read before they are due.
enum class Again : std::uint8_t {
  No,
  Token,  // it has been refused (K15)
  All,    // TLS has failed: authorities or certificate may have been rotated (K18, K19)
};

/// One owner, one thread.
struct Account {
  std::string server;  // "https://10.96.0.1:443", no slash at the end
  Secret token;
  Secret ca;           // absent: the machine's certificates
  Secret certificate;  // of the client, with its key
  Secret key;

  /// A GET of `target` as this account; files are read again when they are a minute old (K16, K18, K19), or
  /// now. An error names the file that cannot be read.
  Result<follow::HttpRequest> request(std::string_view target, Again again, Monotonic now);

 private:
  Result<std::shared_ptr<const follow::HttpTls>> tls(bool again, Monotonic now);
  std::shared_ptr<const follow::HttpTls> tls_;  // shared by requests until a file changes
};

/// The account of the registry's options. Errors say what is missing and what would be right.
Result<Account> load_account(const config::KubernetesRegistry& options);

/// KUBERNETES_SERVICE_HOST and _PORT, and the folder with token and ca.crt.
Result<Account> in_cluster_account(std::string_view host, std::string_view port, const std::string& folder);

/// A kubeconfig file; `context` empty: its current-context. Certificates, tokens and their files; relative
/// paths are relative to it. exec, auth-provider, user names, proxies and unverified TLS are refused, with
/// the place.
Result<Account> kubeconfig_account(const std::string& path, const std::string& context);

/// A base URL as it is used: http or https, no slash at the end, no path with a query. Plain http is for
/// loopback alone when a token or certificate would travel.
Result<std::string> checked_server(std::string_view url, bool with_credentials);

/// "api.example.org" or "10.96.0.1": the host of such a URL; of an IPv6 address without its brackets.
std::string host_of(std::string_view server);

}  // namespace signpost::kubernetes
