#include "zones/answer/explain.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>

#include <fmt/format.h>

#include "config/report.h"
#include "zones/answer/explain_client.h"
#include "zones/answer/explain_pointers.h"
#include "zones/answer/locate.h"
#include "zones/answer/nearest.h"
#include "zones/answer/whole_answer.h"
#include "zones/policy/draw.h"
#include "zones/policy/policy.h"
#include "zones/policy/shares.h"
#include "zones/snapshot/selection.h"
#include "zones/synthesis/names.h"
#include "zones/synthesis/synthesise.h"
#include "zones/table/builder.h"

namespace signpost {
namespace {

template <class Range, class Text>
std::string joined(const Range& range, Text&& text) {
  std::string out;
  for (const auto& one : range) {
    if (!out.empty()) out += ", ";
    out += text(one);
  }
  return out;
}

ExplainedInstance explain_instance(const Instance& instance, const std::vector<Port>& service_ports,
                                   bool eligible, std::string why, double weight, double share_percent) {
  ExplainedInstance out;
  out.id = instance.id;
  std::vector<std::string> addresses;
  if (instance.v4) addresses.push_back(instance.v4->to_string());
  if (instance.v6) addresses.push_back(instance.v6->to_string());
  out.addresses = joined(addresses, [](const auto& a) { return a; });
  out.ports = joined(instance.ports.empty() ? service_ports : instance.ports, [](const Port& port) {
    return fmt::format("{}/{}{}{}", port.number, to_string(port.protocol), port.name.empty() ? "" : " ",
                       port.name);
  });
  out.health = to_string(instance.health);
  out.weight = weight > 0 ? weight : instance.weight;
  out.eligible = eligible;
  out.why = std::move(why);
  out.share_percent = share_percent;
  return out;
}

/// What is drawn: the shares of instances that answer, those of one address added up.
std::vector<std::uint32_t> drawn_shares(const ServiceState& state, const std::vector<std::uint32_t>& shares) {
  std::map<std::optional<IpAddress>, std::uint32_t> by_address;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const auto& instance = state.instances[i];
    if (shares[i] > 0) by_address[instance.v4 ? instance.v4 : instance.v6] += shares[i];
  }
  std::vector<std::uint32_t> out;
  for (const auto& [address, share] : by_address) out.push_back(share);
  return out;
}

/// Why a sample has fewer records than the configuration asks for; empty: it has as many, or nothing is
/// sampled.
std::string shrunk_sample(const HeldService& held, const std::vector<std::uint32_t>& shares) {
  const auto& answer = held.terms.answer;
  if (answer.mode != config::AnswerMode::Sample || held.state.kind != ServiceKind::Instances) return {};
  const auto drawn = drawn_shares(held.state, shares);
  const auto most = policy::sample_max(policy::ShareView(drawn, false));
  if (most >= answer.sample || most == drawn.size()) return {};
  const auto sum = std::accumulate(drawn.begin(), drawn.end(), std::uint64_t{0});
  return fmt::format(
      "`sample {}` answers {}: the largest share is {:.2f} %, and it is to be in each answer at most once",
      answer.sample, most, 100.0 * *std::max_element(drawn.begin(), drawn.end()) / static_cast<double>(sum));
}

/// A and AAAA draw among those that have the family.
bool has_family(const Instance& instance, RRType type) {
  if (type == RRType::A) return instance.v4.has_value();
  return type != RRType::AAAA || instance.v6.has_value();
}

/// What the answers of this type are drawn from, by instance.
std::vector<std::uint32_t> shares_of(const HeldService& held, RRType type) {
  auto weights = held.decision.weights;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!has_family(held.state.instances[i], type)) weights[i] = 0;
  }
  return policy::draw_shares(weights);
}

