// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include <QtGui/QGuiApplication>

#include "core/engine/figure.h"

namespace secateur::app {

/// Draws what the command line asks for. Owns an offscreen QGuiApplication, which fonts need, unless the process has
/// an application of its own.
class FigureService : public engine::FigureMaker
{
public:
    FigureService();
    Result<engine::FigureReport> draw(const engine::FigureRequest &request, const RunContext &context) override;

private:
    std::unique_ptr<QGuiApplication> m_application;
};

} // namespace secateur::app
