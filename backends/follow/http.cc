#include "backends/follow/http.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <new>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <curl/curl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "backends/follow/curl_loop.h"

namespace signpost::follow {
namespace {

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y));
  });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// "https://host:6443" of a URL: what a person needs to know, without the query.
std::string_view origin_of(std::string_view url) {
  const auto host = url.find("://");
  return host == std::string_view::npos ? url : url.substr(0, url.find_first_of("/?", host + 3));
}

curl_blob blob_of(const std::string& pem) {
  // NOCOPY: the request, which holds the text, outlives the transfer.
  return {const_cast<char*>(pem.data()), pem.size(), CURL_BLOB_NOCOPY};
}

/// A peer that vanished is noticed within 30 s: probes from 10 s of silence on, every 5 s, at most 3;
/// unacknowledged data for 20 s (K6).
int set_keepalive(void*, curl_socket_t socket, curlsocktype) {
  const int probes = 3;
  const unsigned int unacknowledged_ms = 20000;
  setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
  return CURL_SOCKOPT_OK;
}

/// One request and what has come back so far.
class Exchange {
 public:
  Exchange(const boost::asio::any_io_executor& executor, const Clock& clock, HttpRequest wanted,
           HttpReceiver& receiver)
      : wake(executor), clock_(clock), request_(std::move(wanted)), receiver_(receiver) {
    easy = curl_easy_init();
    if (easy == nullptr) throw std::bad_alloc();
    head_deadline_ = clock_.now() + request_.head_timeout;
    set_options();
  }
  ~Exchange() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers_);
    curl_slist_free_all(connect_to_);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Monotonic deadline() const {
    const auto receivers = receiver_.deadline();
    return head_whole_ ? receivers : std::min(receivers, head_deadline_);
  }
  void finish(int code) {
    finished = true;
    code_ = static_cast<CURLcode>(code);
    wake.cancel();
  }
  Result<HttpEnd> result() const {
    const char* local = nullptr;
    curl_easy_getinfo(easy, CURLINFO_LOCAL_IP, &local);
    if (stopped_ || (code_ == CURLE_OK && head_whole_)) {
      return HttpEnd{head_.status, stopped_, local == nullptr ? "" : local};
    }
    if (!refusal_.empty()) return failed(refusal_);
    if (code_ == CURLE_OK) return failed("the response ended before its head was whole");
    return failed(trouble_[0] != '\0' ? trouble_.data() : curl_easy_strerror(code_));
  }
  /// Nothing came, and certificates are the reason, or may be: a server that refuses ours ends the
  /// connection.
  bool failed_in_tls() const {
    switch (code_) {
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_ISSUER_ERROR:
        return true;
      default:
        return false;
    }
  }
  Error timed_out() const {
    return failed(head_whole_ ? "timed out" : "timed out before the head of the response");
  }

  CURL* easy;
  boost::asio::steady_timer wake;
  bool finished = false;

 private:
  Error failed(std::string_view why) const {
    return Error{std::string(origin_of(request_.url)) + ": " + std::string(why)};
  }
  void set_options();
  void set_method();
  void set_tls();
  std::size_t take_header(std::string_view line);
  std::size_t take_body(std::string_view octets);
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
    return static_cast<Exchange*>(user)->take_header({data, size * count});
  }
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
    return static_cast<Exchange*>(user)->take_body({data, size * count});
  }

  const Clock& clock_;
  HttpRequest request_;
  HttpReceiver& receiver_;
  curl_slist* headers_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  Monotonic head_deadline_;
  HttpHead head_;
  std::size_t head_bytes_ = 0;
  bool head_whole_ = false;
  bool stopped_ = false;
  CURLcode code_ = CURLE_OK;
  std::string refusal_;  // ours; libcurl's own words go to trouble_
  std::array<char, CURL_ERROR_SIZE> trouble_{};
};

void Exchange::set_options() {
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, trouble_.data());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // also none from the environment
  curl_easy_setopt(easy, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "signpost");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request_.connect_timeout.count()));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, 10L);
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, 5L);
  curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &set_keepalive);
  curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, request_.fresh_connection ? 1L : 0L);
  if (request_.accept_gzip) curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (!request_.connect_to.empty()) {
    connect_to_ = curl_slist_append(nullptr, ("::" + request_.connect_to).c_str());
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to_);
  }
  set_method();
  set_tls();
}

void Exchange::set_method() {
  if (!request_.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    headers_ = curl_slist_append(headers_, "Expect:");  // no waiting for 100 Continue
  }
  if (request_.method != "GET" || !request_.body.empty()) {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
  for (const auto& header : request_.headers) headers_ = curl_slist_append(headers_, header.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers_);
}

void Exchange::set_tls() {
  if (!request_.tls) return;
  const auto& tls = *request_.tls;
  if (!tls.ca.empty()) {
    auto blob = blob_of(tls.ca);
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);  // this CA and no other
  }
  if (!tls.certificate.empty()) {
    auto certificate = blob_of(tls.certificate);
    auto key = blob_of(tls.key);
    curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &certificate);
    curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &key);
  }
}

