// One configuration in several files.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/load.h"

namespace signpost::config {
namespace {

namespace fs = std::filesystem;

class Include : public testing::Test {
 protected:
  void SetUp() override {
    auto pattern = (fs::temp_directory_path() / "signpost-include-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = fs::canonical(pattern);
    fs::create_directory(folder_ / "conf.d");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) { std::ofstream(folder_ / name) << text; }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  /// What loading main.yaml says, every path without the folder.
  std::string said() {
    const auto loaded = load_file(path("main.yaml"));
    std::string out;
    const auto& warnings = loaded ? loaded->warnings : loaded.error().warnings;
    if (!loaded) {
      for (const auto& line : loaded.error().errors) out += line + "\n";
    }
    for (const auto& line : warnings) out += "W " + line + "\n";
    const auto whole = folder_.string() + "/";
    for (auto at = out.find(whole); at != std::string::npos; at = out.find(whole))
      out.erase(at, whole.size());
    return out;
  }

  fs::path folder_;
};

constexpr const char* kMain =
    "include: conf.d/*.yaml\nworkers: 2\nzones: [{name: first.example, registry: local}]\n";
constexpr const char* kLocal = "registries: {local: {type: file, path: s.yaml}}\n";

TEST_F(Include, FilesComeInTheOrderOfTheirNamesAfterTheFirst) {
  write("main.yaml", kMain);
  write("conf.d/20-b.yaml", "zones: [{name: b.example, registry: local}]\naccess: [{refuse: 0.0.0.0/0}]\n");
  write("conf.d/10-a.yaml",
        std::string(kLocal) + "zones: [{name: a.example, registry: local}]\naccess: [{allow: 10.0.0.0/8}]\n");
  write("conf.d/.hidden.yaml", "nonsense");
  write("conf.d/note.txt", "nonsense");
  const auto loaded = load_file(path("main.yaml"));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().errors.front();
  ASSERT_EQ(loaded->config.zones.size(), 3U);
  EXPECT_EQ(loaded->config.zones[0].name, "first.example");
  EXPECT_EQ(loaded->config.zones[1].name, "a.example");
  EXPECT_EQ(loaded->config.zones[2].name, "b.example");
  ASSERT_EQ(loaded->config.access.size(), 2U);
  EXPECT_EQ(loaded->config.access[0].verb, AccessVerb::Allow);
  EXPECT_EQ(loaded->config.workers, 2U);
  EXPECT_EQ(loaded->config.sources.files.size(), 3U);
}

TEST_F(Include, RelativePathsBeginAtTheDirectoryOfTheirFile) {
  write("main.yaml", kMain);
  write("conf.d/a.yaml", kLocal);
  const auto loaded = load_file(path("main.yaml"));
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(std::get<FileRegistry>(loaded->config.registries[0].options).path, path("conf.d/s.yaml"));
}

TEST_F(Include, SectionsComeTogetherKeyByKey) {
  write("main.yaml", std::string(kMain) + "tcp: {idle: 5s}\nlisten:\n");
  write("conf.d/a.yaml", std::string(kLocal) + "tcp: {clients: 7}\nlisten: {dns: [\"127.0.0.1:0\"]}\nlog:\n");
  const auto loaded = load_file(path("main.yaml"));
  ASSERT_TRUE(loaded.has_value()) << loaded.error().errors.front();
  EXPECT_EQ(loaded->config.tcp.idle, Milliseconds(5000));
  EXPECT_EQ(loaded->config.tcp.clients, 7U);
  EXPECT_EQ(loaded->config.listen.dns.size(), 1U);
}

TEST_F(Include, AMistakeIsToldWithThePlaceInItsFile) {
  write("main.yaml", "include: [conf.d/a.yaml, conf.d/b.yaml]\nworkers: many\n");
  write("conf.d/a.yaml", std::string(kLocal) + "zones:\n  - {name: a.example, registry: no, ttl: soon}\n");
  write("conf.d/b.yaml", "zones:\n  - {name: b.example, registry: local, ttl: soon}\n  - name: [\n");
  EXPECT_EQ(
      said(),
      "main.yaml:2:10: `workers` takes auto or 1 to 256, not `many`\n"
      "conf.d/a.yaml:3:42: `ttl` takes 0 to 604800 seconds, not `soon`; a whole number with ms, s, m or h; "
      "without a unit it is seconds\n"
      "conf.d/b.yaml:4:1: `,` or `]` is missing here or just before: the `[` in line 3, column 11 is not "
      "closed\n");
}

TEST_F(Include, WhatAFileMayHaveThatCannotBeReadIsNotMissed) {
  for (const char* include :
       {"include: conf.d/b.yaml\n", "include: none.yaml\n", "includes: conf.d/*.yaml\n"}) {
    write("main.yaml", std::string(include) + kLocal + "zones:\n  - {name: a.example, registry: nowhere}\n");
    write("conf.d/b.yaml", "registries: [\n");
    EXPECT_EQ(said().find("registry"), std::string::npos) << said();
  }
}

TEST_F(Include, WhatIsWrittenInTwoFilesIsToldWithBothPlaces) {
  write("main.yaml", std::string(kMain) + kLocal);
  write("conf.d/a.yaml",
        "workers: 3\nregistries: {local: {type: file, path: t.yaml}}\n"
        "zones:\n  - {name: first.example, registry: local}\n");
  EXPECT_EQ(
      said(),
      "conf.d/a.yaml:1:1: `workers` is written twice, first in main.yaml:2; keep one\n"
      "conf.d/a.yaml:2:14: `local` is written twice, first in main.yaml:4; keep one\n"
      "conf.d/a.yaml:4:12: the zone `first.example` is written twice, first in main.yaml:3; keep one\n");
}

TEST_F(Include, AListThatIsOneValueIsNotMixed) {
  write("main.yaml", std::string(kMain) + kLocal + "listen: {dns: [\"127.0.0.1:0\"]}\n");
  write("conf.d/a.yaml", "listen: {dns: [\"[::1]:0\"]}\n");
  EXPECT_EQ(said(), "conf.d/a.yaml:1:10: `dns` is written twice, first in main.yaml:5; keep one\n");
}

TEST_F(Include, IncludedFilesMayIncludeButNotThemselves) {
  write("main.yaml", kMain);
  write("conf.d/a.yaml", std::string(kLocal) + "include: more/*.yaml\n");
  fs::create_directory(folder_ / "conf.d/more");
  write("conf.d/more/z.yaml", "zones: [{name: z.example, registry: local}]\n");
  EXPECT_EQ(said(), "");
  write("conf.d/more/z.yaml", "include: ../../main.yaml\n");
  EXPECT_EQ(said(),
            "conf.d/more/z.yaml:1:10: main.yaml includes itself by `../../main.yaml`; take it out, or let "
            "the pattern "
            "not match it\n");
  write("main.yaml", "include: \"*.yaml\"\nzones: [{name: a.example, records: \"\"}]\n");
  EXPECT_EQ(said(),
            "main.yaml:1:10: main.yaml includes itself by `*.yaml`; take it out, or let the pattern not "
            "match it\n");
}

TEST_F(Include, AFileIsIncludedOnce) {
  write("main.yaml",
        "include: [conf.d/a.yaml, conf.d/*.yaml]\nzones: [{name: first.example, registry: local}]\n");
  write("conf.d/a.yaml", kLocal);
  EXPECT_EQ(said(), "main.yaml:1:26: conf.d/a.yaml is included twice, first by line 1; keep one\n");
}

TEST_F(Include, NothingMatchedIsWellButAMissingNameIsNot) {
  write("main.yaml", std::string(kMain) + kLocal);
  EXPECT_EQ(said(), "");
  write("main.yaml",
        std::string("include: other.yaml\nzones: [{name: first.example, registry: local}]\n") + kLocal);
  EXPECT_EQ(said(), "main.yaml:1:10: other.yaml cannot be read: No such file or directory\n");
}

TEST_F(Include, AnUnreadableFileRefusesTheWhole) {
  write("main.yaml", std::string(kMain) + kLocal);
  ASSERT_EQ(mkfifo(path("conf.d/pipe.yaml").c_str(), 0600), 0);
  EXPECT_EQ(said(), "main.yaml:1:10: conf.d/pipe.yaml cannot be read: it is not a regular file\n");
  fs::remove(path("conf.d/pipe.yaml"));
  if (geteuid() == 0) return;  // root reads everything
  write("conf.d/secret.yaml", "workers: 1\n");
  ASSERT_EQ(chmod(path("conf.d/secret.yaml").c_str(), 0), 0);
  EXPECT_EQ(said(), "main.yaml:1:10: conf.d/secret.yaml cannot be read: Permission denied\n");
}

TEST_F(Include, WhatIncludeTakes) {
  write("main.yaml",
        std::string("include: {a: b}\nzones: [{name: first.example, registry: local}]\n") + kLocal);
  EXPECT_EQ(
      said(),
      "main.yaml:1:10: `include` takes a path such as conf.d/*.yaml, or a list of them, not a mapping\n");
  write("main.yaml",
        std::string("include: [\"\"]\nzones: [{name: first.example, registry: local}]\n") + kLocal);
  EXPECT_EQ(said(),
            "main.yaml:1:11: `include` takes a path such as conf.d/*.yaml, or a list of them, not ``\n");
  write("main.yaml", std::string(kMain) + kLocal);
  write("conf.d/list.yaml", "- zones\n");
  EXPECT_EQ(
      said(),
      "conf.d/list.yaml:1:1: an included file is a section like the whole, with `zones` or other keys, not a "
      "list\n");
  write("conf.d/list.yaml", "# nothing yet\n");
  EXPECT_EQ(said(), "");
}

TEST_F(Include, SourcesTellWhetherAnythingChanged) {
  write("main.yaml", std::string(kMain) + kLocal);
  write("conf.d/a.yaml", "lameduck: 1s\n");
  const auto loaded = load_file(path("main.yaml"));
  ASSERT_TRUE(loaded.has_value());
  const auto& sources = loaded->config.sources;
  EXPECT_FALSE(sources.changed());
  EXPECT_EQ(sources.version().size(), 16U);
  write("conf.d/a.yaml", "lameduck: 2s\n");
  EXPECT_TRUE(sources.changed());
  write("conf.d/a.yaml", "lameduck: 1s\n");
  EXPECT_FALSE(sources.changed());
  write("conf.d/b.yaml", "");
  EXPECT_TRUE(sources.changed()) << "another file matches";
  fs::remove(path("conf.d/b.yaml"));
  fs::remove(path("conf.d/a.yaml"));
  EXPECT_TRUE(sources.changed()) << "one has gone";
}

TEST_F(Include, SourcesOfARefusedFileAreKnownToo) {
  write("main.yaml", std::string(kMain) + kLocal);
  write("conf.d/a.yaml", "lameduck: soon\n");
  const auto loaded = load_file(path("main.yaml"));
  ASSERT_FALSE(loaded.has_value());
  const auto& sources = loaded.error().sources;
  EXPECT_EQ(sources.files.size(), 2U);
  EXPECT_FALSE(sources.changed());
  write("conf.d/a.yaml", "lameduck: 1s\n");
  EXPECT_TRUE(sources.changed());
}

}  // namespace
}  // namespace signpost::config
