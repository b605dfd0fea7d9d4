#include "backends/kubernetes/reflector.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace signpost::kubernetes {
namespace {

using follow::HttpNext;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kPageSize = "500";
constexpr seconds kPageSilence{30};  // a list that says nothing for so long is dead
constexpr std::size_t kErrorBodyBytes = 65536;

std::string_view path_of(Kind kind) {
  switch (kind) {
    case Kind::Service:
      return "/api/v1/services";
    case Kind::EndpointSlice:
      return "/apis/discovery.k8s.io/v1/endpointslices";
    case Kind::Pod:
      return "/api/v1/pods";
    case Kind::Namespace:
      return "/api/v1/namespaces";
    case Kind::Import:
      return "/apis/multicluster.x-k8s.io/v1alpha1/serviceimports";
    case Kind::Endpoints:
      break;
  }
  return "/api/v1/endpoints";
}

/// RFC 3986: everything but the unreserved characters. Tokens are base64 with = and +.
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[octet >> 4], kHex[octet & 15]};
    }
  }
  return out;
}

}  // namespace

Reflector::Reflector(Resource resource, Duration silence, ObjectSink& sink, Words& words,
                     follow::Counts& counts, Random random)
    : resource_(resource),
      silence_(silence),
      sink_(sink),
      counts_(counts),
      decoder_(resource == Resource::Services ? Kind::Service : Kind::EndpointSlice, words, counts),
      words_(words),
      random_(random),
      backoff_(milliseconds(100), milliseconds(1500)) {}  // K13

std::optional<ApiRequest> Reflector::next(Monotonic now) {
  assert(!in_exchange_);
  if (now < wake_) return std::nullopt;
  if (phase_ == Phase::List && !list_begun_) {
    sink_.begin_list(resource_);
    list_begun_ = true;
    list_revision_ = 0;
  }
  in_exchange_ = true;
  in_body_ = false;
  status_ = 0;
  retry_after_.clear();
  error_body_.clear();
  error_event_.reset();
  watch_trouble_.clear();
  watch_progressed_ = false;
  wake_ = Monotonic::max();  // until the head is here the client has its own deadline (K34)
  counts_.add("requests", phase_ == Phase::List ? "list" : "watch");
  return ApiRequest{target(), phase_ == Phase::List, std::exchange(fresh_token_, false),
                    std::exchange(fresh_connection_, false)};
}

std::string Reflector::target() {
  auto target = std::string(path_of(decoder_.kind()));
  const auto version = std::to_string(revision_);
  if (phase_ == Phase::Watch) {
    const auto timeout = std::to_string(300 + random_.below(300));  // seconds: watches must not end together
    return target + "?watch=1&allowWatchBookmarks=true&resourceVersion=" + version +
           "&timeoutSeconds=" + timeout;
  }
  target += "?limit=" + std::string(kPageSize);
  if (!continue_token_.empty()) return target + "&continue=" + percent_encoded(continue_token_);
  if (list_from_ == ListFrom::NotOlder) {
    target += "&resourceVersion=" + version + "&resourceVersionMatch=NotOlderThan";
  }
  return target;
}

HttpNext Reflector::head(const follow::HttpHead& head, Monotonic now) {
  status_ = head.status;
  retry_after_ = head.retry_after;
  wake_ = now + kPageSilence;
  if (status_ != 200) return HttpNext::Continue;
  if (!head.content_type.starts_with("application/json")) {
    return broken("answered with " + (head.content_type.empty() ? "no content type" : head.content_type));
  }
  begin_body(now);
  return HttpNext::Continue;
}

void Reflector::begin_body(Monotonic now) {
  in_body_ = true;
  in_contact_ = true;
  forbidden_since_.reset();
  unauthorised_ = false;
  if (phase_ == Phase::List) {
    page_meta_.reset();
    list_trouble_.clear();
    page_ = std::make_unique<ListSplitter>([this](auto piece, auto json) { take_piece(piece, json); });
  } else {
    watch_begun_ = now;
    wake_ = now + silence_;
    lines_ = nullptr;
  }
}

/// K12: a stream that makes no sense is a broken stream.
HttpNext Reflector::broken(std::string_view why) {
  (phase_ == Phase::List ? list_trouble_ : watch_trouble_) = why;
  return HttpNext::Stop;
}

HttpNext Reflector::body(std::string_view octets, Monotonic now) {
  if (!in_body_) {
    error_body_.append(octets.substr(0, kErrorBodyBytes - error_body_.size()));
    return error_body_.size() < kErrorBodyBytes ? HttpNext::Continue : HttpNext::Stop;
  }
  if (phase_ == Phase::List) {
    wake_ = now + kPageSilence;
    if (!page_->feed(octets) && list_trouble_.empty()) return broken("the list is no JSON object");
    return list_trouble_.empty() ? HttpNext::Continue : HttpNext::Stop;
  }
  now_ = now;
  if (!lines_) {
    lines_ =
        std::make_unique<LineSplitter>([this](auto line, bool huge) { return take_line(line, huge, now_); });
  }
  return lines_->feed(octets) ? HttpNext::Continue : HttpNext::Stop;
}

void Reflector::take_piece(ListSplitter::Piece piece, std::string_view json) {
  if (!list_trouble_.empty()) return;
  switch (piece) {
    case ListSplitter::Piece::OddItem:
      counts_.add("skipped", "object_malformed");
      return;
    case ListSplitter::Piece::HugeItem:
      counts_.add("skipped", "object_too_large");
      sink_.listed(resource_, decoder_.item_prefix(json));
      return;
    case ListSplitter::Piece::Metadata: {
      auto meta = decode_list_meta(json);
      if (meta) {
        page_meta_ = std::move(*meta);
      } else {
        list_trouble_ = "list metadata: " + meta.error().message;
      }
      return;
    }
    case ListSplitter::Piece::Item:
      break;
  }
  auto object = decoder_.item(json);
  if (object) {
    sink_.listed(resource_, std::move(*object));
  } else {
    list_trouble_ = "list item: " + object.error().message;
  }
}

bool Reflector::take_line(std::string_view line, bool huge, Monotonic now) {
  if (huge) {
    counts_.add("skipped", "object_too_large");
    take_event(decoder_.event_prefix(line));
  } else {
    auto event = decoder_.event(line);
    if (!event) return broken("watch line: " + event.error().message) == HttpNext::Continue;
    if (event->type == EventType::Error) {
      error_event_ = std::move(event->status);
      return false;
    }
    take_event(std::move(*event));
  }
  wake_ = now + silence_;
  progressed();
  watch_progressed_ = true;
  return true;
}

void Reflector::take_event(Event&& event) {
  const auto revision = event.object.revision;
  if (event.type == EventType::Unknown) return counts_.add("skipped", "event_type");
  if (event.type == EventType::Bookmark) {  // its object is empty and no object (K10)
    revision_ = std::max(revision_, revision);
    return;
  }
  if (revision != 0 && revision <= revision_) return counts_.add("old_events");  // K20, K22
  counts_.add("events");
  sink_.changed(resource_, event.type, std::move(event.object));
  revision_ = std::max(revision_, revision);
}

/// What the stream proves by moving on ends every series of failures.
void Reflector::progressed() {
  backoff_.reset();
  error_events_since_.reset();
  unauthorised_ = false;
}

void Reflector::lost(std::string why) {
  in_contact_ = false;
  trouble_ = std::move(why);
}

Duration Reflector::jitter(Duration most) {
  return Duration(static_cast<Duration::rep>(random_.below(static_cast<std::uint64_t>(most.count()) + 1)));
}

}  // namespace signpost::kubernetes
