// The envelope of every Nacos gRPC message: a type word, a few headers, a JSON body (facts: Nacos 5.1).
// Three protobuf fields are written and read by hand, so that no generated names land in the global
// namespace.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dns/base/result.h"

namespace signpost::nacos {

/// One message in either direction. `type` is the simple class name of the body, e.g. "ServerCheckRequest".
struct Payload {
  std::string type;
  std::string body;                                          // JSON text
  std::vector<std::pair<std::string, std::string>> headers;  // metadata.headers, e.g. accessToken

  friend bool operator==(const Payload&, const Payload&) = default;
};

/// The protobuf octets of `payload`: metadata is field 2 {type 3, headers 7}, body field 3 {value 2}.
std::string encode(const Payload& payload);

/// Reads what encode() writes and what servers send; unknown fields are skipped, any type_url is accepted
/// (both sides leave it empty). Errors: octets that are no protobuf, or a field of the wrong kind (A17).
Result<Payload> decode_payload(std::string_view octets);

}  // namespace signpost::nacos
