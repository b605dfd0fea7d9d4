// `members` of a composed service: which registry's service, and which of its instances.
#include <algorithm>

#include <fmt/format.h>

#include "config/options.h"
#include "config/options_composed.h"

namespace signpost::config {

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kWordMax &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool must_be_word(Reader& reader, const Entry& entry) {
  if (!is_word(entry.key)) {
    reader.report.error(entry.key_mark,
                        fmt::format("{} is no key: printable octets without spaces, at most {}",
                                    in_quotes(entry.key), kWordMax));
    return false;
  }
  return true;
}

namespace {

Option<Member> select_option() {
  static constexpr std::string_view kTakes = "words that an instance must have: {version: v2}";
  const auto read = [](Reader& reader, const Node& node, Member& member) {
    if (!node.is_mapping() || node.entries.empty())
      return report_wrong(reader, "select", node, kTakes, node.is_mapping() ? "it is empty" : "");
    for (const auto& entry : node.entries) {
      if (!must_be_word(reader, entry)) continue;
      if (!entry.value.is_scalar() || !is_word(entry.value.scalar)) {
        report_wrong(reader, entry.key, entry.value, "one word without spaces");
        continue;
      }
      member.select.push_back({entry.key, entry.value.scalar});
    }
  };
  return Option<Member>{
      "select", std::string(kTakes), "",
      "Only the instances with all of these: version, zone, cluster, tag, or keys of their metadata.", read}
      .as(Form::Names, {}, 1);
}

void check_member(Reader& reader, const Node& written, Member& member) {
  const auto* registry = written.find("registry");
  const auto mark = registry != nullptr ? registry->value.mark : written.mark;
  member.place = reader.report.place(mark);
  const auto* select = written.find("select");
  if (select != nullptr && member.address == MemberAddress::ClusterIp) {
    reader.report.error(select->key_mark,
                        "`select` chooses among endpoints, and `address: cluster_ip` stands for them all; "
                        "leave out one");
  }
}

}  // namespace

const Table<Member>& member_table() {
  static const Table<Member> table{
      {
          option("registry", &Member::registry, text("the name of a registry", 63),
                 "Where the service is known.")
              .needed(),
          option("namespace", &Member::space, text("a namespace", 128),
                 "Its namespace. Kubernetes: needed. Nacos: not written, the zone's `default_namespace`."),
          option("group", &Member::group, text("a Nacos group", 128),
                 "Nacos: its group. Not written: the zone's `default_group`."),
          option("service", &Member::service, text("the name of a service", 512),
                 "Its name, as the registry spells it. It may come later.")
              .needed(),
          option("weight", &Member::weight, weight(),
                 "`combine: share`: its part of the answers, beside those of the other members."),
          option("address", &Member::address,
                 choice<MemberAddress>(
                     {{"endpoints", MemberAddress::Endpoints}, {"cluster_ip", MemberAddress::ClusterIp}}),
                 "Kubernetes. endpoints: the Pods, with their own ports. cluster_ip: the virtual address."),
          select_option(),
      },
      check_member};
  return table;
}

}  // namespace signpost::config
