#include "zones/answer/locate.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "zones/snapshot/selection.h"

namespace signpost {
namespace {

using Label = std::span<const std::uint8_t>;  // length octet and text

bool same(Label a, Label b) noexcept { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

std::string_view text_of(Label label) noexcept {
  return {reinterpret_cast<const char*>(label.data()) + 1, label.size() - 1};
}

/// `10-0-0-1-p8080`: the exact inverse of what synthesis wrote, so no leading zeros.
Node instance_at(const Block& block, std::string_view label) noexcept {
  const auto dash = label.rfind("-p");
  if (dash == std::string_view::npos || dash + 2 == label.size() || label[dash + 2] == '0') return {};
  std::uint16_t port = 0;
  const auto digits = label.substr(dash + 2);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return {};
  LabelRoom room;
  room[0] = static_cast<std::uint8_t>(dash);
  std::copy_n(label.begin(), dash, room.begin() + 1);
  const auto all = block.instances();
  const auto host = all.empty() ? -1 : block.find_host({room.data(), dash + 1});
  if (host < 0) return {};
  const auto before = [](const InstanceNode& node, std::pair<int, int> wanted) {
    return std::pair<int, int>(node.host, node.port) < wanted;
  };
  const auto found = std::lower_bound(all.begin(), all.end(), std::pair<int, int>(host, port), before);
  if (found == all.end() || found->host != host || found->port != port) return {};
  return {NodeKind::Instance, static_cast<std::uint16_t>(found - all.begin())};
}

/// A label that starts with '_': `_tcp`, or `_version` of a selector.
Node infix(const Block& block, Label label) noexcept {
  for (const auto& port : block.ports()) {
    if (same(block.label(port.protocol_label), label)) return {NodeKind::Empty, 0};
  }
  const bool empty = is_selection(label) && Selection(block, label).kind() == Selection::Kind::Empty;
  return {empty ? NodeKind::Empty : NodeKind::None, 0};
}

/// Pods by their addresses.
Node dashed(const Block& block, Label label) noexcept {
  const auto address = parse_dashed(text_of(label));
  if (!address) return {};
  if (block.dashed() == Dashed::Any) return {NodeKind::Dashed, 0};
  const auto host = block.find_plain(*address);
  return host < 0 ? Node{} : Node{NodeKind::Host, static_cast<std::uint16_t>(host)};
}

/// `<cluster>.<service>` exists where a host is in the cluster.
bool is_cluster(const Block& block, Label label) noexcept {
  LabelRoom room;
  for (std::size_t host = 0; host < block.host_count(); ++host) {
    const auto labels = block.host_label(host, room);
    if (same(labels.subspan(labels[0] + 1u), label)) return true;
  }
  return false;
}

/// Out of line, like deeper(): the road to a service name shall not pay for their arrays.
[[gnu::noinline]] Node one_label(const Block& block, Label label) noexcept {
  if (label[1] == '_') return infix(block, label);
  if (block.dashed() != Dashed::Canonical) return dashed(block, label);
  if (block.host_labels() == 2) return {is_cluster(block, label) ? NodeKind::Empty : NodeKind::None, 0};
  if (const auto host = block.find_host(label); host >= 0)
    return {NodeKind::Host, static_cast<std::uint16_t>(host)};
  return instance_at(block, text_of(label));
}

/// Two labels and more that are no port.
[[gnu::noinline]] Node deeper(const Block& block, std::span<const std::uint8_t> prefix) noexcept {
  if (is_selection(prefix)) {
    const auto kind = Selection(block, prefix).kind();
    if (kind == Selection::Kind::None) return {};
    return {kind == Selection::Kind::Empty ? NodeKind::Empty : NodeKind::Selected, 0};
  }
  if (block.host_labels() != 2) return {};
  const auto host = block.find_host(prefix);
  return host < 0 ? Node{} : Node{NodeKind::Host, static_cast<std::uint16_t>(host)};
}

}  // namespace

Node node_at(const Block& block, std::span<const std::uint8_t> prefix) noexcept {
  if (prefix.empty()) return {NodeKind::Service, 0};
  const auto first = prefix.first(prefix[0] + 1u);
  const auto rest = prefix.subspan(first.size());
  if (rest.empty()) return one_label(block, first);
  if (first[1] == '_' && rest.size() == rest[0] + 1u) {
    for (std::size_t i = 0; i < block.ports().size(); ++i) {
      const auto& port = block.ports()[i];
      if (same(block.label(port.label), first) && same(block.label(port.protocol_label), rest)) {
        return {NodeKind::Port, static_cast<std::uint16_t>(i)};
      }
    }
  }
  return deeper(block, prefix);
}

namespace {

Located at_block(const Block& block, NameView name, std::size_t prefix) noexcept {
  const bool has_nodes = block.kind() == BlockKind::Answers || block.kind() == BlockKind::Alias;
  return {&block, prefix, has_nodes ? node_at(block, name.first(prefix)) : Node{}};
}

/// Static records come before all that is derived from a service further up (DESIGN.md section 2); what is
/// below a delegation or a DNAME is not ours.
bool is_last_word(const Located& found) noexcept {
  const auto& block = *found.block;
  return block.kind() == BlockKind::Static && (found.prefix == 0 || block.is_cut() || block.has_dname());
}

}  // namespace

Located locate(const Snapshot& snapshot, NameView name, const Block* candidate) noexcept {
  if (candidate != nullptr && !snapshot.nested) {
    // The first look-up below would be this one: no labels in front but those that never start a spelling.
    const auto prefix = underscored_octets(name);
    const bool first = prefix == 0 || !snapshot.underscored;
    if (first && candidate->is_spelled(name.subspan(prefix))) return at_block(*candidate, name, prefix);
  }
  std::array<std::uint8_t, kNameOctetsMax / 2 + 2> starts;
  std::size_t labels = 0;
  std::size_t at = 0;
  for (; name[at] != 0; at += name[at] + 1u) starts[labels++] = static_cast<std::uint8_t>(at);
  starts[labels] = static_cast<std::uint8_t>(at);  // the root, which may be a zone too
  Located located;
  for (auto i = labels > snapshot.labels_max ? labels - snapshot.labels_max : 0; i <= labels; ++i) {
    if (i < labels && name[starts[i] + 1u] == '_' && !snapshot.underscored) continue;
    const auto* block = snapshot.find(name.subspan(starts[i]));
    if (block == nullptr) continue;
    const auto found = at_block(*block, name, starts[i]);
    if (located.block == nullptr) {
      located = found;
      if (!snapshot.nested || is_last_word(found)) break;
    } else if (found.node.kind != NodeKind::None) {
      located = found;  // derived from a service further up: it comes first (DESIGN.md section 2)
    }
    if (block->kind() == BlockKind::Apex) break;
  }
  return located;
}

}  // namespace signpost
