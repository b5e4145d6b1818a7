// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <vector>

#include <QObject>
#include <QString>
#include <QUndoStack>

#include <nlohmann/json.hpp>

#include "core/base/result.h"
#include "core/data/calibration.h"

namespace secateur::app {

/// A domain that sub-models can be pruned for: a name, and what to calibrate on.
struct DomainPlan {
    QString name;
    data::CalibrationRequest data;
    bool chat = false; ///< the records are conversations, written by the model's chat template instead of by `data`'s
    std::string chatDay = {}; ///< that the template is told, as 2026-11-28; empty: today
    friend bool operator==(const DomainPlan &a, const DomainPlan &b);
};

/// The domains the user has set up, in order: edited on the Calibrate page, used on the Prune page. Every edit goes on
/// the undo stack.
class DomainPlans : public QObject
{
    Q_OBJECT

public:
    explicit DomainPlans(QUndoStack &undo, QObject *parent = nullptr) : QObject(parent), m_undo(undo) { }

    [[nodiscard]] const std::vector<DomainPlan> &plans() const { return m_plans; }
    [[nodiscard]] QString uniqueName(const QString &wanted) const;
    void add(const DomainPlan &plan);
    void remove(std::size_t index);
    /// Edits of the same domain one after another undo as one. Nothing happens when nothing differs.
    void change(std::size_t index, const DomainPlan &plan);
    /// Replaces all without undo: for another study.
    void reset(std::vector<DomainPlan> plans);

Q_SIGNALS:
    void changed();

private:
    class Edit;
    void push(std::vector<DomainPlan> next, const QString &text, int mergeId);

    QUndoStack &m_undo;
    std::vector<DomainPlan> m_plans;
};

[[nodiscard]] nlohmann::json toJson(const std::vector<DomainPlan> &plans);
/// What cannot be read is left out: a session file is a convenience.
[[nodiscard]] std::vector<DomainPlan> plansFromJson(const nlohmann::json &value);
/// `--data … --preset … --samples … --seed …`, the options of `secateur-cli prune` that say the same.
[[nodiscard]] QStringList commandLineOptions(const DomainPlan &plan);

} // namespace secateur::app
