// EndpointSlices as octets: the part of packed.h that there are most of.
#include <algorithm>
#include <array>
#include <cstring>

#include "backends/kubernetes/packed.h"

namespace signpost::kubernetes {
namespace {

// The flag octet of a slice.
constexpr std::uint8_t kWeighted = 1;
constexpr std::uint8_t kOfCluster = 2;

// The flag octet of an endpoint: its health in two bits.
constexpr std::uint8_t kHealthMask = 3;
constexpr std::uint8_t kV6 = 4;
constexpr std::uint8_t kOnNode = 8;
constexpr std::uint8_t kSameZone = 16;  // as the endpoint before
constexpr std::uint8_t kNamed = 32;
constexpr std::uint8_t kOfPod = 64;
constexpr std::uint8_t kMore = 128;  // another flag octet follows
constexpr std::uint8_t kForZones = 1;
constexpr std::uint8_t kPortRange = 2;
constexpr std::uint8_t kLeaving = 4;

/// How many octets both begin with.
std::size_t shared(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

}  // namespace

std::string_view Packer::pack(const SliceRecord& record) {
  clear();
  zone_ = 0;
  first_port_ = 0;
  port_count_ = static_cast<std::uint16_t>(record.ports.size());
  host_name_.clear();
  pod_.clear();
  body_ +=
      static_cast<char>((record.weight != 1 ? kWeighted : 0) | (!record.cluster.empty() ? kOfCluster : 0));
  ports(record.ports);
  if (record.weight != 1) real(record.weight);
  if (!record.cluster.empty()) word(pool_.take(pool_.get(record.cluster)));
  number(record.endpoints.size());
  for (const auto& one : record.endpoints) endpoint(one);
  return finish();
}

void Packer::endpoint(const EndpointRecord& endpoint) {
  const auto zone = pool_.take(endpoint.zone);
  const auto host_name = endpoint.host_name.text();
  const auto pod = endpoint.pod.text();
  const bool for_zones = !endpoint.for_zones.text().empty();
  const bool range = endpoint.first_port != first_port_ || endpoint.port_count != port_count_;
  const auto more =
      (for_zones ? kForZones : 0) | (range ? kPortRange : 0) | (endpoint.leaving ? kLeaving : 0);
  const auto octets = endpoint.address.octets();
  body_ += static_cast<char>(static_cast<unsigned>(endpoint.health) | (endpoint.address.is_v6() ? kV6 : 0U) |
                             (!endpoint.node.text().empty() ? kOnNode : 0U) |
                             (zone == zone_ ? kSameZone : 0U) | (!host_name.empty() ? kNamed : 0U) |
                             (!pod.empty() ? kOfPod : 0U) | (more != 0 ? kMore : 0U));
  if (more != 0) body_ += static_cast<char>(more);
  for (const auto octet : octets) body_ += static_cast<char>(octet);
  if (!endpoint.node.text().empty()) word(pool_.take(endpoint.node));
  if (zone == zone_) {
    pool_.drop(zone);
  } else {
    word(zone);
    zone_ = zone;
  }
  const auto name = [this](std::string& before, std::string_view text) {
    const auto same = shared(before, text);
    number(same);
    this->text(text.substr(same));
    before = text;
  };
  if (!host_name.empty()) name(host_name_, host_name);
  if (!pod.empty()) name(pod_, pod);
  if (for_zones) word(pool_.take(endpoint.for_zones));
  if (range) {
    number(first_port_ = endpoint.first_port);
    number(port_count_ = endpoint.port_count);
  }
}

SliceReader::SliceReader(std::string_view record, const Words& pool) : in_(record, pool) {
  const auto flags = in_.octet();
  ports_ = in_.ports();
  port_count_ = static_cast<std::uint16_t>(ports_.size());
  if ((flags & kWeighted) != 0) weight_ = in_.real();
  if ((flags & kOfCluster) != 0) cluster_ = in_.word();
  left_ = in_.number();
}

bool SliceReader::next(EndpointView& view) {
  if (left_ == 0) return false;
  --left_;
  const auto flags = in_.octet();
  const auto more = (flags & kMore) != 0 ? in_.octet() : std::uint8_t{0};
  view = {};
  view.health = static_cast<Health>(flags & kHealthMask);
  view.leaving = (more & kLeaving) != 0;
  view.address = (flags & kV6) != 0 ? in_.v6() : in_.v4();
  if ((flags & kOnNode) != 0) view.node = in_.word();
  if ((flags & kSameZone) == 0) zone_ = in_.word();
  view.zone = zone_;
  const auto name = [this](std::string& before) -> std::string_view {
    before.resize(in_.number());
    before += in_.text();
    return before;
  };
  if ((flags & kNamed) != 0) view.host_name = name(host_name_);
  if ((flags & kOfPod) != 0) view.pod = name(pod_);
  if ((more & kForZones) != 0) view.for_zones = in_.word();
  if ((more & kPortRange) != 0) {
    first_port_ = static_cast<std::uint16_t>(in_.number());
    port_count_ = static_cast<std::uint16_t>(in_.number());
  }
  view.first_port = first_port_;
  view.port_count = port_count_;
  return true;
}

}  // namespace signpost::kubernetes
