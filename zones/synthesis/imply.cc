#include "zones/synthesis/imply.h"

#include <algorithm>

namespace signpost {
namespace {

bool hosts_are_addresses(const BlockDraft& draft) {
  const auto count = draft.v4.size();
  if (count == 0 || !draft.v6.empty() || !draft.hosts.empty() || draft.plain_v6 != 0) return false;
  if (draft.plain_v4 != count || draft.host_v4.size() != count || draft.members.size() != count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (draft.host_v4[i] != draft.v4[i].octets || draft.members[i].share != draft.v4[i].share) return false;
  }
  return true;
}

/// Member i has records [i * ports, (i + 1) * ports), of the same port numbers as member 0.
bool records_are_regular(const BlockDraft& draft, std::size_t ports) {
  if (draft.srv.size() != draft.members.size() * ports) return false;
  for (std::size_t i = 0; i < draft.members.size(); ++i) {
    if (draft.members[i].srv_first != i * ports || draft.members[i].srv_count != ports) return false;
    for (std::size_t k = 0; k < ports; ++k) {
      const auto& srv = draft.srv[i * ports + k];
      if (srv.host != i || srv.member != i || srv.weight != draft.v4[i].share ||
          srv.port != draft.srv[k].port)
        return false;
    }
  }
  return true;
}

/// Which of a member's records belongs to the port, the same one for each member; `ports`: none is.
std::size_t record_of(const BlockDraft& draft, const PortSet& port, std::size_t ports) {
  const auto record = std::size_t{draft.port_srv[port.first]};
  if (port.count != draft.members.size() || record >= ports) return ports;
  for (std::size_t i = 0; i < port.count; ++i) {
    if (draft.port_srv[port.first + i] != i * ports + record) return ports;
  }
  return record;
}

}  // namespace

bool imply(BlockDraft& draft) {
  if (!hosts_are_addresses(draft)) return false;
  const auto ports = std::size_t{draft.members[0].srv_count};
  if (!records_are_regular(draft, ports)) return false;
  std::vector<std::uint16_t> records;
  for (const auto& port : draft.ports) {
    records.push_back(static_cast<std::uint16_t>(record_of(draft, port, ports)));
    if (records.back() == ports) return false;
  }
  draft.implied = true;
  draft.port_srv.clear();
  for (std::size_t k = 0; k < ports; ++k) draft.port_srv.push_back(draft.srv[k].port);
  for (std::size_t i = 0; i < records.size(); ++i) {
    draft.ports[i].first = records[i];
    draft.ports[i].count = 1;
  }
  draft.plain_v4 = 0;
  draft.host_v4.clear();
  draft.members.clear();
  draft.srv.clear();
  return true;
}

}  // namespace signpost
