// Objects and lists of any size in bounded memory (K25).
#include <gtest/gtest.h>
#include <malloc.h>

#include "backends/kubernetes/reflector.h"
#include "backends/kubernetes/splitters.h"
#include "tests/backends/kubernetes/faults/ignoring_sink.h"
#include "tests/backends/kubernetes/faults/shell.h"

namespace signpost::kubernetes {
namespace {

class Sizes : public Shell {};

TEST_F(Sizes, K25_AThousandEndpointsInOneSlice) {
  Lines addresses;
  for (int i = 0; i < 1000; ++i)
    addresses.push_back("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  put_slice("cart-1", "cart", addresses);
  follow();
  go_live();
  EXPECT_NE(sink.services().front().find("| 10.1.3.249 up"), std::string::npos);
  const auto all = sink.services().front();
  EXPECT_EQ(std::count(all.begin(), all.end(), '|'), 1000);
  addresses.pop_back();
  put_slice("cart-1", "cart", addresses);
  EXPECT_TRUE(until([&] { return sink.services().front().find("10.1.3.249") == std::string::npos; }));
}

TEST_F(Sizes, K25_ALargeListComesCompressedInPages) {
  const tests::Labels label{{"padding", std::string(200, 'x')}};
  for (int i = 0; i < 1200; ++i) put_service("s" + std::to_string(i), "10.97.0.1", label);
  follow();
  go_live();
  EXPECT_EQ(sink.world.size(), 1201U);
  EXPECT_GE(api.compressed, 1U);
}

TEST(ListStream, K25_AListOf30MegabytesPassesThroughAFewHundredKilobytes) {
  Words words;
  follow::Counts counts;
  IgnoringSink sink;
  Reflector reflector(Resource::Services, 135s, sink, words, counts, Random(1));
  Monotonic now{1000s};
  ASSERT_TRUE(reflector.next(now));
  reflector.head({200, "application/json", ""}, now);
  const auto item = tests::service("cart", 7).insert(1, R"("padding":")" + std::string(500, 'x') + "\",");
  std::string chunk;
  for (int i = 0; i < 20; ++i) chunk += item + ",";
  const auto in_use = [] { return mallinfo2().uordblks + mallinfo2().hblkhd; };
  reflector.body(R"({"kind":"List","metadata":{"resourceVersion":"9"},"items":[)", now);
  reflector.body(chunk, now);
  const auto before = in_use();
  std::size_t most = 0;
  for (int i = 0; i < 2000; ++i) {
    ASSERT_EQ(reflector.body(chunk, now), follow::HttpNext::Continue);
    if (i % 100 == 0) most = std::max(most, in_use());
  }
  EXPECT_LE(most, before + 512 * 1024);
  reflector.body(item + "]}", now);
  reflector.end("", now);
  EXPECT_EQ(counts.value("resource_lists"), 1U);
}

}  // namespace
}  // namespace signpost::kubernetes
