// What follows a registry. Its coroutine needs Asio, which costs a source seconds to compile: who only takes
// what a backend tells includes registry_sink.h.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "backends/registry/backend_count.h"
#include "backends/registry/registry_sink.h"
#include "backends/registry/second_opinion.h"

namespace signpost {

/// Follows one registry until cancelled; retries network trouble itself.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const noexcept = 0;
  /// Runs on the I/O executor until cancelled (asio cancellation, terminal); returns then. Throws only what
  /// is a mistake of ours. The sink outlives it.
  virtual boost::asio::awaitable<void> follow(RegistrySink& sink) = 0;
  /// I/O thread; may be called at any time, also when follow() does not run. Somebody doubts the last list:
  /// read everything again, not from a cache, soon, and tell it as a list that ends with Complete::Again,
  /// also when nothing differs. Asking twice before that list ends asks once.
  virtual void list_again() = 0;
  /// I/O thread, as list_again(). Somebody asked for a service that no list may name: follow it from now on,
  /// until unwant(), however often follow() begins anew. `done` is called once, on the backend's strand, with
  /// the registry's first word: true when the service is there, and then the sink has its state already;
  /// false when the registry knows no instances of it: then the sink hears nothing, and is told if ever there
  /// are some. It is not called before the registry answers, which may be never: whoever waits has a
  /// deadline. Wanting the same service again asks the registry again only if it has not answered yet.
  virtual void want(const ServiceKey& key, std::function<void(bool there)> done);
  /// The opposite: it is forgotten, and erased from the sink, unless the registry names it by itself.
  virtual void unwant(const ServiceKey& key);
  /// I/O thread, as list_again(). A guard holds what the server that we follow no longer tells: ask another
  /// server of the registry. `done` is called on the backend's strand, 10 to 30 s later as a rule, once for
  /// each question, or never when follow() ends before that. A question about a namespace that is being asked
  /// about replaces the one before, which is answered with trouble.
  virtual void second_opinion(OpinionQuestion question, std::function<void(SecondOpinion)> done);
  /// Any thread: what was skipped, retried, refused since the start.
  virtual std::vector<BackendCount> counts() const = 0;
};

/// A registry that names all its services by itself knows nothing more.
inline void Backend::want(const ServiceKey&, std::function<void(bool there)> done) { done(false); }
inline void Backend::unwant(const ServiceKey&) {}
/// Where a registry is one source, whoever asks it twice asks the same one.
inline void Backend::second_opinion(OpinionQuestion, std::function<void(SecondOpinion)> done) {
  SecondOpinion nobody;
  nobody.trouble = "the registry has no second server";
  done(std::move(nobody));
}

}  // namespace signpost
