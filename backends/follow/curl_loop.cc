#include "backends/follow/curl_loop.h"

#include <cassert>
#include <new>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <curl/curl.h>
#include <unistd.h>

namespace signpost::follow {
namespace {

using boost::asio::posix::descriptor_base;
using boost::asio::posix::stream_descriptor;

/// Once a program, before any handle (curl_global_init(3)); thread-safe as a function-local static.
void initialise_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw std::bad_alloc();
}

}  // namespace

/// The descriptor only borrows the number: libcurl opens and closes the socket.
struct CurlLoop::Socket {
  explicit Socket(const boost::asio::any_io_executor& executor, int fd) : descriptor(executor, fd) {}
  ~Socket() {
    if (descriptor.is_open()) descriptor.release();
  }
  stream_descriptor descriptor;
  int wanted = 0;  // CURL_POLL_IN | CURL_POLL_OUT
  bool reading = false;
  bool writing = false;
};

/// What libcurl calls. The user pointers are the loop.
struct CurlLoop::Callbacks {
  static int socket(CURL*, curl_socket_t fd, int what, void* user, void*) {
    static_cast<CurlLoop*>(user)->watch(fd, what);
    return 0;
  }
  static int timer(CURLM*, long milliseconds, void* user) {
    static_cast<CurlLoop*>(user)->set_timer(milliseconds);
    return 0;
  }
  /// A number must not be known to epoll any more when the kernel gives it to somebody else.
  static int close(void* user, curl_socket_t fd) {
    static_cast<CurlLoop*>(user)->watch(fd, CURL_POLL_REMOVE);
    return ::close(fd);
  }
};

CurlLoop::CurlLoop(boost::asio::any_io_executor executor, Done done)
    : executor_(std::move(executor)), done_(std::move(done)), multi_(nullptr), timer_(executor_) {
  initialise_curl();
  multi_ = curl_multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Callbacks::socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Callbacks::timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, 8L);
}

CurlLoop::~CurlLoop() { close(); }

void CurlLoop::close() {
  if (multi_ == nullptr) return;
  timer_.cancel();
  curl_multi_cleanup(std::exchange(multi_, nullptr));
  sockets_.clear();
}

void CurlLoop::add(void* easy) {
  assert(multi_ != nullptr);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, &Callbacks::close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
  curl_multi_add_handle(multi_, easy);
}

void CurlLoop::remove(void* easy) {
  if (multi_ != nullptr) curl_multi_remove_handle(multi_, easy);
}

void CurlLoop::watch(int fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    const auto found = sockets_.find(fd);
    if (found == sockets_.end()) return;
    found->second->wanted = 0;
    found->second->descriptor.release();
    sockets_.erase(found);
    return;
  }
  if (multi_ == nullptr) return;  // closing down
  auto& socket = sockets_[fd];
  if (!socket) socket = std::make_shared<Socket>(executor_, fd);
  socket->wanted = what;
  arm(fd, socket);
}

void CurlLoop::arm(int fd, const std::shared_ptr<Socket>& socket) {
  const auto wait = [&](bool& waiting, descriptor_base::wait_type type, int poll, int select) {
    if ((socket->wanted & poll) == 0 || waiting) return;
    waiting = true;
    socket->descriptor.async_wait(type, [self = shared_from_this(), socket, fd, poll, select,
                                         &waiting](const boost::system::error_code& error) {
      waiting = false;  // lives in *socket, which this handler keeps
      if (self->multi_ == nullptr || !socket->descriptor.is_open()) return;
      if (error) return self->act(fd, CURL_CSELECT_ERR);  // not armed again: it would come back at once
      if ((socket->wanted & poll) != 0) self->act(fd, select);
      if (self->multi_ != nullptr && socket->descriptor.is_open()) self->arm(fd, socket);
    });
  };
  wait(socket->reading, descriptor_base::wait_read, CURL_POLL_IN, CURL_CSELECT_IN);
  wait(socket->writing, descriptor_base::wait_write, CURL_POLL_OUT, CURL_CSELECT_OUT);
}

void CurlLoop::act(int fd, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, fd, events, &running);
  collect_done();
}

void CurlLoop::set_timer(long milliseconds) {
  timer_.cancel();
  if (milliseconds < 0) return;
  timer_.expires_after(std::chrono::milliseconds(milliseconds));
  timer_.async_wait([self = weak_from_this()](const boost::system::error_code& error) {
    const auto loop = self.lock();
    if (!error && loop && loop->multi_ != nullptr) loop->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlLoop::collect_done() {
  int left = 0;
  while (multi_ != nullptr) {
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (message == nullptr) return;
    if (message->msg == CURLMSG_DONE) done_(message->easy_handle, message->data.result);
  }
}

}  // namespace signpost::follow
