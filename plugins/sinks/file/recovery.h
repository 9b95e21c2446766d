// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <weir/context.h>

#include <span>
#include <string>
#include <string_view>

namespace weir::file {

/// Takes back what the stage has written, and renamed, behind the checkpoint that is gone on with: files are
/// cut to the length that they had, those that were made are removed, finished ones get their names back.
///
/// `folder`: as for Journal; journals are looked for there and where `saved` names them. `saved`: what
/// Journal::prepare() returned for that checkpoint. Each step is on the disk before its note is removed, so
/// that a crash in between does no harm. Throws Stop, and leaves the rest as it is, when another process
/// still writes or a file is not as the journal says: shorter, longer, gone or another one.
void recover(const std::string& folder, std::span<const std::string_view> saved, Context& context);

/// The same where nothing was promised (at least once): journals that were left behind are removed, for what
/// they say will not be true any more. What another process uses stays.
void forget_journals(const std::string& folder, Context& context);

}  // namespace weir::file