/// `address`: only the instances that have it.
ExplainedService explain_service(const HeldService& held, RRType type,
                                 const std::optional<IpAddress>& address) {
  ExplainedService out;
  const auto& state = held.state;
  out.key = state.key.to_string();
  out.zone = held.zone;
  out.names = held.names;
  out.losses = held.losses;
  out.wishes = held.wishes;
  const auto& decision = held.decision;
  const auto shares = shares_of(held, type);
  const auto sum = std::accumulate(shares.begin(), shares.end(), std::uint64_t{0});
  for (std::size_t i = 0; i < state.instances.size(); ++i) {
    if (address && state.instances[i].v4 != address && state.instances[i].v6 != address) continue;
    const auto percent = sum == 0 ? 0.0 : 100.0 * shares[i] / static_cast<double>(sum);
    out.instances.push_back(explain_instance(state.instances[i], state.ports,
                                             decision.verdicts[i] == policy::Verdict::Eligible,
                                             held.reasons[i], decision.weights[i], percent));
    if (decision.weights[i] > 0 && !has_family(state.instances[i], type))
      out.instances.back().why += type == RRType::A ? "; it has no IPv4 address" : "; it has no IPv6 address";
    if (i < held.groups.size()) out.instances.back().groups = held.groups[i];
    if (i < held.origins.size()) out.instances.back().origin = held.origins[i];
    if (i >= held.told) out.instances.back().why += "; held: the registry does not tell it any more";
  }
  for (const auto& one : held.left_out) {
    if (address && one.instance.v4 != address && one.instance.v6 != address) continue;
    out.instances.push_back(explain_instance(one.instance, {}, false, one.why, 0, 0));
    out.instances.back().origin = "member " + one.member;
  }
  out.remarks = held.notes;
  if (state.pending && !held.notes.empty()) {
    out.note = "registries that have not listed yet may know instances: SERVFAIL";
  } else if (state.pending) {
    out.note = "listed by the registry, its instances are not read yet: SERVFAIL";
  } else if (state.kind == ServiceKind::VirtualIp) {
    out.note = "answers with its virtual address: weights of instances cannot act";
  } else if (state.kind == ServiceKind::Alias) {
    out.note = "an alias of " + state.alias;
  } else if (state.kind == ServiceKind::Pods) {
    out.note = "the Pods of a namespace: each has a name by its address, whatever its health";
  } else if (decision.eligible == 0) {
    out.note = "no instance may answer";
  } else if (decision.all_weights_zero) {
    out.note = "all enabled instances have weight 0, so all count alike";
  } else if (decision.all_groups_zero) {
    out.note = "no enabled instance is in a group with a weight, so groups do not count";
  } else if (policy::srv_weights(decision.weights).coarse) {
    out.note = "SRV weights are rounded by more than 1 %";
  }
  if (!held.doubt.empty() && state.kind == ServiceKind::Instances)
    out.note = held.doubt + (out.note.empty() ? "" : "; " + out.note);
  const auto add = [&](std::string_view text) {
    out.note += out.note.empty() ? "" : "; ";
    out.note += text;
  };
  if (state.health_masked) add("its registry hides who is healthy: the protection threshold is reached");
  if (held.terms.locality == config::Locality::Prefer && decision.grouped)
    add("the shares of its groups come before the client's zone, so locality: prefer does not act");
  if (!held.check.empty()) add("its instances are checked: " + held.check);
  if (decision.all_checks_fail)
    add("the checks of all that may answer fail (or of all of one family), so there checks do not count");
  if (!held.txt_left_out.empty()) {
    add(fmt::format("TXT leaves out {}: a string has 255 octets at most, all of a TXT {}", held.txt_left_out,
                    kTxtOctetsMax));
  }
  if (const auto why = shrunk_sample(held, shares); !why.empty())
    out.note += (out.note.empty() ? "" : "; ") + why;
  if (!held.hold.empty()) out.note = held.hold + (out.note.empty() ? "" : "; " + out.note);
  return out;
}

/// The ancestor at which the look-up ended.
std::string nearest(const Snapshot& snapshot, const Name& name) {
  const auto folded = name.folded();
  return to_text(folded.wire().subspan(locate(snapshot, folded.wire()).prefix));
}

/// The name with its labels folded as those of registries are: `big_name.demo.internal` is served as
/// big-name.demo.internal. Nothing where that is the same, or no name.
std::optional<Name> as_registries_fold(const Name& name) {
  const auto asked = name.folded();
  const auto wire = asked.wire();
  std::string text;
  for (std::size_t at = 0; wire[at] != 0; at += 1U + wire[at]) {
    const std::string_view label(reinterpret_cast<const char*>(&wire[at + 1]), wire[at]);
    text += (label.starts_with('_') ? std::string(label) : names::fold_label(label)) + ".";
  }
  const auto folded = Name::parse(text);
  if (!folded || folded->to_string() == asked.to_string()) return std::nullopt;
  return *folded;
}

void explain_selection(const Snapshot& snapshot, const Name& folded, std::vector<std::string>& notes) {
  const auto located = locate(snapshot, folded.wire());
  if (located.block == nullptr || located.node.kind != NodeKind::Selected) return;
  const Selection selection(*located.block, folded.wire().first(located.prefix));
  if (selection.selectors().empty()) return;
  const auto counts = selection.count();
  notes.push_back(fmt::format("the words in front mean {} known instances, of which {} may answer",
                              counts.known, counts.answering));
}

