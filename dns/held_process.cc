#include "dns/held_process.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

extern char** environ;

namespace signpost {
namespace {

constexpr int kFirstDescriptor = 3;  // SD_LISTEN_FDS_START

/// Copies to 3, 4, ... in order; the first copies lie above, where none is in the way of another.
bool place_sockets(const std::vector<HeldSockets::Named>& sockets, int& binary) {
  const int end = kFirstDescriptor + static_cast<int>(sockets.size());
  std::vector<int> aside;
  for (const auto& one : sockets) {
    aside.push_back(::fcntl(one.descriptor.get(), F_DUPFD_CLOEXEC, end));
    if (aside.back() < 0) return false;
  }
  binary = ::fcntl(binary, F_DUPFD_CLOEXEC, end);
  if (binary < 0) return false;
  for (int i = 0; i < static_cast<int>(aside.size()); ++i)
    if (::dup2(aside[static_cast<std::size_t>(i)], kFirstDescriptor + i) < 0) return false;
  return true;
}

void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }

void set_environment(const ProcessStart& start) {
  const auto pid = std::to_string(::getpid());
  set("NOTIFY_SOCKET", start.notify_address);
  set("WATCHDOG_USEC", std::to_string(start.watchdog.count()));
  set("WATCHDOG_PID", pid);
  if (start.wait_ready) set(kWaitVariable, *start.wait_ready);
  if (start.sockets->all().empty()) return;
  std::string names;
  for (const auto& one : start.sockets->all()) names += (names.empty() ? "" : ":") + one.name;
  set("LISTEN_PID", pid);
  set("LISTEN_FDS", std::to_string(start.sockets->all().size()));
  set("LISTEN_FDNAMES", names);
}

[[noreturn]] void become(const ProcessStart& start, pid_t parent) {
  constexpr int kCannotStart = 127;
  (void)::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(kCannotStart);  // it died before we asked to be told
  (void)::sigprocmask(SIG_SETMASK, &start.signals, nullptr);
  int binary = start.binary;
  if (place_sockets(start.sockets->all(), binary)) {
    set_environment(start);
    std::vector<char*> words;
    for (const auto& word : start.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    (void)::fexecve(binary, words.data(), environ);
  }
  std::fprintf(stderr, "error: cannot start the serving process: %s\n", std::strerror(errno));
  ::_exit(kCannotStart);
}

}  // namespace

pid_t start_process(const ProcessStart& start) {
  const auto parent = ::getpid();
  const auto child = ::fork();
  if (child == 0) become(start, parent);
  return child;
}

}  // namespace signpost
