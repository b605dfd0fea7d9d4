// The query log and dnstap: every so many queries, with their answers, to a file, a terminal or a receiver.
//
// The life of a note: a worker that is done with a query copies it and its answer into a ring of its own, or
// counts that there was no room; a background thread empties the rings, puts each note into a line or a
// frame, and writes. What cannot be written is counted and gone: answers never wait for a disk or a receiver.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "dns/base/clock.h"
#include "dns/base/log.h"
#include "dns/query/tap.h"
#include "dns/tap/dnstap.h"

namespace signpost::tap {

struct QueryLogOptions {
  std::string to;            // "stderr", or a path; empty: off
  std::uint32_t sample = 1;  // one of so many queries of each worker
  log::Format format = log::Format::Text;
  bool operator==(const QueryLogOptions&) const = default;
};

struct DnstapOptions {
  std::string to;  // "unix:/run/dnstap.sock", or a path; empty: off
  std::uint32_t sample = 1;
  bool queries = true, responses = true;
  std::string identity, version;
  bool operator==(const DnstapOptions&) const = default;
};

struct Options {
  QueryLogOptions query_log;
  DnstapOptions dnstap;
  unsigned workers = 1;
  std::size_t ring_octets = std::size_t{1} << 20;  // of each worker: a power of two
  bool is_on() const { return !query_log.to.empty() || !dnstap.to.empty(); }
  bool operator==(const Options&) const = default;
};

/// Notes since the start; of dnstap a query and its response are one.
struct Counts {
  std::uint64_t written = 0;
  std::uint64_t dropped = 0;  // no room in the ring
  std::uint64_t lost = 0;     // could not be written
};

class Taps final : public Tap {
 public:
  /// Starts the thread. `options` are on. The clock outlives this object.
  Taps(Options options, const Clock& clock);
  /// Writes what was noted, and ends. No worker uses it any more.
  ~Taps() override;

  void note(const QueryContext& context, std::span<const std::uint8_t> query,
            std::span<const std::uint8_t> response) noexcept override;

  /// Writes what was noted, and ends the thread; what workers note after it is gone. Not on a worker.
  void end();

  const Options& options() const noexcept { return options_; }
  /// Any thread.
  Counts query_log_counts() const noexcept;
  Counts dnstap_counts() const noexcept;

 private:
  class Writer;
  struct Lane;

  const Options options_;
  std::unique_ptr<Lane[]> lanes_;  // by worker
  std::unique_ptr<Writer> writer_;
};

}  // namespace signpost::tap