void explain_slip(const Snapshot& snapshot, const Name& name, std::vector<std::string>& notes) {
  auto names = nearest_names(snapshot, name);
  if (names.empty()) return;
  for (auto& each : names) each = "`" + each + "`";
  notes.push_back("did you mean " + config::one_of({names.begin(), names.end()}) + "?");
}

Explanation look_up(const Snapshot& snapshot, const Name& name, RRType type) {
  Explanation out;
  out.question = name.to_string() + " " + type_text(type);
  const auto answer = whole_answer(snapshot, name, type);
  for (const auto& record : answer.records) {
    if (record.section == 0) out.records.push_back(record.to_string());
  }
  out.outcome = fmt::format("{}{}, {} record{}", rcode_text(answer.rcode), answer.authoritative ? " aa" : "",
                            out.records.size(), out.records.size() == 1 ? "" : "s");
  if (answer.rcode == Rcode::Refused) {
    out.notes.push_back("the name is outside all zones of this server");
    explain_slip(snapshot, name, out.notes);
  }
  explain_selection(snapshot, name.folded(), out.notes);
  const bool reverse = explain_pointers(snapshot, name.folded(), out.notes);
  if (answer.rcode == Rcode::NxDomain && !reverse) {
    const auto known = nearest(snapshot, name);
    out.notes.push_back(known == name.folded().to_string()
                            ? "the service is known, but its names do not exist while no endpoint is ready"
                            : "the nearest name that exists is " + known);
    const auto other = as_registries_fold(name);
    if (other && whole_answer(snapshot, *other, type).rcode == Rcode::NoError) {
      out.notes.push_back(
          other->to_string() +
          " exists: registries' names are host names here, with - for what is no letter, digit or -");
    } else {
      explain_slip(snapshot, name, out.notes);
    }
  }
  for (const auto& view : snapshot.zones) {
    if (!is_at_or_below(name.folded().wire(), view.zone->name.wire())) continue;
    if (view.cold)
      out.notes.push_back(view.zone->name.to_string() +
                          " is cold: a registry of it has not listed its services yet");
    if (view.restored)
      out.notes.push_back(view.zone->name.to_string() +
                          " answers from a state file: a registry of it has not been heard yet");
    if (view.stale)
      out.notes.push_back(view.zone->name.to_string() +
                          " is stale: a registry of it has not been heard for over 5 minutes");
  }
  return out;
}

}  // namespace

Explanation explain(const Snapshot& snapshot, const Found& found, const Name& name, RRType type,
                    const std::optional<IpAddress>& client) {
  auto out = look_up(snapshot, name, type);
  if (client) {
    auto notes = explain_client(snapshot, name, type, *client);
    out.depends_on_client = !notes.empty();
    std::move(notes.begin(), notes.end(), std::back_inserter(out.notes));
  }
  const auto range = names::parse_reverse(name.folded().wire());
  const auto address = range && range->complete() ? std::optional(range->first) : std::nullopt;
  if (!found.written.empty()) out.notes.push_back("static record, written in " + found.written);
  for (const auto& held : found.services) out.services.push_back(explain_service(held(), type, address));
  return out;
}

std::string to_text(const Explanation& explanation) {
  std::string out = explanation.question + "\n  " + explanation.outcome + "\n";
  const auto add = [&](std::string_view indent, const auto& lines) {
    for (const auto& line : lines) fmt::format_to(std::back_inserter(out), "{}{}\n", indent, line);
  };
  add("    ", explanation.records);
  add("  note: ", explanation.notes);
  for (const auto& service : explanation.services) {
    fmt::format_to(std::back_inserter(out), "{} in zone {}\n", service.key, service.zone);
    add("  answers at ", service.names);
    add("  lost ", service.losses);
    add("  wish: ", service.wishes);
    add("  note: ", service.remarks);
    if (!service.note.empty()) fmt::format_to(std::back_inserter(out), "  note: {}\n", service.note);
    for (const auto& i : service.instances) {
      fmt::format_to(std::back_inserter(out),
                     "  {:<4} {}  {}  [{}]  health {}  weight {:g}  share {:.2f} %: {}\n",
                     i.eligible ? "kept" : "out", i.id, i.addresses, i.ports, i.health, i.weight,
                     i.share_percent, i.why);
      if (!i.groups.empty()) fmt::format_to(std::back_inserter(out), "         in {}\n", i.groups);
      if (!i.origin.empty()) fmt::format_to(std::back_inserter(out), "         {}\n", i.origin);
    }
  }
  return out;
}

}  // namespace signpost
