// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/result.h"

namespace secateur {

std::string_view errorCodeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::InvalidArgument: return "invalid-argument";
    case ErrorCode::BadInput: return "bad-input";
    case ErrorCode::NotFound: return "not-found";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::OutOfMemory: return "out-of-memory";
    case ErrorCode::OutOfDisk: return "out-of-disk";
    case ErrorCode::Locked: return "locked";
    case ErrorCode::Io: return "io";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

int exitStatus(ErrorCode code)
{
    switch (code) {
    case ErrorCode::Cancelled: return 130;
    case ErrorCode::InvalidArgument: return 2;
    case ErrorCode::BadInput:
    case ErrorCode::NotFound:
    case ErrorCode::Unsupported:
    case ErrorCode::Conflict: return 3;
    case ErrorCode::OutOfMemory:
    case ErrorCode::OutOfDisk: return 4;
    case ErrorCode::Locked:
    case ErrorCode::Io:
    case ErrorCode::Internal: return 1;
    }
    return 1;
}

} // namespace secateur
