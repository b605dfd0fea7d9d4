#include "dns/admin/admin.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "dns/admin/metrics.h"
#include "dns/admin/report_top.h"
#include "dns/admin/reports.h"
#include "dns/admin/skipped.h"
#include "dns/base/log.h"
#include "zones/synthesis/names.h"

namespace signpost::admin {

/// How long a scrape or a status waits for the builder before it shows what is known without it.
constexpr std::chrono::milliseconds kBuilderPatience{1000};
/// So many zones and composed names are said at once: whoever asks how things are on a machine that is busy
/// all over must not wait until it is not.
constexpr std::size_t kShortStatus = 100;
/// Whoever looks at `top` asks every few seconds.
constexpr std::chrono::milliseconds kTopPatience{15000};

namespace {

/// What `access:` makes of the answer for this client: the rules are asked for the name and for each that an
/// alias leads to (C8).
std::string client_note(const Sources::Admit& admit, const IpAddress& client,
                        const Explanation& explanation) {
  std::vector<std::string> lines{explanation.question};
  lines.insert(lines.end(), explanation.records.begin(), explanation.records.end());
  for (const auto& line : lines) {
    const auto text = line.substr(0, line.find(' '));
    const auto name = Name::parse(text);
    const auto verdict = admit && name ? admit(*name, client) : Admission::Allow;
    if (verdict == Admission::Allow) continue;
    return client.to_string() +
           (verdict == Admission::Drop ? " gets no answer at all: `access` drops what it asks about "
                                       : " gets REFUSED (EDE 18) in its place: `access` keeps it from ") +
           text;
  }
  return client.to_string() +
         (explanation.depends_on_client ? " may ask" : " may ask, and is answered as everybody is");
}

/// Whole seconds, one to a year.
std::optional<std::chrono::seconds> parse_seconds(std::string_view text) {
  std::int64_t count = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || at != end || count < 1 || count > 366 * 86400) return std::nullopt;
  return std::chrono::seconds(count);
}

}  // namespace

struct Admin::Routes : std::enable_shared_from_this<Admin::Routes> {
  Routes(Sources its_sources, const Clock& its_clock, HttpLimits limits)
      : sources(std::move(its_sources)),
        clock(its_clock),
        server(limits),
        health({sources.ask_workers, sources.oldest_sign,
                [this](auto delay, auto then) { server.after(delay, std::move(then)); }, &clock}) {}

  void install();
  ListenerReport open(Door door, ListenSocket socket);
  /// Calls `then` once: with what the builder says now, or with what it said last when it takes too long.
  void with_builder(std::function<void(const BuilderStatus&, bool answered)> then);
  void ready(ReplyTo reply);
  void metrics(const HttpRequest& request, ReplyTo reply);
  void status(std::function<void(std::optional<StatusReport>)> then);
  void status(const HttpRequest& request, ReplyTo reply);
  void explain(const Question& question, std::function<void(Result<Later<Explanation>>)> then);
  void explain(const HttpRequest& request, ReplyTo reply);
  void dump(const HttpRequest& request, ReplyTo reply);
  void reload(const HttpRequest& request, ReplyTo reply);
  void top(const HttpRequest& request, ReplyTo reply);
  void watch_names();
  void log_level(const HttpRequest& request, const ReplyTo& reply);
  void release(const HttpRequest& request, ReplyTo reply);
  void drain(const HttpRequest& request, bool begin, ReplyTo reply);

  Sources sources;
  const Clock& clock;
  HttpServer server;
  Health health;
  Readiness readiness;
  std::mutex mutex;
  BuilderStatus last_builder;  // under mutex
  // Of `top`, admin thread: what was counted at the last question, and who may stop the counting of names.
  CounterTotals last_counted{};
  Monotonic last_asked{};
  std::uint64_t top_questions = 0;
};

void Admin::Routes::with_builder(std::function<void(const BuilderStatus&, bool)> then) {
  const auto done = std::make_shared<std::atomic<bool>>(false);
  server.after(kBuilderPatience, [weak = weak_from_this(), done, then] {
    const auto self = weak.lock();
    if (!self || done->exchange(true)) return;
    BuilderStatus last;
    {
      const std::lock_guard lock(self->mutex);
      last = self->last_builder;
    }
    then(last, false);
  });
  sources.builder([weak = weak_from_this(), done, then](BuilderStatus now) {
    const auto self = weak.lock();
    if (!self) return;
    {
      const std::lock_guard lock(self->mutex);
      self->last_builder = now;
    }
    if (!done->exchange(true)) self->server.after({}, [then, now = std::move(now)] { then(now, true); });
  });
}

