#include "backends/kubernetes/reflector.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace signpost::kubernetes {
namespace {

using follow::HttpNext;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPageSilence{10};  // a list that has begun and says nothing for so long is dead
constexpr std::size_t kErrorBodyBytes = 65536;

// A streaming list ends with a mark; a server that does not know them goes on without (K26).
constexpr seconds kMarkPatience{30};   // from its begin
constexpr seconds kMarkStillness{10};  // as long as objects come, the mark may still come
constexpr seconds kMarkPatienceMax{120};

Kind kind_of(Resource resource) {
  switch (resource) {
    case Resource::Services:
      return Kind::Service;
    case Resource::Pods:
      return Kind::Pod;
    case Resource::Namespaces:
      return Kind::Namespace;
    case Resource::Imports:
      return Kind::Import;
    case Resource::Nodes:
      return Kind::Node;
    case Resource::Endpoints:
      break;
  }
  return Kind::EndpointSlice;
}

}  // namespace

Reflector::Reflector(ReflectorOptions options, ObjectSink& sink, Words& words, follow::Counts& counts,
                     Random random)
    : options_(std::move(options)),
      sink_(sink),
      counts_(counts),
      decoder_(kind_of(options_.source.resource), words, counts, options_.decode),
      words_(words),
      random_(random),
      backoff_(milliseconds(100), milliseconds(1500)) {}  // K13

Reflector::Reflector(Resource resource, Duration silence, ObjectSink& sink, Words& words,
                     follow::Counts& counts, Random random)
    : Reflector(ReflectorOptions{resource, silence, {}, {}, false}, sink, words, counts, random) {}

std::optional<ApiRequest> Reflector::next(Monotonic now) {
  assert(!in_exchange_);
  if (now < wake_) return std::nullopt;
  if (phase_ == Phase::List && !list_begun_) {
    sink_.begin_list(options_.source);
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
  if (phase_ == Phase::Watch) {
    exchange_ = Exchange::Watch;
  } else {
    exchange_ = options_.streaming ? Exchange::Stream : Exchange::Page;
  }
  constexpr std::string_view kWords[] = {"list", "stream", "watch"};
  counts_.add("requests", kWords[static_cast<std::size_t>(exchange_)]);
  return ApiRequest{target(), exchange_ == Exchange::Page, std::exchange(fresh_token_, false),
                    std::exchange(fresh_connection_, false)};
}

std::string Reflector::target() {
  const auto kind = decoder_.kind();
  const auto& selection = options_.selection;
  if (exchange_ == Exchange::Page) {
    return list_target(kind, selection, continue_token_, list_from_, revision_);
  }
  const auto timeout = 300 + random_.below(300);  // seconds: watches must not end together
  if (exchange_ == Exchange::Stream) return stream_target(kind, selection, list_from_, revision_, timeout);
  return watch_target(kind, selection, revision_, timeout);
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
  refused_ = 0;
  forbidden_since_.reset();
  unauthorised_ = false;
  list_trouble_.clear();
  lines_ = nullptr;
  if (exchange_ == Exchange::Page) {
    page_ = std::make_unique<ListPage>(
        decoder_, counts_, [this](Object object) { sink_.listed(options_.source, std::move(object)); });
    return;
  }
  watch_begun_ = stream_begun_ = stream_moved_ = now;
  wake_ = now + (exchange_ == Exchange::Stream ? Duration(kMarkPatience) : options_.silence);
}

/// K12: a stream that makes no sense is a broken stream.
HttpNext Reflector::broken(std::string_view why) {
  (exchange_ == Exchange::Page ? list_trouble_ : watch_trouble_) = why;
  return HttpNext::Stop;
}

HttpNext Reflector::body(std::string_view octets, Monotonic now) {
  if (!in_body_) {
    error_body_.append(octets.substr(0, kErrorBodyBytes - error_body_.size()));
    return error_body_.size() < kErrorBodyBytes ? HttpNext::Continue : HttpNext::Stop;
  }
  if (exchange_ == Exchange::Page) {
    wake_ = now + kPageSilence;
    return page_->feed(octets) ? HttpNext::Continue : HttpNext::Stop;
  }
  now_ = now;
  if (!lines_) {
    lines_ =
        std::make_unique<LineSplitter>([this](auto line, bool huge) { return take_line(line, huge, now_); });
  }
  return lines_->feed(octets) ? HttpNext::Continue : HttpNext::Stop;
}

bool Reflector::take_line(std::string_view line, bool huge, Monotonic now) {
  Event event;
  if (huge) {
    event = decoder_.event_prefix(line);
  } else {
    auto read = decoder_.event(line);
    if (!read) return broken("watch line: " + read.error().message) == HttpNext::Continue;
    event = std::move(*read);
  }
  if (event.type == EventType::Error && !huge) {
    error_event_ = std::move(event.status);
    return false;
  }
  if (phase_ == Phase::List) return take_initial(std::move(event), now);
  take_event(std::move(event));
  wake_ = now + options_.silence;
  progressed();
  watch_progressed_ = true;
  return true;
}

/// K26: what there is, in no order, until the mark; a change in between is part of the list. False: stop.
bool Reflector::take_initial(Event&& event, Monotonic now) {
  switch (event.type) {
    case EventType::Added:
      stream_moved_ = now;
      wake_ = std::min(std::max(stream_begun_ + kMarkPatience, now + kMarkStillness),
                       stream_begun_ + kMarkPatienceMax);
      sink_.listed(options_.source, std::move(event.object));
      return true;
    case EventType::Modified:
    case EventType::Deleted:
      sink_.list_changed(options_.source, event.type, std::move(event.object));
      return true;
    case EventType::Bookmark:
      if (!event.initial_events_end) return true;
      list_revision_ = event.object.revision;
      wake_ = now + options_.silence;
      watch_progressed_ = true;
      if (list_revision_ == 0) return broken("the mark has no resourceVersion") == HttpNext::Continue;
      if (!take_list(now)) return false;
      progressed();
      return true;
    default:
      counts_.add("skipped", "event_type");
      return true;
  }
}

void Reflector::take_event(Event&& event) {
  const auto revision = event.object.revision;
  if (event.type == EventType::Unknown) return counts_.add("skipped", "event_type");
  if (event.type == EventType::Bookmark) {  // its object is empty and no object (K10)
    revision_ = std::max(revision_, revision);
    return;
  }
  if (revision != 0 && revision <= revision_) return counts_.add("old_events");  // K20, K22
  counts_.add("watch_events");
  sink_.changed(options_.source, event.type, std::move(event.object));
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
