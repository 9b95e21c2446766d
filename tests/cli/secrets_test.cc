// SPDX-License-Identifier: Apache-2.0
//
// The value of a secret option never appears in what etl-run prints or writes, whatever else is wrong.
#include <gmock/gmock.h>

#include "etl_run.h"

namespace weir::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Secrets : public EtlRun {
 protected:
  /// Runs a pipeline whose sink has these options, checked and for good, and returns all that was printed.
  std::string output_with(const std::string& options, int code) {
    dir_.write("in.txt", "a record\n");
    dir_.write("p.yaml",
               "sources: {in: {plugin: file, path: in.txt}}\nsinks:\n  out: {plugin: vault, from: in, " +
                   options + "}\n  rest: {plugin: stdout, from: out.error, format: envelope}\n");
    std::string output;
    for (const char* command : {"check", "run"}) {
      const auto done = etl_run({command, "p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS},
                                {{"VAULT_PASSWORD", "hunter2hunter2"}, {"VAULT_PIN", "hunter2"}});
      EXPECT_EQ(done.status.code, code) << done.err;
      output += done.out + done.err;
    }
    return output;
  }
};

TEST_F(Secrets, AreNotShownWhenAllIsWell) {
  EXPECT_THAT(output_with("password: hunter2hunter2", 0), Not(HasSubstr("hunter2")));
  EXPECT_THAT(output_with("password: \"${VAULT_PASSWORD}\"", 0), Not(HasSubstr("hunter2")));
}

TEST_F(Secrets, AreNotShownWhenTheirValueIsWrong) {
  for (const char* options : {
           "pin: hunter2",
           "pin: \"${VAULT_PIN}\"",
           "method: hunter2",
           "method: \"${VAULT_PIN}\"",
           "login: hunter2",
           "login: {user: x, tries: hunter2}",
           "login: {user: [hunter2], tries: 1}",
           "password: [hunter2]",
           "password: {hunter2: hunter2}",
       }) {
    EXPECT_THAT(output_with(options, 2), AllOf(Not(HasSubstr("hunter2")), HasSubstr("p.yaml:3:"))) << options;
  }
}

TEST_F(Secrets, ANumberOutOfItsRangeIsNotShown) {
  EXPECT_THAT(output_with("pin: 123454321", 2),
              AllOf(Not(HasSubstr("123454321")), HasSubstr("at most 9999")));
}

TEST_F(Secrets, AreNotShownWhenThePluginRefusesThem) {
  EXPECT_THAT(output_with("password: hunt2", 2),
              AllOf(Not(HasSubstr("hunt2")), HasSubstr("the password is shorter than 6 characters")));
}

TEST_F(Secrets, FromTheEnvironmentAreNotShownWhereTheyDoNotBelong) {
  const auto output = output_with("pasword: \"${VAULT_PASSWORD}\"", 2);
  EXPECT_THAT(output, AllOf(Not(HasSubstr("hunter2")), HasSubstr("did you mean 'password'?")));
  dir_.write(
      "q.yaml",
      "tasks: \"${VAULT_PIN}\"\nsources: {in: {plugin: file, path: in.txt, max_line: \"${VAULT_PIN}\"}}\n"
      "sinks: {out: {plugin: discard, from: in, concurrency: \"${VAULT_PIN}\"}}\n");
  const auto done = etl_run({"check", "q.yaml"}, {{"VAULT_PIN", "hunter2"}});
  EXPECT_EQ(done.status.code, 2);
  EXPECT_THAT(done.err, AllOf(Not(HasSubstr("hunter2")), HasSubstr("'tasks' is '${VAULT_PIN}'")));
}

TEST_F(Secrets, FromTheEnvironmentAreNotShownWhereNamesOfTheFileBelong) {
  dir_.write("in.txt", "");
  dir_.write("pin", "hunter2\n");
  for (const char* pin : {"${VAULT_PIN}", "${file:pin}"}) {
    dir_.write("q.yaml",
               std::string("sources: {in: {plugin: file, path: in.txt}}\nsinks:\n") + "  a: {plugin: \"" +
                   pin + "\", from: in}\n" + "  b: {plugin: discard, from: \"" + pin + "\"}\n" +
                   "  c: {plugin: discard, from: \"in." + pin + "\"}\ndiscard: [\"" + pin + "\"]\n");
    const auto done = etl_run({"check", "q.yaml"}, {{"VAULT_PIN", "hunter2"}});
    EXPECT_EQ(done.status.code, 2);
    EXPECT_THAT(done.err,
                AllOf(Not(HasSubstr("hunter2")), HasSubstr("'plugin' is '" + std::string(pin) + "'")));
  }
}

TEST_F(Secrets, AreNotShownByTheDescriptionOfAPlugin) {
  const auto done = etl_run({"plugins", "vault", "--plugin-dir", WEIR_CLI_PLUGINS});
  EXPECT_EQ(done.status.code, 0);
  EXPECT_THAT(done.out, HasSubstr("password  a text; secret, never shown"));
}

TEST_F(Secrets, AreNotInTheEnvelopesOfFailedRecords) {
  dir_.write("in.txt", "refuse me\n");
  dir_.write("p.yaml",
             "sources: {in: {plugin: file, path: in.txt}}\nsinks:\n"
             "  out: {plugin: vault, from: in, password: \"${VAULT_PASSWORD}\"}\n"
             "  rest: {plugin: stdout, from: out.error, format: envelope}\n");
  const auto done =
      etl_run({"p.yaml", "--plugin-dir", WEIR_CLI_PLUGINS}, {{"VAULT_PASSWORD", "hunter2hunter2"}});
  EXPECT_EQ(done.status.code, 0) << done.err;
  EXPECT_THAT(done.out, AllOf(HasSubstr("\"the vault is closed\""), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(done.err, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace weir::test
