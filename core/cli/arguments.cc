// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <weir/suggestion.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "base/numbers.h"

// A parser of our own, since those of the libraries at hand take one value an option, and `--from` takes a
// list.

namespace weir {
namespace {

enum class OptionId {
  kHelp,
  kVersion,
  kQuiet,
  kPluginDir,
  kVerifyPorts,
  kDropState,
  kBeginWith,
  kListen,
  kExport,
  kFrom,
  kInto,
  kBatch,
  kMaxAttempts,
  kDryRun,
  kAtOnce,
  kThorough,
  kFilter,
  kJunit,
  kState
};

struct Option {
  const char* name;
  char letter;  ///< 0: none
  OptionId id;
  bool takes_value;
  std::optional<Command> only = {};  ///< the command that has it; none: all have
};

constexpr Option kOptions[] = {{"help", 'h', OptionId::kHelp, false},
                               {"version", 'V', OptionId::kVersion, false},
                               {"quiet", 'q', OptionId::kQuiet, false},
                               {"plugin-dir", 0, OptionId::kPluginDir, true},
                               {"verify-ports", 0, OptionId::kVerifyPorts, false},
                               {"drop-state", 0, OptionId::kDropState, true, Command::kRun},
                               {"begin-with", 0, OptionId::kBeginWith, true, Command::kRun},
                               {"listen", 0, OptionId::kListen, true, Command::kRun},
                               {"export", 0, OptionId::kExport, true, Command::kState},
                               {"from", 0, OptionId::kFrom, true, Command::kReplay},
                               {"into", 0, OptionId::kInto, true, Command::kReplay},
                               {"batch", 0, OptionId::kBatch, true, Command::kReplay},
                               {"max-attempts", 0, OptionId::kMaxAttempts, true, Command::kReplay},
                               {"dry-run", 0, OptionId::kDryRun, false, Command::kReplay},
                               {"at-once", 0, OptionId::kAtOnce, true, Command::kTest},
                               {"thorough", 0, OptionId::kThorough, false, Command::kTest},
                               {"filter", 0, OptionId::kFilter, true, Command::kTest},
                               {"junit", 0, OptionId::kJunit, true, Command::kTest},
                               {"state", 0, OptionId::kState, true, Command::kTest}};

const std::vector<std::pair<std::string, Command>> kCommands{
    {"run", Command::kRun},       {"check", Command::kCheck}, {"plugins", Command::kPlugins},
    {"replay", Command::kReplay}, {"state", Command::kState}, {"test", Command::kTest}};

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  names.reserve(kCommands.size());
  for (const auto& [name, command] : kCommands) names.push_back(name);
  return names;
}

std::string command_name(Command command) {
  for (const auto& [name, known] : kCommands) {
    if (known == command) return name;
  }
  return {};
}

std::optional<Command> find_command(const std::string& name) {
  for (const auto& [known, command] : kCommands) {
    if (known == name) return command;
  }
  return std::nullopt;
}

bool is_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-';
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  Result<Arguments> parse() {
    // The command is found first, so that options may stand before it as well.
    find_command_word();
    while (at_ < words_.size() && !problem_) {
      if (at_ == command_at_) {
        ++at_;
        continue;
      }
      const std::string& word = words_[at_++];
      if (!options_ended_ && word == "--") {
        options_ended_ = true;
      } else if (!options_ended_ && is_option(word)) {
        read_option(word);
      } else {
        positional_.push_back(word);
      }
    }
    if (!problem_) place_positional();
    if (!problem_ && !arguments_.help && !arguments_.version) check_complete();
    if (problem_) return Problem{*problem_ + "\n" + usage_text(arguments_.command)};
    return std::move(arguments_);
  }

 private:
  void fail(std::string message) {
    if (!problem_) problem_ = std::move(message);
  }

