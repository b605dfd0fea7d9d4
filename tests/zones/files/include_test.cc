// $INCLUDE on a real file system: what it means, where it may lead, and what is watched.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/zones/files/support.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

class Include : public ::testing::Test {
 protected:
  Include() {
    std::string pattern = (fs::temp_directory_path() / "signpost-include-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) root_ = fs::canonical(pattern);
    fs::create_directories(root_ / "zones/sub");
    zone_.name = "example";
    zone_.ttl = 7;
    zone_.place = {"f.yaml", 2, 3};
    zone_.file = root_ / "zones/z";
  }
  ~Include() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) { std::ofstream(root_ / path) << text; }
  /// What reading the zone tells, the temporary directory as `$`.
  std::string read() {
    auto text = told(read_static_zone(zone_));
    for (auto at = text.find(root_.string()); at != std::string::npos; at = text.find(root_.string()))
      text.replace(at, root_.string().size(), "$");
    return text;
  }

  fs::path root_;
  config::Zone zone_;
};

TEST_F(Include, KeepsOriginAndOwnerOfTheIncludingFile) {
  write("zones/z",
        "a A 192.0.2.1\n$INCLUDE sub/one\n A 192.0.2.2\n$INCLUDE \"sub/one\" deep\nb A 192.0.2.3\n");
  write("zones/sub/one", "x TXT 1\n$ORIGIN other\ny TXT 2\n");
  EXPECT_EQ(read(),
            "a.example. 7 IN A 192.0.2.1\na.example. 7 IN A 192.0.2.2\nb.example. 7 IN A 192.0.2.3\n"
            "x.deep.example. 7 IN TXT \"1\"\nx.example. 7 IN TXT \"1\"\n"
            "y.other.deep.example. 7 IN TXT \"2\"\ny.other.example. 7 IN TXT \"2\"\n");
}

TEST_F(Include, IsRelativeToTheFileItStandsIn) {
  write("zones/z", "$INCLUDE sub/one\n");
  write("zones/sub/one", "$INCLUDE two\n");
  write("zones/sub/two", "a A x\n");
  EXPECT_EQ(read(), "E $/zones/sub/two:1:5: expected an IPv4 address such as 192.0.2.1, not `x`\n");
}

TEST_F(Include, DefaultTtlLastsBeyondTheFile) {
  write("zones/z", "$INCLUDE one\na A 192.0.2.1\n");
  write("zones/one", "$TTL 99\n");
  EXPECT_EQ(read(), "a.example. 99 IN A 192.0.2.1\n");
}

TEST_F(Include, OwnerIsNotInherited) {
  write("zones/z", "a A 192.0.2.1\n$INCLUDE one\n");
  write("zones/one", " A 192.0.2.2\n");
  EXPECT_EQ(read(),
            "E $/zones/one:1:2: this line begins with a blank, but no record before it names an owner\n");
}

TEST_F(Include, StaysInTheDirectory) {
  write("secret", "a A 192.0.2.1\n");
  write("zones/z", "$INCLUDE ../secret\n$INCLUDE " + (root_ / "secret").string() +
                       "\n$INCLUDE link\n$INCLUDE away/secret\n");
  fs::create_symlink("../secret", root_ / "zones/link");
  fs::create_directory_symlink("..", root_ / "zones/away");
  EXPECT_EQ(
      read(),
      "E $/zones/z:1:10: $INCLUDE `../secret`: `..` is not followed; the file lies in $/zones or below\n"
      "E $/zones/z:2:10: $INCLUDE `" +
          std::string("$") +
          "/secret`: it leads to $/secret, which is outside of $/zones; put the file there\n"
          "E $/zones/z:3:10: $INCLUDE `link`: it leads to $/secret, which is outside of $/zones; put the "
          "file there\n"
          "E $/zones/z:4:10: $INCLUDE `away/secret`: it leads to $/secret, which is outside of $/zones; put "
          "the file there\n");
}

TEST_F(Include, MayBeAbsoluteInside) {
  write("zones/z", "$INCLUDE " + (root_ / "zones/sub/one").string() + "\n");
  write("zones/sub/one", "a A 192.0.2.1\n");
  EXPECT_EQ(read(), "a.example. 7 IN A 192.0.2.1\n");
}

/// A mounted ConfigMap: every file is a link into a hidden directory that a link names.
TEST_F(Include, FollowsLinksThatStayInside) {
  fs::create_directories(root_ / "zones/..2026_1");
  write("zones/..2026_1/z", "$INCLUDE one\n");
  write("zones/..2026_1/one", "a A 192.0.2.1\n");
  fs::create_directory_symlink("..2026_1", root_ / "zones/..data");
  fs::create_symlink("..data/z", root_ / "zones/z");
  fs::create_symlink("..data/one", root_ / "zones/one");
  EXPECT_EQ(read(), "a.example. 7 IN A 192.0.2.1\n");
  const auto reading = read_static_zone(zone_);
  ASSERT_EQ(reading.files.size(), 2U);
  EXPECT_EQ(reading.files[1].path, (root_ / "zones/one").string());
}

TEST_F(Include, EndsWhenFilesIncludeThemselves) {
  write("zones/z", "$INCLUDE z\n");
  EXPECT_EQ(read(), "E $/zones/z:1:1: files include each other more than 8 deep\n");
  write("zones/z", "$INCLUDE z\n$INCLUDE z\n$INCLUDE z\n");
  const auto reading = read_static_zone(zone_);
  EXPECT_FALSE(reading.zone);
  EXPECT_LE(reading.files.size(), 1001U);
}

TEST_F(Include, SaysWhatIsMissing) {
  EXPECT_EQ(read(),
            "E f.yaml:2:3: the zone `example`: file $/zones/z: cannot be read: No such file or directory\n");
  write("zones/z", "$INCLUDE gone\n$INCLUDE sub\n$INCLUDE\n");
  EXPECT_EQ(read(),
            "E $/zones/z:1:10: $INCLUDE `gone`: $/zones/gone: No such file or directory\n"
            "E $/zones/z:2:10: $/zones/sub: cannot be read: it is not a regular file\n"
            "E $/zones/z:3:1: $INCLUDE takes a file, and a name if its origin is another\n");
}

TEST_F(Include, SeesChanges) {
  write("zones/z", "$INCLUDE one\n");
  write("zones/one", "a A 192.0.2.1\n");
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(1);
  const auto seen = [&] {
    auto files = read_static_zone(zone_).files;
    for (auto& file : files) file.young = false;  // as if read long after it was written
    return files;
  };
  EXPECT_FALSE(files::any_changed(seen()));
  const auto before = seen();
  fs::last_write_time(root_ / "zones/one", old);
  EXPECT_TRUE(files::any_changed(before));
  const auto again = seen();
  fs::remove(root_ / "zones/one");
  EXPECT_TRUE(files::any_changed(again));
  EXPECT_FALSE(files::any_changed(seen()));  // it is missing still
  auto young = seen();
  young[0].young = true;
  EXPECT_TRUE(files::any_changed(young));
}

TEST(ExampleZone, ReadsWithoutAWarning) {
  config::Zone zone;
  zone.name = "example.com";
  zone.file = std::string(SIGNPOST_SOURCE_DIR) + "/deploy/example.com.zone";
  const auto reading = read_static_zone(zone);
  EXPECT_TRUE(reading.zone);
  EXPECT_TRUE(reading.findings.errors.empty() && reading.findings.warnings.empty()) << told(reading);
}

}  // namespace
}  // namespace signpost
