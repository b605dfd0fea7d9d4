#include "backends/kubernetes/visitors.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace signpost::kubernetes {
namespace {

constexpr std::size_t kNameBytesMax = 253;  // a DNS subdomain, the longest name of an object
constexpr std::size_t kLabelBytesMax = 63;

std::uint64_t parse_revision(const JsonValue& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  std::uint64_t number = 0;
  if (text == nullptr) return 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  return error == std::errc{} && end == text->data() + text->size() ? number : 0;
}

EventType parse_event_type(std::string_view word) {
  if (word == "ADDED") return EventType::Added;
  if (word == "MODIFIED") return EventType::Modified;
  if (word == "DELETED") return EventType::Deleted;
  if (word == "BOOKMARK") return EventType::Bookmark;
  if (word == "ERROR") return EventType::Error;
  return EventType::Unknown;
}

int small_number(const JsonValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr && *number > 0 && *number < 1000000 ? static_cast<int>(*number) : 0;
}

}  // namespace

Result<IpAddress> usable_address(std::string_view text) {
  const auto address = IpAddress::parse(text);
  if (!address || address->unmapped() != *address) return Error{"address_invalid"};
  if (address->is_loopback() || address->is_link_local() || address->is_multicast() ||
      address->is_unspecified()) {
    return Error{"address_refused"};
  }
  return *address;
}

bool is_object_name(std::string_view text) noexcept {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= 0x20 || octet >= 0x7f || c == '/') return false;
  }
  return true;
}

std::string dns_label(std::string_view text) {
  if (text.empty() || text.size() > kLabelBytesMax || text.front() == '-' || text.back() == '-') return {};
  std::string label(text);
  for (char& c : label) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    if (!good) return {};
  }
  return label;
}

void ObjectVisitor::value(int field, const JsonValue& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  switch (field) {
    case kName:
      name_ = text != nullptr ? *text : "";
      break;
    case kNamespace:
      name_space_ = text != nullptr ? *text : "";
      break;
    case kRevision:
      revision_ = parse_revision(value);
      break;
    case kEventType:
      event_type_ = text != nullptr ? parse_event_type(*text) : EventType::Unknown;
      break;
    case kInitialEventsEnd:
      initial_events_end_ = text != nullptr && *text == "true";
      break;
    case kStatusCode:
      status_.code = small_number(value);
      break;
    case kStatusReason:
      status_.reason = text != nullptr ? *text : "";
      break;
    case kStatusMessage:
      status_.message = text != nullptr ? text->substr(0, 512) : "";
      break;
    case kStatusRetryAfter:
      status_.retry_after_s = small_number(value);
      break;
    case kStatusCause:
      status_.revision_too_large |= text != nullptr && *text == "ResourceVersionTooLarge";
      break;
    default:
      field_value(field, value);
  }
}

void ObjectVisitor::mismatch(int field) {
  if (field < kEventType || field > kStatusCause) field_mismatch(field);
}

void ObjectVisitor::skip(std::string_view reason) {
  const auto same = [&](const auto& one) { return one.first == reason; };
  const auto known = std::find_if(skipped_.begin(), skipped_.end(), same);
  if (known == skipped_.end()) {
    skipped_.emplace_back(reason, 1);
  } else {
    ++known->second;
  }
}

std::string ObjectVisitor::key() const {
  if (!is_object_name(name_) || !is_object_name(name_space_)) return {};
  return name_space_ + "/" + name_;
}

Object ObjectVisitor::take() {
  auto object = head();
  const bool control = event_type_ == EventType::Bookmark || event_type_ == EventType::Error;
  if (control) return object;
  if (object.key.empty()) {
    skip("name_invalid");
  } else if (malformed_) {
    skip("object_malformed");
  } else {
    finish(object);
  }
  tell_skipped(object.key);
  return object;
}

Object ObjectVisitor::take_start() {
  auto object = head();
  skipped_ = {{"object_too_large", 1}};
  tell_skipped(object.key);
  return object;
}

/// What is deleted lacks nothing any more.
void ObjectVisitor::tell_skipped(const std::string& key) {
  if (event_type_ == EventType::Deleted) skipped_.clear();
  counts_.skipped(skipped_, [&] {
    return std::pair(std::string(kind_word()) + " " + (key.empty() ? "without a name" : key), service());
  });
}

bool PortDraft::set(int field, const JsonValue& value) {
  const bool null = std::holds_alternative<std::monostate>(value);
  const auto set_text = [&](std::string& to) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text != nullptr) to = *text;
    malformed |= text == nullptr && !null;
  };
  switch (field) {
    case kPortName:
      set_text(name);
      return true;
    case kPortNumber: {
      const auto* whole = std::get_if<std::int64_t>(&value);
      if (whole != nullptr) number = *whole;
      malformed |= whole == nullptr && !null;
      return true;
    }
    case kPortProtocol:
      set_text(protocol);
      return true;
    default:
      return false;
  }
}

Result<Port> PortDraft::port() const {
  if (malformed || name.size() > kLabelBytesMax) return Error{"port_malformed"};
  if (number < 1 || number > 65535)
    return Error{"port_number"};  // nil in a slice means "all": no SRV can say so
  const auto known = parse_protocol(protocol.empty() ? "TCP" : protocol);
  if (!known) return Error{"port_protocol"};
  return Port{name, static_cast<std::uint16_t>(number), *known};
}

std::span<const JsonPath> event_paths() {
  static constexpr JsonPath kPaths[] = {
      {"type", kEventType},
      {"object metadata annotations", kStatusPart},
      {"object metadata annotations k8s.io/initial-events-end", kInitialEventsEnd},
      {"object code", kStatusCode},
      {"object reason", kStatusReason},
      {"object message", kStatusMessage},
      {"object details", kStatusPart},
      {"object details causes", kStatusPart},
      {"object details causes []", kStatusPart},
      {"object details retryAfterSeconds", kStatusRetryAfter},
      {"object details causes [] reason", kStatusCause},
  };
  return kPaths;
}

std::span<const JsonPath> status_paths() {
  static constexpr JsonPath kPaths[] = {
      {"code", kStatusCode},
      {"reason", kStatusReason},
      {"message", kStatusMessage},
      {"details retryAfterSeconds", kStatusRetryAfter},
      {"details causes [] reason", kStatusCause},
  };
  return kPaths;
}

}  // namespace signpost::kubernetes
