// A socket that cannot be had is told with what would be right.
#include "dns/base/socket_trouble.h"

#include <cerrno>
#include <initializer_list>

#include <gtest/gtest.h>

namespace signpost {
namespace {

bool says(const std::string& text, const char* words) { return text.find(words) != std::string::npos; }

TEST(SocketTrouble, LowPortsNameTheThreeRemedies) {
  for (const int refused : {EACCES, EPERM}) {
    const auto text = socket_trouble(refused, 53);
    EXPECT_TRUE(says(text, "CAP_NET_BIND_SERVICE")) << text;
    EXPECT_TRUE(says(text, "net.ipv4.ip_unprivileged_port_start=0")) << text;
    EXPECT_TRUE(says(text, "another port here, such as 1053, to which a Service maps 53")) << text;
  }
  EXPECT_TRUE(says(socket_trouble(EACCES, 1023), "such as 2023"));
}

TEST(SocketTrouble, OtherPortsNeedNoCapability) {
  for (const auto port : std::initializer_list<std::uint16_t>{0, 1024, 5300})
    EXPECT_EQ(socket_trouble(EACCES, port), "Permission denied");
  EXPECT_EQ(socket_trouble(ENOMEM, 53), "Cannot allocate memory");
}

TEST(SocketTrouble, TakenAndForeignAddressesAreNamed) {
  EXPECT_EQ(
      socket_trouble(EADDRINUSE, 5300),
      "Address already in use; another program listens there: stop it, or choose another address or port");
  EXPECT_TRUE(says(socket_trouble(EADDRINUSE, 53), "listens there: stop it"));
  EXPECT_TRUE(says(socket_trouble(EADDRINUSE, 53), "systemd-resolved is at 127.0.0.53"));
  EXPECT_TRUE(says(socket_trouble(EADDRNOTAVAIL, 53), "no interface of this machine has that address"));
  EXPECT_TRUE(says(socket_trouble(EAFNOSUPPORT, 53), "remove the address from listen"));
}

}  // namespace
}  // namespace signpost
