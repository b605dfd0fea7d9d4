#include "tests/support/fake_apiserver/fake_apiserver.h"

#include <algorithm>
#include <utility>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <zlib.h>

namespace signpost::tests {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kGzipFrom = 131072;  // as real ones

std::string gzipped(std::string_view text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

FakeApiserver::FakeApiserver(asio::any_io_executor executor)
    : http(executor, [this](const FakeRequest& request, FakeStream& out) { return serve(request, out); }),
      changed_(executor) {
  changed_.expires_at(asio::steady_timer::time_point::max());
}

FakeApiserver::~FakeApiserver() { kill(); }

void FakeApiserver::wake() {
  for (auto& open : watches_) {
    if (!open.writing || store.behind(open.place) <= backlog_max) continue;
    open.over = true;
    open.stream->abort();
    ++thrown_out;
  }
  changed_.cancel();
}

void FakeApiserver::bookmark() {
  for (auto& open : watches_) open.bookmark = true;
  changed_.cancel();
}

void FakeApiserver::end_watches(bool and_close) {
  for (auto& open : watches_) {
    open.over = true;
    open.close = and_close;
  }
  changed_.cancel();
}

void FakeApiserver::kill() {
  for (auto& open : watches_) {
    open.over = true;
    open.stream->keep_alive = false;
  }
  http.kill();
  changed_.cancel();
}

std::size_t FakeApiserver::asked(const std::vector<std::string>& words) const {
  const auto has_all = [&](const std::string& target) {
    return std::all_of(words.begin(), words.end(),
                       [&](const auto& word) { return target.find(word) != std::string::npos; });
  };
  return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), has_all));
}

asio::awaitable<void> FakeApiserver::serve(const FakeRequest& request, FakeStream& out) {
  requests.push_back(request.target);
  if (script && co_await script(request, out)) co_return;
  const auto sent = request.headers.find("authorization");
  if (!token.empty() && (sent == request.headers.end() || sent->second != "Bearer " + token)) {
    co_return co_await out.reply(401, kube_status(401, "Unauthorized"));
  }
  const KubeQuery query(request.target);
  if (!query.watch()) co_return co_await list(request, out);
  auto begun = store.watch(query);
  if (const auto* refused = std::get_if<KubeAnswer>(&begun)) {
    co_return co_await out.reply(refused->status, refused->body, refused->headers);
  }
  co_await watch(std::get<KubeWatch>(std::move(begun)), out);
}

asio::awaitable<void> FakeApiserver::list(const FakeRequest& request, FakeStream& out) {
  auto answer = store.list(KubeQuery(request.target));
  const auto accepted = request.headers.find("accept-encoding");
  const bool accepts =
      accepted != request.headers.end() && accepted->second.find("gzip") != std::string::npos;
  if (gzip && accepts && answer.body.size() >= kGzipFrom) {
    ++compressed;
    answer.body = gzipped(answer.body);
    answer.headers += "Content-Encoding: gzip\r\n";
  }
  co_await out.reply(answer.status, answer.body, answer.headers);
}

asio::awaitable<void> FakeApiserver::watch(KubeWatch place, FakeStream& out) {
  const auto open = watches_.insert(watches_.end(), OpenWatch{std::move(place), &out});
  open->writing = true;
  co_await out.begin(200);
  co_await follow(*open, out);
  open->writing = false;
  watches_.erase(open);
}

asio::awaitable<void> FakeApiserver::follow(OpenWatch& open, FakeStream& out) {
  while (!open.over && !out.broken()) {
    auto lines = store.read(open.place, line_events);
    if (lines.empty() && std::exchange(open.bookmark, false)) lines = store.bookmark(open.place);
    open.writing = true;
    if (!lines.empty()) {
      co_await out.chunk(lines);
      continue;
    }
    if (open.place.expired) break;
    open.writing = false;
    boost::system::error_code woken;
    co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (out.keep_alive) co_await out.end();
  out.keep_alive = out.keep_alive && !open.close;
}

}  // namespace signpost::tests
