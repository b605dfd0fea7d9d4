#include "backends/file/file_backend.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "backends/file/directory_watch.h"
#include "backends/file/follower.h"
#include "backends/file/parse.h"
#include "config/read_file.h"
#include "dns/base/log.h"

namespace signpost {
namespace {

namespace asio = boost::asio;
using file::Follower;
using file::Step;

constexpr std::size_t kStatesAStep = 64;   // then the I/O thread is free for others; far below 2 ms
constexpr std::size_t kErrorsLogged = 20;  // one log line stays readable; `signpost check` shows all

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < std::min(lines.size(), kErrorsLogged); ++i)
    text += (i == 0 ? "" : "; ") + lines[i];
  if (lines.size() > kErrorsLogged) text += "; and " + std::to_string(lines.size() - kErrorsLogged) + " more";
  return text;
}

class FileBackend final : public Backend {
 public:
  FileBackend(std::string name, std::string path, asio::any_io_executor executor, const Clock& clock)
      : name_(std::move(name)), path_(std::move(path)), executor_(std::move(executor)), clock_(clock) {}

  std::string_view name() const noexcept override { return name_; }

  asio::awaitable<void> follow(RegistrySink& sink) override {
    try {
      // The watch comes first: what changes while the file is read is seen by the next wait().
      file::DirectoryWatch watch(executor_, clock_, {path_});
      watch_ = &watch;
      const std::unique_ptr<file::DirectoryWatch*, Forget> forget(&watch_);
      while (true) {
        const bool asked = again_;  // before what is read now
        const auto step = co_await asio::co_spawn(reading_.get_executor(), look(), asio::use_awaitable);
        co_await deliver(step, asked, sink);
        co_await watch.wait();
      }
    } catch (const boost::system::system_error& error) {
      if (error.code() != asio::error::operation_aborted) throw;
    }
  }

  void list_again() override {
    again_ = true;
    if (watch_ != nullptr) watch_->wake();
  }

  std::vector<BackendCount> counts() const override {
    return {{"reloads", "accepted", accepted_.load(std::memory_order_relaxed)},
            {"reloads", "refused", refused_.load(std::memory_order_relaxed)},
            {"reloads", "unreadable", unreadable_.load(std::memory_order_relaxed)}};
  }

 private:
  struct Forget {
    void operator()(file::DirectoryWatch** watch) const { *watch = nullptr; }
  };

  /// On the reading thread: a slow disk or a large file must not hold up the other registries. follow() waits
  /// for it, so that the follower has one user at a time.
  asio::awaitable<Step> look() {
    auto text = config::read_file(path_);
    if (!text) co_return follower_.unreadable(path_ + ": " + text.error().message);
    if (follower_.seen(*text)) co_return follower_.same();
    auto parsed = file::parse_services(*text, path_, name_);
    co_return follower_.changed(std::move(*text), std::move(parsed));
  }

  asio::awaitable<void> deliver(const Step& step, bool asked, RegistrySink& sink) {
    switch (step.kind) {
      case Step::Kind::Silent:
        co_return;
      case Step::Kind::Unchanged:
        if (asked) co_await tell_list(step, asked, sink);
        sink.caught_up(0);
        co_return;
      case Step::Kind::Refused:
        refuse(refused_, "registry.file_refused", step, sink);
        co_return;
      case Step::Kind::Unreadable:
        refuse(unreadable_, "registry.file_unreadable", step, sink);
        co_return;
      case Step::Kind::Accepted:
        break;
    }
    co_await tell_list(step, asked, sink);
    sink.caught_up(0);
    accepted_.fetch_add(1, std::memory_order_relaxed);
    log::info("registry.file_accepted", {{"registry", name_},
                                         {"path", path_},
                                         {"changed", step.upserts.size()},
                                         {"erased", step.erased.size()}});
  }

  /// A file is read whole, so what it says is a list, also when little of it is new.
  asio::awaitable<void> tell_list(const Step& step, bool asked, RegistrySink& sink) {
    if (asked) again_ = false;
    sink.begin_list(++epoch_);
    auto news = step.upserts.begin();
    std::size_t count = 0;
    for (const auto& state : follower_.accepted()) {
      if (news != step.upserts.end() && news->key == state.key) {
        sink.upsert(*news++, 0);
      } else {
        sink.mention(state.key);
      }
      if (++count % kStatesAStep == 0) co_await asio::post(executor_, asio::use_awaitable);
    }
    sink.end_list(epoch_, asked ? Complete::Again : Complete::Yes);
  }

  void refuse(std::atomic<std::uint64_t>& counter, std::string_view event, const Step& step,
              RegistrySink& sink) {
    counter.fetch_add(1, std::memory_order_relaxed);
    const auto errors = joined(step.errors);
    log::error(event, {{"registry", name_}, {"errors", errors}});
    sink.lost_contact(step.errors.empty() ? errors : step.errors.front());
  }

  const std::string name_;
  const std::string path_;
  const asio::any_io_executor executor_;
  const Clock& clock_;
  Follower follower_;
  Epoch epoch_ = 0;
  bool again_ = false;                     // somebody asked for another list
  file::DirectoryWatch* watch_ = nullptr;  // of the follow() that runs
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> unreadable_{0};
  asio::thread_pool reading_{1};  // last: joined before what it uses goes
};

}  // namespace

std::unique_ptr<Backend> make_file_backend(std::string name, const config::FileRegistry& options,
                                           asio::any_io_executor executor, const Clock& clock) {
  return std::make_unique<FileBackend>(std::move(name), options.path, std::move(executor), clock);
}

}  // namespace signpost
