// What is kept over a restart, when it is written, and what it answers until the registries have listed.
#include "tests/zones/table/restarts.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace signpost::test {
namespace {

using state::tests::ModelFiles;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::size_t writes(const Life& life, const std::string& registry) {
  return static_cast<std::size_t>(std::count(life.written.begin(), life.written.end(), registry));
}

TEST(Restarts, NegativeAnswersOfAStateFileAreShortLived) {
  ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(3, 1)).world.save_all(); }
  Life life(disk, minutes(1));
  const auto soa_ttl = [&](const std::string& question) {
    const auto [name, type] = parse_question(question);
    for (const auto& record : whole_answer(life.reader.refresh(), name, type).records) {
      if (record.type == RRType::SOA) return record.ttl;
    }
    return std::uint32_t{0xffffffff};
  };
  EXPECT_EQ(soa_ttl("nope.ns.svc.k.test. A"), 1u);
  EXPECT_EQ(soa_ttl("s1.ns.svc.k.test. AAAA"), 1u);
  life.list("cluster", cluster_services(3, 1));
  EXPECT_EQ(soa_ttl("nope.ns.svc.k.test. A"), 20u);
}

TEST(Restarts, ReverseAndComposedNamesAnswerFromItToo) {
  ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(3, 1)).world.save_all(); }
  Life life(disk, minutes(1));
  EXPECT_EQ(life.dig("cart.s.test. A"), "NOERROR aa | cart.s.test. 5 IN A 10.0.0.1");
  EXPECT_EQ(life.dig("1.1.0.10.in-addr.arpa. PTR"),
            "NOERROR aa | 1.1.0.10.in-addr.arpa. 5 IN PTR 10-0-1-1.s1.ns.svc.k.test.");
  life.list("cluster", cluster_services(3, 1));
  EXPECT_EQ(life.dig("cart.s.test. A"), "NOERROR aa | cart.s.test. 30 IN A 10.0.0.1");
}

TEST(Restarts, EveryRegistryHasItsOwn) {
  ModelFiles disk;
  {
    Life life(disk);
    life.list("cluster", cluster_services(2, 1));
    life.list("nacos", {TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.1.0.1", 80)})});
    life.list("local", {TestWorld::service("local///pay", {At("10.2.0.1", 80)})});
    life.stop();
  }
  auto files = disk.seen();
  files.erase("nacos.a");
  ModelFiles rest(files);
  Life life(rest, seconds(3));
  EXPECT_EQ(life.service(1), "1 x 5");
  EXPECT_EQ(life.dig("cart.n.test. A"), "SERVFAIL");
  EXPECT_EQ(life.dig("pay.l.test. A"), "NOERROR aa | pay.l.test. 5 IN A 10.2.0.1");
  life.list("local", {TestWorld::service("local///pay", {At("10.2.0.1", 80)})});
  EXPECT_EQ(life.dig("pay.l.test. A"), "NOERROR aa | pay.l.test. 30 IN A 10.2.0.1");
  EXPECT_EQ(life.service(1), "1 x 5");
}

TEST(Restarts, AnIncompleteListLeavesWhatTheFileHas) {
  ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(3, 1)).world.save_all(); }
  Life life(disk, minutes(1));
  life.list("cluster", {cluster_services(1, 2)[0]}, Complete::No);
  EXPECT_EQ(life.service(0), "2 x 5");
  EXPECT_EQ(life.service(2), "1 x 5");
  EXPECT_EQ(life.status().phase, RegistryPhase::Snapshot);
  life.pass(seconds(10));
  EXPECT_EQ(writes(life, "cluster"), 0u) << "an image says that it is complete";
}

TEST(Restarts, WhatTheFirstListLacksIsDoubted) {
  ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(40, 4)).world.save_all(); }
  Life life(disk, minutes(1));
  life.list("cluster", cluster_services(20, 4));  // G3: half of all
  life.regain("cluster");
  EXPECT_EQ(life.status().phase, RegistryPhase::Held);
  EXPECT_EQ(life.service(30), "4 x 30");
  life.pass(minutes(5));
  EXPECT_EQ(life.service(30), "NXDOMAIN aa soa");
}

TEST(Restarts, ANacosServerThatRestartedWithUsIsGivenTime) {
  ModelFiles disk;
  const auto cart = TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.1.0.1", 80)});
  { Life(disk).list("nacos", {cart}).world.save_all(); }
  Life life(disk, minutes(1));
  life.list("nacos", {}).regain("nacos");
  EXPECT_EQ(life.dig("cart.n.test. A"), "NOERROR aa | cart.n.test. 30 IN A 10.1.0.1");
  life.pass(seconds(10));
  life.upsert(cart);
  life.pass(minutes(3));
  EXPECT_EQ(life.dig("cart.n.test. A"), "NOERROR aa | cart.n.test. 30 IN A 10.1.0.1");
}

