#include "dns/held_sockets.h"

#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "dns/held_process.h"
#include "dns/notify.h"

namespace signpost {
namespace {

FileDescriptor new_socket() { return FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

/// A parent's ear and its child's mouth, in one process.
struct Pair {
  Pair() {
    auto opened = NotifySocket::open();
    EXPECT_TRUE(opened);
    ear = std::move(*opened);
    ::setenv("NOTIFY_SOCKET", ear.address().c_str(), 1);
    auto made = Notifier::from_environment();
    EXPECT_TRUE(made);
    mouth = std::move(*made);
  }
  NotifySocket ear;
  Notifier mouth;
};

TEST(HeldSockets, what_is_stored_arrives_with_its_name_and_its_sender) {
  Pair pair;
  const auto one = new_socket(), other = new_socket();
  const std::array both{one.get(), other.get()};
  pair.mouth.store("stored-dns-127.0.0.1_53", both);
  const auto heard = pair.ear.receive();
  ASSERT_TRUE(heard);
  EXPECT_EQ(heard->sender, ::getpid());
  EXPECT_EQ(heard->value("FDSTORE"), "1");
  EXPECT_EQ(heard->value("FDNAME"), "stored-dns-127.0.0.1_53");
  EXPECT_FALSE(heard->value("FD"));
  ASSERT_EQ(heard->descriptors.size(), 2u);
  EXPECT_EQ(inode_of(heard->descriptors[1].get()), inode_of(other.get()));
  EXPECT_NE(heard->descriptors[1].get(), other.get());
  EXPECT_FALSE(pair.ear.receive());
}

TEST(HeldSockets, many_sockets_take_several_messages) {
  Pair pair;
  std::vector<FileDescriptor> owned;
  std::vector<int> all;
  for (int i = 0; i < 150; ++i) all.push_back(owned.emplace_back(new_socket()).get());
  pair.mouth.store("stored-many", all);
  std::size_t count = 0;
  while (auto heard = pair.ear.receive()) count += heard->descriptors.size();
  EXPECT_EQ(count, all.size());
}

TEST(HeldSockets, a_socket_is_kept_once_until_its_name_is_let_go) {
  HeldSockets held;
  const auto one = new_socket();
  const auto copy = [&] { return FileDescriptor(::fcntl(one.get(), F_DUPFD_CLOEXEC, 0)); };
  held.add({copy(), "stored-a"});
  held.add({copy(), "stored-a"});
  held.add({new_socket(), "stored-b"});
  ASSERT_EQ(held.all().size(), 2u);
  held.remove("stored-a");
  ASSERT_EQ(held.all().size(), 1u);
  EXPECT_EQ(held.all()[0].name, "stored-b");
}

/// The exit status of `script` as a process that is started with these sockets; -1: none.
int run_script(const HeldSockets& sockets, const char* script) {
  const FileDescriptor shell(::open("/bin/sh", O_RDONLY | O_CLOEXEC));
  ProcessStart start;
  start.binary = shell.get();
  start.words = {"sh", "-c", script};
  start.sockets = &sockets;
  start.notify_address = "@nobody";
  start.watchdog = std::chrono::seconds(3);
  start.wait_ready = kWaitForEver;
  sigemptyset(&start.signals);
  int status = 0;
  const auto pid = start_process(start);
  return pid > 0 && ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(HeldProcess, finds_its_sockets_in_order_and_is_told_what_they_are) {
  HeldSockets sockets;
  sockets.add({new_socket(), "stored-a"});
  sockets.add({new_socket(), "b"});
  EXPECT_EQ(
      run_script(sockets,
                 "test $LISTEN_PID = $$ && test $LISTEN_FDS = 2 && test $LISTEN_FDNAMES = stored-a:b && "
                 "test -S /dev/fd/3 && test -S /dev/fd/4 && ! test -S /dev/fd/5"),
      0);
  EXPECT_EQ(run_script(sockets,
                       "test $NOTIFY_SOCKET = @nobody && test $WATCHDOG_PID = $$ && "
                       "test $WATCHDOG_USEC = 3000000 && test $SIGNPOST_WAIT_READY_MS = for-ever"),
            0);
}

TEST(HeldProcess, without_sockets_says_nothing_of_them) {
  EXPECT_EQ(run_script(HeldSockets(), "test -z \"$LISTEN_FDS\" && ! test -S /dev/fd/3"), 0);
}

}  // namespace
}  // namespace signpost
