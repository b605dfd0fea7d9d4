// Keeps one coroutine running for each configured registry.
//
// The life of a registry: apply() sees it in the configuration, its backend is made and followed; when
// following ends by a mistake of ours, the one catch at its edge logs it, counts it, tells the sink that
// contact is lost, and follows again after a pause. A reload that changes its options cancels the coroutine,
// waits until it has ended, and starts a new one into the same sink: what was known goes on answering until
// the new list is complete.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/registry/backend.h"
#include "config/config.h"
#include "dns/admin/sources.h"
#include "dns/base/clock.h"
#include "dns/base/result.h"

namespace boost::asio {
class io_context;
}

namespace signpost {

/// What Registries needs from elsewhere; tests give their own.
struct RegistrySources {
  /// The error is a set-up that cannot work now (a file it names is gone, say): tried again after a pause.
  std::function<Result<std::unique_ptr<Backend>>(const config::Registry&)> make_backend;
  /// Good as long as the coroutines run.
  std::function<RegistrySink&(const std::string& name)> sink;
  /// The registry is another one now: forget what the old one said.
  std::function<void(const std::string& name)> reset;
  /// On the context's thread: a backend was made, which nobody has told yet what is wanted. May be empty.
  std::function<void(const std::string& name)> made = {};
};

/// "kubernetes", "nacos" or "file".
std::string_view type_word(const config::Registry& registry) noexcept;

/// One coroutine a registry, on the I/O thread.
class Registries {
 public:
  /// How long the first pause after a failure may be, and the longest.
  struct Pauses {
    Duration first = std::chrono::seconds(1);
    Duration longest = std::chrono::seconds(60);
  };

  /// Everything that runs, runs on `context`; it outlives this object, and is not run any more when this
  /// dies.
  Registries(boost::asio::io_context& context, RegistrySources sources, Pauses pauses);
  explicit Registries(boost::asio::io_context& context, RegistrySources sources);
  ~Registries();

  /// On the context's thread: starts, ends and replaces what differs from the last call. A registry whose
  /// name is in `restart` is started anew even if nothing differs (a file to be read again at once).
  void apply(const std::vector<config::Registry>& registries, const std::vector<std::string>& restart = {});
  /// On the context's thread: ends all; `done` is called when the last one has ended.
  void stop(std::function<void()> done);
  /// On the context's thread: a guard doubts this registry's last list (Backend::list_again()).
  void list_again(const std::string& name);
  /// On the context's thread: Backend::want() and unwant() of this registry; without it nothing happens.
  void want(const ServiceKey& key, std::function<void(bool there)> done);
  void unwant(const ServiceKey& key);
  /// On the context's thread: Backend::second_opinion(); never answered where no such registry runs.
  void second_opinion(const std::string& name, OpinionQuestion question,
                      std::function<void(SecondOpinion)> done);
  /// Any thread.
  std::vector<admin::RegistryReport> reports() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace signpost
