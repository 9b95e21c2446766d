// SPDX-License-Identifier: Apache-2.0
#include "sources/file/file_source.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace weir::file {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == text.npos;
}

}  // namespace

void FileSource::describe(Descriptor& d) {
  d.name("file")
      .summary("Reads the lines of files, globs and standard input.")
      .example("lines: {plugin: file, path: \"/var/log/app/*.ndjson\", format: ndjson}")
      .port("out", Item::kRecords, "A record for each line, without its line end.")
      .ends()
      .rewinds();
  d.option("path", Type::kStringList,
           "Files and globs (`*`, `?`, `[...]`), read in this order, those of a glob sorted by name; `-` is "
           "standard "
           "input. A file that is missing and a glob without a match are errors.")
      .required();
  d.option("format", Type::kChoice,
           "lines: each line is a record, an empty one too. ndjson: the same, but blank lines are skipped "
           "and counted.")
      .choices({"lines", "ndjson"})
      .default_value("lines");
  d.option(
       "max_line", Type::kSize,
       "A line of more bytes goes to `error` with the code line_too_long; only its first bytes, so many, are "
       "kept in memory and in that record.")
      .default_value("1MiB")
      .at_least(1)
      .at_most(1u << 30);
}

FileSource::FileSource(const Options& options, Shared& files)
    : max_line_(options.size("max_line")), skip_blank_(options.string("format") == "ndjson"), files_(files) {
  if (options.strings("path").empty())
    throw OptionError("/path", "the list is empty; at least one path is expected");
}

std::string FileSource::refuses(const Options& options, Transactions, std::uint32_t) {
  for (const auto& pattern : options.strings("path")) {
    if (pattern == kStandardInput)
      return "standard input cannot be read again from where a checkpoint was made; expected files";
    const auto stream = stream_of(pattern);
    if (!stream.empty()) {
      return "'" + stream +
             "' is no regular file, so it cannot be read again from where a checkpoint was made; expected "
             "files";
    }
  }
  return {};
}

void FileSource::restore(std::span<const weir_position> positions, Context&) {
  for (const auto& position : positions) restored_[std::string(view(position.origin->name))] = position.next;
}

void FileSource::start(Context& context) {
  blank_lines_ = context.counter("blank_lines");
  const auto& all = files_.paths();
  for (std::size_t i = context.place().task; i < all.size(); i += context.place().tasks) {
    struct stat status {};
    const int error =
        all[i] == kStandardInput ? ::fstat(STDIN_FILENO, &status) : ::stat(all[i].c_str(), &status);
    has_streams_ = has_streams_ || error != 0 || !S_ISREG(status.st_mode);
    total_bytes_ += static_cast<std::uint64_t>(status.st_size);
    paths_.push_back(all[i]);
  }
}

Source::Poll FileSource::poll(Context& out, std::size_t budget) {
  if (budget == 0) return Poll::kMore;
  if (lines_left_) {
    emit_lines(out, budget);
    return Poll::kMore;
  }
  if (ended_) close(out);  // only now: what the last call emitted has been handed on
  if (!reader_) {
    if (next_path_ == paths_.size()) return Poll::kEnd;
    open_next(out);
  }
  if (stream_ && !is_readable(file_.get())) {
    watch_->arm();
    return Poll::kIdle;
  }
  // At most one block a call: blocks are written anew when nobody refers to them, and what this call emits
  // is referred to only after it.
  LineReader::Fill fill;
  try {
    fill = reader_->fill(out);
  } catch (const std::system_error& e) {
    throw Stop("cannot_read", "cannot read '" + paths_[next_path_ - 1] + "': " + e.code().message());
  }
  if (fill == LineReader::Fill::kWait) {
    watch_->arm();
    return Poll::kIdle;
  }
  ended_ = fill == LineReader::Fill::kEnd;
  bytes_read_.store(bytes_before_ + reader_->bytes(), std::memory_order_relaxed);
  emit_lines(out, budget);
  return Poll::kMore;
}

/// As many of the lines that have been read as the budget allows; lines_left_ says whether there may be more.
void FileSource::emit_lines(Context& out, std::size_t budget) {
  Record record;
  record.origin = origin_;
  Line line;
  std::size_t bytes = 0;
  for (std::size_t lines = 0;; ++lines) {
    lines_left_ = lines == kMostLines || bytes >= budget;
    if (lines_left_ || !reader_->next(line)) return;
    bytes += line.text.size();
    if (skip_blank_ && is_blank(line.text)) {
      blank_lines_.add();
      continue;
    }
    record.value = {line.text.data(), line.text.size()};
    record.block = line.block;
    record.position = line.number;
    if (!line.too_long) {
      out.emit(record);
    } else {
      out.fail(Port::kError, record, "line_too_long",
               "line " + std::to_string(line.number) + " of '" + paths_[next_path_ - 1] +
                   "' is longer than max_line (" + std::to_string(max_line_) +
                   " bytes); this record holds its beginning");
    }
  }
}

void FileSource::open_next(Context& context) {
  const std::string& path = paths_[next_path_++];
  // Without O_NONBLOCK the opening of a named pipe would wait for its writer.
  file_ = FileDescriptor(path == kStandardInput ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                                : ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file_ || ::fstat(file_.get(), &status) != 0) {
    throw Stop("cannot_read", "cannot read '" + path + "': " + std::generic_category().message(errno));
  }
  stream_ = !S_ISREG(status.st_mode);
  if (stream_) {
    watch_.emplace(file_.get(), [&context] { context.wake(); });
  } else {
    ::posix_fadvise(file_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  origin_ = context.origin(path);
  const auto restored = restored_.find(path);
  // A stream begins with whatever is sent now: nothing of it has been read before.
  first_line_ = stream_ || restored == restored_.end() ? 1 : restored->second;
  reader_.emplace(file_.get(), pool_, max_line_, first_line_);
}

void FileSource::close(Context& context) {
  if (reader_->lines() + 1 < first_line_) {
    context.warn("'" + paths_[next_path_ - 1] + "' has " + std::to_string(reader_->lines()) +
                 " lines, but an earlier run has read it up to line " + std::to_string(first_line_ - 1) +
                 ": if it was replaced, its lines have not been read");
  }
  context.origin_done(origin_);
  bytes_before_ += reader_->bytes();
  ended_ = false;
  watch_.reset();
  reader_.reset();
  file_ = {};
}

double FileSource::progress() const {
  if (has_streams_) return -1;
  if (total_bytes_ == 0) return 1;
  const auto read = static_cast<double>(bytes_read_.load(std::memory_order_relaxed));
  return std::min(1.0, read / static_cast<double>(total_bytes_));
}

}  // namespace weir::file

WEIR_PLUGIN(weir::file::FileSource);
