#include "dns/manual.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "dns/base/clock.h"
#include "dns/version.h"

namespace signpost {
namespace {

using config::roff_bold;
using config::roff_example;
using config::roff_italic;
using config::roff_text;
using config::roff_word;

using Entries = std::vector<std::pair<std::string_view, std::string_view>>;

const Entries kSignals{
    {"SIGHUP",
     "reads the configuration again. A bad one changes nothing; the log and `signpost status` say why."},
    {"SIGTERM",
     "ends the program: /ready says no, answers go on for `lameduck`, then what has come is answered."},
    {"SIGINT", "ends it without `lameduck`."},
    {"SIGUSR2",
     "to the parent of `signpost run --hold`: what the file of the binary is now takes over, without a "
     "loss; a binary that cannot start changes nothing."}};

const Entries kExits{
    {"0", "Well."}, {"1", "Failed; the reason is on standard error."}, {"2", "A command line that is none."}};

const Entries kVariables{
    {"NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID", "Of the service manager, see sd_notify(3)."},
    {"LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES",
     "Sockets that the service manager has opened, see sd_listen_fds(3). They are matched with `listen` by "
     "their addresses; what is missing is opened."},
    {"POD_NAME", "What `server.id` is where it is not written, instead of the name of the host."},
    {"POD_IP", "The address of the name server of a zone that names none."},
    {"KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT",
     "Where the API server is for a registry of type kubernetes that says nothing of it."},
    {"SOURCE_DATE_EPOCH", "The date of what `signpost reference --man` prints, as Unix time."}};

const Entries kFiles{{"/etc/signpost/signpost.yaml", "The configuration, unless `--config` names another."},
                     {"/etc/default/signpost",
                      "Variables of the systemd unit: which configuration, and more words for `run`."},
                     {"/run/signpost/admin.sock",
                      "Where the commands ask, if `listen.admin` says so. Who may open it may ask."},
                     {"/var/lib/signpost",
                      "What registries told last, if `state_directory` says so: a start answers from it."}};

std::string entries(std::string_view title, const Entries& all) {
  auto text = ".SH " + std::string(title) + "\n";
  for (const auto& [name, meaning] : all)
    text += ".TP\n" + roff_bold(name) + "\n" + roff_text(meaning) + "\n";
  return text;
}

/// "-c, --config FILE"
std::string spelled(const CompletedOption& option) {
  std::string text;
  for (const auto& name : option.names) text += (text.empty() ? "" : ", ") + roff_bold(name);
  return option.value.empty() ? text : text + " " + roff_italic(option.value);
}

std::string described(const CompletedCommand& command) {
  auto text = ".SS signpost " + roff_word(command.name);
  for (const auto& argument : command.arguments)
    text += " " + (argument.required ? argument.name : "[" + argument.name + "]");
  text += "\n" + roff_text(command.help + "." + (command.more.empty() ? "" : " " + command.more)) + "\n";
  for (const auto& argument : command.arguments)
    text += ".TP\n" + roff_italic(argument.name) + "\n" + roff_text(argument.help) + "\n";
  for (const auto& option : command.options) {
    if (std::find(option.names.begin(), option.names.end(), "--help") != option.names.end()) continue;
    const auto fallback = option.fallback.empty() ? "" : " (default: `" + option.fallback + "`)";
    text += ".TP\n" + spelled(option) + "\n" + roff_text(option.help + fallback) + "\n";
  }
  return text;
}

constexpr std::string_view kExamples = R"(signpost check
systemctl reload signpost
signpost explain cart.shop.internal A
signpost dump shop.internal
signpost drain nacos/public/DEFAULT_GROUP/cart 10.1.0.7 --for 10m
signpost reference zones[].ttl
)";

std::time_t day() {
  std::time_t seconds = 0;
  if (const char* text = std::getenv("SOURCE_DATE_EPOCH"); text != nullptr) {
    const auto* end = text + std::strlen(text);
    const auto [stopped, error] = std::from_chars(text, end, seconds);
    if (error == std::errc{} && stopped == end) return seconds;
  }
  return std::chrono::system_clock::to_time_t(system_clock().wall());
}

}  // namespace

config::ManualStamp manual_stamp() {
  const auto seconds = day();
  std::tm broken{};
  gmtime_r(&seconds, &broken);
  return {fmt::format("{:04}-{:02}-{:02}", broken.tm_year + 1900, broken.tm_mon + 1, broken.tm_mday),
          kVersion};
}

std::string program_manual(const std::vector<CompletedCommand>& commands, const config::ManualStamp& stamp) {
  auto page = config::roff_title("signpost", '8', "System administration", stamp);
  page += ".SH NAME\nsignpost \\- answers DNS for what service registries hold\n";
  page +=
      ".SH SYNOPSIS\n" + roff_bold("signpost") + " " + roff_italic("command") + " [options] [arguments]\n";
  page += ".SH DESCRIPTION\n" +
          roff_text(
              "Signpost watches service registries (Kubernetes, Nacos, files) and answers DNS for the "
              "services in them, and for static zones. It is authoritative, never recursive, and goes on "
              "answering when a registry does not. `signpost run` serves; the other commands look at a "
              "configuration, or ask a running Signpost over its admin socket.") +
          "\n.PP\n" +
          roff_text("Logs go to standard error, one event a line. Every option of the configuration is in") +
          "\n.BR signpost.yaml (5).\n";
  page += ".SH COMMANDS\n" + roff_text("Every command takes `--help`.") + "\n";
  for (const auto& command : commands) page += described(command);
  page += entries("SIGNALS", kSignals);
  page += entries("EXIT STATUS", kExits);
  page += entries("ENVIRONMENT", kVariables);
  page += entries("FILES", kFiles);
  page += ".SH EXAMPLES\n" + roff_text("An operator's day:") + "\n" + roff_example(kExamples);
  page += ".SH SEE ALSO\n.BR signpost.yaml (5),\n.BR dig (1),\n.BR systemd.service (5)\n";
  return page;
}

}  // namespace signpost
