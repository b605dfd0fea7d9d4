#include "zones/snapshot/owners.h"

#include <span>

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
  append(out, std::span(&block.members()[srv.member].share, 1));
  if (srv.host != Block::kSelf) out += text(block.label(block.hosts()[srv.host].label));
}

void add_service(const Block& block, OwnerTypes& types) {
  if (!block.v4().empty()) append(types[RRType::A], block.v4());
  if (!block.v6().empty()) append(types[RRType::AAAA], block.v6());
  for (const auto& srv : block.srv()) append_srv(types[RRType::SRV], block, srv);
  if (!block.txt().empty()) types[RRType::TXT] = text(block.txt());
}

void add_host_addresses(const Block& block, const Host& host, OwnerTypes& types) {
  if (host.v4_count > 0) append(types[RRType::A], block.host_v4().subspan(host.v4_first, host.v4_count));
  if (host.v6_count > 0) append(types[RRType::AAAA], block.host_v6().subspan(host.v6_first, host.v6_count));
}

/// Its glue is part of a delegation: whoever asks for NS gets it.
void add_static(const Block& block, OwnerTypes& types) {
  for (const auto& set : block.sets()) types[set.type] = text(block.records().subspan(set.at, set.octets));
  for (const auto& glue : block.glue())
    types[RRType::NS] += text(block.records().subspan(glue.at, glue.octets));
}

}  // namespace

std::map<std::string, OwnerTypes> owners_of(const Block& block) {
  std::map<std::string, OwnerTypes> owners;
  if (block.kind() == BlockKind::Pending || block.kind() == BlockKind::Absent) return owners;
  auto& service = owners[""];
  if (block.kind() == BlockKind::Alias) service[RRType::CNAME] = text(block.alias());
  if (block.kind() == BlockKind::Static || block.kind() == BlockKind::Apex) add_static(block, service);
  if (block.kind() != BlockKind::Answers) return owners;
  add_service(block, service);
  for (const auto& host : block.hosts())
    add_host_addresses(block, host, owners[text(block.label(host.label))]);
  for (const auto& node : block.instances()) {
    const auto& host = block.hosts()[node.host];
    auto label = text(block.label(host.label)) + "-p" + std::to_string(node.port);
    label[0] = static_cast<char>(label.size() - 1);
    auto& types = owners[label];
    add_host_addresses(block, host, types);
    if (const auto txt = block.txt_at(node.txt); !txt.empty()) types[RRType::TXT] = text(txt);
  }
  for (const auto& port : block.ports()) {
    const auto protocol = text(block.label(port.protocol_label));
    owners[protocol];
    auto& content = owners[text(block.label(port.label)) + protocol][RRType::SRV];
    for (const auto index : block.port_srv().subspan(port.first, port.count)) {
      append_srv(content, block, block.srv()[index]);
    }
  }
  return owners;
}

}  // namespace signpost
