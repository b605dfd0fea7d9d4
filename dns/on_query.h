// The shell of `on_query` (zones/demand): between the workers' gate, the registries and the builder.
//
// Everything runs on the registry thread; workers only leave names at the gate and ring its descriptor.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "dns/admin/sources.h"
#include "dns/base/clock.h"
#include "zones/demand/gate.h"
#include "zones/demand/table.h"

namespace boost::asio {
class io_context;
}

namespace signpost {

class Builder;
class Registries;

class OnQuery {
 public:
  /// All outlive it. Throws std::system_error when the kernel has no descriptors left.
  OnQuery(boost::asio::io_context& context, Registries& registries, Builder& builder, const Clock& clock);
  ~OnQuery();
  OnQuery(const OnQuery&) = delete;
  OnQuery& operator=(const OnQuery&) = delete;

  DemandGate& gate() noexcept;
  /// On the context's thread, after Registries::apply(): what is asked for as before goes on.
  void apply(const config::Config& config);
  /// On the context's thread: this registry has a new backend, which knows of no wish.
  void restarted(const std::string& registry);
  /// On the context's thread.
  void stop();
  /// Any thread: adds what is known to the reports of the registries it is of.
  void add_to(admin::ProgramReport& report) const;
  /// Any thread: one line for each registry that would be asked for this name; comes on the context's thread,
  /// or at once when there is none.
  void explain(const Name& name, std::function<void(std::vector<std::string>)> reply);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace signpost
