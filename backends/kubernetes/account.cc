#include "backends/kubernetes/account.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace signpost::kubernetes {
namespace {

constexpr const char* kAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

Secret Secret::literal(std::string text) {
  Secret secret;
  secret.literal_ = std::move(text);
  return secret;
}

Secret Secret::file(std::string path, follow::FileValue::Check check) {
  Secret secret;
  secret.file_.emplace(std::move(path), std::chrono::seconds(60), check);
  return secret;
}

Result<std::string_view> Secret::get(Monotonic now, bool again) {
  if (literal_) return std::string_view(*literal_);
  if (!file_) return std::string_view();
  return again ? file_->read_again(now) : file_->get(now);
}

Result<std::shared_ptr<const follow::HttpTls>> Account::tls(bool again, Monotonic now) {
  const auto ca_text = ca.get(now, again);
  if (!ca_text) return ca_text.error();
  const auto certificate_text = certificate.get(now, again);
  if (!certificate_text) return certificate_text.error();
  const auto key_text = key.get(now, again);
  if (!key_text) return key_text.error();
  if (!tls_ || tls_->ca != *ca_text || tls_->certificate != *certificate_text || tls_->key != *key_text) {
    tls_ = std::make_shared<const follow::HttpTls>(
        follow::HttpTls{std::string(*ca_text), std::string(*certificate_text), std::string(*key_text)});
  }
  return tls_;
}

Result<follow::HttpRequest> Account::request(std::string_view target, Again again, Monotonic now) {
  follow::HttpRequest request;
  request.url = server + std::string(target);
  request.headers = {"Accept: application/json"};
  const auto token_text = token.get(now, again != Again::No);
  if (!token_text) return token_text.error();
  if (!token_text->empty()) request.headers.push_back("Authorization: Bearer " + std::string(*token_text));
  auto material = tls(again == Again::All, now);
  if (!material) return material.error();
  request.tls = std::move(*material);
  return request;
}

Result<std::string> checked_server(std::string_view url, bool with_credentials) {
  while (url.ends_with('/')) url.remove_suffix(1);
  const auto text = std::string(url);
  const bool plain = url.starts_with("http://");
  if (!plain && !url.starts_with("https://"))
    return Error{"server " + text + ": takes an https:// or http:// URL"};
  const auto host = url.substr(url.find("://") + 3);
  if (host.empty() || host.find_first_of(" ?#@") != std::string_view::npos) {
    return Error{"server " + text + ": takes scheme, host and port, as in https://10.96.0.1:443"};
  }
  const auto name = host.substr(0, host.starts_with('[') ? host.find(']') + 1 : host.find_first_of(":/"));
  const bool loopback = name == "localhost" || name == "[::1]" || name.starts_with("127.");
  if (plain && with_credentials && !loopback) {
    return Error{"server " + text + ": a token would travel readable over http://; use https://"};
  }
  return text;
}

Result<Account> in_cluster_account(std::string_view host, std::string_view port, const std::string& folder) {
  if (host.empty() || port.empty()) {
    return Error{
        "not in a cluster (KUBERNETES_SERVICE_HOST and _PORT are not set): give kubeconfig: or url:"};
  }
  const bool v6 = host.find(':') != std::string_view::npos;
  Account account;
  account.server =
      "https://" + (v6 ? "[" + std::string(host) + "]" : std::string(host)) + ":" + std::string(port);
  account.token = Secret::file(folder + "/token");
  account.ca = Secret::file(folder + "/ca.crt", &follow::holds_pem_certificate);
  return account;
}

Result<Account> load_account(const config::KubernetesRegistry& options) {
  if (!options.kubeconfig.empty()) return kubeconfig_account(options.kubeconfig, options.context);
  if (options.url.empty()) {
    return in_cluster_account(environment("KUBERNETES_SERVICE_HOST"), environment("KUBERNETES_SERVICE_PORT"),
                              kAccountFolder);
  }
  auto server = checked_server(options.url, !options.token_file.empty());
  if (!server) return server.error();
  Account account;
  account.server = std::move(*server);
  if (!options.token_file.empty()) account.token = Secret::file(options.token_file);
  if (!options.ca_file.empty()) account.ca = Secret::file(options.ca_file, &follow::holds_pem_certificate);
  return account;
}

std::string host_of(std::string_view server) {
  server.remove_prefix(std::min(server.find("://") + 3, server.size()));
  if (server.starts_with('[')) return std::string(server.substr(1, server.find(']') - 1));
  return std::string(server.substr(0, server.find_first_of(":/")));
}

}  // namespace signpost::kubernetes
