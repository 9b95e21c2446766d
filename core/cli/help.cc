// SPDX-License-Identifier: Apache-2.0
#include <weir/abi.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "cli/arguments.h"

namespace weir {
namespace {

constexpr char kGeneralOptions[] = R"(
  --plugin-dir DIR   look for plugins in DIR first; may be given several times
  -q, --quiet        no progress and no closing table, errors only
  -h, --help         this text, or with a command the text of that command
  -V, --version      the version of etl-run and of the plugin boundary
)";

constexpr char kRunHelp[] = R"(Runs a pipeline: reads from its sources, writes to its sinks, as the file says.

usage: etl-run FILE [options]              run the pipeline until its sources end or a signal comes
       etl-run check FILE                  check the file with all its plugins, run nothing
       etl-run plugins [NAME]              list the plugins, or describe one
       etl-run replay FILE --from FILES... --into STAGE
                                           send records of side files through a stage again
       etl-run state FILE [--export FILE]  show what the last checkpoint holds
       etl-run test FILE|FOLDER...         run the tests of pipelines

SIGINT or SIGTERM stops in order: what was read is delivered, then positions are committed. A second
signal aborts; nothing is lost by that, but some records come again.

options
  --verify-ports     compare all that leaves by a port with what the plugin declares of it (records or
                     groups, JSON Schema), and stop at the first thing that does not fit
  --drop-state NAME  begin without what the stage of that name has in the checkpoint; may be repeated
  --begin-with FILE  begin with a checkpoint that `etl-run state --export` has written; the pipeline may have
                     none of its own yet
  --listen ADDRESS   answer over HTTP at HOST:PORT, or at 127.0.0.1 for a PORT alone: /live and /ready for
                     probes, /status as JSON, /metrics for Prometheus)";

constexpr char kRunSurroundings[] = R"(
environment
  WEIR_PLUGIN_PATH   folders with plugins, parted by ':'; searched after those of --plugin-dir

exit codes
  0  done    1  failed while running, positions kept    2  bad command line or pipeline file
)";

constexpr char kCheckHelp[] =
    R"(Checks a pipeline file and the options of every stage, and shows all errors at once with
file:line:column. Nothing is read, written or connected to.

usage: etl-run check FILE [options]

options)";

constexpr char kPluginsHelp[] =
    R"(Lists the plugins that can be found: name, kind and what they do. With a NAME: its options,
ports and an example.

usage: etl-run plugins [NAME] [options]

options)";

constexpr char kReplayHelp[] =
    R"(Reads side files back and sends their records into a stage of the pipeline; what follows that
stage runs as the file says, so what fails again goes to the same ports again. A side file holds
envelopes, as `format: envelope` of the file sink writes them, or plain lines such as a list of ids.
A file that has been read to its end and delivered is renamed to FILE.replayed. A replay that was
interrupted can be started again and loses nothing.

usage: etl-run replay FILE --from FILES... --into STAGE [options]

options
  --from FILES...    the side files, or patterns such as 'failed*' in quotes; a pattern passes over
                     FILE.replayed and FILE.exhausted, which are read when they are named
  --into STAGE       the stage that gets the records
  --batch N          how many records make a group, where the stage takes groups
  --max-attempts N   set aside in FILE.exhausted what has been tried N times already
  --dry-run          show the records that would be sent, and change nothing
  --verify-ports     as for a run, see etl-run --help)";

constexpr char kStateHelp[] =
    R"(Shows what the pipeline's last checkpoint holds: how far sources have been read, and what its stages
keep. A checkpoint in a folder may be looked at while the pipeline runs; one that a sink keeps is taken over by
looking, so that a running pipeline stops, or begins again where it restarts.

usage: etl-run state FILE [--export FILE] [options]

options
  --export FILE      write all of it to FILE (- is standard output) as lines of JSON; a pipeline with another
                     store begins with them: etl-run FILE --begin-with)";

constexpr char kTestHelp[] =
    R"(Runs tests of pipelines: `NAME.test.yaml` beside a pipeline, or `tests:` in its file; in folders, all that is
below. Nothing outside is touched: sources give what a test says, sinks keep what they are given, stages that
wait for I/O answer as the test says, and the clock moves when the test moves it. All else is the real engine.

usage: etl-run test FILE|FOLDER... [options]

options
  --filter TEXT      only tests with TEXT in their name
  --at-once N        sources give at most N records at once, and event time moves behind them; results must
                     not depend on it
  --thorough         run each test again in ways that must make no difference: 1, 2 and 1,024 records at once,
                     three tasks, and a restart between any two steps, with another number of tasks too
  --state KIND       where the state of stages stands: memory, which is the default, or rocksdb, with no memory
                     at all, whatever the pipelines say
  --junit FILE       write the results to FILE as JUnit's XML, too)";

constexpr char kTestCodes[] = R"(
exit codes
  0  all tests hold    1  some do not    2  bad command line, test file or pipeline file; nothing was run
)";

std::string text(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const auto part : parts) whole += part;
  return whole;
}

}  // namespace

std::string help_text(Command command) {
  switch (command) {
    case Command::kCheck:
      return text({kCheckHelp, kGeneralOptions});
    case Command::kPlugins:
      return text({kPluginsHelp, kGeneralOptions});
    case Command::kReplay:
      return text({kReplayHelp, kGeneralOptions});
    case Command::kState:
      return text({kStateHelp, kGeneralOptions});
    case Command::kTest:
      return text({kTestHelp, kGeneralOptions, kTestCodes});
    case Command::kRun:
      break;
  }
  return text({kRunHelp, kGeneralOptions, kRunSurroundings});
}

std::string usage_text(Command command) {
  const std::string help = help_text(command);
  const std::size_t start = help.find("usage: ");
  const std::size_t end = help.find("\n\n", start);
  const char* const more = command == Command::kCheck     ? "etl-run check --help"
                           : command == Command::kPlugins ? "etl-run plugins --help"
                           : command == Command::kReplay  ? "etl-run replay --help"
                           : command == Command::kState   ? "etl-run state --help"
                           : command == Command::kTest    ? "etl-run test --help"
                                                          : "etl-run --help";
  return help.substr(start, end - start) + "\n" + more + " says more\n";
}

std::string version_text() {
  return std::string("etl-run ") + WEIR_VERSION + " (plugin ABI " + std::to_string(WEIR_ABI_MAJOR) + "." +
         std::to_string(WEIR_ABI_MINOR) + ")\n";
}

}  // namespace weir