TEST(Restarts, AListedServiceThatIsNotReadYetAnswersAsTheFileHasIt) {
  ModelFiles disk;
  const auto cart = TestWorld::service("nacos/public/DEFAULT_GROUP/cart", {At("10.1.0.1", 80)});
  { Life(disk).list("nacos", {cart}).world.save_all(); }
  Life life(disk, minutes(1));
  auto pending = cart;
  pending.pending = true;
  pending.instances.clear();
  life.list("nacos", {pending});
  EXPECT_EQ(life.dig("cart.n.test. A"), "NOERROR aa | cart.n.test. 30 IN A 10.1.0.1");
}

TEST(Restarts, WrittenWhenSomethingChangedAtMostEveryFiveSeconds) {
  ModelFiles disk;
  Life life(disk);
  life.pass(seconds(10));
  EXPECT_EQ(writes(life, "cluster"), 0u) << "nothing was listed";
  life.list("cluster", cluster_services(3, 1));
  life.pass(seconds(1));
  EXPECT_EQ(writes(life, "cluster"), 1u);
  life.list("cluster", cluster_services(3, 1));
  life.pass(minutes(1));
  EXPECT_EQ(writes(life, "cluster"), 1u) << "nothing changed";
  for (int i = 0; i < 30; ++i) {
    life.upsert(cluster_services(1, 2 + i % 2)[0]);
    life.pass(seconds(1));
  }
  EXPECT_EQ(writes(life, "cluster"), 1u + 6);
  life.erase("cluster/ns//s2");
  life.stop();
  EXPECT_EQ(writes(life, "cluster"), 8u) << "the last word";
  life.stop();
  EXPECT_EQ(writes(life, "cluster"), 8u);
  life.pass(minutes(10));
  EXPECT_EQ(writes(life, "cluster"), 8u);
  life.stop();
  EXPECT_EQ(writes(life, "cluster"), 9u) << "what is true still is not old";
}

TEST(Restarts, AFullDiskIsTriedAgainLessOften) {
  ModelFiles disk;
  Life life(disk);
  life.list("cluster", cluster_services(3, 1));
  disk.fail = "write";
  life.pass(minutes(5));
  const auto tried = writes(life, "cluster");
  EXPECT_GE(tried, 6u);
  EXPECT_LE(tried, 12u);
  disk.fail.clear();
  life.pass(minutes(1));
  Life next(disk, minutes(7));
  EXPECT_EQ(next.service(1), "1 x 5");
}

TEST(Restarts, ACopyIsOfOneMoment) {
  constexpr int kMany = 5000;  // two steps and more
  ModelFiles disk;
  Life life(disk);
  life.list("cluster", cluster_services(kMany, 1));
  ASSERT_TRUE(life.world.save_some()) << "begun";
  ASSERT_TRUE(life.world.save_some()) << "a first step";
  life.upsert(TestWorld::service("cluster/ns//s4999", {At("10.9.9.9", 80)}));
  life.erase("cluster/ns//s4998");
  life.erase("cluster/ns//s0");
  life.upsert(TestWorld::service("cluster/ns//new", {At("10.9.9.8", 80)}));
  while (life.world.save_some()) {
  }
  ASSERT_EQ(writes(life, "cluster"), 1u);
  Life next(disk, seconds(1));
  EXPECT_EQ(next.status().services, std::uint64_t{kMany});
  EXPECT_EQ(next.service(4999), "1 x 5");
  EXPECT_EQ(next.dig("s4999.ns.svc.k.test. A").find("10.9.9.9"), std::string::npos);
  EXPECT_EQ(next.service(4998), "1 x 5");
  EXPECT_EQ(next.service(0), "1 x 5");
  EXPECT_EQ(next.dig("new.ns.svc.k.test. A"), "NXDOMAIN aa soa");
}

TEST(Restarts, AReloadThatLeadsElsewhereDropsTheFilesState) {
  ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(3, 1)).world.save_all(); }
  Life life(disk, minutes(1));
  EXPECT_EQ(life.service(1), "1 x 5");
  std::string other(Life::kConfig);
  other.replace(other.find("127.0.0.1:1"), 11, "127.0.0.2:1");
  life.configure(Life::kConfig);
  EXPECT_EQ(life.service(1), "1 x 5") << "nothing differs";
  life.configure(other);
  EXPECT_EQ(life.service(1), "SERVFAIL");
  EXPECT_EQ(life.status().phase, RegistryPhase::Cold);
  Life elsewhere(disk, minutes(2), other.c_str());
  EXPECT_EQ(elsewhere.service(1), "SERVFAIL");
  EXPECT_EQ(elsewhere.refused.size(), 1u);
}