/// libcurl gives one line at a time, the status line first and an empty line last; trailers come after the
/// body.
std::size_t Exchange::take_header(std::string_view line) {
  if (head_whole_) return line.size();
  head_bytes_ += line.size();
  if (head_bytes_ > request_.head_bytes_max) {
    refusal_ = "the head of the response is too long";
    return 0;
  }
  if (line.starts_with("HTTP/")) {
    head_ = {};
    const auto code = trimmed(line.substr(std::min(line.find(' '), line.size())));
    std::from_chars(code.data(), code.data() + code.size(), head_.status);
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    const auto value = trimmed(line.substr(colon + 1));
    if (same_word(line.substr(0, colon), "content-type")) head_.content_type = value;
    if (same_word(line.substr(0, colon), "retry-after")) head_.retry_after = value;
  } else if (trimmed(line).empty() && head_.status >= 200) {
    head_whole_ = true;
    stopped_ = receiver_.head(head_) == HttpNext::Stop;
    wake.cancel();  // the deadline is another one now
    if (stopped_) return 0;
  }
  return line.size();
}

std::size_t Exchange::take_body(std::string_view octets) {
  stopped_ = receiver_.body(octets) == HttpNext::Stop;
  return stopped_ ? 0 : octets.size();
}

/// Collects a whole response up to a bound.
class Collector final : public HttpReceiver {
 public:
  Collector(std::size_t bytes_max, Monotonic deadline) : bytes_max_(bytes_max), deadline_(deadline) {}
  HttpNext head(const HttpHead& head) override {
    reply.head = head;
    return HttpNext::Continue;
  }
  HttpNext body(std::string_view octets) override {
    if (octets.size() > bytes_max_ - reply.body.size()) return HttpNext::Stop;
    reply.body.append(octets);
    return HttpNext::Continue;
  }
  Monotonic deadline() const override { return deadline_; }

  HttpReply reply;

 private:
  std::size_t bytes_max_;
  Monotonic deadline_;
};

}  // namespace

class HttpClient::Impl {
 public:
  Impl(boost::asio::any_io_executor io, const Clock& time)
      : executor(io), clock(time), loop(std::make_shared<CurlLoop>(std::move(io), [](void* easy, int code) {
          Exchange* exchange = nullptr;
          curl_easy_getinfo(easy, CURLINFO_PRIVATE, &exchange);
          exchange->finish(code);
        })) {}
  ~Impl() { loop->close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  boost::asio::any_io_executor executor;
  const Clock& clock;
  std::shared_ptr<CurlLoop> loop;
  std::uint64_t tls_failures = 0;
};

HttpClient::HttpClient(boost::asio::any_io_executor executor, const Clock& clock)
    : impl_(std::make_shared<Impl>(std::move(executor), clock)) {}
HttpClient::~HttpClient() = default;

boost::asio::awaitable<Result<HttpEnd>> HttpClient::request(HttpRequest request, HttpReceiver& receiver) {
  const auto impl = impl_;  // stays while this coroutine does
  Exchange exchange(impl->executor, impl->clock, std::move(request), receiver);
  struct Transfer {
    CurlLoop& loop;
    CURL* easy;
    Transfer(CurlLoop& on, CURL* handle) : loop(on), easy(handle) { loop.add(easy); }
    ~Transfer() { loop.remove(easy); }
  } const transfer(*impl->loop, exchange.easy);
  while (!exchange.finished) {
    const auto now = impl->clock.now();
    const auto deadline = exchange.deadline();
    if (now >= deadline) co_return exchange.timed_out();
    exchange.wake.expires_at(std::min(deadline, now + std::chrono::hours(1)));
    boost::system::error_code woken;  // early or on time: the loop looks; cancelled: the next wait throws
    co_await exchange.wake.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
  }
  if (exchange.failed_in_tls()) ++impl->tls_failures;
  co_return exchange.result();
}

std::uint64_t HttpClient::tls_failures() const noexcept { return impl_->tls_failures; }

boost::asio::awaitable<Result<HttpReply>> HttpClient::fetch(HttpRequest request, std::size_t body_bytes_max,
                                                            std::chrono::milliseconds total) {
  Collector collector(body_bytes_max, impl_->clock.now() + total);
  auto where = std::string(origin_of(request.url));
  auto end = co_await this->request(std::move(request), collector);
  if (!end) co_return end.error();
  if (end->stopped)
    co_return Error{where + ": response larger than " + std::to_string(body_bytes_max) + " octets"};
  collector.reply.local_address = std::move(end->local_address);
  co_return std::move(collector.reply);
}

}  // namespace signpost::follow