void Admin::Routes::ready(ReplyTo reply) {
  if (auto settled = readiness.known()) return reply(std::move(*settled));
  with_builder([this, reply = std::move(reply)](const BuilderStatus& builder, bool answered) {
    if (!answered) return reply(text_reply(503, "the builder has not answered yet\n"));
    reply(readiness.decide(builder.registries));
  });
}

void Admin::Routes::metrics(const HttpRequest& request, ReplyTo reply) {
  with_builder([this, format = choose_format(request.accept), reply = std::move(reply)](
                   const BuilderStatus& builder, bool answered) {
    const Scrape scrape{builder,         answered,          sources.program(), sources.dns(),
                        process_stats(), health.failures(), log::counts()};
    reply({200, content_type(format), metrics_text(scrape, format)});
  });
}

void Admin::Routes::status(std::function<void(std::optional<StatusReport>)> then) {
  with_builder([this, then = std::move(then)](const BuilderStatus& builder, bool answered) {
    if (!answered) return then(std::nullopt);
    if (!readiness.known()) (void)readiness.decide(builder.registries);
    then(StatusReport{sources.program(), builder, readiness.ready(), clock.wall()});
  });
}

void Admin::Routes::status(const HttpRequest& request, ReplyTo reply) {
  status([json = request.wants_json(true), reply = std::move(reply)](std::optional<StatusReport> report) {
    if (!report) return reply(text_reply(503, "the builder did not answer within 1 s\n"));
    const auto lines = report->builder.zones.size() + report->builder.composed.size();
    auto put = [json, report = std::move(*report)] {
      return json ? json_reply(200, to_json(report)) : text_reply(200, to_text(report));
    };
    reply(lines > kShortStatus ? later(std::move(put)) : put());
  });
}

void Admin::Routes::explain(const Question& question, std::function<void(Result<Later<Explanation>>)> then) {
  const auto address = IpAddress::parse(question.name);  // means its name in a reverse zone, as for dig -x
  const auto name = address ? Result<Name>(names::reverse_name(*address)) : Name::parse(question.name);
  if (!name) return then(Error{"name: " + name.error().message});
  const auto type = parse_type(!question.type.empty() ? question.type : address ? "PTR" : "A");
  if (!type) return then(Error{"type: a record type like A, AAAA, SRV or TYPE65, not " + question.type});
  const auto asker = question.client.empty() ? std::nullopt : IpAddress::parse(question.client);
  if (!asker && !question.client.empty()) return then(Error{"client: an address like 10.0.0.1 or fd00::1"});
  sources.explain(
      *name, *type, asker, [asker, weak = weak_from_this(), then = std::move(then)](Later<Explanation> told) {
        const auto self = weak.lock();
        if (!self) return;
        self->server.after({}, [self = self.get(), asker, then, told = std::move(told)]() mutable {
          then(Later<Explanation>([asker, told = std::move(told), admit = self->sources.admit(),
                                   registries = self->sources.program().registries] {
            auto explanation = told();
            for (auto& note : skipped_notes(registries, explanation))
              explanation.notes.push_back(std::move(note));
            if (asker) explanation.notes.push_back(client_note(admit, *asker, explanation));
            return explanation;
          }));
        });
      });
}

void Admin::Routes::explain(const HttpRequest& request, ReplyTo reply) {
  const auto word = [&](std::string_view name) { return std::string(request.parameter(name).value_or("")); };
  if (!request.parameter("name"))
    return reply(text_reply(400, "explain takes ?name=cart.demo.internal&type=A\n"));
  explain({word("name"), word("type"), word("client")},
          [json = request.wants_json(false), reply = std::move(reply)](Result<Later<Explanation>> told) {
            if (!told) return reply(text_reply(400, told.error().message + "\n"));
            reply(later([json, told = std::move(*told)] {
              return json ? json_reply(200, to_json(told())) : text_reply(200, to_text(told()));
            }));
          });
}

