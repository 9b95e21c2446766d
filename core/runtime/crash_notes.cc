// SPDX-License-Identifier: Apache-2.0
#include "runtime/crash_notes.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace weir {
namespace {

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t kHandlerStack = 64 * 1024;

std::atomic<int> notes_file{-1};

/// What a handler may do: plain memory and write(2).
class Writer {
 public:
  explicit Writer(int file) : file_(file) {}
  ~Writer() { flush(); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void number(std::uint64_t n) {
    char bytes[sizeof n];
    for (char& byte : bytes) {
      byte = static_cast<char>(n & 0xff);
      n >>= 8;
    }
    append(bytes, sizeof bytes);
  }
  void text(const char* data, std::size_t size) {
    number(size);
    append(data, size);
  }

 private:
  void append(const char* data, std::size_t size) {
    while (size > 0) {
      if (used_ == buffer_.size()) flush();
      const std::size_t part = size < buffer_.size() - used_ ? size : buffer_.size() - used_;
      std::memcpy(buffer_.data() + used_, data, part);
      used_ += part;
      data += part;
      size -= part;
    }
  }
  void flush() {
    for (std::size_t done = 0; done < used_;) {
      const ssize_t n = ::write(file_, buffer_.data() + done, used_ - done);
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    used_ = 0;
  }

  const int file_;
  std::array<char, 4096> buffer_;
  std::size_t used_ = 0;
};

}  // namespace

thread_local const OnHand* OnHand::current_ = nullptr;

template <class To>
void OnHand::tell(To& to, int signal) const {
  for (std::size_t i = 0; i < count_; ++i) {
    const weir_record& record = records_[i];
    if (record.origin == nullptr) continue;
    to.text(stage_->data(), stage_->size());
    to.text(record.origin->source.data, record.origin->source.size);
    to.text(record.origin->name.data, record.origin->name.size);
    to.number(static_cast<std::uint64_t>(static_cast<std::int64_t>(record.origin->partition)));
    to.number(static_cast<std::uint64_t>(record.position));
    to.number(parts_);
    to.number(static_cast<std::uint64_t>(signal));
  }
}

CrashNotes::CrashNotes(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) {
    problem_ = "cannot open " + file + ": " + std::generic_category().message(errno);
    return;
  }
  // As long as others have it open, nothing is taken out of it. (A lock to read wants a file to read.)
  struct flock lock {};
  lock.l_type = F_RDLCK;
  ::fcntl(fd, F_OFD_SETLK, &lock);
  notes_file = fd;
  struct sigaction action {};
  action.sa_handler = on_crash;
  // The default is back when the handler returns to what crashed, or raises it again.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_ONSTACK);
  for (const int signal : kSignals) ::sigaction(signal, &action, nullptr);
}

CrashNotes::~CrashNotes() {
  const int fd = notes_file.exchange(-1);
  if (fd < 0) return;
  for (const int signal : kSignals) ::signal(signal, SIG_DFL);
  ::close(fd);
}

void CrashNotes::note_stop(const OnHand& on_hand) {
  const int file = notes_file;
  if (file < 0) return;
  Writer to(file);
  on_hand.tell(to, 0);
}

void CrashNotes::on_crash(int signal) {
  const OnHand* const on_hand = OnHand::current_;
  const int file = notes_file;
  if (on_hand != nullptr && file >= 0) {
    Writer to(file);
    on_hand->tell(to, signal);
  }
  ::raise(signal);
}

CrashNotes::HandlerStack::HandlerStack() {
  if (notes_file < 0) return;
  memory_ = new char[kHandlerStack];
  stack_t stack{};
  stack.ss_sp = memory_;
  stack.ss_size = kHandlerStack;
  ::sigaltstack(&stack, nullptr);
}

CrashNotes::HandlerStack::~HandlerStack() {
  if (memory_ == nullptr) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  ::sigaltstack(&none, nullptr);
  delete[] memory_;
}

}  // namespace weir
