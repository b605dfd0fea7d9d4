// What an operator can ask a running Signpost: the routes of the four doors.
//
// The life of a question: HttpServer reads it on the admin thread, a route here asks the part that knows (the
// builder, the workers, the answer path) and goes on; the part replies from its own thread, the reply is put
// into words by reports.h or metrics.h, and HttpServer sends it. No table of the builder is ever read from
// here.
//
//   health   GET /health            200 when every worker answered a query
//   ready    GET /ready             200 once every required registry was listed
//   metrics  GET /metrics
//   admin    GET /status            JSON, or ?format=text
//            GET /explain           ?name=&type=&client=, text, or ?format=json
//            GET /dump              ?zone=, master-file text
//            GET /top               rates since the last time it was asked; JSON, or ?format=text
//            POST /log-level        ?level=debug
//            POST /release          ?registry=&service=, both may be left out; JSON, or ?format=text; 404
//            when
//                                   there is nothing of that name
//            POST /drain             ?registry=&service=&instance=&for=seconds; without `for` until
//            undrained; JSON
//                                   or text, 404 with what there is
//            POST /undrain           ?registry=&service=&instance=
//            POST /reload           JSON, or ?format=text; 422 when the configuration was refused
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "dns/admin/health.h"
#include "dns/admin/http_server.h"
#include "dns/admin/reports.h"
#include "dns/admin/sources.h"

namespace signpost::admin {

/// Owns the HTTP server. Lives longer than what the sources point to is not needed: stop() ends all use of
/// them, apart from replies on their way, which are dropped.
class Admin {
 public:
  /// `clock` outlives it.
  Admin(Sources sources, const Clock& clock, HttpLimits limits = {});
  ~Admin();

  /// Main thread, before or after start(): opens one door; the real address. The error says which address,
  /// why, what would be right.
  Result<ListenerReport> listen(Door door, const SocketAddress& address);
  Result<ListenerReport> listen_admin(const std::string& socket_path);
  /// The same for one that is open already.
  ListenerReport listen(Door door, ListenSocket socket);
  /// Before start(): one more path to GET.
  void add(Door door, const std::string& path, Handler handler);

  /// For such a path, on the admin thread; `then` is called once, from any thread. Nullopt: the builder is
  /// too busy to say anything.
  void status(std::function<void(std::optional<StatusReport>)> then);
  /// The words of a question, as people write them; the error says what is wrong with one.
  struct Question {
    std::string name, type, client;  // the last two may be empty
  };
  void explain(const Question& question, std::function<void(Result<Later<Explanation>>)> then);
  /// Main thread: takes no new connections there; requests under way are answered.
  void close(const ListenerReport& listener);

  void start();
  /// Before stop(): socket files stay, because another process listens on them.
  void leave_files();
  void stop();
  Readiness& readiness() noexcept;

 private:
  struct Routes;
  std::shared_ptr<Routes> routes_;  // replies on their way look for it
};

}  // namespace signpost::admin
