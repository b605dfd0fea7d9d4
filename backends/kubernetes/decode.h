// One JSON text of the apiserver to one record: an item of a list, a line of a watch, a Status.
//
// Element by element (K38): a port, endpoint or address that breaks a rule is skipped and counted with its
// reason under "skipped", the rest of the object is served.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "backends/follow/counts.h"
#include "backends/kubernetes/records.h"
#include "backends/kubernetes/words.h"
#include "dns/base/result.h"

namespace signpost::kubernetes {

/// Which kind of object the texts hold. Import: a ServiceImport of multicluster.x-k8s.io.
enum class Kind : std::uint8_t { Service, EndpointSlice, Endpoints, Pod, Namespace, Import, Node };

/// What of an object is kept: what the registry's options ask for.
struct DecodeOptions {
  bool pods = false;                      // the names of the Pods that endpoints are
  bool imports = false;                   // a slice with the label of a ServiceImport belongs to that
  std::string version_label = "version";  // of a Pod; empty: none
  std::string tag_label;                  // of a Pod; empty: none
};

/// One owner, one thread. Pool and counts outlive it.
class Decoder {
 public:
  Decoder(Kind kind, Words& words, follow::Counts& counts, DecodeOptions options = {});

  /// An item of a list. An error: it is not JSON. An object without a usable name has an empty key.
  Result<Object> item(std::string_view json) const;
  /// A line of a watch. An error: it is not JSON.
  Result<Event> event(std::string_view json) const;
  /// The same of the first octets of one that is too large: its key and revision, no record (K25). Counts it.
  Object item_prefix(std::string_view json) const;
  Event event_prefix(std::string_view json) const;

  Kind kind() const noexcept { return kind_; }

 private:
  struct Tables;

  Kind kind_;
  Words* words_;
  follow::Counts* counts_;
  DecodeOptions options_;
  std::shared_ptr<const Tables> tables_;
};

/// The metadata of a list page.
Result<ListMeta> decode_list_meta(std::string_view json);
/// The body of an error response; all zero and empty when it is none.
Status decode_status(std::string_view json);

}  // namespace signpost::kubernetes