  void find_command_word() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (words_[i] == "--") return;
      if (is_option(words_[i])) {
        const Option* const option = find_option(words_[i]);
        // The value of an option is no command.
        if (option != nullptr && option->takes_value && words_[i].find('=') == std::string::npos) ++i;
        continue;
      }
      if (const auto command = find_command(words_[i])) {
        arguments_.command = *command;
        command_at_ = i;
      }
      return;
    }
  }

  static const Option* find_option(const std::string& word) {
    for (const auto& option : kOptions) {
      const bool is_long = word.rfind("--", 0) == 0 && word.substr(2, word.find('=') - 2) == option.name;
      const bool is_short = word.size() == 2 && option.letter != 0 && word[1] == option.letter;
      if (is_long || is_short) return &option;
    }
    return nullptr;
  }

  void read_option(const std::string& word) {
    const Option* const option = find_option(word);
    if (option == nullptr) return unknown_option(word);
    const std::string name = std::string("--") + option->name;
    if (option->only && arguments_.command != *option->only) {
      return fail("option '" + name + "' is one of 'etl-run " + command_name(*option->only) + "' alone");
    }
    const bool runs = arguments_.command == Command::kRun || arguments_.command == Command::kReplay;
    if (option->id == OptionId::kVerifyPorts && !runs) {
      return fail("option '" + name + "' is for runs and replays, where records leave by ports");
    }
    const std::size_t equals = word.find('=');
    if (!option->takes_value) {
      if (equals != std::string::npos) return fail("option '" + name + "' takes no value");
      return set_flag(option->id);
    }
    std::vector<std::string> values;
    if (equals != std::string::npos) {
      values.push_back(word.substr(equals + 1));
    } else {
      const bool many = option->id == OptionId::kFrom;
      while (at_ < words_.size() && at_ != command_at_ && !is_option(words_[at_]) &&
             (many || values.empty())) {
        values.push_back(words_[at_++]);
      }
    }
    if (values.empty() || values.front().empty()) return fail("option '" + name + "' needs a value");
    set_value(option->id, name, std::move(values));
  }

  void unknown_option(const std::string& word) {
    std::vector<std::string> known;
    for (const auto& option : kOptions) {
      if (!option.only || arguments_.command == *option.only)
        known.push_back(std::string("--") + option.name);
    }
    const std::string name = word.substr(0, word.find('='));
    fail("unknown option '" + name + "'" + suggestion(name, known));
  }

  void set_flag(OptionId id) {
    if (id == OptionId::kHelp) arguments_.help = true;
    if (id == OptionId::kVersion) arguments_.version = true;
    if (id == OptionId::kQuiet) arguments_.quiet = true;
    if (id == OptionId::kVerifyPorts) arguments_.verify_ports = true;
    if (id == OptionId::kThorough) arguments_.test.thorough = true;
    if (id == OptionId::kDryRun) arguments_.replay.dry_run = true;
  }

  void set_value(OptionId id, const std::string& name, std::vector<std::string> values) {
    const bool repeatable = id == OptionId::kPluginDir || id == OptionId::kFrom || id == OptionId::kDropState;
    if (!repeatable && std::find(given_.begin(), given_.end(), id) != given_.end()) {
      return fail("option '" + name + "' is given twice");
    }
    given_.push_back(id);
    ReplayRequest& replay = arguments_.replay;
    if (id == OptionId::kPluginDir) arguments_.plugin_dirs.push_back(values.front());
    if (id == OptionId::kFrom) replay.files.insert(replay.files.end(), values.begin(), values.end());
    if (id == OptionId::kDropState) arguments_.dropped_states.push_back(values.front());
    if (id == OptionId::kBeginWith) arguments_.begin_with = values.front();
    if (id == OptionId::kListen) arguments_.listen = values.front();
    if (id == OptionId::kExport) arguments_.export_to = values.front();
    if (id == OptionId::kInto) replay.into = values.front();
    if (id == OptionId::kBatch) replay.batch = number(name, values.front());
    if (id == OptionId::kAtOnce) arguments_.test.at_once = number(name, values.front());
    if (id == OptionId::kFilter) arguments_.test.filter = values.front();
    if (id == OptionId::kJunit) arguments_.test.junit = values.front();
    if (id == OptionId::kState) arguments_.test.on_disk = read_state(name, values.front());
    if (id == OptionId::kMaxAttempts) replay.max_attempts = number(name, values.front());
  }

  bool read_state(const std::string& name, const std::string& kind) {
    if (kind != "memory" && kind != "rocksdb") {
      fail("option '" + name + "' is '" + kind + "', expected memory or rocksdb" +
           suggestion(kind, {"memory", "rocksdb"}));
    }
    return kind == "rocksdb";
  }

  int number(const std::string& name, const std::string& text) {
    const auto value = parse_integer(text);
    if (value.ok() && value.value() >= 1 && value.value() <= std::numeric_limits<int>::max()) {
      return static_cast<int>(value.value());
    }
    fail("option '" + name + "' is '" + text + "', expected a whole number of at least 1");
    return 1;
  }

  // Gives the words that are no options their meaning.
  void place_positional() {
    const bool about_plugins = arguments_.command == Command::kPlugins;
    if (!command_at_ && !positional_.empty()) {
      const std::string& first = positional_.front();
      // What looks like no file, and has another word behind it or is near a command, is a misspelt command.
      const bool like_file = first.find_first_of("./") != std::string::npos;
      const bool alone = positional_.size() == 1;
      if (!like_file && !options_ended_ && (!alone || nearest(first, command_names()))) {
        return fail("unknown command '" + first + "'" + suggestion(first, command_names()));
      }
    }
    if (arguments_.command == Command::kTest) {
      arguments_.test.paths = std::move(positional_);
      return;
    }
    if (positional_.size() > 1) {
      return fail("'" + positional_[1] + "' is one word too many" +
                  (about_plugins ? ", expected one plugin's name" : ", expected one pipeline file"));
    }
    if (positional_.empty()) return;
    (about_plugins ? arguments_.plugin : arguments_.file) = positional_.front();
  }

  void check_complete() {
    if (arguments_.command == Command::kPlugins) return;
    if (arguments_.command == Command::kTest) {
      if (arguments_.test.paths.empty()) fail("the files or folders with tests are missing");
      if (arguments_.test.thorough && arguments_.test.at_once != 0)
        fail(
            "option '--thorough' goes through several numbers of records, so '--at-once' has no meaning "
            "beside it");
      return;
    }
    const bool replay = arguments_.command == Command::kReplay;
    if (arguments_.file.empty()) {
      return fail(replay && !arguments_.replay.files.empty()
                      ? "the pipeline file is missing, expected it before --from"
                      : "the pipeline file is missing");
    }
    if (!replay) return;
    if (arguments_.replay.files.empty())
      return fail("option '--from' is missing, expected the side files to read");
    if (arguments_.replay.into.empty())
      return fail("option '--into' is missing, expected the stage that gets the records");
  }

  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
  bool options_ended_ = false;
  std::optional<std::size_t> command_at_;
  std::vector<std::string> positional_;
  std::vector<OptionId> given_;
  Arguments arguments_;
  std::optional<std::string> problem_;
};

}  // namespace

Result<Arguments> parse_arguments(const std::vector<std::string>& arguments) {
  return Parser(arguments).parse();
}

}  // namespace weir
