// Records as octets: what is kept of an object between its events, and compared with the next version of it.
//
//   length and octets of the name | number of words, their ids in the pool | body
//
// The body names words by their place in that list (0: the empty word), so that whoever lets an object go
// drops its words without knowing the body. Numbers are LEB128. An IPv4 endpoint with a node is 7 octets: a
// flag octet, the address, the node's place, and its zone if that is not the zone before; names that count up
// (web-0, web-1) are written as what differs from the name before.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/kubernetes/records.h"
#include "backends/kubernetes/words.h"
#include "dns/base/ip_address.h"

namespace signpost::kubernetes {

/// Octets on the heap behind one pointer; empty ones take nothing. Moves only.
class Octets {
 public:
  Octets() = default;
  explicit Octets(std::string_view first, std::string_view second = {});
  Octets(Octets&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Octets& operator=(Octets&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Octets();
  std::string_view view() const noexcept;

 private:
  char* block_ = nullptr;  // the length in 4 octets, then the octets
};

/// Makes one packed record after the other; each is good until the next. Its words have a use by it until
/// then.
class Packer {
 public:
  explicit Packer(Words& pool) : pool_(pool) {}
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;
  ~Packer() { clear(); }

  /// Words and body. The same record gives the same octets as long as its words have a use.
  std::string_view pack(const ServiceRecord& record);
  std::string_view pack(const SliceRecord& record);
  std::string_view pack(const PodRecord& record);

 private:
  void clear() noexcept;
  std::string_view finish();
  void number(std::uint64_t value);
  void text(std::string_view value);
  void real(double value);
  void word(WordId id);  // takes over the use that the caller has
  void address(const IpAddress& address);
  void ports(std::span<const Port> ports);
  void wishes(const ServiceRecord& record);
  void endpoint(const EndpointRecord& endpoint);

  Words& pool_;
  std::vector<WordId> words_;
  std::string body_;
  std::string whole_;
  // Of the endpoint before, in the slice at hand.
  WordId zone_ = 0;
  std::uint16_t first_port_ = 0;
  std::uint16_t port_count_ = 0;
  std::string host_name_;
  std::string pod_;
};

/// A name before its record: its length in LEB128, and its octets.
std::string with_length(std::string_view name);
/// The two parts of what is kept of an object.
std::string_view kept_name(std::string_view octets) noexcept;
std::string_view kept_record(std::string_view octets) noexcept;

/// One use more, or less, of each word of a packed record.
void hold_words(std::string_view record, Words& pool) noexcept;
void drop_words(std::string_view record, Words& pool) noexcept;

/// Reads what Packer has made, front to back.
class Unpacker {
 public:
  Unpacker(std::string_view record, const Words& pool);

  std::uint8_t octet() noexcept;
  std::uint64_t number() noexcept;
  double real() noexcept;
  std::string_view text() noexcept;
  std::string_view word() noexcept { return pool_->text(words_[number()]); }
  IpAddress address() noexcept;
  IpAddress v4() noexcept;
  IpAddress v6() noexcept;
  std::vector<Port> ports();

 private:
  std::string_view rest_;
  const Words* pool_;
  std::vector<WordId> words_;
};

ServiceRecord unpack_service(std::string_view record, const Words& pool);

/// Views are good until next() is called again.
struct EndpointView {
  IpAddress address;
  Health health = Health::Up;
  std::uint16_t first_port = 0;
  std::uint16_t port_count = 0;
  std::string_view host_name;
  std::string_view node;
  std::string_view zone;
  std::string_view for_zones;
  std::string_view pod;
  bool leaving = false;
};

/// A packed slice, endpoint by endpoint.
class SliceReader {
 public:
  SliceReader(std::string_view record, const Words& pool);

  const std::vector<Port>& ports() const noexcept { return ports_; }
  double weight() const noexcept { return weight_; }
  std::string_view cluster() const noexcept { return cluster_; }
  std::size_t left() const noexcept { return left_; }
  /// False: there was none left.
  bool next(EndpointView& view);

 private:
  Unpacker in_;
  std::vector<Port> ports_;
  double weight_ = 1;
  std::string_view cluster_;
  std::size_t left_ = 0;
  std::string_view zone_;
  std::uint16_t first_port_ = 0;
  std::uint16_t port_count_ = 0;
  std::string host_name_;
  std::string pod_;
};

/// What a Pod's endpoints are told of it; views as long as the record.
struct PodFacts {
  double weight = 1;
  std::string_view version;
  std::string_view tags;
  friend bool operator==(const PodFacts&, const PodFacts&) = default;
};
struct PodView {
  std::vector<IpAddress> addresses;
  PodFacts facts;
  friend bool operator==(const PodView&, const PodView&) = default;
};
PodView unpack_pod(std::string_view record, const Words& pool);

}  // namespace signpost::kubernetes
