// The names of a service under a zone, and who gets a name that several want (DESIGN.md section 2,
// nacos.md 1.1).
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dns/base/random.h"
#include "zones/synthesis/names.h"

namespace signpost::names {
namespace {

config::Zone zone(std::string name = "nacos.internal") {
  config::Zone one;
  one.name = std::move(name);
  return one;
}
ServiceKey nacos(std::string name, std::string group = "DEFAULT_GROUP", std::string space = "public") {
  return {"nacos", std::move(space), std::move(group), std::move(name)};
}

std::string text_of(const Spellings& all) {
  std::string text;
  for (const auto& spelling : all.names) {
    text += std::string(to_string(spelling.form)) + ' ' + spelling.name.to_string() +
            (spelling.exact ? " exact" : "") + '\n';
  }
  for (const auto& why : all.refused) text += "refused " + why + '\n';
  return text;
}
std::string spell(const ServiceKey& key, Layout layout = Layout::Nacos) {
  return text_of(spellings(key, layout, zone()));
}

TEST(NacosSpellings, DefaultNamespaceAndGroupHaveAllForms) {
  EXPECT_EQ(spell(nacos("cart")),
            "full cart.default-group.public.nacos.internal. exact\n"
            "group cart.default-group.nacos.internal. exact\n"
            "bare cart.nacos.internal. exact\n");
}

TEST(NacosSpellings, OtherGroupsAndNamespacesHaveFewer) {
  EXPECT_EQ(spell(nacos("Cart", "orders")),
            "full cart.orders.public.nacos.internal.\ngroup cart.orders.nacos.internal.\n");
  EXPECT_EQ(spell(nacos("cart", "DEFAULT_GROUP", "Staging_1")),
            "full cart.default-group.staging-1.nacos.internal.\n");
}

TEST(NacosSpellings, DefaultsAreTheZones) {
  auto one = zone();
  one.default_group = "Orders";
  one.default_namespace = "prod";
  EXPECT_EQ(text_of(spellings(nacos("cart", "Orders", "prod"), Layout::Nacos, one)),
            "full cart.orders.prod.nacos.internal.\ngroup cart.orders.nacos.internal.\nbare "
            "cart.nacos.internal. exact\n");
  EXPECT_EQ(text_of(spellings(nacos("cart", "orders", "prod"), Layout::Nacos, one)),
            "full cart.orders.prod.nacos.internal. exact\ngroup cart.orders.nacos.internal. exact\n");
}

TEST(NacosSpellings, WhatCannotBeSpelledIsRefusedWithItsReason) {
  EXPECT_EQ(spell(nacos("cart", "__")),
            "refused nacos/public/__/cart, full form: '__' has no letter and no digit to make a name of\n"
            "refused nacos/public/__/cart, group form: '__' has no letter and no digit to make a name of\n");
}

TEST(NacosSpellings, OriginalAndDotsAreKept) {
  const auto all = spellings(nacos("com.acme.Cart"), Layout::Nacos, zone());
  ASSERT_EQ(all.names.size(), 3u);
  EXPECT_EQ(all.names[0].original, "com.acme.Cart.DEFAULT_GROUP.public");
  EXPECT_EQ(all.names[2].original, "com.acme.Cart");
  EXPECT_EQ(all.names[2].dots_in_original, 2);
  EXPECT_EQ(spellings(nacos(std::string(300, '.') + "a"), Layout::Nacos, zone()).names[0].dots_in_original,
            255);
}

TEST(KubernetesSpellings, AreTheSpecifiedOneAndNeverFolded) {
  const auto key = [](std::string name, std::string space) {
    return ServiceKey{"cluster", std::move(space), "", std::move(name)};
  };
  EXPECT_EQ(spell(key("cart", "shop"), Layout::Kubernetes), "full cart.shop.svc.nacos.internal. exact\n");
  EXPECT_EQ(spell(key("a--b", "1"), Layout::Kubernetes), "full a--b.1.svc.nacos.internal. exact\n");
  for (const char* bad : {"Cart", "a.b", "-a", "a-", "a_b", ""}) {
    EXPECT_EQ(spellings(key(bad, "shop"), Layout::Kubernetes, zone()).names.size(), 0u) << bad;
    EXPECT_EQ(spellings(key("cart", bad), Layout::Kubernetes, zone()).refused.size(), 1u) << bad;
  }
  EXPECT_EQ(spell(key("Cart", "shop"), Layout::Kubernetes),
            "refused cluster/shop/Cart, full form: 'Cart' is not a DNS label\n");
}

TEST(FileSpellings, DotsMakeMoreLabels) {
  const ServiceKey key{"local", "", "", "api.Cart"};
  EXPECT_EQ(spell(key, Layout::File), "full api.cart.nacos.internal.\n");
  EXPECT_EQ(text_of(spellings(key, Layout::File, zone("."))), "full api.cart.\n");
}

TEST(LongNames, AreRefusedWhenSomethingBelowWouldExceed255Octets) {
  // 3 labels of 63 with length octets are 192; "demo" and the root 6; 47 below: 10 are left, so a label of 9.
  const auto name = std::string(63, 'a') + '.' + std::string(63, 'b') + '.' + std::string(63, 'c') + '.';
  const auto spelled = [&](std::size_t more, std::size_t derived = kDerivedOctets) {
    return spellings({"local", "", "", name + std::string(more, 'd')}, Layout::File, zone("demo"), derived);
  };
  ASSERT_EQ(spelled(9).names.size(), 1u);
  auto longest = spelled(9).names[0].name;
  EXPECT_TRUE(longest.prepend(std::string(kDerivedOctets - 1, 'x')));
  EXPECT_EQ(longest.size(), kNameOctetsMax);
  ASSERT_EQ(spelled(10).refused.size(), 1u);
  EXPECT_NE(spelled(10).refused[0].find("would have 256 octets, and 255 are legal"), std::string::npos)
      << spelled(10).refused[0];
  EXPECT_EQ(spelled(9, kDerivedOctets + 1).names.size(), 0u);
  EXPECT_EQ(spelled(60).names.size(), 0u);
}

TEST(LongNames, TheBareFormMayFitWhereTheFullDoesNot) {
  // Bare: 64 + 64 + 68 for the zone + 47 = 243 octets; group: 14 more.
  const auto name = std::string(63, 'a') + '.' + std::string(63, 'b');
  const auto all = spellings(nacos(name), Layout::Nacos, zone(std::string(63, 'z') + ".zz"));
  ASSERT_EQ(all.names.size(), 1u);
  EXPECT_EQ(all.names[0].form, Form::Bare);
  EXPECT_EQ(all.refused.size(), 2u);
}

TEST(DerivedOctets, CountPortsAndHostNames) {
  ServiceState state;
  state.ports = {{"http", 80, Protocol::Tcp}};
  EXPECT_EQ(derived_octets(state), kDerivedOctets);
  state.ports = {{std::string(62, 'a'), 80, Protocol::Sctp}};
  EXPECT_EQ(derived_octets(state), 1u + 63 + 1 + 5);  // _aaa._sctp
  state.ports.clear();
  state.instances.resize(1);
  state.instances[0].host_name = std::string(63, 'h');
  EXPECT_EQ(derived_octets(state), 64u);
}

/// The claim of a service on the name that `form` gives it.
struct Owned {
  ServiceKey key;
  Form form;
  Spelling spelling;
  std::size_t registry;
};
Owned claim(ServiceKey key, Form form, std::size_t registry = 0) {
  auto all = spellings(key, Layout::Nacos, zone());
  const auto found =
      std::find_if(all.names.begin(), all.names.end(), [&](const auto& one) { return one.form == form; });
  EXPECT_NE(found, all.names.end());
  return {key, form, *found, registry};
}
Claim claim_of(const Owned& owned) { return {owned.spelling, owned.key, owned.registry}; }

TEST(PrecedenceOnOneName, FollowsTheDesign_A18) {
  const struct {
    Owned first, second;
    Precedence rule;
  } cases[] = {
      {claim(nacos("Cart"), Form::Bare, 0), claim(nacos("cart"), Form::Full, 1), Precedence::Registry},
      // a.b.<zone>: service a in group b comes before service a.b.
      {claim(nacos("a", "b"), Form::Group), claim(nacos("a.b"), Form::Bare), Precedence::Form},
      // a.b.public.<zone>: the namespace public, or a group of that name.
      {claim(nacos("a", "b"), Form::Full), claim(nacos("a.b", "public"), Form::Group), Precedence::Form},
      {claim(nacos("Cart"), Form::Group), claim(nacos("cart", "default-group"), Form::Group),
       Precedence::DefaultGroup},
      {claim(nacos("a..b"), Form::Full), claim(nacos("a.b", "Default_Group"), Form::Full),
       Precedence::DefaultGroup},
      {claim(nacos("a", "b.c"), Form::Group), claim(nacos("a.b", "c"), Form::Group), Precedence::Dots},
      {claim(nacos("A", "b.c"), Form::Group), claim(nacos("a.b", "c"), Form::Group), Precedence::Dots},
      {claim(nacos("cart"), Form::Bare), claim(nacos("CART"), Form::Bare), Precedence::Exact},
      {claim(nacos("cart", "orders"), Form::Full), claim(nacos("cart", "Orders"), Form::Full),
       Precedence::Exact},
      {claim(nacos("CART"), Form::Bare), claim(nacos("Cart"), Form::Bare), Precedence::Bytes},
      {claim(nacos("a_b", "Orders"), Form::Full), claim(nacos("a_b", "orders"), Form::Full),
       Precedence::Bytes},
  };
  for (const auto& [first, second, rule] : cases) {
    SCOPED_TRACE(first.key.to_string() + " before " + second.key.to_string());
    if (rule != Precedence::Registry) {
      EXPECT_EQ(first.spelling.name, second.spelling.name);
    }
    EXPECT_TRUE(precedes(claim_of(first), claim_of(second)));
    EXPECT_FALSE(precedes(claim_of(second), claim_of(first)));
    EXPECT_EQ(compare(claim_of(first), claim_of(second)).second, rule);
    EXPECT_EQ(compare(claim_of(second), claim_of(first)).second, rule);
  }
  const auto same = claim(nacos("cart"), Form::Bare);
  EXPECT_EQ(compare(claim_of(same), claim_of(same)),
            std::pair(std::strong_ordering::equal, Precedence::Same));
}

TEST(PrecedenceOnOneName, DoesNotDependOnTheTimeOfArrival) {
  std::vector<Owned> claims;
  for (const char* name : {"cart", "Cart", "CART", "cart_", "_cart", "c.art", "c..art"}) {
    for (const char* group : {"DEFAULT_GROUP", "default-group", "Default.Group"})
      claims.push_back(claim(nacos(name, group), Form::Full));
  }
  const auto order = [](auto list) {
    std::sort(list.begin(), list.end(),
              [](const Owned& a, const Owned& b) { return precedes(claim_of(a), claim_of(b)); });
    std::vector<ServiceKey> keys;
    for (const auto& one : list) keys.push_back(one.key);
    return keys;
  };
  const auto expected = order(claims);
  EXPECT_EQ(expected.front(), nacos("cart"));
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    std::shuffle(claims.begin(), claims.end(), Random(seed));
    EXPECT_EQ(order(claims), expected) << "seed " << seed;
  }
}

}  // namespace
}  // namespace signpost::names
