// The front door: from the words on the command line to the part of the house that does what they say.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "config/reference.h"
#include "dns/command_line.h"
#include "dns/commands.h"
#include "dns/completion.h"
#include "dns/hold.h"
#include "dns/manual.h"
#include "dns/probe.h"
#include "dns/run.h"
#include "dns/top.h"
#include "dns/version.h"

namespace {

using signpost::CompletedCommand;
using signpost::CompletedOption;

constexpr int kMisuse = 2;

struct Words {
  signpost::Where where{"/etc/signpost/signpost.yaml", {}};
  std::string name;
  std::string type;
  std::string client;
  std::string zone;
  std::string target;
  std::string instance;
  std::string length;
  std::string every = "1s";
  std::string level;
  std::string url;
  std::string key;
  std::string before;
  std::string after;
  std::string shell;
  std::string manual;
  bool once = false;
  bool json = false;
  bool hold = false;
  bool markdown = false;
  bool schema = false;
  bool all = false;
};

CLI::App* command(CLI::App& program, Words& words, const char* name, const char* help) {
  auto* added = program.add_subcommand(name, help);
  added->add_option("-c,--config", words.where.config_path, "the configuration file")
      ->capture_default_str()
      ->type_name("FILE");
  return added;
}

CLI::App* client_command(CLI::App& program, Words& words, const char* name, const char* help) {
  auto* added = command(program, words, name, help);
  added
      ->add_option("-s,--socket", words.where.socket,
                   "the admin socket; default: listen.admin of the configuration")
      ->type_name("FILE");
  return added;
}

CompletedCommand completed(const CLI::App& command) {
  CompletedCommand out{command.get_name(), command.get_description(), {}, {}, false, {}};
  if (command.get_footer() != command.get_parent()->get_footer()) out.more = command.get_footer();
  for (const auto* option : command.get_options()) {
    const bool is_file = option->get_type_name() == "FILE";
    if (option->get_positional()) {
      out.takes_file = out.takes_file || is_file;
      out.arguments.push_back({option->get_name(true), option->get_description(), option->get_required()});
      continue;
    }
    CompletedOption one{{}, option->get_description(), option->get_items_expected_max() > 0, is_file, {}, {}};
    if (one.takes_value) one.value = is_file ? "FILE" : "VALUE";
    one.fallback = option->get_default_str();
    for (const auto& name : option->get_snames()) one.names.push_back("-" + name);
    for (const auto& name : option->get_lnames()) one.names.push_back("--" + name);
    out.options.push_back(std::move(one));
  }
  return out;
}

std::vector<CompletedCommand> completed_commands(const CLI::App& program) {
  std::vector<CompletedCommand> commands;
  for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(completed(*command));
  return commands;
}

int say_manual(const CLI::App& program, const std::string& section) {
  const auto stamp = signpost::manual_stamp();
  const auto page = section == "5" ? signpost::config::reference_man(stamp)
                                   : signpost::program_manual(completed_commands(program), stamp);
  std::fwrite(page.data(), 1, page.size(), stdout);
  return 0;
}

int say_completion(const CLI::App& program, const std::string& shell) {
  auto commands = completed_commands(program);
  for (auto& command : commands) {
    if (command.name == "completion") command.words = {"bash", "zsh"};
  }
  const auto script =
      shell == "bash" ? signpost::bash_completion(commands) : signpost::zsh_completion(commands);
  std::fwrite(script.data(), 1, script.size(), stdout);
  return 0;
}

void add_configuration_commands(CLI::App& program, Words& words, int& result) {
  command(program, words, "check", "say everything that is wrong with a configuration; connects to nothing")
      ->callback([&] { result = signpost::check(words.where.config_path); });
  auto* diff = program.add_subcommand(
      "diff", "what changes from one configuration to another: settings, zones, records");
  diff->footer(
      "Connects to nothing: registries are as the state files of OLD have them. The exit code is 0 also when "
      "something differs.");
  diff->add_option("OLD", words.before, "a configuration file; its state_directory is read")
      ->required()
      ->type_name("FILE");
  diff->add_option("NEW", words.after, "another configuration file")->required()->type_name("FILE");
  diff->add_flag("--all", words.all, "every record that differs");
  diff->callback([&] { result = signpost::diff(words.before, words.after, words.all); });
  auto* reference = program.add_subcommand(
      "reference", "every option of a configuration: what it takes, its default, when a change of it acts");
  reference->add_option("KEY", words.key,
                        "only this and what is below it, such as zones[].ttl or registries");
  auto* markdown = reference->add_flag("--markdown", words.markdown, "the whole as a page");
  auto* schema =
      reference->add_flag("--schema", words.schema, "the whole as a JSON Schema (2020-12) for editors")
          ->excludes(markdown);
  auto* man =
      reference->add_option("--man", words.manual, "a manual page: 5 is signpost.yaml(5), 8 signpost(8)")
          ->check(signpost::one_of_words({"5", "8"}))
          ->excludes(markdown)
          ->excludes(schema);
  reference->callback([&program, &words, &result, man] {
    result = man->count() > 0 ? say_manual(program, words.manual)
                              : signpost::reference(words.key, words.markdown, words.schema);
  });
  auto* completion = program.add_subcommand("completion", "a script that completes these words in a shell");
  completion->add_option("SHELL", words.shell, "bash or zsh")
      ->required()
      ->check(signpost::one_of_words({"bash", "zsh"}));
  completion->callback([&] { result = say_completion(program, words.shell); });
}

int say_version() {
  std::printf("signpost %s (%s)\n", signpost::kVersion, signpost::kCompiler);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Answers DNS for what service registries hold.", "signpost");
  program.require_subcommand(1);
  program.formatter(signpost::terminal_help());
  program.footer("Exit codes: 0 well, 1 failed, 2 misuse.");
  Words words;
  int result = 0;

  auto* run = command(program, words, "run", "serve until told to end (SIGTERM); SIGHUP reloads");
  run->add_flag("--hold", words.hold,
                "as two processes: one only keeps the sockets, so that a crash of the other loses next to "
                "nothing; SIGUSR2 has a new binary take over");
  run->callback([&] {
    result = words.hold ? signpost::hold(words.where.config_path) : signpost::run(words.where.config_path);
  });
  add_configuration_commands(program, words, result);

  auto* explain =
      client_command(program, words, "explain", "why a running signpost answers a name as it does");
  explain->add_option("NAME", words.name, "the name asked for, or an address")->required();
  explain->add_option("TYPE", words.type, "the record type; without it A, of an address PTR");
  explain->add_option("--client", words.client, "the address that asks");
  explain->add_flag("--json", words.json, "for programs");
  explain->callback(
      [&] { result = signpost::explain(words.where, words.name, words.type, words.client, words.json); });

  auto* dump = client_command(
      program, words, "dump",
      "what a running signpost answers in a zone, as a zone file; selectors one word at a time");
  dump->add_option("ZONE", words.zone, "the zone's name, or the prefix of reverse zones")->required();
  dump->callback([&] { result = signpost::dump(words.where, words.zone); });

  auto* status =
      client_command(program, words, "status", "registries, zones and listeners of a running signpost");
  status->add_flag("--json", words.json, "for programs");
  status->callback([&] { result = signpost::status(words.where, words.json); });

  client_command(program, words, "reload", "have a running signpost read its configuration again")
      ->callback([&] { result = signpost::reload(words.where); });
  auto* top =
      client_command(program, words, "top",
                     "rates, registries and the busiest names of a running signpost, live; q ends it");
  top->add_option("--every", words.every, "how often to look, such as 2s")->capture_default_str();
  top->add_flag("--once", words.once, "print one table and end");
  top->add_flag("--json", words.json, "once, for programs");
  top->callback([&] { result = signpost::top(words.where, words.every, words.once, words.json); });
  auto* level = client_command(program, words, "log-level",
                               "have a running signpost log more or less, until its next reload");
  level->add_option("LEVEL", words.level, "debug, info, warning or error")->required();
  level->callback([&] { result = signpost::log_level(words.where, words.level); });
  auto* probe = command(program, words, "probe", "ask whether it lives, as a container does");
  probe->add_option(
      "URL", words.url,
      "http://ADDRESS:PORT/PATH; without it listen.health of the configuration, or listen.admin");
  probe->callback([&] { result = signpost::probe(words.where, words.url); });
  auto* release = client_command(program, words, "release",
                                 "believe at once what a guard of a running signpost holds back");
  release->add_option("REGISTRY[/SERVICE]", words.target,
                      "as `status` and the log name it; without it all that is held");
  release->add_flag("--json", words.json, "for programs");
  release->callback([&] { result = signpost::release(words.where, words.target, words.json); });
  auto* drain = client_command(program, words, "drain",
                               "keep an instance from answering until its time is over, or until undrain");
  drain->add_option("REGISTRY/SERVICE", words.target, "as `explain` names it, such as cluster/shop/cart")
      ->required();
  drain->add_option("INSTANCE", words.instance, "its id as `explain` names it, or its address")->required();
  drain->add_option("--for", words.length,
                    "for how long, such as 10m; without it until undrain or a restart");
  drain->add_flag("--json", words.json, "for programs");
  drain->callback(
      [&] { result = signpost::drain(words.where, words.target, words.instance, words.length, words.json); });
  auto* undrain = client_command(program, words, "undrain", "let a drained instance answer again");
  undrain->add_option("REGISTRY/SERVICE", words.target, "as for drain")->required();
  undrain->add_option("INSTANCE", words.instance, "as for drain")->required();
  undrain->add_flag("--json", words.json, "for programs");
  undrain->callback(
      [&] { result = signpost::undrain(words.where, words.target, words.instance, words.json); });
  program.add_subcommand("version", "say which signpost this is")->callback([&] { result = say_version(); });

  const std::vector<std::string> asked(argv + std::min(argc, 1), argv + argc);
  const auto refuse = [&](const std::string& why) {
    const auto right = asked.empty() ? program.help() : signpost::usage(program);
    std::fprintf(stderr, "error: %s\n%s", why.c_str(), right.c_str());
    return kMisuse;
  };
  if (const auto why = signpost::misuse(program, asked); !why.empty()) return refuse(why);
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return program.exit(help);
  } catch (const CLI::ParseError& error) {
    return refuse(signpost::misuse(program, asked, error));
  }
  return result;
}
