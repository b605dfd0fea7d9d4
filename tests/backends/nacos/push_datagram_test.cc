// What a stranger may send to the port of UDP pushes: read for a name, or refused.
#include "backends/nacos/push_datagram.h"

#include <string>

#include <boost/beast/zlib/deflate_stream.hpp>
#include <gtest/gtest.h>

#include "dns/base/random.h"

namespace signpost::nacos::test {
namespace {

/// Gzip as Java writes it, or with more in its head; without a check sum that anybody looks at.
std::string gzip(const std::string& text, int flags = 0, const std::string& more = {}) {
  namespace zlib = boost::beast::zlib;
  std::string deflated(text.size() + 1000, '\0');
  zlib::z_params params;
  params.next_in = text.data();
  params.avail_in = text.size();
  params.next_out = deflated.data();
  params.avail_out = deflated.size();
  zlib::deflate_stream stream;
  boost::system::error_code error;
  stream.write(params, zlib::Flush::finish, error);
  EXPECT_EQ(error, zlib::error::end_of_stream);
  std::string head("\x1f\x8b\x08\0\0\0\0\0\0\0", 10);
  head[3] = static_cast<char>(flags);
  return head + more + deflated.substr(0, params.total_out) + std::string(8, '\0');
}

std::string push(const std::string& data, const std::string& type = "dom") {
  return R"({"type":")" + type + R"(","data":")" + data + R"(","lastRefTime":1234567890123456789})";
}

/// "GROUP/name acknowledgement", or "refused".
std::string read(const std::string& octets) {
  const auto said = read_push_datagram(octets);
  return said ? said->service.group + "/" + said->service.name + " " + said->acknowledgement : "refused";
}

const std::string kAck = R"({"type":"push-ack","lastRefTime":"1234567890123456789","data":""})";

TEST(PushDatagram, TellsTheServiceAndWhatToAnswer) {
  EXPECT_EQ(read(push(R"({\"name\":\"orders@@cart\",\"hosts\":[]})")), "orders/cart " + kAck);
  EXPECT_EQ(read(push(R"({\"name\":\"cart\",\"groupName\":\"g\"})", "service")), "g/cart " + kAck);
  EXPECT_EQ(read(push(R"({\"dom\":\"x\",\"name\":\"cart\"})")), "DEFAULT_GROUP/cart " + kAck);
  EXPECT_EQ(read(R"({"lastRefTime":"7","data":"{\"name\":\"a@@b\"}","type":"dom"})"),
            R"(a/b {"type":"push-ack","lastRefTime":"7","data":""})");
}

TEST(PushDatagram, LooksAtTheTopAlone) {
  EXPECT_EQ(
      read(push(R"({\"hosts\":[{\"name\":\"wrong\"}],\"metadata\":{\"name\":\"wrong\"},\"name\":\"a@@b\"})")),
      "a/b " + kAck);
  EXPECT_EQ(read(push(R"({\"hosts\":[{\"name\":\"wrong\"}]})")), "refused");
}

TEST(PushDatagram, ReadsGzipWithAnyHead) {
  const auto text = push(R"({\"name\":\"a@@b\",\"padding\":\")" + std::string(2000, 'x') + R"(\"})");
  EXPECT_EQ(read(gzip(text)), "a/b " + kAck);
  EXPECT_EQ(read(gzip(text, 4, std::string("\x03\0abc", 5))), "a/b " + kAck);
  EXPECT_EQ(read(gzip(text, 8 | 16 | 2, std::string("name\0comment\0hc", 15))), "a/b " + kAck);
}

TEST(PushDatagram, A15_A17_RefusesEverythingElse) {
  const auto good = push(R"({\"name\":\"a@@b\"})");
  for (const auto& octets :
       {std::string(), std::string("x"), std::string("[]"), std::string("7"), std::string("{}"),
        std::string(R"({"type":"dom"})"), std::string(60000, '['), push("7"), push("not JSON"), push("{}"),
        push(R"({\"name\":7.5})"), push(R"({\"name\":\"a@@\"})"), push(R"({\"name\":\"a@@b\"})", "push-ack"),
        good + "x", std::string("\x1f\x8b"), gzip(std::string(2U << 20U, ' ') + good),
        gzip(good, 8, "a name without an end")}) {
    EXPECT_EQ(read(octets), "refused") << octets.substr(0, 60);
  }
}

TEST(PushDatagram, A17_CutAndDamagedOctetsAreNoDanger) {
  Random random(20261121);
  for (const auto& good : {push(R"({\"name\":\"a@@b\"})"), gzip(push(R"({\"name\":\"a@@b\"})"))}) {
    for (std::size_t size = 0; size < good.size(); ++size) {
      const auto cut = read(good.substr(0, size));
      if (size + 8 < good.size()) {  // gzip ends with 8 octets nobody reads
        EXPECT_EQ(cut, "refused") << size;
      }
    }
    for (int i = 0; i < 20000; ++i) {
      auto damaged = good;
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
      damaged[random.below(damaged.size())] = static_cast<char>(random.below(256));
      read(damaged);
    }
  }
}

}  // namespace
}  // namespace signpost::nacos::test
