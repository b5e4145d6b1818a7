// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/window/sessionfile.h"

#include <string>

#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::app {
namespace {

using nlohmann::json;
constexpr std::uint64_t largestFile = 16 << 20;

std::string textAt(const json &object, const char *key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

QString stringAt(const json &object, const char *key)
{
    return QString::fromStdString(textAt(object, key));
}

QByteArray bytesAt(const json &object, const char *key)
{
    return QByteArray::fromBase64(QByteArray::fromStdString(textAt(object, key)));
}

json selectionJson(const Selection::State &state)
{
    json value = {{"run_a", state.runA.toStdString()},
                  {"run_b", state.runB.toStdString()},
                  {"layer", state.layer},
                  {"sublayer", state.sublayer.toStdString()}};
    if (state.cell)
        value["cell"] = {state.cell->row, state.cell->column};
    return value;
}

Selection::State selectionFrom(const json &value)
{
    Selection::State state;
    if (!value.is_object())
        return state;
    state.runA = stringAt(value, "run_a");
    state.runB = stringAt(value, "run_b");
    state.sublayer = stringAt(value, "sublayer");
    if (const auto layer = value.find("layer"); layer != value.end() && layer->is_number_unsigned())
        state.layer = layer->get<std::uint32_t>();
    const auto cell = value.find("cell");
    if (cell != value.end() && cell->is_array() && cell->size() == 2 && (*cell)[0].is_number_unsigned()
        && (*cell)[1].is_number_unsigned())
        state.cell = Selection::Cell{(*cell)[0].get<std::uint64_t>(), (*cell)[1].get<std::uint64_t>()};
    return state;
}

} // namespace

Result<SessionState> readSession(const std::filesystem::path &file)
{
    SECATEUR_TRY(text, readTextFile(file, largestFile));
    SECATEUR_TRY(value, parseJson(text, file.string()));
    if (!value.is_object() || textAt(value, "schema") != "secateur-session-1")
        return failure(ErrorCode::BadInput, file.string() + ": not a session of this program");
    SessionState state;
    state.study = textAt(value, "study");
    state.model = textAt(value, "model");
    state.page = stringAt(value, "page");
    state.selection = selectionFrom(value.value("selection", json()));
    state.domains = plansFromJson(value.value("domains", json()));
    state.geometry = bytesAt(value, "geometry");
    state.docks = bytesAt(value, "docks");
    state.ended = value.value("ended", json()) == json(true);
    return state;
}

Result<void> writeSession(const std::filesystem::path &file, const SessionState &state)
{
    std::error_code ignored;
    std::filesystem::create_directories(file.parent_path(), ignored);
    const json value = {{"schema", "secateur-session-1"},
                        {"study", state.study.string()},
                        {"model", state.model.string()},
                        {"page", state.page.toStdString()},
                        {"selection", selectionJson(state.selection)},
                        {"domains", toJson(state.domains)},
                        {"geometry", state.geometry.toBase64().toStdString()},
                        {"docks", state.docks.toBase64().toStdString()},
                        {"ended", state.ended}};
    return writeFileAtomically(file, value.dump(2) + "\n", Survives::ProcessDeath);
}

} // namespace secateur::app