void Admin::Routes::dump(const HttpRequest& request, ReplyTo reply) {
  const auto zone = request.parameter("zone");
  if (!zone) return reply(text_reply(400, "dump takes ?zone=demo.internal\n"));
  const auto parsed = Name::parse(*zone);
  if (!parsed) return reply(text_reply(400, "zone: " + parsed.error().message + "\n"));
  reply(later([begin = sources.dump(std::string(*zone))] {
    auto body = begin();
    if (!body) return text_reply(404, body.error().message + "\n");
    HttpReply dumped;
    dumped.rest = std::move(*body);
    return dumped;
  }));
}

void Admin::Routes::reload(const HttpRequest& request, ReplyTo reply) {
  sources.reload([json = request.wants_json(true), reply = std::move(reply)](const ReloadOutcome& outcome) {
    const unsigned status = outcome.accepted ? 200 : 422;
    reply(json ? json_reply(status, to_json(outcome)) : text_reply(status, to_text(outcome)));
  });
}

void Admin::Routes::release(const HttpRequest& request, ReplyTo reply) {
  const auto registry = std::string(request.parameter("registry").value_or(""));
  const auto service = std::string(request.parameter("service").value_or(""));
  if (registry.empty() && !service.empty())
    return reply(text_reply(400, "release takes ?registry=cluster&service=shop/cart, or less\n"));
  sources.release(registry, service,
                  [json = request.wants_json(true), reply = std::move(reply)](const ReleaseOutcome& outcome) {
                    const unsigned status = outcome.error.empty() ? 200 : 404;
                    reply(json ? json_reply(status, to_json(outcome)) : text_reply(status, to_text(outcome)));
                  });
}

void Admin::Routes::drain(const HttpRequest& request, bool begin, ReplyTo reply) {
  DrainOrder order;
  order.registry = std::string(request.parameter("registry").value_or(""));
  order.service = std::string(request.parameter("service").value_or(""));
  order.instance = std::string(request.parameter("instance").value_or(""));
  order.begin = begin;
  const auto seconds = std::string(request.parameter("for").value_or(""));
  bool well = !order.registry.empty() && !order.service.empty() && !order.instance.empty();
  if (!seconds.empty()) {
    const auto length = parse_seconds(seconds);
    well = well && length.has_value();
    order.length = length;
  }
  if (!well)
    return reply(
        text_reply(400, "drain takes ?registry=cluster&service=shop/cart&instance=10.1.0.1&for=600\n"));
  sources.drain(order,
                [json = request.wants_json(true), reply = std::move(reply)](const DrainOutcome& outcome) {
                  const unsigned status = outcome.error.empty() ? 200 : 404;
                  reply(json ? json_reply(status, to_json(outcome)) : text_reply(status, to_text(outcome)));
                });
}

/// Names are counted while somebody asks, and a little longer.
void Admin::Routes::watch_names() {
  sources.watch_names(true);
  server.after(kTopPatience, [weak = weak_from_this(), question = ++top_questions] {
    const auto self = weak.lock();
    if (self && self->top_questions == question) self->sources.watch_names(false);
  });
}

void Admin::Routes::top(const HttpRequest& request, ReplyTo reply) {
  watch_names();
  status([this, json = request.wants_json(true), reply = std::move(reply)](std::optional<StatusReport> now) {
    if (!now) return reply(text_reply(503, "the builder did not answer within 1 s\n"));
    TopReport report{std::move(*now)};
    report.before = last_counted;
    report.after = sources.dns();
    const auto asked = clock.now();
    // The first question of all is told of the time since the start.
    report.seconds =
        last_asked == Monotonic{}
            ? std::chrono::duration<double>(report.status.now - report.status.program.started).count()
            : std::chrono::duration<double>(asked - last_asked).count();
    report.names = sources.busy_names();
    last_counted = report.after;
    last_asked = asked;
    reply(json ? json_reply(200, to_json(report)) : text_reply(200, to_text(report)));
  });
}

