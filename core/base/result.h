// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace secateur {

/// Why something did not succeed. The window turns the code into translated advice;
/// `Error::detail` stays English and names file, tensor (or record) and offset.
enum class ErrorCode {
    Cancelled, ///< the stop token fired; what was finished is kept
    InvalidArgument, ///< the request itself is wrong (exit status 2)
    BadInput, ///< a file or record is malformed (exit status 3)
    NotFound, ///< a named file, run or tensor does not exist (exit status 3)
    Unsupported, ///< well formed, but not something this program can do (exit status 3)
    Conflict, ///< differs from what is on disk: a fingerprint, a name already taken (exit status 3)
    OutOfMemory, ///< does not fit, or an allocation failed (exit status 4)
    OutOfDisk, ///< no space left on the device (exit status 4)
    Locked, ///< another process holds the study (exit status 1)
    Io, ///< the operating system refused (exit status 1)
    Internal, ///< a check of our own failed (exit status 1)
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string detail;

    friend bool operator==(const Error &, const Error &) = default;
};

/// The stable, lower-case name of a code, as the command line prints it in `--json`.
[[nodiscard]] std::string_view errorCodeName(ErrorCode code);

/// The process exit status that design/cli.md gives to a code: 1, 2, 3, 4 or 130.
[[nodiscard]] int exitStatus(ErrorCode code);

template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(ErrorCode code, std::string detail)
{
    return tl::make_unexpected(Error{code, std::move(detail)});
}

/// The same error with "`context`: " put before its detail.
[[nodiscard]] inline Error withContext(Error error, std::string_view context)
{
    error.detail.insert(0, std::string(context) + ": ");
    return error;
}

} // namespace secateur

/// Declares `variable` as the value of `expression` (a Result), or returns its error from the enclosing function.
#define SECATEUR_TRY(variable, expression)                                                                             \
    auto variable##OrError = (expression);                                                                             \
    if (!variable##OrError)                                                                                            \
        return tl::make_unexpected(std::move(variable##OrError).error());                                              \
    auto &variable = *variable##OrError

/// Returns the error of `expression` (a Result whose value is not wanted) from the enclosing function.
#define SECATEUR_CHECK(expression)                                                                                     \
    do {                                                                                                               \
        if (auto checked = (expression); !checked)                                                                     \
            return tl::make_unexpected(std::move(checked).error());                                                    \
    } while (false)
