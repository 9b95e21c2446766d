// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace weir {

/// A place in a text file. Lines and columns count from 1; line 0 means the file as a whole.
struct Mark {
  std::string file;
  int line = 0;
  int column = 0;
};

/// "pipeline.yaml:12:5", as compilers write it.
std::string to_string(const Mark& mark);

/// One thing that is wrong, for people: what was found, what was expected, and the nearest right name.
struct Diagnostic {
  Mark mark;
  std::string message;
};

/// Gathers all that is wrong, so that a user sees everything at once.
class Diagnostics {
 public:
  /// The same message for the same place is kept once: a part of a file that is used twice is wrong once.
  void add(const Mark& mark, std::string message);
  bool empty() const { return found_.empty(); }
  const std::vector<Diagnostic>& all() const { return found_; }
  /// One line each, "file:line:column: message", in the order of the file.
  std::string text() const;

 private:
  std::vector<Diagnostic> found_;
};

}  // namespace weir
