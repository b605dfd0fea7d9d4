#include "dns/base/socket_trouble.h"

#include <cerrno>
#include <system_error>

namespace signpost {
namespace {

/// The kernel's default of net.ipv4.ip_unprivileged_port_start.
constexpr std::uint16_t kFirstForAll = 1024;

/// In the words of a Pod as well: most who meet this run in one (facts: operations.md section 1, security
/// context).
std::string ways_to_low_port(std::uint16_t port) {
  const auto here = std::to_string(port);
  return "; ports below 1024 need one of: the capability CAP_NET_BIND_SERVICE (in a Pod: "
         "securityContext.capabilities.add "
         "[NET_BIND_SERVICE]); the sysctl net.ipv4.ip_unprivileged_port_start=0 (in a Pod: "
         "securityContext.sysctls); "
         "another port here, such as " +
         std::to_string(1000 + port) + ", to which a Service maps " + here;
}

/// A machine's own resolver has the port at two addresses of loopback: who listens at all addresses finds it
/// taken, who listens at those of the network does not.
constexpr const char* kResolver =
    " (`ss -lnptu sport = :53` names it; systemd-resolved is at 127.0.0.53 and 127.0.0.54, which 0.0.0.0 "
    "includes)";

}  // namespace

std::string socket_trouble(int error_number, std::uint16_t port) {
  const auto reason = std::generic_category().message(error_number);
  switch (error_number) {
    case EACCES:
    case EPERM:
      return port != 0 && port < kFirstForAll ? reason + ways_to_low_port(port) : reason;
    case EADDRINUSE:
      return reason + "; another program listens there: stop it, or choose another address or port" +
             (port == 53 ? kResolver : "");
    case EADDRNOTAVAIL:
      return reason + "; no interface of this machine has that address";
    case EAFNOSUPPORT:
      return reason + "; this machine has no IPv6: remove the address from listen";
    default:
      return reason;
  }
}

}  // namespace signpost
