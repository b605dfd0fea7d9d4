#include "backends/nacos/channel.h"

#include <climits>

#include <grpc/support/log.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "dns/base/log.h"

namespace signpost::nacos {
namespace {

constexpr int kInboundMax = 16 * 1024 * 1024;  // a server sends up to 10 MiB (5.6)

/// The settings of facts Nacos 5.9; each against one way in which gRPC would be cleverer than this protocol
/// bears.
grpc::ChannelArguments channel_arguments(const LinkTarget& target) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_CLIENT_IDLE_TIMEOUT_MS, INT_MAX);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(kInboundMax);
  arguments.SetMaxSendMessageSize(kInboundMax);
  if (target.tls && !IpAddress::parse(target.tls_name)) arguments.SetSslTargetNameOverride(target.tls_name);
  return arguments;
}

void log_words(gpr_log_func_args* words) { log::debug("nacos.grpc", {{"text", words->message}}); }

}  // namespace

std::shared_ptr<grpc::Channel> make_channel(const LinkTarget& target) {
  const auto uri = (target.address.ip.is_v4() ? "ipv4:" : "ipv6:") + target.address.to_string();
  grpc::SslCredentialsOptions tls;
  if (target.tls) tls = {target.tls->ca, target.tls->key, target.tls->certificate};
  return grpc::CreateCustomChannel(
      uri, target.tls ? grpc::SslCredentials(tls) : grpc::InsecureChannelCredentials(),
      channel_arguments(target));
}

WhyNot why_not(const std::string& words, const std::string& address, const std::string& tls_name) {
  const auto line = "no connection to " + address;
  const auto has = [&words](std::string_view part) { return words.find(part) != std::string::npos; };
  if (has("Connection refused")) return {line + ": connection refused", true};
  if (tls_name.empty()) return {line, false};
  if (has("CERTIFICATE_VERIFY_FAILED") || has("certificate verify failed")) {
    return {line + ": its certificate is not trusted: not signed by an authority in tls.ca_file, or expired",
            true};
  }
  if (has("Peer name")) return {line + ": its certificate is not for " + tls_name + "; see tls.name", true};
  if (has("handshake failed")) return {line + ": the TLS handshake failed; does gRPC speak TLS there?", true};
  return {line, false};
}

void take_over_log() { gpr_set_log_function(&log_words); }

}  // namespace signpost::nacos