TEST(Restarts, WhatOneSourceToldIsNotWrittenAsAnothers) {
  ModelFiles disk;
  Life life(disk);
  life.list("cluster", cluster_services(3, 1));
  life.pass(seconds(1));
  std::string other(Life::kConfig);
  other.replace(other.find("127.0.0.1:1"), 11, "127.0.0.2:1");
  life.configure(other);
  life.upsert(cluster_services(1, 2)[0]);
  life.pass(minutes(1));
  EXPECT_EQ(writes(life, "cluster"), 1u) << "the new source has not listed";
  life.list("cluster", cluster_services(3, 2));
  life.pass(seconds(1));
  EXPECT_EQ(writes(life, "cluster"), 2u);
}

TEST(Restarts, ReadinessFromStateCanBeTurnedOff) {
  ModelFiles disk;
  { Life(disk).list("cluster", cluster_services(3, 1)).world.save_all(); }
  std::string waits(Life::kConfig);
  waits.replace(waits.find("true"), 4, "false");
  Life life(disk, minutes(1), waits.c_str());
  EXPECT_EQ(life.status().phase, RegistryPhase::Snapshot);
  EXPECT_FALSE(life.status().ready_from_state);
  EXPECT_FALSE(life.status().synced);
  EXPECT_DOUBLE_EQ(life.status().restored_age_seconds, 60);
  life.list("cluster", cluster_services(3, 1));
  EXPECT_TRUE(life.status().synced);
  EXPECT_EQ(life.status().restored_age_seconds, -1);
}

TEST(Serials, NeverGoBackOverARestart) {
  ModelFiles disk;
  std::uint32_t last = 0;
  {
    Life life(disk);
    life.list("cluster", cluster_services(1, 1));
    for (int i = 0; i < 5000; ++i) life.upsert(cluster_services(1, 1 + i % 2)[0]);
    life.stop();
    last = life.serial("k.test.");
  }
  EXPECT_GT(last, 1'700'005'000u - 10) << "ahead of the time";
  Life stopped(disk, seconds(5));
  EXPECT_EQ(stopped.serial("k.test."), last + 2) << "its first snapshot, and what the state file brought";
  for (int i = 0; i < 25000; ++i) {
    if (i == 0) stopped.list("cluster", cluster_services(1, 2));
    stopped.upsert(cluster_services(1, 1 + i % 2)[0]);
    if (i % 1000 == 0) stopped.pass(seconds(1));
  }
  const auto killed = stopped.serial("k.test.");
  Life again(disk, seconds(40));
  EXPECT_TRUE(is_newer(again.serial("k.test."), killed)) << killed << " " << again.serial("k.test.");
  const auto served = again.serial("k.test.");
  Life late(disk, hours(24 * 365));
  EXPECT_TRUE(is_newer(late.serial("k.test."), served));
  EXPECT_GE(late.serial("k.test."), 1'700'000'000u + 365 * 86400) << "the time, when it is ahead again";
}

TEST(Serials, OfWhoDiesYoungDoNotGoBackEither) {
  ModelFiles disk;
  Life life(disk);
  life.list("cluster", cluster_services(1, 1));
  for (int i = 0; i < 500; ++i) life.upsert(cluster_services(1, 1 + i % 2)[0]);
  life.pass(seconds(1));
  const auto killed = life.serial("k.test.");
  Life next(disk, seconds(2));
  EXPECT_TRUE(is_newer(next.serial("k.test."), killed)) << killed << " " << next.serial("k.test.");
}

TEST(Serials, OfAZoneThatLeavesAndComesBackGoOn) {
  ModelFiles disk;
  Life life(disk);
  life.list("cluster", cluster_services(1, 1));
  for (int i = 0; i < 100; ++i) life.upsert(cluster_services(1, 1 + i % 2)[0]);
  const auto last = life.serial("k.test.");
  life.configure("registries: {local: {type: file, path: x.yaml}}\nzones: [{name: l.test, registry: local}]");
  life.configure(Life::kConfig);
  EXPECT_TRUE(is_newer(life.serial("k.test."), last));
}

}  // namespace
}  // namespace signpost::test
