#include "dns/commands.h"

#include <cstdio>

#include "config/load.h"
#include "config/read_file.h"
#include "config/reference.h"
#include "config/report.h"
#include "config/value.h"
#include "dns/admin/admin_client.h"
#include "dns/admin/http_message.h"
#include "dns/base/log.h"
#include "dns/check.h"
#include "dns/diff.h"

namespace signpost {
namespace {

void print(std::FILE* to, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), to);
  if (!text.empty() && text.back() != '\n') std::fputc('\n', to);
}

int fail(const std::string& reason) {
  print(stderr, "error: " + reason);
  return 1;
}

/// A word that cannot be meant, which the command line itself could not know.
int misused(const std::string& reason) {
  print(stderr, "error: " + reason);
  return 2;
}

/// Prints the reply; a refusal goes to stderr.
int ask_and_print(const Where& where, const std::string& method, const std::string& target) {
  const auto socket = admin_socket_of(where);
  if (!socket) return fail(socket.error().message);
  const auto reply = admin::ask(*socket, method, target);
  if (!reply) return fail(reply.error().message);
  const bool well = reply->status == 200;
  print(well ? stdout : stderr, reply->body);
  return well ? 0 : 1;
}

/// "cluster/shop/cart" and an instance, as parameters.
Result<std::string> drain_parameters(const std::string& target, const std::string& instance, bool json) {
  const auto slash = target.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == target.size())
    return Error{
        "REGISTRY/SERVICE is missing a part, such as cluster/shop/cart; `signpost explain NAME` has it"};
  return "?format=" + std::string(json ? "json" : "text") +
         "&registry=" + admin::percent_encode(target.substr(0, slash)) +
         "&service=" + admin::percent_encode(target.substr(slash + 1)) +
         "&instance=" + admin::percent_encode(instance);
}

}  // namespace

Result<std::string> admin_socket_of(const Where& where) {
  if (!where.socket.empty()) return where.socket;
  const auto loaded = config::load_file(where.config_path);
  if (!loaded) {
    return Error{loaded.error().errors.front() +
                 "\n(looking for listen.admin; --socket PATH names it directly)"};
  }
  if (loaded->config.listen.admin_socket.empty()) {
    return Error{where.config_path + ": listen.admin is not set, so a running signpost cannot be asked"};
  }
  return loaded->config.listen.admin_socket;
}

int check(const std::string& config_path) {
  const auto checked = check_config(config_path, CheckScope::Check);
  const auto& warnings = checked ? checked->warnings : checked.error().warnings;
  for (const auto& warning : warnings) print(stderr, "warning: " + warning);
  if (checked) {
    print(stdout, config_path + ": well");
    return 0;
  }
  for (const auto& error : checked.error().errors) print(stderr, "error: " + error);
  return 1;
}

int reference(const std::string& key, bool markdown, bool schema) {
  if (markdown || schema) {
    print(stdout, markdown ? config::reference_markdown() : config::json_schema());
    return 0;
  }
  const auto text = config::reference_text(key);
  if (!text) return fail(text.error().message);
  print(stdout, *text);
  return 0;
}

int diff(const std::string& before, const std::string& after, bool every) {
  bool both = true;
  for (const auto& path : {before, after}) {
    const auto text = config::read_file(path);
    if (text) continue;
    both = false;
    fail(path + ": " + text.error().message +
         "; diff takes two configuration files, that of now and the one that is to be");
  }
  if (!both) return 1;
  auto old_one = check_config(before, CheckScope::Check);
  auto new_one = check_config(after, CheckScope::Check);
  for (const auto* checked : {&old_one, &new_one}) {
    if (*checked) continue;
    for (const auto& error : checked->error().errors) print(stderr, "error: " + error);
  }
  if (!old_one || !new_one) return 1;
  log::set_level(log::Level::Error);  // what the two worlds tell of themselves is not asked for
  print(stdout, compare(*old_one, *new_one, every));
  return 0;
}

int status(const Where& where, bool json) {
  return ask_and_print(where, "GET", json ? "/status?format=json" : "/status?format=text");
}

int explain(const Where& where, const std::string& name, const std::string& type, const std::string& client,
            bool json) {
  auto target = "/explain?name=" + admin::percent_encode(name) + "&format=" + (json ? "json" : "text");
  if (!type.empty()) target += "&type=" + admin::percent_encode(type);
  if (!client.empty()) target += "&client=" + admin::percent_encode(client);
  return ask_and_print(where, "GET", target);
}

int dump(const Where& where, const std::string& zone) {
  return ask_and_print(where, "GET", "/dump?zone=" + admin::percent_encode(zone));
}

int reload(const Where& where) { return ask_and_print(where, "POST", "/reload?format=text"); }

int log_level(const Where& where, const std::string& level) {
  return ask_and_print(where, "POST", "/log-level?level=" + admin::percent_encode(level));
}

int release(const Where& where, const std::string& target, bool json) {
  const auto slash = target.find('/');
  auto path = std::string("/release?format=") + (json ? "json" : "text");
  if (!target.empty()) path += "&registry=" + admin::percent_encode(target.substr(0, slash));
  if (slash != std::string::npos) path += "&service=" + admin::percent_encode(target.substr(slash + 1));
  return ask_and_print(where, "POST", path);
}

int drain(const Where& where, const std::string& target, const std::string& instance,
          const std::string& length, bool json) {
  auto parameters = drain_parameters(target, instance, json);
  if (!parameters) return misused(parameters.error().message);
  if (!length.empty()) {
    constexpr std::chrono::hours kLongest(366 * 24);
    const auto read = config::read_duration(length, std::chrono::seconds(1), kLongest);
    if (!read || read->count() % 1000 != 0)
      return misused("`--for` takes whole seconds, minutes or hours, such as 10m, not " +
                     config::in_quotes(length));
    *parameters += "&for=" + std::to_string(read->count() / 1000);
  }
  return ask_and_print(where, "POST", "/drain" + *parameters);
}

int undrain(const Where& where, const std::string& target, const std::string& instance, bool json) {
  const auto parameters = drain_parameters(target, instance, json);
  if (!parameters) return misused(parameters.error().message);
  return ask_and_print(where, "POST", "/undrain" + *parameters);
}

}  // namespace signpost
