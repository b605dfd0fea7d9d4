// Thousands of state files with damage inside and checksums that are right all the same: what is loaded is
// this file's state or the one before, never a mixture, and whatever it is can be asked anything.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/zones/table/restarts.h"
#include "zones/answer/dump.h"

namespace signpost::test {
namespace {

using state::tests::Disk;
using state::tests::ModelFiles;

struct Layout {
  const char* registry;
  std::size_t index;
  const char* key;  // of a service, without its number
  const char* zone;
};
constexpr Layout kLayouts[] = {{"cluster", 0, "cluster/ns//s", "k.test"},
                               {"nacos", 1, "nacos/public/DEFAULT_GROUP/s", "n.test"},
                               {"local", 2, "local///s", "l.test"}};
constexpr int kServices = 6;

/// A few of each kind of service, with everything that a state can have.
std::vector<ServiceState> services(const Layout& layout, int generation) {
  std::vector<ServiceState> all;
  for (int i = 0; i < kServices; ++i) {
    std::vector<Instance> has;
    for (int k = 1; k <= 3; ++k) {
      auto one = At("10.0." + std::to_string(i) + "." + std::to_string(10 * generation + k), 80, "http");
      one.also("fd00::" + std::to_string(k)).in_zone("a").of_version("v1").with_weight(k);
      one.with_metadata("team", "shop");
      has.push_back(one);
    }
    all.push_back(TestWorld::service(layout.key + std::to_string(i), std::move(has)));
    all.back().ports = {{"http", 80, Protocol::Tcp}};
  }
  all[1].kind = ServiceKind::VirtualIp;
  all[1].virtual_ips = {*IpAddress::parse("10.9.0.1")};
  all[2].kind = ServiceKind::Alias;
  all[2].alias = "www.example.org";
  all[3].group_weights = {{"v1", 90}, {"v2", 10}};
  all[3].wishes.answer = config::Answer{config::AnswerMode::Sample, 2};
  all[3].external_ips = {*IpAddress::parse("192.0.2.1")};
  all[4].metadata = {{"a", "b"}, {"team", "shop"}};
  return all;
}

void spoil(std::string& octets, Random& random) {
  if (octets.empty()) return;
  for (auto changes = 1 + random.below(3); changes > 0; --changes) {
    const auto at = random.below(octets.size());
    switch (random.below(4)) {
      case 0:
        octets[at] = static_cast<char>(octets[at] ^ (1 << random.below(8)));
        break;
      case 1:
        octets[at] = static_cast<char>(random.next());
        break;
      case 2:
        octets.erase(at, 1);
        if (octets.empty()) return;
        break;
      default:
        octets.insert(at, 1, static_cast<char>(random.next()));
    }
  }
}

/// The newest file of the disk with damage in one or two services; its checksums are right. Which they are.
std::set<std::string> damage(Disk& disk, const std::string& file, Random& random) {
  const auto image = *state::read_image(disk.at(file));
  auto records = state::records_of(image);
  std::set<std::string> touched;
  std::vector<std::string> packed;
  for (const auto& record : records) packed.emplace_back(record.packed);
  for (auto which = 1 + random.below(2); which > 0; --which) {
    const auto at = random.below(records.size());
    auto& key = records[at].key;
    touched.insert(key.name);
    std::string* parts[] = {&packed[at], &packed[at], &packed[at], &key.name, &key.space};
    spoil(*parts[random.below(std::size(parts))], random);
    touched.insert(key.name);
  }
  state::Records spoilt;
  for (std::size_t i = 0; i < records.size(); ++i) spoilt.add(records[i].key, packed[i]);
  std::string octets;
  state::Writer writer(image.meta, [&](std::string_view some) { octets += some; });
  writer.add(spoilt);
  writer.finish();
  disk[file] = octets;
  return touched;
}

/// Everything that people and clients ask.
void ask_everything(Life& life, const Layout& layout) {
  std::size_t lines = 0;
  (void)dump(life.store, layout.zone, [&](std::string_view text) { lines += text.size(); });
  for (int i = 0; i < kServices; ++i) {
    const auto name = std::string("s") + std::to_string(i) +
                      (layout.index == 0 ? ".ns.svc.k.test." : std::string(".") + layout.zone + ".");
    for (const auto* type : {" A", " AAAA", " SRV", " TXT", " ANY"}) (void)life.dig(name + type);
    (void)life.draw(name + " A");
    (void)life.world.find(*Name::parse(name));
  }
  (void)life.world.status();
}

class DamagedState : public testing::TestWithParam<Layout> {};

TEST_P(DamagedState, IsTheOneStateOrTheOther) {
  const auto& layout = GetParam();
  const std::uint64_t seed = Random::from_kernel().next();
  SCOPED_TRACE(seed);
  Random random(seed);
  ModelFiles files;
  {
    Life life(files);
    life.list(layout.registry, services(layout, 1));
    life.pass(std::chrono::seconds(1));
    life.list(layout.registry, services(layout, 2)).regain(layout.registry);
    life.pass(std::chrono::seconds(6));
  }
  const auto newest = std::string(layout.registry) + ".b";
  ASSERT_EQ(state::read_meta(files.seen().at(newest))->generation, 2u);
  int before = 0, this_one = 0;
  for (int image = 0; image < 1700; ++image) {
    auto disk = files.seen();
    const auto touched = damage(disk, newest, random);
    ModelFiles damaged(disk);
    Life life(damaged, std::chrono::seconds(10));
    ASSERT_EQ(life.status(layout.index).phase, RegistryPhase::Snapshot);
    std::set<std::string> generations;  // by the addresses of services that nobody touched
    for (int i : {0, 5}) {
      const auto name = "s" + std::to_string(i);
      if (touched.contains(name)) continue;
      const auto text = life.dig(name + (layout.index == 0 ? ".ns.svc." : ".") + layout.zone + ". A");
      for (const auto* number : {".11", ".21"}) {
        if (text.find(std::to_string(i) + number) != std::string::npos) generations.insert(number);
      }
    }
    EXPECT_LE(generations.size(), 1u) << "mixed";
    life.refused.empty() ? ++this_one : ++before;
    ask_everything(life, layout);
  }
  EXPECT_GT(before, 100);
  EXPECT_GT(this_one, 100) << "an address may be any";
  RecordProperty("loaded", this_one);
}
INSTANTIATE_TEST_SUITE_P(Layouts, DamagedState, testing::ValuesIn(kLayouts),
                         [](const auto& one) { return std::string(one.param.registry); });

}  // namespace
}  // namespace signpost::test
