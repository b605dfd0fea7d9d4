#include "zones/snapshot/owners.h"

#include <span>

#include "zones/snapshot/selection.h"

namespace signpost {
namespace {

template <class T>
void append(std::string& out, std::span<const T> data) {
  out.append(reinterpret_cast<const char*>(data.data()), data.size_bytes());
}

std::string text(std::span<const std::uint8_t> octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

void append_srv(std::string& out, const Block& block, const Srv& srv) {
  append(out, std::span(&srv.port, 1));
  append(out, std::span(&srv.weight, 1));
  const auto share = block.member_shares()[srv.member];
  append(out, std::span(&share, 1));
  LabelRoom room;
  if (srv.host != Block::kSelf) out += text(block.host_label(srv.host, room));
}

void add_service(const Block& block, OwnerTypes& types) {
  if (!block.v4().empty()) append(types[RRType::A], block.v4());
  if (!block.v6().empty()) append(types[RRType::AAAA], block.v6());
  for (std::size_t member = 0; block.has_srv() && member < block.member_count(); ++member) {
    for (std::size_t i = 0; i < block.srv_count(member); ++i)
      append_srv(types[RRType::SRV], block, block.srv(member, i));
  }
  if (!block.txt().empty()) types[RRType::TXT] = text(block.txt());
}

void add_host_addresses(const HostAddresses& host, OwnerTypes& types) {
  if (!host.v4.empty()) append(types[RRType::A], host.v4);
  if (!host.v6.empty()) append(types[RRType::AAAA], host.v6);
}

/// Its glue is part of a delegation: whoever asks for NS gets it.
void add_static(const Block& block, OwnerTypes& types) {
  for (const auto& set : block.sets()) types[set.type] = text(block.records().subspan(set.at, set.octets));
  for (const auto& glue : block.glue())
    types[RRType::NS] += text(block.records().subspan(glue.at, glue.octets));
}

void add_ports(const Block& block, std::map<std::string, OwnerTypes>& owners) {
  for (const auto& port : block.ports()) {
    const auto protocol = text(block.label(port.protocol_label));
    owners[protocol];
    auto& content = owners[text(block.label(port.label)) + protocol][RRType::SRV];
    const auto records = block.records_of(port);
    for (std::size_t i = 0; i < records.size(); ++i) append_srv(content, block, records[i]);
  }
}

/// What a name answers that means some of the instances.
void add_selected(const Selection& selection, OwnerTypes& types) {
  const auto& block = selection.instances();
  const auto counts = selection.count();
  if (!block.txt().empty()) append(types[RRType::TXT] = text(block.txt()), std::span(&counts, 1));
  if (selection.is_whole()) {
    if (selection.matches_whole()) add_service(block, types);
    return;
  }
  const auto& selectors = selection.selectors();
  for (std::size_t i = 0; i < selectors.row_count(); ++i) {
    const auto row = selectors.row(block, i);
    if (!selection.matches(row.combo)) continue;
    const auto add = [&](RRType type, std::span<const std::uint8_t> octets) {
      append(types[type] += text(octets), std::span(&row.share, 1));
    };
    if (row.v4 != SelectorRow::kNone) add(RRType::A, block.v4()[row.v4].octets);
    if (row.v6 != SelectorRow::kNone) add(RRType::AAAA, block.v6()[row.v6].octets);
    if (row.member == SelectorRow::kNone) continue;
    for (std::size_t k = 0; k < block.srv_count(row.member); ++k)
      append_srv(types[RRType::SRV], block, block.srv(row.member, k));
  }
}

/// Names with one word each; those with several, and `prefer`, say nothing new.
void add_words(const Block& block, std::map<std::string, OwnerTypes>& owners) {
  const auto& instances = block.inner() == nullptr ? block : *block.inner();
  const auto selectors = instances.selectors();
  for (std::size_t i = 0; i < selectors.word_count(); ++i) {
    const auto word = selectors.word(i);
    if (word.key == SelectorKey::Near || (word.key == SelectorKey::Zone && !instances.has_topology()))
      continue;
    auto above = std::string(label_of(word.key));
    owners[above];
    if (word.key == SelectorKey::Zone) owners[above = "\x03pin" + above];
    const auto owner = text(word.labels) + above;
    const Selection selection(block, {reinterpret_cast<const std::uint8_t*>(owner.data()), owner.size()});
    add_selected(selection, owners[owner]);
  }
}

}  // namespace

std::map<std::string, OwnerTypes> owners_of(const Block& block) {
  std::map<std::string, OwnerTypes> owners;
  if (block.kind() == BlockKind::Pending || block.kind() == BlockKind::Absent) return owners;
  auto& service = owners[""];
  if (block.kind() == BlockKind::Alias) service[RRType::CNAME] = text(block.alias());
  if (block.kind() == BlockKind::Static || block.kind() == BlockKind::Apex) add_static(block, service);
  if (block.kind() == BlockKind::Alias) add_ports(block, owners);
  if (block.kind() != BlockKind::Answers) return owners;
  add_service(block, service);
  LabelRoom room;
  for (std::size_t host = 0; host < block.host_count(); ++host)
    add_host_addresses(block.host_addresses(host), owners[text(block.host_label(host, room))]);
  for (const auto& node : block.instances()) {
    auto label = text(block.host_label(node.host, room)) + "-p" + std::to_string(node.port);
    label[0] = static_cast<char>(label.size() - 1);
    auto& types = owners[label];
    add_host_addresses(block.host_addresses(node.host), types);
    if (const auto txt = block.txt_at(node.txt); !txt.empty()) types[RRType::TXT] = text(txt);
  }
  add_ports(block, owners);
  add_words(block, owners);
  return owners;
}

}  // namespace signpost
