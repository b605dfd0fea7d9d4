// The restart matrix of operations.md 3.3: how the program ended x what the registry does at the next start x
// what became of the state files. In every cell: no NXDOMAIN for a name that there was.
#include <algorithm>

#include <gtest/gtest.h>

#include "tests/zones/table/restarts.h"

namespace signpost::test {
namespace {

using state::tests::Disk;
using state::tests::ModelFiles;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr int kServices = 30;

enum class End { CleanStop, Kill, KillDuringWrite, PowerCut };
enum class Registry { Up, Down, Empty, Older, OtherCluster, Forbidden };
enum class File { Fresh, DayOld, Corrupt, Absent };
constexpr const char* kEnds[] = {"stopped", "killed", "killed_in_write", "power_cut"};
constexpr const char* kRegistries[] = {"up", "down", "empty", "older", "other_cluster", "forbidden"};
constexpr const char* kFiles[] = {"fresh", "day_old", "corrupt", "absent"};

/// Three states of the cluster: s0 has 2, then 3, then 4 addresses; the rest 2.
std::vector<ServiceState> cluster(int version) {
  auto all = cluster_services(kServices, 2);
  for (int i = 0; i < version; ++i)
    all[0].instances.push_back(At("10.0.0." + std::to_string(100 + i), 80, "http"));
  return all;
}

/// What disks the end may leave. The first two states of the cluster are written by then, the third only by a
/// clean stop, or by the write that is cut short.
std::vector<Disk> disks_after(End end) {
  ModelFiles files;
  Life life(files);
  life.world.identify("cluster", "uid-1");
  life.list("cluster", cluster(0)).regain("cluster");
  life.pass(seconds(1));
  life.upsert(cluster(1)[0]);
  life.pass(seconds(6));
  life.upsert(cluster(2)[0]);
  std::vector<Disk> disks;
  if (end == End::Kill) return {files.seen()};
  files.on_step = [&](const std::string& step, const std::vector<Disk>& crashed) {
    if (end == End::KillDuringWrite && step == "write") disks.push_back(files.seen());
    if (end == End::PowerCut) disks.insert(disks.end(), crashed.begin(), crashed.end());
  };
  life.stop();
  if (end == End::CleanStop) return {files.seen()};
  // Enough of each kind: all of them are loaded in tests/zones/state/crash_test.cc.
  std::vector<Disk> some;
  for (std::size_t i = 0; i < disks.size(); i += 1 + disks.size() / 12) some.push_back(disks[i]);
  return some;
}

std::string newest(const Disk& disk) {
  std::string name;
  std::uint64_t generation = 0;
  for (const auto* file : {"cluster.a", "cluster.b"}) {
    const auto at = disk.find(file);
    if (at == disk.end()) continue;
    const auto meta = state::read_meta(at->second);
    if (meta && meta->generation >= generation) generation = meta->generation, name = file;
  }
  return name;
}

class RestartMatrix : public testing::TestWithParam<std::tuple<End, Registry, File>> {
 protected:
  End end() const { return std::get<0>(GetParam()); }
  Registry registry() const { return std::get<1>(GetParam()); }
  File file() const { return std::get<2>(GetParam()); }

