// A sink for tests that look at the protocol alone.
#pragma once

#include "backends/kubernetes/object_sink.h"

namespace signpost::kubernetes {

class IgnoringSink : public ObjectSink {
 public:
  void begin_list(Source) override {}
  void listed(Source, Object) override {}
  void list_changed(Source, EventType, Object) override {}
  void end_list(Source) override {}
  void changed(Source, EventType, Object) override {}
  void begin_audit(Source) override {}
  void audited(Source, Object) override {}
  void end_audit(Source) override {}
  void drop_audit(Source) override {}
};

}  // namespace signpost::kubernetes
