// Edits of zone files on a real disk: what is handed on, what is refused, and that a reload is not overtaken.
#include "dns/static_files.h"

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace signpost {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() {
    std::string pattern = (fs::temp_directory_path() / "signpost-static-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) root_ = pattern;
  }
  ~StaticFilesTest() override {
    files_.stop();
    fs::remove_all(root_);
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(root_ / (name + "~")) << text;
    fs::rename(root_ / (name + "~"), root_ / name);
  }
  std::shared_ptr<const config::Config> config(const std::vector<std::string>& zones) {
    auto made = std::make_shared<config::Config>();
    for (const auto& name : zones) {
      made->zones.emplace_back().name = name;
      made->zones.back().file = root_ / name;
      made->zones.back().place = {"f.yaml", 1, 1};
    }
    return made;
  }
  /// The next zone handed on, as "zone: names"; waits for it.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 20s, [this] { return !published_.empty(); })) return "nothing";
    auto first = published_.front();
    published_.pop_front();
    return first;
  }
  /// Waits until a zone's report fulfils something.
  bool reports(std::size_t zone, const std::function<bool(const admin::StaticFileReport&)>& what) {
    for (const auto end = system_clock().now() + 20s; system_clock().now() < end;) {
      const auto all = files_.reports();
      if (zone < all.size() && what(all[zone])) return true;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, 5ms);
    }
    return false;
  }

  fs::path root_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> published_;
  StaticFiles files_{system_clock(), [this](const Name& zone, std::shared_ptr<const StaticZone> data) {
                       std::string text = zone.to_string();
                       for (const auto& node : data->nodes) text += " " + node.name.to_string();
                       const std::lock_guard lock(mutex_);
                       published_.push_back(text);
                       changed_.notify_all();
                     }};
};

TEST_F(StaticFilesTest, HandsOnWhatChangedAndNothingElse) {
  write("a", "x A 192.0.2.1\n");
  write("b", "y A 192.0.2.1\n");
  const auto both = config({"a", "b"});
  auto readings = read_statics(*both);
  ASSERT_EQ(zones_of(readings).size(), 2U);
  files_.follow(both, std::move(readings));
  write("a", "x A 192.0.2.2\nz A 192.0.2.2\n");
  EXPECT_EQ(next(), "a. x.a. z.a.");
  write("b", "y A 192.0.2.9\n");
  EXPECT_EQ(next(), "b. y.b.");
  EXPECT_TRUE(reports(0, [](const auto& report) { return report.accepted == 1 && report.refused == 0; }));
}

TEST_F(StaticFilesTest, AMistakeIsToldAndMendedWithoutAChange) {
  write("a", "x A 192.0.2.1\n");
  const auto one = config({"a"});
  files_.follow(one, read_statics(*one));
  write("a", "x A nothing\n");
  EXPECT_TRUE(
      reports(0, [](const auto& report) { return report.refused == 1 && !report.last_error.empty(); }));
  write("a", "x A 192.0.2.1\n");
  EXPECT_TRUE(reports(0, [](const auto& report) { return report.last_error.empty(); }));
  write("a", "w A 192.0.2.1\n");
  EXPECT_EQ(next(), "a. w.a.");  // the mended one was what is served already
  EXPECT_EQ(files_.reports()[0].refused, 1U);
}

TEST_F(StaticFilesTest, AChangeBetweenReadingAndFollowingIsSeen) {
  write("a", "x A 192.0.2.1\n");
  const auto one = config({"a"});
  auto readings = read_statics(*one);
  write("a", "later A 192.0.2.1\n");
  files_.follow(one, std::move(readings));
  EXPECT_EQ(next(), "a. later.a.");
}

TEST_F(StaticFilesTest, AReloadIsNotOvertaken) {
  write("a", "x A 192.0.2.1\n");
  const auto one = config({"a"});
  files_.follow(one, read_statics(*one));
  {
    const auto quiet = files_.pause();
    write("a", "old A 192.0.2.1\n");
    write("a", "new A 192.0.2.1\n");
    auto readings = read_statics(*one);
    files_.follow(one, std::move(readings));
  }
  write("b", "y A 192.0.2.1\n");
  const auto both = config({"a", "b"});
  {
    const auto quiet = files_.pause();
    files_.follow(both, read_statics(*both));
  }
  write("b", "z A 192.0.2.1\n");
  EXPECT_EQ(next(), "b. z.b.");  // nothing of `a` was handed on: the reload brought it
}

}  // namespace
}  // namespace signpost
