// SPDX-License-Identifier: Apache-2.0
#include "sinks/file/file_sink.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "sinks/file/recovery.h"

namespace weir::file {
namespace {

constexpr std::size_t kAppendAt = 256 * 1024;
constexpr std::size_t kMostGathered = 4 * 1024 * 1024;  // in all files together

constexpr const char* kOneWriter =
    "several tasks would write the same file, where what one of them wrote cannot be cut off without the "
    "lines of "
    "the others; expected tasks: 1";

TimeZone zone_of(const Options& options) {
  try {
    return TimeZone::load(options.string("time_zone"));
  } catch (const std::invalid_argument& e) {
    throw OptionError("/time_zone", e.what());
  }
}

}  // namespace

void FileSink::describe(Descriptor& d) {
  d.name("file")
      .summary("Appends records as lines to files named by time, rotated by time and size.")
      .example(
          "failed: {plugin: file, from: lookup.rejected, path: \"failed.%Y%m%d.ndjson\", format: envelope, "
          "time_zone: local}");
  d.option("path", Type::kString,
           "The file, with strftime's conversions (%Y%m%d-%H; a percent sign is %%). Folders that are "
           "missing are "
           "made. Several tasks and processes may write the same file.")
      .required();
  LineFormat::declare(d);
  d.option("time", Type::kChoice,
           "Which time names the file. processing: when the record is written. event: the record's own time, "
           "or when "
           "it is written if it has none.")
      .choices({"processing", "event"})
      .default_value("processing");
  d.option("time_zone", Type::kString, "UTC, local, or a name such as Asia/Shanghai; for path and rotation.")
      .default_value("UTC");
  auto& rotate =
      d.option("rotate", Type::kObject,
               "When a file is finished: it gets the first free of the endings .1, .2, ... and a new one "
               "is begun. Nothing is overwritten.");
  rotate
      .field("every", Type::kDuration,
             "At the multiples of this time by the zone's clocks: 1h is each full hour.")
      .at_least(1000);
  rotate.field("size", Type::kSize, "Before it would grow beyond this size.").at_least(1);
  d.option("open_files", Type::kInteger,
           "How many files are open at most; with more, those not used for longest are "
           "closed.")
      .default_value("64")
      .at_least(1)
      .at_most(1024);
}

FileSink::FileSink(const Options& options)
    : path_(options.string("path"), zone_of(options)),
      format_(options),
      event_time_(options.string("time") == "event"),
      open_files_(static_cast<std::size_t>(options.integer("open_files"))) {
  if (options.has("rotate")) {
    const auto rotate = options.object("rotate");
    if (rotate.has("every")) rotation_.every = rotate.duration("every");
    if (rotate.has("size")) rotation_.size = rotate.size("size");
    if (rotation_.every.count() == 0 && rotation_.size == 0) {
      throw OptionError("/rotate", "neither 'every' nor 'size' is given");
    }
  }
  rotation_.zone = &path_.zone();
  append_at_ = rotation_.size == 0 ? kAppendAt : std::clamp<std::size_t>(rotation_.size / 8, 1, kAppendAt);
}

std::string FileSink::refuses(const Options& options, Transactions how, std::uint32_t instances) {
  if (!how.in_transactions) return {};
  if (options.string("path").find('\n') != std::string::npos) return "its path has a line break";
  return instances > 1 ? kOneWriter : std::string();
}

void FileSink::recover(const Options& options, std::span<const std::string_view> saved, Context& context) {
  file::recover(PathTemplate(options.string("path"), zone_of(options)).fixed_folder(), saved, context);
}

void FileSink::start(Context& context) {
  const auto& place = context.place();
  check_writable(path_.at(context.now().count()));
  if (!Transactions::of(place.transactions).in_transactions) {
    if (place.task == 0) forget_journals(path_.fixed_folder(), context);
    return;
  }
  if (place.tasks > 1) throw Stop("several_tasks", std::string("`delivery: exactly_once`: ") + kOneWriter);
  transaction_ = std::make_unique<FileTransaction>(path_.fixed_folder(), place);
}

void FileSink::write(Records records, Context& out) {
  const auto now = out.now();
  if (!event_time_) {
    write_to(file_at(now.count(), now), records, now, out);
  } else {
    for (const Record& record : records) {
      write_to(file_at(record.has_time() ? record.event_time : now.count(), now), {&record, 1}, now, out);
    }
  }
  std::size_t gathered = 0;
  for (auto& [path, open] : files_) gathered += open.file.buffer().size();
  if (gathered < kMostGathered) return;
  for (auto& [path, open] : files_) open.file.append(now);
}

void FileSink::write_to(OutputFile& file, Records records, std::chrono::milliseconds now, Context& out) {
  while (!records.empty()) {
    records = records.subspan(format_.append(records, append_at_, file.buffer()));
    if (file.buffer().size() >= append_at_) {
      file.append(now);
    } else if (!records.empty()) {
      out.fail(Port::kError, records.front(), LineFormat::kCode, LineFormat::kReason);
      records = records.subspan(1);
    }
  }
}

OutputFile& FileSink::file_at(std::int64_t milliseconds, std::chrono::milliseconds now) {
  const std::string& path = path_.at(milliseconds);
  if (current_ != nullptr && *current_path_ == path) return current_->file;
  auto found = files_.find(path);
  if (found == files_.end()) {
    if (files_.size() >= open_files_) close_oldest(now);
    found = files_.try_emplace(path, path, rotation_, transaction_.get()).first;
  }
  current_path_ = &found->first;
  current_ = &found->second;
  current_->asked = ++asked_;
  return current_->file;
}

void FileSink::close_oldest(std::chrono::milliseconds now) {
  const auto oldest = std::min_element(files_.begin(), files_.end(), [](const auto& a, const auto& b) {
    return a.second.asked < b.second.asked;
  });
  oldest->second.file.sync(now);
  if (&oldest->second == current_) current_ = nullptr;
  files_.erase(oldest);
}

void FileSink::flush(Context& context) {
  const auto now = context.now();
  for (auto& [path, open] : files_) open.file.sync(now);
  if (!transaction_) close_unused(now);
}

std::string FileSink::prepare(std::uint64_t, Context& context) {
  const auto now = context.now();
  for (auto& [path, open] : files_) open.file.sync(now);
  auto prepared = transaction_->journal.prepare();
  for (auto& [path, open] : files_) open.file.prepared();
  return prepared;
}

void FileSink::commit_prepared(Context& context) {
  transaction_->journal.commit();
  for (auto& [path, open] : files_) open.file.committed();
  close_unused(context.now());
}

void FileSink::interrupt() {
  if (transaction_) transaction_->interrupted = true;
}

/// Those that had nothing to write since the last time, but for the one that is named now.
void FileSink::close_unused(std::chrono::milliseconds now) {
  const std::string& current = path_.at(now.count());
  for (auto i = files_.begin(); i != files_.end();) {
    if (i->second.file.take_used() || i->first == current) {
      ++i;
      continue;
    }
    if (&i->second == current_) current_ = nullptr;
    i = files_.erase(i);
  }
}

}  // namespace weir::file

WEIR_PLUGIN(weir::file::FileSink);
