#include "backends/nacos/service_reader.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "backends/nacos/json_scanner.h"
#include "backends/nacos/json_values.h"

namespace signpost::nacos {
namespace {

// Servers allow 1,024 octets an instance unless told otherwise (3.1), but nobody has to keep to that.
constexpr std::size_t kMetadataValueMost = 4096, kMetadataMost = 16384;

enum class Field : std::uint8_t { Other, Id, Ip, Port, Weight, Healthy, Enabled, Cluster, Metadata };

Field field_of(std::string_view key) {
  constexpr std::array<std::pair<std::string_view, Field>, 8> kFields{{{"instanceId", Field::Id},
                                                                       {"ip", Field::Ip},
                                                                       {"port", Field::Port},
                                                                       {"weight", Field::Weight},
                                                                       {"healthy", Field::Healthy},
                                                                       {"enabled", Field::Enabled},
                                                                       {"clusterName", Field::Cluster},
                                                                       {"metadata", Field::Metadata}}};
  for (const auto& [word, field] : kFields) {
    if (word == key) return field;
  }
  return Field::Other;
}

/// One host, member by member.
class HostBuilder {
 public:
  void begin() {
    host_ = Host();
    octets_ = 0;
  }
  void set(Field field, const JsonScalar& value) {
    switch (field) {
      case Field::Id:
        host_.instance_id = as_text(value);
        break;
      case Field::Ip:
        host_.ip = as_text(value);
        break;
      case Field::Port:
        host_.port = as_integer(value, -1);
        break;
      case Field::Weight:
        host_.weight = as_weight(value);
        break;
      case Field::Healthy:
        host_.healthy = as_flag(value, true);
        break;
      case Field::Enabled:
        host_.enabled = as_flag(value, true);
        break;
      case Field::Cluster:
        host_.cluster = as_text(value);
        break;
      case Field::Metadata:  // an object comes by begin_metadata()
        if (value.kind != JsonScalar::Kind::Null) ++host_.metadata_left_out;
        break;
      case Field::Other:
        break;
    }
  }
  /// An object or array is there, where none is expected.
  void set_structure(Field field) {
    if (field == Field::Metadata) ++host_.metadata_left_out;
    if (field == Field::Weight) host_.weight = std::nan("");
    if (field != Field::Metadata && field != Field::Weight) set(field, JsonScalar());
  }
  void begin_metadata() {
    host_.metadata.clear();
    octets_ = 0;
  }
  void add_metadata(const std::string& key, const JsonScalar& value) {
    if (value.kind == JsonScalar::Kind::Null) return;
    auto text = as_text(value);
    if (text.size() > kMetadataValueMost || octets_ + key.size() + text.size() > kMetadataMost) {
      return leave_out_metadata();
    }
    octets_ += key.size() + text.size();
    host_.metadata.emplace_back(key, std::move(text));
  }
  void leave_out_metadata() { ++host_.metadata_left_out; }
  /// The last of equal keys holds.
  void end_metadata() {
    auto& all = host_.metadata;
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    const auto kept = std::unique(all.rbegin(), all.rend(),
                                  [](const auto& a, const auto& b) { return a.first == b.first; });
    all.erase(all.begin(), kept.base());
  }
  Host take() { return std::move(host_); }

 private:
  Host host_;
  std::size_t octets_ = 0;
};

/// Takes what the scanner meets. Where it is, is a path of at most five steps; whatever else is deep is
/// skipped.
class Reader final : public JsonSink {
 public:
  explicit Reader(ServiceAt at) : at_(at) {}

  void key(std::string_view said) override {
    if (skipping_ != 0) return;
    if (place_ == Place::Host) {
      field_ = field_of(said);
    } else {
      key_ = said;
    }
  }
  void value(const JsonScalar& said) override {
    if (skipping_ != 0) return;
    switch (place_) {
      case Place::Before:
        break;
      case Place::Hosts:
        ++service_.hosts_not_objects;
        break;
      case Place::Host:
        host_.set(field_, said);
        break;
      case Place::Metadata:
        host_.add_metadata(key_, said);
        break;
      default:
        keep(to_json(said));
        break;
    }
  }
  void open(bool object) override {
    if (skipping_ != 0) {
      ++skipping_;
    } else if (!enter(object)) {
      pass_by(object);
      skipping_ = 1;
    }
  }
  void close() override {
    if (skipping_ != 0) {
      --skipping_;
    } else {
      leave();
    }
  }

