// Keeps one resource in step with the apiserver: list, watch, list again. No I/O and no clock: the shell asks
// for the next request, gives it what comes back, and says what time it is. A list comes in pages, or as the
// beginning of a watch (a streaming list, K26).
//
//   next() -> a request, or wait until wake()      head(), body()... -> go on or stop      end() -> next()
//
// The faults and what is done about each: facts K1 to K38, cited where they are handled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "backends/follow/backoff.h"
#include "backends/follow/counts.h"
#include "backends/follow/http_receiver.h"
#include "backends/kubernetes/api_target.h"
#include "backends/kubernetes/decode.h"
#include "backends/kubernetes/list_page.h"
#include "backends/kubernetes/object_sink.h"
#include "backends/kubernetes/splitters.h"
#include "dns/base/clock.h"
#include "dns/base/random.h"

namespace signpost::kubernetes {

/// One GET to send.
struct ApiRequest {
  std::string target;             // path and query
  bool list = false;              // may be compressed
  bool fresh_token = false;       // read the token file again first (K15)
  bool fresh_connection = false;  // do not reuse one (K7, K20)
};

/// Which objects a reflector is to follow, and how.
struct ReflectorOptions {
  Source source;
  Duration silence;  // a watch that says nothing for so long is dead (K7)
  Selection selection;
  DecodeOptions decode;
  bool streaming = false;  // lists are streamed where the server can (K26)
};

/// One owner, one thread. Sink, pool and counts outlive it.
class Reflector {
 public:
  Reflector(ReflectorOptions options, ObjectSink& sink, Words& words, follow::Counts& counts, Random random);
  /// All of a resource, in pages.
  Reflector(Resource resource, Duration silence, ObjectSink& sink, Words& words, follow::Counts& counts,
            Random random);

  /// The request to send now; nullopt: ask again at wake(). Never during an exchange.
  std::optional<ApiRequest> next(Monotonic now);
  /// When something must happen: the end of a wait, or the deadline of the exchange.
  Monotonic wake() const noexcept { return wake_; }

  follow::HttpNext head(const follow::HttpHead& head, Monotonic now);
  follow::HttpNext body(std::string_view octets, Monotonic now);
  /// The exchange is over; `trouble` says how it broke, empty when it ended or was stopped by us.
  void end(std::string_view trouble, Monotonic now);

  /// The newest version that has been given to the sink; 0 before the first list.
  Revision revision() const noexcept { return revision_; }
  /// The apiserver answers for this resource; false before the first answer.
  bool in_contact() const noexcept { return in_contact_; }
  /// Has been answered, or not, at least once.
  bool asked() const noexcept { return asked_; }
  /// Why there is no contact: one line.
  const std::string& trouble() const noexcept { return trouble_; }
  /// What an operator should read once; empty: nothing new.
  std::string take_note() { return std::exchange(note_, {}); }
  /// The server said last that it has no such resource, or that we may not ask for it.
  bool missing() const noexcept { return refused_ == 404; }
  /// (After a restart of the server only for so long as it may not have read its rules yet: K17.)
  bool forbidden() const noexcept { return refused_ == 403 && (revision_ == 0 || forbidden_long_); }
  /// It has a complete list and goes on from there.
  bool watching() const noexcept { return phase_ == Phase::Watch; }

  Source source() const noexcept { return options_.source; }
  const Selection& selection() const noexcept { return options_.selection; }
  const Decoder& decoder() const noexcept { return decoder_; }

 private:
  enum class Phase : std::uint8_t { List, Watch };
  enum class Exchange : std::uint8_t { Page, Stream, Watch };

  std::string target();
  void begin_body(Monotonic now);
  follow::HttpNext broken(std::string_view why);
  bool take_line(std::string_view line, bool huge, Monotonic now);
  void take_event(Event&& event);
  bool take_initial(Event&& event, Monotonic now);
  void end_stream(std::string_view trouble, Monotonic now);
  void give_up_streaming(std::string_view why);

  bool take_list(Monotonic now);
  void end_list_page(ListMeta meta, Monotonic now);
  void reject_older_list(Monotonic now);
  void end_watch(std::string_view trouble, Monotonic now);
  void end_error_event(Monotonic now);
  void end_refused(Monotonic now);
  void end_unauthorised(Monotonic now);
  void end_forbidden(Monotonic now);
  void end_missing(Monotonic now);
  void relist(ListFrom from, std::string_view reason);

  void lost(std::string why);
  void wait(Duration duration, Monotonic now) { wake_ = now + duration; }
  void back_off(Monotonic now) { wait(backoff_.next(random_), now); }
  Duration asked_wait();
  Duration jitter(Duration most);
  void progressed();

  ReflectorOptions options_;
  ObjectSink& sink_;
  follow::Counts& counts_;
  Decoder decoder_;
  Words& words_;
  Random random_;
  follow::Backoff backoff_;

  Phase phase_ = Phase::List;
  Monotonic wake_{};
  Revision revision_ = 0;
  bool in_contact_ = false;
  bool asked_ = false;
  std::string trouble_;
  std::string note_;

  // The list under way.
  ListFrom list_from_ = ListFrom::Newest;
  bool list_begun_ = false;
  std::string continue_token_;
  Revision list_revision_ = 0;
  std::string list_trouble_;
  std::unique_ptr<ListPage> page_;
  Monotonic stream_begun_{};
  Monotonic stream_moved_{};  // the last object that there was before the list

  // The watch under way.
  std::unique_ptr<LineSplitter> lines_;
  Monotonic watch_begun_{};
  Monotonic now_{};  // of the body() under way
  bool watch_progressed_ = false;
  bool mute_watch_ = false;  // fell silent without a single line
  std::optional<Status> error_event_;
  std::string watch_trouble_;

  // The exchange under way, or the last.
  Exchange exchange_ = Exchange::Page;
  bool in_exchange_ = false;
  bool in_body_ = false;  // of a 200 that is JSON
  int status_ = 0;
  std::string retry_after_;
  std::string error_body_;

  // What went before.
  int refused_ = 0;              // the status of the last answer, if it was no 200
  bool forbidden_long_ = false;  // longer than a server needs to read its rules
  bool mute_stream_ = false;     // the last stream did not say anything
  bool unauthorised_ = false;    // refused since the last progress
  bool fresh_token_ = false;
  bool fresh_connection_ = false;
  std::optional<Monotonic> forbidden_since_;
  std::optional<Monotonic> error_events_since_;
  std::optional<Monotonic> older_since_;
  Revision older_revision_ = 0;
};

}  // namespace signpost::kubernetes
