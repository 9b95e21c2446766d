// SPDX-License-Identifier: Apache-2.0
#include "sql_client/outage.h"

#include <weir/stage.h>

#include <algorithm>

namespace weir::sql {
namespace {

std::string in_words(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(1)) return std::to_string(time.count()) + " ms";
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

void Outage::recover(const SqlError& error, Connection& connection, bool fresh, Context& out) {
  if (connection.aborted()) {
    throw Stop("interrupted", label_ + ": the pipeline was stopped during a call");
  }
  if (error.kind() == ErrorKind::kConnection) {
    connection.close();
    if (!fresh) return;
  }
  out.counter("retries").add();
  wait(error, out);
}

void Outage::wait(const SqlError& error, Context& out) {
  ++tries_;
  if (tries_ == 1) {
    since_ = out.now();
    next_ = retry_.first;
  }
  const std::string what = label_ + ": " + error.what();
  if (retry_.attempts > 0 && tries_ >= retry_.attempts) {
    throw Stop(error.code(), what + "; tried " + std::to_string(tries_) +
                                 " times without success. Nothing is lost: start the pipeline again when the "
                                 "database works");
  }
  // A deadlock or lock is the day's work as long as the next try helps.
  if (!told_ && (error.kind() == ErrorKind::kConnection || tries_ > 2)) {
    told_ = true;
    out.warn(what + " (" + error.code() +
             "); no records are taken until it works again, tried at least every " + in_words(retry_.most));
  }
  // Between half and the whole of it, so that many writers do not come back at once.
  std::uniform_int_distribution<std::int64_t> jitter(std::max<std::int64_t>(1, next_.count() / 2),
                                                     next_.count());
  const std::chrono::milliseconds time(jitter(random_));
  next_ = std::min(next_ * 2, retry_.most);
  if (!out.sleep(time)) {
    throw Stop("interrupted",
               what +
                   "; the pipeline was stopped meanwhile. What was not written is read again at the "
                   "next start");
  }
}

void Outage::over(Context& out) {
  if (told_) {
    out.info(label_ + ": works again after " + in_words(out.now() - since_) + " and " +
             std::to_string(tries_) + (tries_ == 1 ? " try" : " tries"));
  }
  tries_ = 0;
  told_ = false;
}

}  // namespace weir::sql
