#include "backends/nacos/service_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include "backends/nacos/json_values.h"
#include "backends/nacos/mend.h"

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
  void set(Field field, const Json& value) {
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
        if (!value.is_null()) ++host_.metadata_left_out;
        break;
      case Field::Other:
        break;
    }
  }
  void begin_metadata() {
    host_.metadata.clear();
    octets_ = 0;
  }
  void add_metadata(const std::string& key, const Json& value) {
    if (value.is_null()) return;
    auto text = as_text(value);
    const bool fits =
        text.size() <= kMetadataValueMost && octets_ + key.size() + text.size() <= kMetadataMost;
    if (value.is_structured() || !fits) {
      ++host_.metadata_left_out;
      return;
    }
    octets_ += key.size() + text.size();
    host_.metadata.emplace_back(key, std::move(text));
  }
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

/// Takes what the parser meets. Where it is, is a path of at most five steps; whatever else is deep is
/// skipped.
class Reader : public nlohmann::json_sax<Json> {
 public:
  explicit Reader(ServiceAt at) : at_(at) {}

  bool null() override { return value(nullptr); }
  bool boolean(bool said) override { return value(said); }
  bool number_integer(std::int64_t said) override { return value(said); }
  bool number_unsigned(std::uint64_t said) override { return value(said); }
  bool number_float(double said, const std::string&) override { return value(said); }
  bool string(std::string& said) override { return value(std::move(said)); }
  bool binary(Json::binary_t&) override { return false; }
  bool key(std::string& said) override {
    if (skipping_ == 0) key_ = std::move(said);
    if (skipping_ == 0 && place_ == Place::Host) field_ = field_of(key_);
    return true;
  }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

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

  bool value(Json said) {
    if (skipping_ != 0) return true;
    switch (place_) {
      case Place::Before:
        return false;  // the body is no object
      case Place::Head:
        note_hosts(at_ != ServiceAt::Member);
        if (at_ == ServiceAt::Member && key_ == "serviceInfo") has_info_ = false;
        head_[key_] = std::move(said);
        break;
      case Place::Info:
        note_hosts(true);
        info_[key_] = std::move(said);
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
    }
    return true;
  }
  /// A value that is no array takes the place of an earlier array.
  void note_hosts(bool here) {
    if (here && is_list()) has_hosts_ = false;
  }
  bool is_list() const {
    return at_ == ServiceAt::Admin ? key_ == "data" || key_ == "list" : key_ == "hosts";
  }

  bool open(bool object) {
    if (skipping_ != 0) {
      ++skipping_;
      return true;
    }
    const bool in_service = place_ == Place::Info || (place_ == Place::Head && at_ != ServiceAt::Member);
    if (place_ == Place::Before) {
      if (!object) return false;
      place_ = Place::Head;
    } else if (place_ == Place::Head && at_ == ServiceAt::Member && key_ == "serviceInfo" && object) {
      place_ = Place::Info;
      has_info_ = true;
      has_hosts_ = false;
      info_ = Json::object();
    } else if (in_service && is_list() && !object) {
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
      value(object ? Json::object() : Json::array());
      skipping_ = 1;
    }
    return true;
  }

  bool close() {
    if (skipping_ != 0) {
      --skipping_;
      return true;
    }
    switch (place_) {
      case Place::Metadata:
        host_.end_metadata();
        place_ = Place::Host;
        break;
      case Place::Host:
        service_.hosts.push_back(host_.take());
        place_ = Place::Hosts;
        break;
      case Place::Hosts:
        place_ = outside_;
        break;
      default:
        place_ = Place::Head;
        break;
    }
    return true;
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

std::optional<ServiceBody> read_strictly(std::string_view text, ServiceAt at) {
  Reader reader(at);
  if (!Json::sax_parse(text, &reader)) return std::nullopt;
  return reader.take();
}

}  // namespace

std::optional<ServiceBody> read_service_body(std::string_view text, ServiceAt at) {
  auto body = read_strictly(text, at);
  if (body) return body;
  body = read_strictly(mend(text), at);
  if (body && body->service) body->service->repaired = true;
  return body;
}

}  // namespace signpost::nacos