void Admin::Routes::log_level(const HttpRequest& request, const ReplyTo& reply) {
  using Word = std::pair<std::string_view, log::Level>;
  static constexpr std::array<Word, 4> kLevels{{{"debug", log::Level::Debug},
                                                {"info", log::Level::Info},
                                                {"warning", log::Level::Warning},
                                                {"error", log::Level::Error}}};
  const auto wanted = request.parameter("level").value_or("");
  const auto found =
      std::find_if(kLevels.begin(), kLevels.end(), [&](auto& one) { return one.first == wanted; });
  if (found == kLevels.end())
    return reply(text_reply(400, "log-level takes debug, info, warning or error: ?level=debug\n"));
  const auto before = log::level();
  const auto was =
      std::find_if(kLevels.begin(), kLevels.end(), [&](auto& one) { return one.second == before; });
  log::set_level(found->second);
  log::info("log.level_changed", {{"from", was->first}, {"to", wanted}});
  reply(text_reply(200, fmt::format("the level is {}, it was {}; a reload takes that of the configuration\n",
                                    wanted, was->first)));
}

ListenerReport Admin::Routes::open(Door door, ListenSocket socket) {
  ListenerReport report{std::string(to_string(door)), socket.address()};
  server.listen(door, std::move(socket));
  return report;
}

void Admin::Routes::install() {
  for (const auto door : {Door::Health, Door::Admin})
    server.add(door, "GET", "/health", [this](const auto&, auto reply) { health.check(reply); });
  server.add(Door::Ready, "GET", "/ready", [this](const auto&, auto reply) { ready(std::move(reply)); });
  server.add(Door::Metrics, "GET", "/metrics",
             [this](const auto& r, auto reply) { metrics(r, std::move(reply)); });
  server.add(Door::Admin, "GET", "/status",
             [this](const auto& r, auto reply) { status(r, std::move(reply)); });
  server.add(Door::Admin, "GET", "/explain",
             [this](const auto& r, auto reply) { explain(r, std::move(reply)); });
  server.add(Door::Admin, "GET", "/dump", [this](const auto& r, auto reply) { dump(r, std::move(reply)); });
  server.add(Door::Admin, "POST", "/reload",
             [this](const auto& r, auto reply) { reload(r, std::move(reply)); });
  server.add(Door::Admin, "GET", "/top", [this](const auto& r, auto reply) { top(r, std::move(reply)); });
  server.add(Door::Admin, "POST", "/log-level", [this](const auto& r, auto reply) { log_level(r, reply); });
  server.add(Door::Admin, "POST", "/release",
             [this](const auto& r, auto reply) { release(r, std::move(reply)); });
  server.add(Door::Admin, "POST", "/drain",
             [this](const auto& r, auto reply) { drain(r, true, std::move(reply)); });
  server.add(Door::Admin, "POST", "/undrain",
             [this](const auto& r, auto reply) { drain(r, false, std::move(reply)); });
}

Admin::Admin(Sources sources, const Clock& clock, HttpLimits limits)
    : routes_(std::make_shared<Routes>(std::move(sources), clock, limits)) {
  routes_->install();
}

Admin::~Admin() { stop(); }

Result<ListenerReport> Admin::listen(Door door, const SocketAddress& address) {
  auto socket = ListenSocket::tcp(address);
  if (!socket) return socket.error();
  return listen(door, std::move(*socket));
}

Result<ListenerReport> Admin::listen_admin(const std::string& socket_path) {
  auto socket = ListenSocket::unix_socket(socket_path);
  if (!socket) return socket.error();
  return listen(Door::Admin, std::move(*socket));
}

ListenerReport Admin::listen(Door door, ListenSocket socket) {
  return routes_->open(door, std::move(socket));
}

void Admin::add(Door door, const std::string& path, Handler handler) {
  routes_->server.add(door, "GET", path, std::move(handler));
}

void Admin::status(std::function<void(std::optional<StatusReport>)> then) {
  routes_->status(std::move(then));
}

void Admin::explain(const Question& question, std::function<void(Result<Later<Explanation>>)> then) {
  routes_->explain(question, std::move(then));
}

void Admin::close(const ListenerReport& listener) { routes_->server.close(listener.address); }

void Admin::start() { routes_->server.start(); }
void Admin::leave_files() { routes_->server.leave_files(); }
void Admin::stop() { routes_->server.stop(); }
Readiness& Admin::readiness() noexcept { return routes_->readiness; }

}  // namespace signpost::admin