  void expect_known(const Life& life, const char* when, const char* ttl) const {
    for (int i = 1; i < kServices; ++i)
      EXPECT_EQ(life.service(i), std::string("2 x ") + ttl) << when << " s" << i;
    const auto s0 = life.service(0);
    EXPECT_TRUE(s0.starts_with("2 x ") || s0.starts_with("3 x ") || s0.starts_with("4 x ")) << when << s0;
    EXPECT_EQ(life.dig("nope.ns.svc.k.test. A"), "NXDOMAIN aa soa") << when << ": the list was complete";
  }
  void expect_cold(const Life& life, const char* when) const {
    for (int i = 0; i < kServices; ++i) EXPECT_EQ(life.service(i), "SERVFAIL") << when;
    EXPECT_EQ(life.dig("nope.ns.svc.k.test. A"), "SERVFAIL") << when;
  }
  void live_again(const Disk& disk) const;
  void then(Life& life) const;
};

TEST_P(RestartMatrix, AnswersOrSaysThatItCannotYet) {
  for (auto disk : disks_after(end())) {
    if (file() == File::Absent) disk.clear();
    if (file() == File::Corrupt) {
      auto& octets = disk[newest(disk)];
      octets[octets.size() / 2] = static_cast<char>(octets[octets.size() / 2] ^ 0x10);
    }
    live_again(disk);
  }
}

void RestartMatrix::live_again(const Disk& disk) const {
  ModelFiles files(disk);
  Life life(files, file() == File::DayOld ? Duration(hours(24)) : Duration(seconds(20)));
  if (file() == File::Absent) {
    EXPECT_EQ(life.status().phase, RegistryPhase::Cold);
    EXPECT_FALSE(life.status().ready_from_state);
    expect_cold(life, "at the start");
  } else {
    EXPECT_EQ(life.status().phase, RegistryPhase::Snapshot);
    EXPECT_TRUE(life.status().ready_from_state);
    expect_known(life, "at the start", "5");
    const bool corrupt = file() == File::Corrupt;
    if (end() == End::CleanStop) {
      EXPECT_EQ(life.service(0), corrupt ? "3 x 5" : "4 x 5");
    }
    if (end() == End::Kill) {
      EXPECT_EQ(life.service(0), corrupt ? "2 x 5" : "3 x 5");
    }
    const bool old = file() == File::DayOld;
    EXPECT_EQ(life.extended_error("s1.ns.svc.k.test. A"),
              old ? std::optional(ExtendedError::StaleAnswer) : std::nullopt);
  }
  then(life);
}

/// What the registry does then.
void RestartMatrix::then(Life& life) const {
  const bool had = file() != File::Absent;
  switch (registry()) {
    case Registry::Up:
      life.world.identify("cluster", "uid-1");
      life.list("cluster", cluster(2)).regain("cluster");
      EXPECT_EQ(life.status().phase, RegistryPhase::Live);
      expect_known(life, "listed", "30");
      EXPECT_EQ(life.service(0), "4 x 30");
      break;
    case Registry::Down:
    case Registry::Forbidden:
      life.world.lost_contact("cluster",
                              registry() == Registry::Down ? "connection refused" : "403 Forbidden");
      life.pass(minutes(10));
      EXPECT_EQ(life.status().phase, had ? RegistryPhase::Snapshot : RegistryPhase::Cold);
      had ? expect_known(life, "without the registry", "5") : expect_cold(life, "without the registry");
      EXPECT_EQ(life.extended_error("s1.ns.svc.k.test. A"),
                had ? ExtendedError::StaleAnswer : ExtendedError::NotReady);
      EXPECT_EQ(std::count(life.written.begin(), life.written.end(), "cluster"), 0) << "nothing is news";
      break;
    case Registry::Empty:
      life.list("cluster", {}).regain("cluster");
      life.pass(minutes(2));
      if (!had) {
        EXPECT_EQ(life.service(1), "NXDOMAIN aa soa") << "nobody knows of any other";
        break;
      }
      EXPECT_EQ(life.status().phase, RegistryPhase::Held) << "one empty read is not believed (G1)";
      expect_known(life, "after an empty list", "30");
      break;
    case Registry::Older:
      life.world.identify("cluster", "uid-1");
      life.list("cluster", cluster(0)).regain("cluster");
      life.pass(minutes(6));
      expect_known(life, "after an older list", "30");
      EXPECT_EQ(life.service(0), "2 x 30") << "the registry has the last word";
      break;
    case Registry::OtherCluster:
      life.world.identify("cluster", "uid-2");
      life.settle();
      expect_cold(life, "another cluster's");
      life.list("cluster", {TestWorld::service("cluster/ns//theirs", {At("10.9.9.9", 80)})})
          .regain("cluster");
      EXPECT_EQ(life.dig("theirs.ns.svc.k.test. A"), "NOERROR aa | theirs.ns.svc.k.test. 30 IN A 10.9.9.9");
      EXPECT_EQ(life.service(1), "NXDOMAIN aa soa") << "no guard holds what another cluster had";
      life.pass(seconds(6));
      break;
  }
  life.pass(seconds(6));
}

std::string name_of(const testing::TestParamInfo<std::tuple<End, Registry, File>>& cell) {
  const auto word = [](const auto& words, auto which) { return words[static_cast<std::size_t>(which)]; };
  return std::string(word(kEnds, std::get<0>(cell.param))) + "__" +
         word(kRegistries, std::get<1>(cell.param)) + "__" + word(kFiles, std::get<2>(cell.param));
}
INSTANTIATE_TEST_SUITE_P(
    All, RestartMatrix,
    testing::Combine(testing::Values(End::CleanStop, End::Kill, End::KillDuringWrite, End::PowerCut),
                     testing::Values(Registry::Up, Registry::Down, Registry::Empty, Registry::Older,
                                     Registry::OtherCluster, Registry::Forbidden),
                     testing::Values(File::Fresh, File::DayOld, File::Corrupt, File::Absent)),
    name_of);

}  // namespace
}  // namespace signpost::test
