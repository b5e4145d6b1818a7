// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/domainplans.h"

#include <algorithm>
#include <utility>

#include <QLocale>
#include <QStringList>
#include <QUndoCommand>

#include "core/data/mixture.h"

namespace secateur::app {
namespace {

using nlohmann::json;

std::string textAt(const json &object, const char *key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t countAt(const json &object, const char *key, std::uint64_t otherwise)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : otherwise;
}

/// One per file, or none where what is there is not that.
std::vector<double> weightsAt(const json &object, std::size_t files)
{
    std::vector<double> weights;
    const auto found = object.find("weights");
    if (found == object.end() || !found->is_array())
        return {};
    for (const auto &weight : *found)
        if (weight.is_number())
            weights.push_back(weight.get<double>());
    return data::checkWeights(weights, files) ? weights : std::vector<double>();
}

} // namespace

bool operator==(const DomainPlan &a, const DomainPlan &b)
{
    return a.name == b.name && a.data.files == b.data.files && a.data.weights == b.data.weights
        && a.data.preset == b.data.preset && a.data.fieldTemplate == b.data.fieldTemplate
        && a.data.filter == b.data.filter && a.data.samples == b.data.samples && a.data.length == b.data.length
        && a.data.maxLength == b.data.maxLength && a.data.seed == b.data.seed && a.data.bos == b.data.bos
        && a.chat == b.chat && a.chatDay == b.chatDay;
}

class DomainPlans::Edit : public QUndoCommand
{
public:
    Edit(DomainPlans &plans, std::vector<DomainPlan> next, const QString &text, int mergeId)
        : QUndoCommand(text), m_plans(plans), m_before(plans.m_plans), m_after(std::move(next)), m_mergeId(mergeId)
    {
    }
    void undo() override { m_plans.reset(m_before); }
    void redo() override { m_plans.reset(m_after); }
    int id() const override { return m_mergeId; }
    bool mergeWith(const QUndoCommand *other) override
    {
        m_after = static_cast<const Edit *>(other)->m_after;
        return true;
    }

private:
    DomainPlans &m_plans;
    std::vector<DomainPlan> m_before;
    std::vector<DomainPlan> m_after;
    int m_mergeId;
};

QString DomainPlans::uniqueName(const QString &wanted) const
{
    const auto taken = [this](const QString &name) {
        return std::ranges::find(m_plans, name, &DomainPlan::name) != m_plans.end();
    };
    QString name = wanted;
    for (int number = 2; taken(name); ++number)
        name = QStringLiteral("%1-%2").arg(wanted).arg(number);
    return name;
}

void DomainPlans::add(const DomainPlan &plan)
{
    auto next = m_plans;
    next.push_back(plan);
    push(std::move(next), tr("add domain %1").arg(plan.name), -1);
}

void DomainPlans::remove(std::size_t index)
{
    if (index >= m_plans.size())
        return;
    auto next = m_plans;
    const QString name = next[index].name;
    next.erase(next.begin() + std::ptrdiff_t(index));
    push(std::move(next), tr("remove domain %1").arg(name), -1);
}

void DomainPlans::change(std::size_t index, const DomainPlan &plan)
{
    if (index >= m_plans.size() || m_plans[index] == plan)
        return;
    auto next = m_plans;
    next[index] = plan;
    push(std::move(next), tr("change domain %1").arg(plan.name), int(index));
}

void DomainPlans::push(std::vector<DomainPlan> next, const QString &text, int mergeId)
{
    m_undo.push(new Edit(*this, std::move(next), text, mergeId));
}

void DomainPlans::reset(std::vector<DomainPlan> plans)
{
    if (plans == m_plans)
        return;
    m_plans = std::move(plans);
    Q_EMIT changed();
}

json toJson(const std::vector<DomainPlan> &plans)
{
    json all = json::array();
    for (const auto &plan : plans) {
        json files = json::array();
        for (const auto &file : plan.data.files)
            files.push_back(file.string());
        all.push_back({{"name", plan.name.toStdString()},
                       {"files", std::move(files)},
                       {"weights", plan.data.weights},
                       {"preset", plan.data.preset},
                       {"template", plan.data.fieldTemplate},
                       {"where", plan.data.filter},
                       {"samples", plan.data.samples},
                       {"length", plan.data.length},
                       {"max_length", plan.data.maxLength},
                       {"bos", bosName(plan.data.bos)},
                       {"chat", plan.chat},
                       {"chat_day", plan.chatDay}});
    }
    return all;
}

std::vector<DomainPlan> plansFromJson(const json &value)
{
    std::vector<DomainPlan> plans;
    if (!value.is_array())
        return plans;
    for (const auto &entry : value) {
        if (!entry.is_object())
            continue;
        DomainPlan plan;
        plan.name = QString::fromStdString(textAt(entry, "name"));
        if (const auto files = entry.find("files"); files != entry.end() && files->is_array())
            for (const auto &file : *files)
                if (file.is_string())
                    plan.data.files.emplace_back(file.get<std::string>());
        plan.data.weights = weightsAt(entry, plan.data.files.size());
        plan.data.preset = textAt(entry, "preset");
        plan.data.fieldTemplate = textAt(entry, "template");
        plan.data.filter = textAt(entry, "where");
        plan.data.samples = countAt(entry, "samples", plan.data.samples);
        plan.data.length = countAt(entry, "length", plan.data.length);
        plan.data.maxLength = countAt(entry, "max_length", plan.data.maxLength);
        plan.data.bos = bosFromName(textAt(entry, "bos")).value_or(BosPolicy::Auto);
        plan.chat = entry.value("chat", json()) == true;
        plan.chatDay = textAt(entry, "chat_day");
        if (!plan.name.isEmpty())
            plans.push_back(std::move(plan));
    }
    return plans;
}

QStringList commandLineOptions(const DomainPlan &plan)
{
    const auto &request = plan.data;
    const auto number = [](std::uint64_t value) { return QString::number(value); };
    QStringList options;
    if (!request.files.empty())
        options << QStringLiteral("--data");
    for (const auto &file : request.files)
        options << QString::fromStdString(file.string());
    if (!request.weights.empty()) {
        QStringList weights;
        for (const double weight : request.weights)
            weights << QString::number(weight, 'g', QLocale::FloatingPointShortest);
        options << QStringLiteral("--weights") << weights.join(u',');
    }
    if (plan.chat) {
        options << QStringLiteral("--chat");
        if (!plan.chatDay.empty())
            options << QStringLiteral("--date") << QString::fromStdString(plan.chatDay);
    } else if (!request.preset.empty())
        options << QStringLiteral("--preset") << QString::fromStdString(request.preset);
    else if (!request.fieldTemplate.empty())
        options << QStringLiteral("--template") << QString::fromStdString(request.fieldTemplate);
    if (!request.filter.empty())
        options << QStringLiteral("--where") << QString::fromStdString(request.filter);
    options << QStringLiteral("--samples") << number(request.samples);
    if (request.length > 0)
        options << QStringLiteral("--length") << number(request.length);
    else
        options << QStringLiteral("--max-length") << number(request.maxLength);
    options << QStringLiteral("--seed") << number(request.seed);
    options << QStringLiteral("--bos") << QString::fromStdString(bosName(request.bos));
    return options;
}

} // namespace secateur::app
