// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>

namespace secateur::store {

/// HDF5's hid_t, so that headers need not include the library (checked in hdf5session.cpp).
using Hdf5Id = std::int64_t;

/// One piece of work with the HDF5 library, which has global state: sessions exclude each other (one thread may nest
/// them). In a session the library prints nothing and loads no plug-ins, whatever the environment says.
class Hdf5Session
{
public:
    Hdf5Session();
    Hdf5Session(const Hdf5Session &) = delete;
    Hdf5Session &operator=(const Hdf5Session &) = delete;

    /// The innermost message of the library's last error, for our own errors.
    [[nodiscard]] static std::string lastProblem();

private:
    std::unique_lock<std::recursive_mutex> m_lock;
};

/// Owns one identifier and closes it with the function that belongs to its kind.
class Hdf5Handle
{
public:
    using Close = int (*)(Hdf5Id);

    Hdf5Handle() = default;
    Hdf5Handle(Hdf5Id id, Close close) : m_id(id), m_close(close) { }
    ~Hdf5Handle() { reset(); }
    Hdf5Handle(Hdf5Handle &&other) noexcept : m_id(std::exchange(other.m_id, -1)), m_close(other.m_close) { }
    Hdf5Handle &operator=(Hdf5Handle &&other) noexcept
    {
        std::swap(m_id, other.m_id);
        std::swap(m_close, other.m_close);
        return *this;
    }

    [[nodiscard]] explicit operator bool() const { return m_id >= 0; }
    [[nodiscard]] Hdf5Id id() const { return m_id; }

    /// Whether closing succeeded, or there was nothing to close.
    bool reset()
    {
        if (m_id < 0)
            return true;
        const Hdf5Session session;
        return m_close(std::exchange(m_id, -1)) >= 0;
    }

private:
    Hdf5Id m_id = -1;
    Close m_close = nullptr;
};

} // namespace secateur::store
