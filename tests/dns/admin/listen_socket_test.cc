#include "dns/admin/listen_socket.h"

#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/dns/admin/raw_http.h"

namespace signpost::admin {
namespace {

SocketAddress loopback(std::uint16_t port = 0) { return {IpAddress::v4({127, 0, 0, 1}), port}; }

TEST(TcpListener, PortZeroBecomesARealOne) {
  const auto socket = ListenSocket::tcp(loopback());
  ASSERT_TRUE(socket) << socket.error().message;
  const auto address = SocketAddress::parse(socket->address());
  ASSERT_TRUE(address);
  EXPECT_NE(address->port, 0);
  EXPECT_TRUE(RawHttp::tcp(socket->address()).connected());
}

TEST(TcpListener, TakenAddressIsNamedWithItsRemedy) {
  const auto first = ListenSocket::tcp(loopback());
  ASSERT_TRUE(first);
  const auto second = ListenSocket::tcp(*SocketAddress::parse(first->address()));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, first->address() +
                                        ": Address already in use; another program listens there: stop it, "
                                        "or choose another address or port");
}

TEST(TcpListener, ForeignAddressIsNamedWithItsRemedy) {
  const auto socket = ListenSocket::tcp({IpAddress::v4({192, 0, 2, 1}), 0});
  ASSERT_FALSE(socket);
  EXPECT_NE(socket.error().message.find("no interface of this machine has that address"), std::string::npos);
}

TEST(UnixListener, ModeIs0660WhateverTheUmask) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  for (const mode_t mask : {mode_t{0}, mode_t{022}, mode_t{0777}}) {
    const auto before = umask(mask);
    const auto socket = ListenSocket::unix_socket(path);
    umask(before);
    ASSERT_TRUE(socket) << socket.error().message;
    EXPECT_EQ(socket->address(), "unix:" + path);
    struct stat found {};
    ASSERT_EQ(lstat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, mode_t{0660});
  }
}

TEST(UnixListener, FileGoesWithTheListener) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  {
    const auto socket = ListenSocket::unix_socket(path);
    ASSERT_TRUE(socket);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(UnixListener, StaleFileIsReplaced) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  const auto aside = directory.path() + "/aside.sock";
  {
    // A process that was killed leaves its file behind: moving it aside keeps the destructor from removing
    // it.
    const auto killed = ListenSocket::unix_socket(path);
    ASSERT_TRUE(killed);
    std::filesystem::rename(path, aside);
  }
  std::filesystem::rename(aside, path);
  const auto socket = ListenSocket::unix_socket(path);
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_TRUE(RawHttp::unix_socket(path).connected());
}

TEST(UnixListener, LivingSocketIsLeftAlone) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  const auto first = ListenSocket::unix_socket(path);
  ASSERT_TRUE(first);
  const auto second = ListenSocket::unix_socket(path);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("another process answers on it"), std::string::npos);
  EXPECT_TRUE(RawHttp::unix_socket(path).connected());
}

TEST(UnixListener, OtherFilesAreNeverRemoved) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/precious";
  std::ofstream(path) << "data";
  const auto socket = ListenSocket::unix_socket(path);
  ASSERT_FALSE(socket);
  EXPECT_NE(socket.error().message.find("a file that is not a socket is in the way"), std::string::npos);
  std::filesystem::create_symlink(path, directory.path() + "/link");
  EXPECT_FALSE(ListenSocket::unix_socket(directory.path() + "/link"));
  EXPECT_EQ(std::filesystem::file_size(path), 4u);
}

TEST(UnixListener, SuccessorsFileSurvivesThePredecessor) {
  const TemporaryDirectory directory;
  const auto path = directory.path() + "/admin.sock";
  auto first = std::make_unique<Result<ListenSocket>>(ListenSocket::unix_socket(path));
  ASSERT_TRUE(*first);
  std::filesystem::remove(path);
  const auto second = ListenSocket::unix_socket(path);
  ASSERT_TRUE(second);
  first.reset();
  EXPECT_TRUE(RawHttp::unix_socket(path).connected());
}

TEST(UnixListener, WrongPathsSayWhatIsRight) {
  const TemporaryDirectory directory;
  const auto missing = ListenSocket::unix_socket(directory.path() + "/no/admin.sock");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("the directory must exist"), std::string::npos);
  const auto longer = ListenSocket::unix_socket("/" + std::string(107, 'x'));
  ASSERT_FALSE(longer);
  EXPECT_NE(longer.error().message.find("1 to 107 octets"), std::string::npos);
}

}  // namespace
}  // namespace signpost::admin
