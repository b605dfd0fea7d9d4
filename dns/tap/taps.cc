#include "dns/tap/taps.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "dns/base/background.h"
#include "dns/query/counters.h"
#include "dns/tap/frame_stream.h"
#include "dns/tap/line_file.h"
#include "dns/tap/query_line.h"
#include "dns/tap/ring.h"

namespace signpost::tap {
namespace {

constexpr std::chrono::milliseconds kPauseBusy{2}, kPauseIdle{25};
constexpr std::chrono::seconds kPauseBroken{1};  // between two tries of a receiver that is not there
constexpr std::size_t kWriteOctets = 64 * 1024;

}  // namespace

/// What one worker needs: its ring, and how many queries it lets pass before the next one is noted.
struct alignas(128) Taps::Lane {
  std::unique_ptr<Ring> ring;
  std::uint32_t query_log_left = 0, dnstap_left = 0;
  Count query_log_dropped, dnstap_dropped;
};

/// The background thread and what it writes to.
class Taps::Writer {
 public:
  Writer(const Options& options, std::span<Lane> lanes, const Clock& clock)
      : options_(options),
        lanes_(lanes),
        clock_(clock),
        lines_(options.query_log.to),
        frames_(options.dnstap.to, "protobuf:dnstap.Dnstap"),
        identity_{options.dnstap.identity, options.dnstap.version} {
    thread_ = std::thread([this] { run(); });
  }

  ~Writer() { end(); }

  void end() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  Count query_log_written, query_log_lost, dnstap_written, dnstap_lost;

 private:
  void run() {
    begin_background_thread("query-tap");
    for (bool open = true; open;) {
      const bool busy = empty_rings() > 0;
      std::unique_lock lock(mutex_);
      open = !wake_.wait_for(lock, busy ? kPauseBusy : kPauseIdle, [this] { return ending_; });
    }
    (void)empty_rings();
    frames_.end();
  }

  std::size_t empty_rings() {
    std::size_t count = 0;
    const auto now = clock_.now();
    const auto wall = clock_.wall();
    for (auto& lane : lanes_) {
      count += lane.ring->drain([&](const Note& note) {
        take(note, wall - std::chrono::duration_cast<WallTime::duration>(now - note.head.received));
      });
    }
    flush_lines();
    flush_frames();
    return count;
  }

  void take(const Note& note, WallTime received) {
    if ((note.head.wanted_by & kForQueryLog) != 0) {
      line_buffer_ += query_line(note, received, options_.query_log.format);
      ++lines_waiting_;
      if (line_buffer_.size() >= kWriteOctets) flush_lines();
    }
    if ((note.head.wanted_by & kForDnstap) != 0) {
      if (options_.dnstap.queries) put_frame(DnstapType::AuthQuery, note, received);
      if (options_.dnstap.responses && !note.response.empty())
        put_frame(DnstapType::AuthResponse, note, received);
      ++frames_waiting_;
      if (frame_buffer_.size() >= kWriteOctets) flush_frames();
    }
  }

  void put_frame(DnstapType type, const Note& note, WallTime received) {
    message_.clear();
    append_dnstap(message_, type, note, received, identity_);
    append_frame(frame_buffer_, message_);
  }

  void flush_lines() {
    if (lines_waiting_ == 0) return;
    const auto count = std::exchange(lines_waiting_, 0);
    const auto written = std::min<std::uint64_t>(lines_.write(line_buffer_, count, clock_.now()), count);
    query_log_written.add(written);
    query_log_lost.add(count - written);
    line_buffer_.clear();
  }

  void flush_frames() {
    if (!options_.dnstap.to.empty() && !frames_.is_open()) open_frames();
    if (frames_waiting_ == 0) return;
    const bool written = frames_.write(frame_buffer_);
    (written ? dnstap_written : dnstap_lost).add(std::exchange(frames_waiting_, 0));
    frame_buffer_.clear();
  }

  void open_frames() {
    if (clock_.now() < next_try_) return;
    const auto opened = frames_.open();
    // From the end of a try: one that waited in vain for a handshake would else be followed by the next at
    // once, for each write of a full ring.
    next_try_ = clock_.now() + kPauseBroken;
    if (opened) {
      log::info("dnstap.open", {{"to", options_.dnstap.to}});
    } else if (opened.error().message != trouble_) {
      log::warning("dnstap.failed", {{"reason", opened.error().message}});
    }
    trouble_ = opened ? "" : opened.error().message;
  }

  const Options& options_;
  const std::span<Lane> lanes_;
  const Clock& clock_;
  LineFile lines_;
  FrameStream frames_;
  const DnstapIdentity identity_;
  std::string line_buffer_, frame_buffer_, message_, trouble_;
  std::uint64_t lines_waiting_ = 0, frames_waiting_ = 0;
  Monotonic next_try_{};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool ending_ = false;  // under mutex_
  std::thread thread_;
};

Taps::Taps(Options options, const Clock& clock)
    : options_(std::move(options)), lanes_(std::make_unique<Lane[]>(options_.workers)) {
  const std::span lanes(lanes_.get(), options_.workers);
  for (auto& lane : lanes) lane.ring = std::make_unique<Ring>(options_.ring_octets);
  writer_ = std::make_unique<Writer>(options_, lanes, clock);
}

Taps::~Taps() = default;

void Taps::end() { writer_->end(); }

void Taps::note(const QueryContext& context, std::span<const std::uint8_t> query,
                std::span<const std::uint8_t> response) noexcept {
  if (context.worker >= options_.workers) return;
  auto& lane = lanes_[context.worker];
  const auto due = [](const std::string& to, std::uint32_t sample, std::uint32_t& left) {
    if (to.empty()) return false;
    if (left > 0) {
      --left;
      return false;
    }
    left = sample - 1;
    return true;
  };
  NoteHead head;
  if (due(options_.query_log.to, options_.query_log.sample, lane.query_log_left))
    head.wanted_by |= kForQueryLog;
  if (due(options_.dnstap.to, options_.dnstap.sample, lane.dnstap_left)) head.wanted_by |= kForDnstap;
  if (head.wanted_by == 0) return;
  head.transport = context.transport;
  head.received = context.received;
  head.peer = context.peer;
  head.local = context.local;
  if (lane.ring->push(head, query, response)) return;
  if ((head.wanted_by & kForQueryLog) != 0) lane.query_log_dropped.add();
  if ((head.wanted_by & kForDnstap) != 0) lane.dnstap_dropped.add();
}

Counts Taps::query_log_counts() const noexcept {
  Counts counts{writer_->query_log_written.load(), 0, writer_->query_log_lost.load()};
  for (unsigned i = 0; i < options_.workers; ++i) counts.dropped += lanes_[i].query_log_dropped.load();
  return counts;
}

Counts Taps::dnstap_counts() const noexcept {
  Counts counts{writer_->dnstap_written.load(), 0, writer_->dnstap_lost.load()};
  for (unsigned i = 0; i < options_.workers; ++i) counts.dropped += lanes_[i].dnstap_dropped.load();
  return counts;
}

}  // namespace signpost::tap
