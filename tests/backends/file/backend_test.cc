// The registry on a real directory: edits, bad edits, a ConfigMap's swap, a file that goes, a burst of edits.
// Every wait is for a condition, with a limit that only a failure reaches.
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "backends/file/directory_watch.h"
#include "backends/file/file_backend.h"

namespace signpost {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kLimit = 20s;

/// What the builder would know; and a check of the order of calls.
class World final : public RegistrySink {
 public:
  void begin_list(Epoch) override {
    EXPECT_FALSE(listing_);
    listing_ = true;
    named_.clear();
  }
  void upsert(ServiceState state, Revision) override {
    ++upserts;
    named_.insert(state.key.name);
    services[state.key.name] = std::move(state);
  }
  void mention(const ServiceKey& key) override {
    EXPECT_TRUE(services.contains(key.name));
    named_.insert(key.name);
  }
  void erase(const ServiceKey&, Revision) override { ADD_FAILURE() << "a file tells whole lists"; }
  void end_list(Epoch, Complete complete) override {
    EXPECT_TRUE(listing_);
    listing_ = false;
    std::erase_if(services, [this](const auto& each) { return !named_.contains(each.first); });
    ++lists;
    last = complete;
  }
  void caught_up(Revision) override {
    EXPECT_FALSE(listing_);
    ++live;
    lost.clear();
  }
  void lost_contact(std::string_view why) override { lost = why; }

  std::map<std::string, ServiceState> services;
  std::string lost;
  int upserts = 0;
  int lists = 0;
  Complete last = Complete::No;
  int live = 0;

 private:
  bool listing_ = false;
  std::set<std::string> named_;
};

class FileRegistry : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "signpost-file-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
    path_ = directory_ / "services.yaml";
  }
  void TearDown() override {
    stop();
    fs::remove_all(directory_);
  }

  static void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }
  /// As editors and careful programs do.
  void replace(const std::string& text) {
    write(directory_ / "new", text);
    fs::rename(directory_ / "new", path_);
  }
  static std::string services(const std::string& name, int count = 1) {
    std::string text = "services:\n";
    for (int i = 0; i < count; ++i) {
      text += "  - {name: " + name + (count == 1 ? "" : std::to_string(i)) +
              ", instances: [{address: 10.0.0.1}]}\n";
    }
    return text;
  }

  void start() {
    backend_ =
        make_file_backend("local", config::FileRegistry{path_.string()}, io_.get_executor(), system_clock());
    asio::co_spawn(io_, backend_->follow(world_),
                   asio::bind_cancellation_slot(cancel_.slot(), [this](auto error) {
                     if (error) std::rethrow_exception(error);
                     ended_ = true;
                   }));
  }
  void stop() {
    if (!backend_) return;
    cancel_.emit(asio::cancellation_type::terminal);
    EXPECT_TRUE(until([this] { return ended_; }));
    backend_.reset();
  }
  bool until(const std::function<bool()>& done) {
    const auto give_up = std::chrono::steady_clock::now() + kLimit;
    while (!done() && std::chrono::steady_clock::now() < give_up) {
      io_.restart();
      io_.run_one_for(100ms);
    }
    return done();
  }
  bool until_known(const std::string& name) {
    return until([&] { return world_.services.contains(name); });
  }
  std::uint64_t count(std::string_view reason) const {
    for (const auto& one : backend_->counts()) {
      if (one.reason == reason) return one.value;
    }
    return ~std::uint64_t{0};
  }

  fs::path directory_;
  fs::path path_;
  asio::io_context io_;
  asio::cancellation_signal cancel_;
  std::unique_ptr<Backend> backend_;
  World world_;
  bool ended_ = false;
};

TEST_F(FileRegistry, ListsThenFollowsEdits) {
  write(path_, services("cart"));
  start();
  ASSERT_TRUE(until([&] { return world_.live == 1; }));
  EXPECT_EQ(world_.lists, 1);
  EXPECT_TRUE(world_.services.contains("cart"));
  write(path_, services("pay"));  // in place
  ASSERT_TRUE(until_known("pay"));
  EXPECT_FALSE(world_.services.contains("cart"));
  replace(services("mail"));  // by rename
  ASSERT_TRUE(until_known("mail"));
  EXPECT_TRUE(until([&] { return world_.lists == 3; })) << "each content is a whole list";
  EXPECT_EQ(world_.last, Complete::Yes);
  EXPECT_EQ(count("accepted"), 3U);
}

TEST_F(FileRegistry, ABadEditKeepsTheLastGoodContent) {
  write(path_, services("cart"));
  start();
  ASSERT_TRUE(until_known("cart"));
  replace("services:\n  - {name: cart, prots: []}\n");
  ASSERT_TRUE(until([&] { return !world_.lost.empty(); }));
  EXPECT_EQ(world_.lost, path_.string() + ":2:18: unknown key `prots`; did you mean `ports`?");
  EXPECT_EQ(count("refused"), 1U);
  EXPECT_TRUE(world_.services.contains("cart"));
  replace(services("pay"));
  ASSERT_TRUE(until_known("pay"));
  EXPECT_TRUE(until([&] { return world_.lost.empty(); }));
}

