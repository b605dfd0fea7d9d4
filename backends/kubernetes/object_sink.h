// What a reflector tells of its resource: full lists and single changes.
#pragma once

#include "backends/kubernetes/records.h"

namespace signpost::kubernetes {

/// Lists and events of one resource do not overlap; the two resources are independent (K32).
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  /// A list starts. One that was under way is forgotten: an incomplete list is never published.
  virtual void begin_list(Resource resource) = 0;
  /// The same object twice is harmless: a page may be read again.
  virtual void listed(Resource resource, Object object) = 0;
  /// The list was complete: what it did not mention is gone.
  virtual void end_list(Resource resource) = 0;
  /// Added or Modified put, Deleted removes; any number of times.
  virtual void changed(Resource resource, EventType type, Object object) = 0;
};

}  // namespace signpost::kubernetes
