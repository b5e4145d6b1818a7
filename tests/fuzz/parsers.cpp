// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/fuzz/parsers.h"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "core/format/gguf.h"
#include "core/format/safetensors.h"

namespace secateur::test {

namespace {

/// Bytes as a file without a name on any disk.
class MemoryFile
{
public:
    explicit MemoryFile(std::span<const std::byte> bytes) : m_fd(::memfd_create("fuzz", MFD_CLOEXEC))
    {
        m_complete = m_fd >= 0 && ::write(m_fd, bytes.data(), bytes.size()) == ssize_t(bytes.size());
    }
    ~MemoryFile()
    {
        if (m_fd >= 0)
            ::close(m_fd);
    }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;

    [[nodiscard]] bool isComplete() const { return m_complete; }
    [[nodiscard]] std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_fd); }

private:
    int m_fd;
    bool m_complete = false;
};

template <typename File>
void readEverything(const File &file)
{
    constexpr std::uint64_t limit = 1 << 20;
    for (const auto &tensor : file.tensors()) {
        if (tensor.bytes > limit || !format::isWeightType(tensor.type))
            continue;
        std::vector<std::byte> stored(std::size_t(tensor.bytes));
        std::vector<float> weights(std::size_t(tensor.elements()));
        if (file.read(tensor, 0, stored))
            static_cast<void>(format::toFloat32(tensor.type, stored, weights).has_value());
    }
}

template <typename File>
void parse(std::span<const std::byte> bytes)
{
    const MemoryFile memory(bytes);
    if (!memory.isComplete())
        return;
    if (const auto file = File::open(memory.path()))
        readEverything(*file);
}

} // namespace

void parseAsSafetensors(std::span<const std::byte> bytes)
{
    parse<format::SafetensorsFile>(bytes);
}

void parseAsGguf(std::span<const std::byte> bytes)
{
    parse<format::GgufFile>(bytes);
}

} // namespace secateur::test
