// Records packed and read again, tables and pools.
#include "backends/kubernetes/packed.h"

#include <map>
#include <set>

#include <gtest/gtest.h>

#include "backends/kubernetes/id_index.h"
#include "backends/kubernetes/tables.h"
#include "dns/base/random.h"

namespace signpost::kubernetes {
namespace {

std::string text_of(const EndpointView& one) {
  std::string text = one.address.to_string() + " " + std::string(to_string(one.health)) + " " +
                     std::to_string(one.first_port) + "+" + std::to_string(one.port_count);
  for (const auto word : {one.host_name, one.node, one.zone, one.for_zones, one.pod})
    text.append("/").append(word);
  return one.leaving ? text + " leaving" : text;
}

std::string text_of(const EndpointRecord& one) {
  return text_of(EndpointView{one.address, one.health, one.first_port, one.port_count, one.host_name.text(),
                              one.node.text(), one.zone.text(), one.for_zones.text(), one.pod.text(),
                              one.leaving});
}

/// A choice of words, so that neighbours often share them; of the pool or of another.
EndpointRecord endpoint(Random& random, Words& pool) {
  EndpointRecord record;
  const auto octet = [&] { return static_cast<std::uint8_t>(random.below(256)); };
  record.address = random.below(3) == 0
                       ? IpAddress::v6({0xfd, 0, octet(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, octet(), octet()})
                       : IpAddress::v4({10, octet(), octet(), octet()});
  record.health = static_cast<Health>(random.below(4));
  record.leaving = random.below(4) == 0;
  record.first_port = static_cast<std::uint16_t>(random.below(2));
  record.port_count = static_cast<std::uint16_t>(random.below(2));
  const auto word = [&](const char* stem, std::uint64_t of) {
    return random.below(3) == 0 ? Word() : pool.get(stem + std::to_string(random.below(of)));
  };
  record.host_name = word("web-", 1000);
  record.node = word("node-", 300);
  record.zone = word("zone-", 3);
  record.for_zones = word("zone-", 3);
  record.pod = word("web-6d4cf56db6-", 100000);
  return record;
}

TEST(Packed, SlicesComeBackAsTheyWere) {
  const std::uint64_t seed = 5;
  Random random(seed);
  Words pool;
  Words strange;
  for (int round = 0; round < 300; ++round) {
    SliceRecord record;
    if (random.below(2) == 0) record.weight = static_cast<double>(random.below(1000)) / 7;
    if (random.below(2) == 0) record.cluster = "c" + std::to_string(random.below(3));
    record.ports = {{"http", 8080, Protocol::Tcp}, {"", 65535, Protocol::Sctp}};
    for (auto left = random.below(200); left > 0; --left) {
      record.endpoints.push_back(endpoint(random, random.below(2) == 0 ? pool : strange));
    }
    Packer packer(pool);
    const auto packed = std::string(packer.pack(record));
    SliceReader reader(packed, pool);
    EXPECT_EQ(reader.weight(), record.weight);
    EXPECT_EQ(reader.cluster(), record.cluster);
    EXPECT_EQ(reader.ports(), record.ports);
    EndpointView view;
    for (const auto& one : record.endpoints) {
      ASSERT_TRUE(reader.next(view)) << "seed " << seed << " round " << round;
      ASSERT_EQ(text_of(view), text_of(one)) << "seed " << seed << " round " << round;
    }
    EXPECT_FALSE(reader.next(view));
    hold_words(packed, pool);
    EXPECT_TRUE(packer.pack(record) == packed) << "seed " << seed << " round " << round;
    drop_words(packed, pool);
  }
  EXPECT_EQ(pool.size(), 0U);
}

TEST(Packed, ServicesComeBackAsTheyWere) {
  Words pool;
  Packer packer(pool);
  ServiceRecord record;
  record.kind = ServiceKind::VirtualIp;
  record.cluster_ips = {*IpAddress::parse("10.0.0.1"), *IpAddress::parse("fd00::1")};
  record.ports = {{"dns", 53, Protocol::Udp}};
  EXPECT_EQ(unpack_service(packer.pack(record), pool), record);
  record.publish_not_ready = true;
  record.external_ips = {*IpAddress::parse("192.0.2.1")};
  record.external_hosts = {"lb.example.org", ""};
  record.traffic_distribution = "PreferSameZone";
  record.wishes = {config::Answer{config::AnswerMode::Sample, 300}, 0, config::HealthPolicy::Any};
  record.group_key = "zone";
  record.group_weights = {{"v1", 0.25}, {"v2", 0}};
  EXPECT_EQ(unpack_service(packer.pack(record), pool), record);
  ServiceRecord alias;
  alias.kind = ServiceKind::Alias;
  alias.external_name = std::string(300, 'x');
  EXPECT_EQ(unpack_service(packer.pack(alias), pool), alias);
}

TEST(Packed, AnEndpointIsSevenOctets) {
  Words pool;
  Packer packer(pool);
  SliceRecord record;
  const auto zone = pool.get("zone-a");
  for (std::uint8_t i = 0; i < 100; ++i) {
    EndpointRecord one;
    one.address = IpAddress::v4({10, 0, 0, i});
    one.node = pool.get("node-" + std::to_string(i % 10));
    one.zone = zone;
    record.endpoints.push_back(one);
  }
  EXPECT_LE(packer.pack(record).size(), 100U * 6 + 25);
}

TEST(Words, OfAnotherPoolAreTakenByTheirText) {
  Words pool;
  Words other;
  const auto word = other.get("zone-a");
  const auto id = pool.take(word);
  EXPECT_EQ(pool.text(id), "zone-a");
  EXPECT_EQ(pool.take(pool.get("zone-a")), id);
  pool.drop(id);
  EXPECT_EQ(pool.size(), 1U);
  pool.drop(id);
  EXPECT_EQ(pool.size(), 0U);
  EXPECT_EQ(pool.text(pool.take(Word())), "");
}

TEST(IdIndex, FindsWhatIsInAndNothingElse) {
  const std::uint64_t seed = 7;
  Random random(seed);
  IdIndex index;
  std::map<Id, Hash> model;
  for (int i = 0; i < 200000; ++i) {
    const auto id = static_cast<Id>(random.below(3000));
    const auto known = model.find(id);
    if (known == model.end()) {
      const auto hash = static_cast<Hash>(random.below(500) * 1000003);  // many of one hash
      index.add(hash, id);
      model[id] = hash;
    } else {
      index.remove(known->second, id);
      model.erase(known);
    }
  }
  EXPECT_EQ(index.size(), model.size());
  for (Id id = 0; id < 3000; ++id) {
    const auto known = model.find(id);
    const auto hash = known == model.end() ? Hash{0} : known->second;
    const auto found = index.find(hash, [&](Id at) { return at == id; });
    EXPECT_EQ(found, known == model.end() ? kNoId : id) << "seed " << seed;
  }
}

TEST(PodUses, KeepAllSlicesOfAPod) {
  PodUses uses;
  const auto slices = [&](Hash pod) {
    std::multiset<Id> all;
    uses.for_each(pod, [&](Id slice) { all.insert(slice); });
    return all;
  };
  uses.add(1, 10);
  uses.add(1, 11);
  uses.add(2, 10);
  uses.add(1, 10);
  EXPECT_EQ(slices(1), (std::multiset<Id>{10, 10, 11}));
  uses.remove(1, 10);
  uses.remove(1, 11);
  EXPECT_EQ(slices(1), (std::multiset<Id>{10}));
  uses.remove(1, 10);
  EXPECT_EQ(slices(1), std::multiset<Id>{});
  EXPECT_EQ(slices(2), (std::multiset<Id>{10}));
}

}  // namespace
}  // namespace signpost::kubernetes
