#include "dns/hold.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dns/base/clock.h"
#include "dns/base/log.h"
#include "dns/held_process.h"
#include "dns/held_sockets.h"
#include "dns/notify.h"

namespace signpost {
namespace {

/// A serving process that gives no sign of life for so long is ended and started anew (operations.md 7.1: 10
/// s).
constexpr std::chrono::seconds kWatchdog{9};
constexpr std::chrono::seconds kUpgradeTime{60};  // to be ready in
constexpr std::chrono::seconds kProbation{10};    // of a new binary: a death in it brings the old one back
constexpr const char* kWaitAfterCrash = "300";  // milliseconds: what is older than 500 is not answered (B18)
constexpr unsigned kRestartsAtOnce = 30;        // within kRestartWindow; then pauses that grow
constexpr std::chrono::seconds kRestartWindow{10};
constexpr std::chrono::milliseconds kPauseMin{100}, kPauseMax{5000};
constexpr std::array<const char*, 6> kPassedOn = {"READY",          "STATUS",   "RELOADING",
                                                  "MONOTONIC_USEC", "WATCHDOG", "EXTEND_TIMEOUT_USEC"};

struct Process {
  pid_t pid = 0;
  FileDescriptor binary;
  Monotonic started{}, heard{};
  bool ready = false;
  explicit operator bool() const noexcept { return pid > 0; }
};

FileDescriptor open_binary(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

std::string own_path() {
  std::array<char, 4096> path;
  const auto size = ::readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "/proc/self/exe";
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

class Holder {
 public:
  Holder(std::vector<std::string> words, Notifier manager, NotifySocket notify)
      : words_(std::move(words)),
        manager_(std::move(manager)),
        notify_(std::move(notify)),
        path_(own_path()) {
    auto inherited = InheritedSockets::from_environment().release();
    for (auto& one : inherited) sockets_.add(std::move(one));
    binary_ = open_binary("/proc/self/exe");
    sigemptyset(&mask_);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR2, SIGCHLD}) sigaddset(&mask_, number);
    (void)::sigprocmask(SIG_BLOCK, &mask_, &before_);
    signals_ = FileDescriptor(::signalfd(-1, &mask_, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  int run() {
    start_serving(std::nullopt);
    while (!over_) {
      std::array<pollfd, 2> both{pollfd{signals_.get(), POLLIN, 0}, pollfd{notify_.descriptor(), POLLIN, 0}};
      (void)::poll(both.data(), both.size(), wait_milliseconds());
      while (auto heard = notify_.receive()) on_message(*heard);  // what the dead said last counts
      on_signals();
      on_time();
    }
    sockets_.remove_files();
    return status_;
  }

 private:
  Monotonic now() const { return system_clock().now(); }
  std::chrono::microseconds watchdog() const;
  pid_t start(const FileDescriptor& binary, std::optional<std::string> wait);
  void start_serving(std::optional<std::string> wait);
  void start_candidate();
  void on_message(Heard& heard);
  void keep_or_let_go(Heard& heard);
  void pass_on(const Heard& heard);
  void promote();
  void on_signals();
  void end(int number);
  void reap();
  void serving_ended(int status);
  void on_time();
  int wait_milliseconds() const;

  const std::vector<std::string> words_;
  Notifier manager_;
  NotifySocket notify_;
  const std::string path_;  // where a new binary is looked for
  FileDescriptor signals_, binary_, binary_before_;
  sigset_t mask_{}, before_{};
  HeldSockets sockets_;
  Process serving_, candidate_;
  std::vector<pid_t> leaving_;  // told to read no more
  std::optional<Monotonic> start_at_;
  std::vector<Monotonic> restarts_;
  std::chrono::milliseconds pause_ = kPauseMin;
  Monotonic probation_end_{};
  bool was_ready_ = false, ending_ = false, over_ = false;
  int status_ = 1;
};

std::chrono::microseconds Holder::watchdog() const {
  const std::chrono::microseconds own = kWatchdog;
  return manager_.watchdog() ? std::min(own, *manager_.watchdog() / 2) : own;
}

pid_t Holder::start(const FileDescriptor& binary, std::optional<std::string> wait) {
  const auto pid = start_process(
      {binary.get(), words_, &sockets_, notify_.address(), watchdog(), std::move(wait), before_});
  if (pid < 0) log::error("hold.cannot_start", {{"reason", std::strerror(errno)}});
  return std::max<pid_t>(pid, 0);
}

void Holder::start_serving(std::optional<std::string> wait) {
  start_at_.reset();
  serving_ = {start(binary_, std::move(wait)), {}, now(), now(), false};
  if (!serving_) start_at_ = now() + pause_;
  log::info("hold.started", {{"pid", serving_.pid}, {"sockets", sockets_.all().size()}});
}

void Holder::start_candidate() {
  if (candidate_ || !serving_.ready) {
    return log::warning("hold.upgrade_refused",
                        {{"reason", candidate_ ? "one is under way" : "nobody serves yet"}});
  }
  auto binary = open_binary(path_);
  if (!binary)
    return log::error("hold.upgrade_failed", {{"binary", path_}, {"reason", std::strerror(errno)}});
  const auto pid = start(binary, kWaitForEver);
  candidate_ = {pid, std::move(binary), now(), now(), false};
  log::info("hold.upgrade", {{"pid", pid}, {"binary", path_}});
}

void Holder::on_message(Heard& heard) {
  const bool of_serving = serving_ && heard.sender == serving_.pid;
  if (!of_serving && (!candidate_ || heard.sender != candidate_.pid)) return;
  (of_serving ? serving_ : candidate_).heard = now();
  keep_or_let_go(heard);
  if (of_serving) {
    if (heard.value("READY") == "1") serving_.ready = was_ready_ = true;
    pass_on(heard);
  } else if (heard.value("READY") == "1") {
    pass_on(heard);
    promote();
  }
}

void Holder::keep_or_let_go(Heard& heard) {
  const auto name = heard.value("FDNAME").value_or("");
  if (heard.value("FDSTORE") == "1") {
    for (auto& descriptor : heard.descriptors) sockets_.add({std::move(descriptor), name});
  } else if (heard.value("FDSTOREREMOVE") == "1") {
    sockets_.remove(name);
  }
}

void Holder::pass_on(const Heard& heard) {
  std::string lines;
  for (const auto* key : kPassedOn)
    if (const auto value = heard.value(key)) lines += std::string(key) + "=" + *value + "\n";
  if (!lines.empty()) manager_.pass_on(lines);
}

/// The candidate answers: whoever did so far reads no more, serves its TCP clients on, and ends.
void Holder::promote() {
  (void)::kill(serving_.pid, SIGUSR2);
  leaving_.push_back(serving_.pid);
  binary_before_ = std::move(binary_);
  binary_ = std::move(candidate_.binary);
  probation_end_ = now() + kProbation;
  log::info("hold.upgraded", {{"pid", candidate_.pid}, {"before", serving_.pid}});
  serving_ = std::move(candidate_);
  serving_.ready = true;
  candidate_ = {};
}

void Holder::on_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    const auto number = static_cast<int>(info.ssi_signo);
    if (number == SIGCHLD) {
      reap();
    } else if (number == SIGUSR2) {
      if (!ending_) start_candidate();
    } else if (number == SIGHUP) {
      if (serving_.ready) (void)::kill(serving_.pid, SIGHUP);  // before, it reads the file anyway
    } else {
      end(number);
    }
  }
}

void Holder::end(int number) {
  if (!ending_) manager_.stopping("ending");
  ending_ = true;
  start_at_.reset();
  if (candidate_) (void)::kill(candidate_.pid, SIGKILL);  // it serves nobody
  for (const auto pid : leaving_) (void)::kill(pid, SIGTERM);
  if (serving_) {
    (void)::kill(serving_.pid, number);
  } else {
    over_ = true;
    status_ = 0;
  }
}

void Holder::reap() {
  int status = 0;
  for (auto pid = ::waitpid(-1, &status, WNOHANG); pid > 0; pid = ::waitpid(-1, &status, WNOHANG)) {
    if (pid == serving_.pid) {
      serving_ended(status);
    } else if (pid == candidate_.pid) {
      candidate_ = {};
      log::error("hold.upgrade_failed", {{"binary", path_}, {"reason", how_it_ended(status)}});
    } else {
      std::erase(leaving_, pid);
    }
  }
}

void Holder::serving_ended(int status) {
  const auto died = now();
  const bool was_ready = serving_.ready;
  const auto pid = std::exchange(serving_, {}).pid;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  // Told to end before it could obey.
  if (ending_ && !was_ready && WIFSIGNALED(status)) status_ = 0;
  if (ending_ || !was_ready_) {
    over_ = true;
    return;
  }
  log::error("hold.serving_process_died", {{"pid", pid}, {"reason", how_it_ended(status)}});
  manager_.status("the serving process died (" + how_it_ended(status) + "); another is being started");
  if (candidate_) (void)::kill(candidate_.pid, SIGKILL);  // it waits for a registry, maybe for long
  if (binary_before_ && died < probation_end_) {
    log::warning("hold.back_to_the_binary_before", {{"reason", "the new one died within 10 s"}});
    binary_ = std::move(binary_before_);
  }
  std::erase_if(restarts_, [&](Monotonic at) { return died - at > kRestartWindow; });
  restarts_.push_back(died);
  if (was_ready && restarts_.size() <= kRestartsAtOnce) {
    pause_ = kPauseMin;
    return start_serving(kWaitAfterCrash);
  }
  start_at_ = died + pause_;
  pause_ = std::min(pause_ * 2, kPauseMax);
}

void Holder::on_time() {
  const auto time = now();
  if (start_at_ && time >= *start_at_) start_serving(kWaitAfterCrash);
  if (serving_.ready && time - serving_.heard > watchdog()) {
    log::error("hold.serving_process_hangs", {{"pid", serving_.pid}});
    serving_.heard = time;
    (void)::kill(serving_.pid, SIGKILL);
  }
  if (candidate_ && time - candidate_.started > kUpgradeTime) {
    log::error("hold.upgrade_too_slow", {{"pid", candidate_.pid}});
    candidate_.started = time;
    (void)::kill(candidate_.pid, SIGKILL);
  }
}

int Holder::wait_milliseconds() const {
  auto next = now() + std::chrono::minutes(1);
  if (start_at_) next = std::min(next, *start_at_);
  if (serving_.ready) next = std::min(next, serving_.heard + watchdog());
  if (candidate_) next = std::min(next, candidate_.started + kUpgradeTime);
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - now()).count() + 1;
  return static_cast<int>(std::max<std::int64_t>(wait, 0));
}

}  // namespace

int hold(const std::string& config_path) {
  auto manager = Notifier::from_environment();
  if (!manager) {
    log::warning("signpost.manager_unreachable", {{"reason", manager.error().message}});
    manager = Notifier();
  }
  auto notify = NotifySocket::open();
  if (!notify) {
    log::error("signpost.cannot_start", {{"reason", notify.error().message}});
    return 1;
  }
  return Holder({"signpost", "run", "--config", config_path}, std::move(*manager), std::move(*notify)).run();
}

}  // namespace signpost
