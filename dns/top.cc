#include "dns/top.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "config/report.h"
#include "config/value.h"
#include "dns/admin/admin_client.h"

namespace signpost {
namespace {

volatile std::sig_atomic_t told_to_end = 0;

void note_signal(int) { told_to_end = 1; }

/// The other screen of the terminal, without a cursor, and keys that come one by one; all of it is undone at
/// the end.
class Screen {
 public:
  Screen() {
    struct sigaction action {};
    action.sa_handler = note_signal;  // no SA_RESTART: the wait for a key ends
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
    has_keys_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (has_keys_) {
      auto raw = before_;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    std::fputs("\x1b[?1049h\x1b[?25l", stdout);
  }
  ~Screen() {
    std::fputs("\x1b[?25h\x1b[?1049l", stdout);
    std::fflush(stdout);
    if (has_keys_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// As much of `text` as there is room for.
  void draw(const std::string& text) const {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) size = {24, 80, 0, 0};
    std::string out = "\x1b[H";
    std::size_t at = 0;
    for (unsigned row = 0; row < size.ws_row && at < text.size(); ++row) {
      const auto end = std::min(text.find('\n', at), text.size());
      out +=
          (row > 0 ? "\r\n" : "") + text.substr(at, std::min<std::size_t>(end - at, size.ws_col)) + "\x1b[K";
      at = end + 1;
    }
    std::fputs((out + "\x1b[J").c_str(), stdout);
    std::fflush(stdout);
  }

  /// True: it is time for the next picture; false: the end, by q or a signal.
  bool wait(std::chrono::milliseconds pause) const {
    pollfd keys{has_keys_ ? STDIN_FILENO : -1, POLLIN, 0};
    if (::poll(&keys, 1, static_cast<int>(pause.count())) > 0) {
      char key = 0;
      if (::read(STDIN_FILENO, &key, 1) <= 0) has_ended_ = true;
      if (key == 'q' || key == 'Q') return false;
    }
    return told_to_end == 0 && !has_ended_;
  }

 private:
  termios before_{};
  bool has_keys_ = false;
  mutable bool has_ended_ = false;  // nobody can press a key any more
};

int trouble(const std::string& what) {
  std::fprintf(stderr, "error: %s\n", what.c_str());
  return 1;
}

Result<std::string> ask_once(const std::string& socket, bool json) {
  const auto reply = admin::ask(socket, "GET", json ? "/top?format=json" : "/top?format=text");
  if (!reply) return reply.error();
  if (reply->status != 200) return Error{reply->body};
  return reply->body;
}

}  // namespace

int top(const Where& where, const std::string& every, bool once, bool json) {
  using std::chrono::milliseconds;
  const auto pause = config::read_duration(every, milliseconds(100), std::chrono::minutes(1));
  if (!pause) {
    (void)trouble("`--every` takes 100ms to 1m, such as 2s, not " + config::in_quotes(every));
    return 2;  // misuse, not trouble
  }
  const auto socket = admin_socket_of(where);
  if (!socket) return trouble(socket.error().message);
  auto text = ask_once(*socket, json);  // from here on names are counted
  if (!text) return trouble(text.error().message);
  if (once || json || ::isatty(STDOUT_FILENO) == 0) {
    // Twice more: tables are handed over from one question to the next.
    for (int i = 0; i < 2; ++i) {
      ::poll(nullptr, 0, static_cast<int>(pause->count()));
      text = ask_once(*socket, json);
      if (!text) return trouble(text.error().message);
    }
    std::fputs(text->c_str(), stdout);
    return 0;
  }
  const Screen screen;
  std::string last;
  do {
    // A restart is no reason to leave: what was last seen stays, with what is wrong in front.
    if (text) last = *text;
    screen.draw(text ? *text : text.error().message + "\n\n" + last);
  } while (screen.wait(*pause) && (text = ask_once(*socket, false), true));
  return 0;
}

}  // namespace signpost
