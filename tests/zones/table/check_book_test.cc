#include "zones/table/check_book.h"

#include <gtest/gtest.h>

namespace signpost {
namespace {

ServiceState service(std::initializer_list<const char*> addresses) {
  ServiceState state;
  state.ports = {{"admin", 9000, Protocol::Udp}, {"http", 8080, Protocol::Tcp}, {"ops", 8081, Protocol::Tcp}};
  for (const auto* text : addresses) {
    Instance instance;
    instance.id = text;
    const auto address = *IpAddress::parse(text);
    (address.is_v4() ? instance.v4 : instance.v6) = address;
    state.instances.push_back(instance);
  }
  return state;
}

class CheckBookTest : public testing::Test {
 protected:
  CheckBookTest() {
    book.on_wanted([this](std::string who, std::vector<checks::Target> targets) {
      wanted[who] = std::move(targets);
      ++calls;
    });
  }
  std::vector<std::string> spelled(const std::string& who) {
    std::vector<std::string> out;
    for (const auto& target : wanted[who]) out.push_back(target.to_string());
    return out;
  }
  void follow(ServiceId id, const ServiceState& state, const char* zone = "a") {
    book.follow(id, zone, state, &check, allow);
  }
  std::string failing(const ServiceState& state, std::size_t i) {
    return book.words(state, &check, allow).at(i).failing;
  }
  std::string unasked(const ServiceState& state, std::size_t i) {
    return book.words(state, &check, allow).at(i).unasked;
  }
  checks::Change fails(const char* address) {
    return {{*IpAddress::parse(address), 8080, check.way}, true, "Connection refused"};
  }
  checks::Change passes(const char* address) {
    return {{*IpAddress::parse(address), 8080, check.way}, false, ""};
  }

  config::Check check;
  std::vector<config::Prefix> allow;
  std::map<std::string, std::vector<checks::Target>> wanted;
  int calls = 0;
  CheckBook book;
};

TEST_F(CheckBookTest, AsksTheFirstTcpPortOfEachAddressOnce) {
  follow(7, service({"10.1.0.2", "10.1.0.1", "10.1.0.1", "fd00::1"}));
  EXPECT_EQ(spelled("7/a"),
            (std::vector<std::string>{"tcp 10.1.0.1:8080", "tcp 10.1.0.2:8080", "tcp [fd00::1]:8080"}));
  follow(7, service({"10.1.0.1", "10.1.0.2", "fd00::1"}));
  EXPECT_EQ(calls, 1) << "the same again is not told again";
}

TEST_F(CheckBookTest, AsksThePortThatIsNamedOrNumbered) {
  auto state = service({"10.1.0.1", "10.1.0.2"});
  state.instances[1].ports = {{"http", 80, Protocol::Tcp}};
  check.port = "ops";
  follow(1, state);
  EXPECT_EQ(spelled("1/a"), std::vector<std::string>{"tcp 10.1.0.1:8081"});
  EXPECT_EQ(unasked(state, 1), "it has no port ops");
  check.port = "80";
  follow(1, state);
  EXPECT_EQ(spelled("1/a"), std::vector<std::string>{"tcp 10.1.0.2:80"});
  check.port = "";
  state.ports = {{"dns", 53, Protocol::Udp}};
  EXPECT_EQ(unasked(state, 0), "it has no TCP port");
}

TEST_F(CheckBookTest, NeverAsksWhatARegistryMustNotSendUsTo) {
  auto state = service({"127.0.0.1", "169.254.169.254", "10.1.0.1"});
  follow(1, state);
  EXPECT_EQ(spelled("1/a"), std::vector<std::string>{"tcp 10.1.0.1:8080"});
  EXPECT_EQ(unasked(state, 0),
            "127.0.0.1 is a loopback address, which is this machine; `checks.allow` may name it");
  EXPECT_NE(unasked(state, 1).find("credentials"), std::string::npos);
  allow = {*config::read_prefix("127.0.0.0/8")};
  follow(1, state);
  EXPECT_EQ(spelled("1/a"), (std::vector<std::string>{"tcp 10.1.0.1:8080", "tcp 127.0.0.1:8080"}));
}

TEST_F(CheckBookTest, DisabledInstancesAreNotAsked) {
  auto state = service({"10.1.0.1"});
  state.instances[0].enabled = false;
  follow(1, state);
  EXPECT_EQ(calls, 0);
  EXPECT_EQ(unasked(state, 0), "it is disabled");
}

TEST_F(CheckBookTest, AFailureIsOfAllThatHaveTheTarget) {
  const auto one = service({"10.1.0.1", "10.1.0.2"});
  const auto other = service({"10.1.0.1"});
  follow(1, one);
  follow(2, other);
  auto touched = book.take(fails("10.1.0.1"));
  std::sort(touched.begin(), touched.end());
  EXPECT_EQ(touched, (std::vector<ServiceId>{1, 2}));
  EXPECT_EQ(failing(one, 0), "tcp 10.1.0.1:8080: Connection refused");
  EXPECT_EQ(failing(one, 1), "");
  EXPECT_EQ(failing(other, 0), "tcp 10.1.0.1:8080: Connection refused");
  EXPECT_EQ(book.take(passes("10.1.0.1")).size(), 2u);
  EXPECT_EQ(failing(one, 0), "");
}

TEST_F(CheckBookTest, WordsThatChangeNothingTouchNobody) {
  follow(1, service({"10.1.0.1"}));
  EXPECT_TRUE(book.take(passes("10.1.0.1")).empty());
  EXPECT_TRUE(book.take(fails("10.1.0.9")).empty()) << "nobody has it";
}

TEST_F(CheckBookTest, WhatIsLetGoIsForgotten) {
  const auto state = service({"10.1.0.1"});
  follow(1, state);
  book.take(fails("10.1.0.1"));
  book.forget(1);
  EXPECT_TRUE(spelled("1/a").empty());
  follow(1, state);
  EXPECT_EQ(failing(state, 0), "");
}

TEST_F(CheckBookTest, AReloadKeepsWhatIsFollowedStillAndLetsGoOfTheRest) {
  const auto state = service({"10.1.0.1"});
  follow(1, state);
  follow(1, service({"10.1.0.5"}), "b");
  book.take(fails("10.1.0.1"));
  book.begin();
  follow(1, state);
  book.sweep();
  EXPECT_EQ(failing(state, 0), "tcp 10.1.0.1:8080: Connection refused");
  EXPECT_TRUE(spelled("1/b").empty());
  book.begin();
  book.sweep();
  EXPECT_TRUE(spelled("1/a").empty());
}

TEST_F(CheckBookTest, OverlaysOnlyWhoFails) {
  const auto state = service({"10.1.0.1", "10.1.0.2"});
  follow(1, state);
  policy::Candidates candidates{state};
  overlay(book.words(state, &check, allow), candidates);
  EXPECT_TRUE(candidates.overlays.empty());
  book.take(fails("10.1.0.2"));
  overlay(book.words(state, &check, allow), candidates);
  ASSERT_EQ(candidates.overlays.size(), 2u);
  EXPECT_FALSE(candidates.overlays[0].check_fails);
  EXPECT_TRUE(candidates.overlays[1].check_fails);
}

}  // namespace
}  // namespace signpost
