// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>
#include <string_view>

#include "app/pages/promptresult.h"
#include "core/base/json.h"

namespace secateur::app {
namespace {

using nlohmann::json;

/// Reads fields and remembers whether one was not as promised: a caller asks once, at the end.
class Reader
{
public:
    [[nodiscard]] bool isGood() const { return m_good; }

    const json &at(const json &object, const char *key)
    {
        static const json nothing;
        const auto found = object.is_object() ? object.find(key) : object.end();
        if (!object.is_object() || found == object.end())
            m_good = false;
        return m_good ? *found : nothing;
    }
    const json &list(const json &object, const char *key)
    {
        const json &value = at(object, key);
        static const json empty = json::array();
        m_good = m_good && value.is_array();
        return m_good ? value : empty;
    }
    std::string text(const json &object, const char *key) { return textOf(at(object, key)); }
    double number(const json &object, const char *key)
    {
        const json &value = at(object, key);
        m_good = m_good && value.is_number();
        return m_good ? value.get<double>() : 0.0;
    }
    bool flag(const json &object, const char *key) { return flagOf(at(object, key)); }
    std::optional<std::uint64_t> count(const json &object, const char *key)
    {
        const json &value = at(object, key);
        m_good = m_good && (value.is_null() || value.is_number_unsigned());
        return m_good && !value.is_null() ? std::optional(value.get<std::uint64_t>()) : std::nullopt;
    }
    std::optional<double> numberOrNull(const json &object, const char *key)
    {
        return at(object, key).is_null() ? std::nullopt : std::optional(number(object, key));
    }
    std::string textOf(const json &value)
    {
        m_good = m_good && value.is_string();
        return m_good ? value.get<std::string>() : std::string();
    }
    bool flagOf(const json &value)
    {
        m_good = m_good && value.is_boolean();
        return m_good && value.get<bool>();
    }
    std::int32_t idOf(const json &value)
    {
        expect(value.is_number_unsigned() && value.get<std::uint64_t>() <= std::numeric_limits<std::int32_t>::max());
        return m_good ? value.get<std::int32_t>() : 0;
    }
    void expect(bool condition) { m_good = m_good && condition; }

private:
    bool m_good = true;
};

engine::ComparedModel readModel(Reader &reader, const json &value)
{
    engine::ComparedModel model;
    model.run = reader.text(value, "run");
    model.id = reader.text(value, "id");
    auto &generated = model.generated;
    generated.text = reader.text(value, "text");
    generated.tokensPerSecond = reader.number(value, "tokens_per_second");
    for (const auto &id : reader.list(value, "ids"))
        generated.ids.push_back(reader.idOf(id));
    for (const auto &piece : reader.list(value, "pieces"))
        generated.pieces.push_back(reader.textOf(piece));
    for (const auto &common : reader.list(value, "common"))
        model.common.push_back(reader.flagOf(common));
    reader.expect(generated.pieces.size() == generated.ids.size() && model.common.size() == generated.ids.size());
    model.textParts = reader.count(value, "text_parts");
    model.choiceParts = reader.count(value, "choice_parts");
    model.meanDivergence = reader.number(value, "mean_divergence");
    return model;
}

engine::Expectation readExpectation(Reader &reader, const json &value)
{
    engine::Expectation expectation;
    for (const auto &share : reader.list(value, "top"))
        expectation.top.push_back(
            {reader.idOf(reader.at(share, "id")), reader.text(share, "text"), reader.number(share, "probability")});
    reader.expect(!expectation.top.empty());
    expectation.probability = reader.numberOrNull(value, "probability");
    expectation.rank = reader.count(value, "rank");
    expectation.divergence = reader.number(value, "divergence");
    return expectation;
}

engine::ComparedPosition readPosition(Reader &reader, const json &value, std::size_t models)
{
    engine::ComparedPosition position;
    if (const json &token = reader.at(value, "token"); !token.is_null())
        position.token = reader.idOf(token);
    position.text = reader.text(value, "text");
    for (const auto &model : reader.list(value, "models"))
        position.models.push_back(readExpectation(reader, model));
    reader.expect(position.models.size() == models);
    return position;
}

} // namespace

Result<PromptResult> readPromptResult(const QByteArray &text)
{
    SECATEUR_TRY(value, parseJson(std::string_view(text.constData(), std::size_t(text.size())), "the worker's answer"));
    Reader reader;
    PromptResult result;
    auto &report = result.report;
    result.prompt = QString::fromStdString(reader.text(value, "prompt"));
    report.promptTokens = reader.count(value, "prompt_tokens").value_or(0);
    report.along = reader.text(reader.at(value, "along"), "text");
    report.alongGiven = reader.flag(reader.at(value, "along"), "given");
    report.choicesPart = reader.count(value, "choices_part");
    report.cancelled = reader.flag(value, "cancelled");
    const auto reference = reader.text(value, "reference");
    std::optional<std::size_t> found;
    for (const auto &model : reader.list(value, "models")) {
        report.models.push_back(readModel(reader, model));
        if (report.models.back().run == reference)
            found = report.models.size() - 1;
    }
    reader.expect(found.has_value());
    report.reference = found.value_or(0);
    for (const auto &position : reader.list(value, "positions"))
        report.positions.push_back(readPosition(reader, position, report.models.size()));
    for (const auto &model : report.models)
        reader.expect(model.choiceParts.value_or(0) <= report.positions.size());
    reader.expect(report.choicesPart.value_or(0) <= report.positions.size());
    for (const auto &notice : reader.list(value, "notices"))
        report.notices.push_back(reader.textOf(notice));
    if (!reader.isGood())
        return failure(ErrorCode::BadInput,
                       "the worker's answer is not what this window expects; is secateur-cli of another version?");
    return result;
}

} // namespace secateur::app