  bool is_object() const noexcept { return place_ != Place::Before; }
  ServiceBody take() {
    ServiceBody body{std::move(head_), Error{"serviceInfo is missing"}};
    if (at_ != ServiceAt::Member) info_ = body.head;
    if (at_ == ServiceAt::Member && !has_info_) return body;
    if (!has_hosts_) {
      body.service = Error{"hosts of " + text_of(info_, "name") + " is null, missing or no array"};
      return body;
    }
    service_.service = service_name(text_of(info_, "groupName"), text_of(info_, "name"));
    service_.last_ref_time = integer_of(info_, "lastRefTime", 0);
    service_.cache_millis = integer_of(info_, "cacheMillis", 0);
    service_.threshold_reached = flag_of(info_, "reachProtectionThreshold", false);
    body.service = std::move(service_);
    return body;
  }

 private:
  enum class Place : std::uint8_t { Before, Head, Info, Hosts, Host, Metadata };

  bool is_list() const {
    return at_ == ServiceAt::Admin ? key_ == "data" || key_ == "list" : key_ == "hosts";
  }
  bool in_service() const {
    return place_ == Place::Info || (place_ == Place::Head && at_ != ServiceAt::Member);
  }
  /// A member of the head or of the service. A value that is no array takes the place of an earlier array.
  void keep(Json said) {
    if (in_service() && is_list()) has_hosts_ = false;
    if (place_ == Place::Head && at_ == ServiceAt::Member && key_ == "serviceInfo") has_info_ = false;
    (place_ == Place::Head ? head_ : info_)[key_] = std::move(said);
  }
  /// False: nobody reads what is in there.
  bool enter(bool object) {
    if (place_ == Place::Before && object) {
      place_ = Place::Head;
    } else if (place_ == Place::Head && at_ == ServiceAt::Member && key_ == "serviceInfo" && object) {
      place_ = Place::Info;
      has_info_ = true;
      has_hosts_ = false;
      info_ = Json::object();
    } else if (in_service() && is_list() && !object) {
      outside_ = std::exchange(place_, Place::Hosts);
      has_hosts_ = true;
      service_ = ServiceInfo();
    } else if (place_ == Place::Hosts && object) {
      place_ = Place::Host;
      host_.begin();
    } else if (place_ == Place::Host && field_ == Field::Metadata && object) {
      place_ = Place::Metadata;
      host_.begin_metadata();
    } else {
      return false;
    }
    return true;
  }
  void pass_by(bool object) {
    if (place_ == Place::Hosts) ++service_.hosts_not_objects;
    if (place_ == Place::Host) host_.set_structure(field_);
    if (place_ == Place::Metadata) host_.leave_out_metadata();
    if (place_ == Place::Head || place_ == Place::Info) keep(object ? Json::object() : Json::array());
  }
  /// A few octets of text are a Host of 150: what says nothing is only counted.
  void keep_host() {
    auto host = host_.take();
    if (host.ip.empty()) {
      ++service_.hosts_without_ip;
    } else if (service_.hosts.size() == kHostsMost) {
      ++service_.hosts_too_many;
    } else {
      service_.hosts.push_back(std::move(host));
    }
  }
  void leave() {
    if (place_ == Place::Metadata) {
      host_.end_metadata();
      place_ = Place::Host;
    } else if (place_ == Place::Host) {
      keep_host();
      place_ = Place::Hosts;
    } else {
      place_ = place_ == Place::Hosts ? outside_ : Place::Head;
    }
  }

  ServiceAt at_;
  Place place_ = Place::Before, outside_ = Place::Info;
  std::size_t skipping_ = 0;  // depth of what nobody reads
  std::string key_;
  Field field_ = Field::Other;
  bool has_info_ = false, has_hosts_ = false;
  Json head_ = Json::object(), info_ = Json::object();
  HostBuilder host_;
  ServiceInfo service_;
};

}  // namespace

std::optional<ServiceBody> read_service_body(std::string_view text, ServiceAt at) {
  Reader reader(at);
  JsonScanner scanner(text, reader);
  scanner.step(text.size());
  if (scanner.failed() || !reader.is_object()) return std::nullopt;
  auto body = reader.take();
  if (body.service) body.service->repaired = scanner.repaired();
  return body;
}

}  // namespace signpost::nacos
