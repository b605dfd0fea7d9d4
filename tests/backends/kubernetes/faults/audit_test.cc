// Events that never came, and objects that a selector lets go.
#include "tests/backends/kubernetes/faults/shell.h"

namespace signpost::kubernetes {
namespace {

using tests::KubeStore;

class Audit : public Shell {
 protected:
  std::uint64_t drift() const {
    return count("drift", "services") + count("drift", "endpointslices") + count("drift", "namespaces");
  }
};

TEST_F(Audit, K24_ALostEventIsFoundRepairedAndCounted) {
  options.audit_interval = 400ms;
  put_service("old", "10.96.0.7");
  follow();
  go_live();
  ASSERT_TRUE(all_watch());
  ASSERT_TRUE(until([&] { return count("audits", "complete") >= 6; }));
  EXPECT_EQ(drift(), 0U);
  const auto lists = lists_of(tests::kServicesPath);
  api.store.remove(tests::kServicesPath, "shop", "old", KubeStore::Told::No);
  EXPECT_TRUE(sees({cart("10.0.0.1")}));
  EXPECT_TRUE(until([&] { return drift() == 1; })) << drift();
  api.store.put(tests::kServicesPath, "shop", "new", tests::service_rest("10.96.0.8"), {},
                KubeStore::Told::No);
  EXPECT_TRUE(sees({cart("10.0.0.1"), "shop/new ip 10.96.0.8 http:80"}));
  EXPECT_TRUE(until([&] { return drift() == 2; })) << drift();
  const auto audits = count("audits", "complete");
  ASSERT_TRUE(until([&] { return count("audits", "complete") >= audits + 6; }));
  EXPECT_EQ(drift(), 2U);
  EXPECT_TRUE(sink.live);
  EXPECT_GE(lists_of(tests::kServicesPath), lists);
}

TEST_F(Audit, K24_EventsDuringAuditsAreNoDrift) {
  options.audit_interval = 100ms;
  follow();
  go_live();
  ASSERT_TRUE(all_watch());
  for (int i = 0; i < 300 || count("audits", "complete") < 10; ++i) {
    ASSERT_LT(i, 3000);
    put_service("s" + std::to_string(i % 40), "10.97.0." + std::to_string(i % 250));
    if (i % 3 == 0) remove_service("s" + std::to_string((i * 7) % 40));
    if (i % 5 == 0) put_slice("cart-1", "cart", {"10.0.0." + std::to_string(i % 250)});
    io.run_for(1ms);
  }
  EXPECT_EQ(drift(), 0U);
  put_slice("cart-1", "cart", {"10.0.0.2"});
  EXPECT_TRUE(until([&] { return sink.services().front() == cart("10.0.0.2"); }));
  EXPECT_EQ(sink.world.size(), api.store.objects(tests::kServicesPath).size());
}

/// Events of two objects in the wrong order: the version of the watch has passed the second one, so only a
/// comparison finds it.
TEST_F(Audit, K22_K24_WhatTheWrongOrderCostIsRepaired) {
  options.audit_interval = 400ms;
  follow();
  go_live();
  ASSERT_TRUE(all_watch());
  api.store.put(tests::kServicesPath, "shop", "first", tests::service_rest("10.96.0.5"), {},
                KubeStore::Told::No);
  put_service("second", "10.96.0.6");
  EXPECT_TRUE(
      sees({cart("10.0.0.1"), "shop/first ip 10.96.0.5 http:80", "shop/second ip 10.96.0.6 http:80"}));
}

class Selection : public Shell {
 protected:
  void label(const std::string& team) {
    api.store.put(tests::kServicesPath, "shop", "cart", tests::service_rest("10.96.0.1"), {{"team", team}});
    api.wake();
  }
};

TEST_F(Selection, K33_WhatLeavesASelectorIsDeleted) {
  options.labels = "team=shop";
  label("shop");
  put_service("other", "10.96.0.9", {{"team", "else"}});
  follow();
  go_live();
  EXPECT_EQ(sink.services(), Lines{"shop/cart ip 10.96.0.1 http:80"});  // its slice has no such label
  ASSERT_TRUE(all_watch());
  label("else");
  EXPECT_TRUE(sees({}));
  label("shop");
  EXPECT_TRUE(sees({"shop/cart ip 10.96.0.1 http:80"}));
}

TEST_F(Selection, K33_ANamespaceThatLeavesItsSelectorTakesItsServicesAlong) {
  options.namespace_labels = "dns=on";
  const auto mark = [&](const std::string& value) {
    api.store.put(tests::kNamespacesPath, "", "shop", R"("spec":{})", {{"dns", value}});
    api.wake();
  };
  mark("on");
  follow();
  go_live();
  EXPECT_EQ(sink.services().front(), cart("10.0.0.1"));
  ASSERT_TRUE(all_watch());
  mark("off");
  EXPECT_TRUE(until([&] { return services().empty(); }));
  mark("on");
  EXPECT_TRUE(until([&] { return services() == Lines{cart("10.0.0.1")}; }));
}

TEST_F(Selection, K32_K33_NamedNamespacesAreWatchedEachByItself) {
  options.namespaces = {"shop", "bank"};
  api.store.put(tests::kServicesPath, "bank", "till", tests::service_rest("10.96.0.3"));
  api.store.put(tests::kServicesPath, "dark", "hidden", tests::service_rest("10.96.0.4"));
  follow();
  go_live();
  EXPECT_EQ(services(), (Lines{"bank/till ip 10.96.0.3 http:80", cart("10.0.0.1")}));
  EXPECT_EQ(api.asked({"/api/v1/services?"}), 0U) << "only what Roles of the two namespaces allow";
}

TEST_F(Audit, K38_OddObjectsAreServedWithoutTheirOddElements) {
  api.store.put(
      tests::kServicesPath, "shop", "odd",
      R"("spec":{"clusterIPs":["10.96.0.7","not an address","127.0.0.1"],"ports":[{"name":"http","port":80},)"
      R"({"name":"none","port":0},{"name":"large","port":65536},{"name":"word","port":"x"},null]})");
  api.store.put(
      tests::kSlicesPath, "shop", "odd-1",
      R"("addressType":"IPv4","endpoints":[{"addresses":["10.0.1.1"]},{"addresses":["10.0.1.1"]},)"
      R"({"addresses":["10.0.1.2"],"hostname":"Straße","conditions":null},{"addresses":[]},{"addresses":null},)"
      R"({"addresses":["169.254.169.254"]},null,7],"ports":[{"name":"http","port":8080},{"name":"q","port":null}])",
      {{"kubernetes.io/service-name", "odd"}});
  api.store.put(tests::kSlicesPath, "shop", "odd-2",
                R"("addressType":"FQDN","endpoints":[{"addresses":["db.example.org"]}],"ports":null)",
                {{"kubernetes.io/service-name", "odd"}});
  api.wake();
  follow();
  go_live();
  EXPECT_EQ(sink.services(),
            (Lines{cart("10.0.0.1"),
                   "shop/odd ip 10.96.0.7 http:80 | 10.0.1.1 up http:8080 | 10.0.1.2 up http:8080"}));
  EXPECT_GE(count("skipped", "port_number"), 2U);
}

}  // namespace
}  // namespace signpost::kubernetes
