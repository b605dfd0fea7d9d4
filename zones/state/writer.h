// Services to the octets of a state file.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "zones/state/format.h"
#include "zones/state/records.h"

struct XXH3_state_s;

namespace signpost::state {

/// One file. Hands on what is ready, in pieces of at most a block and its frame; holds no more than that.
class Writer {
 public:
  using Out = std::function<void(std::string_view octets)>;

  /// `meta.services` is how many there will be in all. Names in `meta` have at most 65,535 octets.
  Writer(const Meta& meta, Out out);
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void add(const Records& records);
  /// Once, at the end. The number of services added must be the one promised.
  void finish();

 private:
  void append(std::string_view octets);
  void end_block();
  void emit(std::string_view octets);

  Out out_;
  XXH3_state_s* digest_;
  std::string block_;
  std::uint32_t blocks_ = 0;
  std::uint64_t octets_ = 0;
  std::uint64_t promised_;
  std::uint64_t added_ = 0;
};

}  // namespace signpost::state