TEST_F(FileRegistry, ADeletedFileGoesOnAnswering) {
  write(path_, services("cart"));
  start();
  ASSERT_TRUE(until_known("cart"));
  fs::remove(path_);
  ASSERT_TRUE(until([&] { return !world_.lost.empty(); }));
  EXPECT_EQ(world_.lost, path_.string() + ": cannot be read: No such file or directory");
  EXPECT_TRUE(world_.services.contains("cart"));
  replace(services("cart"));
  ASSERT_TRUE(until([&] { return world_.lost.empty(); }));
  EXPECT_EQ(world_.upserts, 1);
}

TEST_F(FileRegistry, IsReadAgainWhenAskedTo) {
  write(path_, services("cart", 3));
  start();
  ASSERT_TRUE(until([&] { return world_.live == 1; }));
  backend_->list_again();
  ASSERT_TRUE(until([&] { return world_.lists == 2; })) << "though nothing changed";
  EXPECT_EQ(world_.last, Complete::Again);
  EXPECT_EQ(world_.upserts, 3) << "what was told is only mentioned";
  EXPECT_EQ(world_.services.size(), 3U);
  replace(services("pay"));
  ASSERT_TRUE(until([&] { return world_.lists == 3; }));
  EXPECT_EQ(world_.last, Complete::Yes);
}

TEST_F(FileRegistry, AFileThatComesLaterIsTheFirstList) {
  start();
  ASSERT_TRUE(until([&] { return !world_.lost.empty(); }));
  EXPECT_EQ(world_.lists, 0);
  replace(services("cart"));
  ASSERT_TRUE(until_known("cart"));
  EXPECT_TRUE(until([&] { return world_.lists == 1; }));
}

TEST_F(FileRegistry, AConfigMapSwapsItsLink) {
  const auto version = [&](const std::string& name, const std::string& text) {
    fs::create_directory(directory_ / name);
    write(directory_ / name / "services.yaml", text);
    fs::create_directory_symlink(name, directory_ / "..data_tmp");
    fs::rename(directory_ / "..data_tmp", directory_ / "..data");
  };
  version("..1", services("cart"));
  fs::create_symlink("..data/services.yaml", path_);
  start();
  ASSERT_TRUE(until_known("cart"));
  version("..2", services("pay"));
  fs::remove_all(directory_ / "..1");
  ASSERT_TRUE(until_known("pay"));
  version("..3", services("mail"));
  fs::remove_all(directory_ / "..2");
  ASSERT_TRUE(until_known("mail"));
  EXPECT_EQ(world_.services.size(), 1U);
}

TEST_F(FileRegistry, ALinkIntoAnotherDirectoryIsFollowed) {
  fs::create_directory(directory_ / "elsewhere");
  write(directory_ / "elsewhere" / "real.yaml", services("cart"));
  fs::create_symlink("elsewhere/real.yaml", path_);
  start();
  ASSERT_TRUE(until_known("cart"));
  write(directory_ / "elsewhere" / "real.yaml", services("pay"));
  EXPECT_TRUE(until_known("pay"));
}

TEST_F(FileRegistry, ABurstOfEditsIsReadFewTimes) {
  write(path_, services("cart"));
  start();
  ASSERT_TRUE(until_known("cart"));
  for (int i = 0; i < 200; ++i) {
    replace(services("edit" + std::to_string(i)));
    io_.restart();
    io_.poll();
  }
  ASSERT_TRUE(until_known("edit199"));
  EXPECT_EQ(world_.services.size(), 1U);
  EXPECT_LT(count("accepted"), 100U);
}

TEST_F(FileRegistry, ALargeFileIsDeliveredWhole) {
  write(path_, services("s", 5000));
  start();
  ASSERT_TRUE(until([&] { return world_.live == 1; }));
  EXPECT_EQ(world_.services.size(), 5000U);
  replace(services("s", 4999));
  EXPECT_TRUE(until([&] { return world_.services.size() == 4999; }));
  EXPECT_EQ(world_.upserts, 5000);
}

TEST_F(FileRegistry, StopsWhileItReads) {
  write(path_, services("s", 5000));
  start();
  io_.run_one_for(100ms);
}

TEST_F(FileRegistry, ThePollSeesWhatNoEventTold) {
  file::DirectoryWatch watch(io_.get_executor(), system_clock(), {(directory_ / "none" / "f").string()},
                             {60ms, 500ms, 20ms});
  int polls = 0;
  asio::co_spawn(
      io_,
      [&]() -> asio::awaitable<void> {
        for (; polls < 3; ++polls) co_await watch.wait();
      },
      asio::detached);
  EXPECT_TRUE(until([&] { return polls == 3; }));
}

}  // namespace
}  // namespace signpost
