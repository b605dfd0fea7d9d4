// What a reflector tells of its resource: full lists and single changes.
#pragma once

#include <cstdint>

#include "backends/kubernetes/records.h"

namespace signpost::kubernetes {

/// Who speaks: the reflector of one resource, in all namespaces or in one.
struct Source {
  Resource resource;
  std::uint16_t space = 0;  // which of the registry's namespaces, counted from 1; 0: all
  Source(Resource of, std::uint16_t in = 0) noexcept : resource(of), space(in) {}  // a Resource is all of it
};

/// Lists and events of one source do not overlap, audits and events do; sources are independent (K32).
class ObjectSink {
 public:
  virtual ~ObjectSink() = default;
  /// A list starts. One that was under way is forgotten, and so is an audit: an incomplete list is never
  /// published.
  virtual void begin_list(Source source) = 0;
  /// The same object twice is harmless: a page may be read again.
  virtual void listed(Source source, Object object) = 0;
  /// A streaming list also tells what changes before its end (K26). That is part of the list: Added and
  /// Modified replace what it said of the object, Deleted takes it back.
  virtual void list_changed(Source source, EventType type, Object object) = 0;
  /// The list was complete: what it did not mention is gone.
  virtual void end_list(Source source) = 0;
  /// Added or Modified put, Deleted removes; any number of times. Not while a list is open.
  virtual void changed(Source source, EventType type, Object object) = 0;

  /// A list for comparison starts while events go on (K24). Its revision is not older than what has been
  /// told; an audit that was under way is forgotten.
  virtual void begin_audit(Source source) = 0;
  virtual void audited(Source source, Object object) = 0;
  /// The list was complete, and the events up to its revision have been told: what differs from it now, and
  /// no event has touched since the audit began, is drift. It is repaired.
  virtual void end_audit(Source source) = 0;
  virtual void drop_audit(Source source) = 0;
};

}  // namespace signpost::kubernetes
