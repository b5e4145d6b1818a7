// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "core/sandbox/box.h"
#include "core/sandbox/sandbox.h"

namespace secateur::sandbox {

/// Whether boxes hold here. Each check asks from inside a box, and says what is wrong, why it may be, and what to do.
class SelfTest
{
public:
    SelfTest(Sandbox &sandbox, const RunContext &context) : m_sandbox(sandbox), m_context(context) { }

    [[nodiscard]] Result<SelfTestReport> all();
    /// Only that a box isolates: some 20 ms.
    [[nodiscard]] Result<void> isolation();
    [[nodiscard]] const std::string &bwrapVersion() const { return m_bwrapVersion; }

private:
    [[nodiscard]] Result<BoxResult> shell(const std::string &script, std::chrono::milliseconds limit);
    [[nodiscard]] Result<void> askVersion();
    [[nodiscard]] Result<void> limits();
    [[nodiscard]] Result<void> hello(Language language);
    void hold(std::string check) { m_report.checks.push_back(std::move(check)); }

    Sandbox &m_sandbox;
    const RunContext &m_context;
    SelfTestReport m_report;
    std::string m_bwrapVersion;
};

} // namespace secateur::sandbox
