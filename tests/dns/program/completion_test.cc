// The scripts as text; that a real bash and a real zsh complete with them is shown by tests/program.
#include "dns/completion.h"

#include <gtest/gtest.h>

namespace signpost {
namespace {

const std::vector<CompletedCommand> kCommands{
    {"run", "serve", {{{"-c", "--config"}, "the file", true, true}}, {}, false},
    {"drain",
     "keep it's instance out",
     {{{"--for"}, "how long: 10m", true, false}, {{"--json"}, "[programs]"}}},
    {"completion", "a script", {}, {"bash", "zsh"}, false},
    {"diff", "compare", {}, {}, true}};

TEST(Completion, BashHasACaseForEachCommand) {
  const auto script = bash_completion(kCommands);
  EXPECT_NE(script.find("'run drain completion diff --help'"), std::string::npos);
  EXPECT_NE(script.find("case $previous in -c|--config) takes=file ;; esac"), std::string::npos);
  EXPECT_NE(script.find("case $previous in --for) takes=value ;; esac"), std::string::npos);
  EXPECT_NE(script.find("options='' words='bash zsh' files=''"), std::string::npos);
  EXPECT_NE(script.find("options='' words='' files=1"), std::string::npos);
}

TEST(Completion, ZshKeepsWhatHasAMeaningThereOutOfHelp) {
  const auto script = zsh_completion(kCommands);
  EXPECT_NE(script.find("'drain:keep it'\\''s instance out'"), std::string::npos);
  EXPECT_NE(script.find("'--for[how long  10m]:value: '"), std::string::npos);
  EXPECT_NE(script.find("'--json[ programs ]'"), std::string::npos);
  EXPECT_NE(script.find("'--config[the file]:file:_files'"), std::string::npos);
}

}  // namespace
}  // namespace signpost
