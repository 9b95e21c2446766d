// SPDX-License-Identifier: Apache-2.0
#include "sources/side_file/side_file_source.h"

#include <sys/stat.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace weir::side_file {

const std::vector<std::string>& SideFileList::bases() {
  std::call_once(found_, [this] {
    std::vector<std::string> all;
    for (const auto& pattern : patterns_) {
      auto bases = bases_of(pattern);
      if (bases.empty()) {
        throw Stop("no_file", "no side file matches '" + pattern +
                                  "'; one that is replayed or exhausted must be named outright");
      }
      for (auto& base : bases) {
        if (std::find(all.begin(), all.end(), base) == all.end()) all.push_back(std::move(base));
      }
    }
    bases_ = std::move(all);
  });
  return bases_;
}

void SideFileSource::describe(Descriptor& d) {
  d.name("side_file")
      .summary("Reads side files back: envelopes and plain lines. The source of `etl-run replay`.")
      .example("again: {plugin: side_file, paths: \"failed.*.ndjson\", max_attempts: 5}")
      .port("out", Item::kRecords,
            "The records as they were when they failed, the attempts so far and the first time included; of "
            "a plain "
            "line, the line as the value.")
      .port("exhausted", Item::kRecords, "Records that were tried max_attempts times already, as they are.")
      .ends();
  d.option(
       "paths", Type::kStringList,
       "Files and globs (`*`, `?`, `[...]`). A file is renamed to FILE.replaying at the start and to "
       "FILE.replayed when all of it is delivered; a FILE.replaying of a run that was killed is read first. "
       "A glob passes over *.replayed and *.exhausted; name such a file outright to read it.")
      .required();
  d.option("max_attempts", Type::kInteger, "Records tried so often leave by `exhausted`; 0: no limit.")
      .default_value("0")
      .at_least(0)
      .at_most(UINT32_MAX);
  d.option("dry_run", Type::kBool, "Read only: rename nothing.").default_value("false");
  d.option("max_line", Type::kSize, "A line of more bytes goes to `error` with the code line_too_long.")
      .default_value("64MiB")
      .at_least(1)
      .at_most(1u << 30);
}

SideFileSource::SideFileSource(const Options& options, Shared& list)
    : max_attempts_(static_cast<std::uint32_t>(options.integer("max_attempts"))),
      dry_run_(options.boolean("dry_run")),
      max_line_(options.size("max_line")),
      list_(list) {
  if (options.strings("paths").empty())
    throw OptionError("/paths", "the list is empty; at least one path is expected");
}

void SideFileSource::start(Context& context) {
  const auto& all = list_.bases();
  for (std::size_t i = context.place().task; i < all.size(); i += context.place().tasks) {
    std::int32_t generation = -1;  // positions begin anew in each file that is left of one base
    for (auto& file : SideFile::take_over(all[i], dry_run_)) {
      struct stat status {};
      if (::fstat(file.fd(), &status) == 0) total_bytes_ += static_cast<std::uint64_t>(status.st_size);
      parts_.emplace_back(std::move(file), context.origin(all[i], generation));
      generation = std::max(generation + 1, 1);
    }
  }
}

Source::Poll SideFileSource::poll(Context& out, std::size_t budget) {
  if (budget == 0) return Poll::kMore;
  if (ended_) {  // only now: what the last call emitted has been handed on
    bytes_before_ += reader_->bytes();
    reader_.reset();
    ended_ = false;
    ++current_;
  }
  if (current_ == parts_.size()) return Poll::kEnd;
  Part& part = parts_[current_];
  if (!reader_) reader_.emplace(part.file.fd(), pool_, max_line_);
  maker_.begin_call();
  try {
    ended_ = reader_->fill(out) == LineReader::Fill::kEnd;
  } catch (const std::system_error& e) {
    throw Stop("cannot_read", "cannot read '" + part.file.path() + "': " + e.code().message());
  }
  bytes_read_.store(bytes_before_ + reader_->bytes(), std::memory_order_relaxed);
  emit_lines(out);
  if (ended_) {
    part.lines = reader_->lines();
    try {
      finish_if_delivered(part, out);
    } catch (const Failure& e) {
      throw Stop(e.code(), e.what());  // no commit is to come for it
    }
  }
  return Poll::kMore;
}

void SideFileSource::emit_lines(Context& out) {
  const Part& part = parts_[current_];
  Record record;
  record.origin = part.origin;
  Line line;
  const auto where = [&] { return "line " + std::to_string(line.number) + " of '" + part.file.path() + "'"; };
  while (reader_->next(line)) {
    record.position = line.number;
    const bool whole = maker_.make(out, line, record);
    if (line.too_long) {
      out.fail(Port::kError, record, "line_too_long",
               where() + " is longer than max_line (" + std::to_string(max_line_) +
                   " bytes); this record holds its beginning");
    } else if (!whole) {
      out.fail(Port::kError, record, "bad_envelope", where() + ": " + maker_.problem());
    } else {
      const bool exhausted =
          max_attempts_ != 0 && record.failure != nullptr && record.failure->attempts >= max_attempts_;
      out.emit(exhausted ? kExhausted : kOut, record);
    }
  }
}

void SideFileSource::commit(std::span<const weir_position> positions, Context& context) {
  for (const auto& position : positions) {
    for (auto& part : parts_) {
      if (part.origin != position.origin) continue;
      part.delivered = position.next - 1;
      finish_if_delivered(part, context);
    }
  }
}

void SideFileSource::finish_if_delivered(Part& part, Context& context) {
  if (dry_run_ || part.finished || part.lines < 0 || part.delivered < part.lines) return;
  const std::string was = part.file.path();
  const std::string now = part.file.finish();
  part.finished = true;
  context.info("all records of '" + was + "' are delivered; it is now '" + now + "'");
}

double SideFileSource::progress() const {
  if (total_bytes_ == 0) return 1;
  const auto read = static_cast<double>(bytes_read_.load(std::memory_order_relaxed));
  return std::min(1.0, read / static_cast<double>(total_bytes_));
}

}  // namespace weir::side_file

WEIR_PLUGIN(weir::side_file::SideFileSource);
