// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/conversion.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <vector>

#include "core/base/file.h"
#include "core/base/json.h"

namespace secateur::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostEntries = 10'000; ///< of a folder that are looked at
constexpr std::size_t mostNamed = 3;
constexpr std::uint64_t longestState = std::uint64_t(1) << 20; // bytes
constexpr const char *savedState = "state.json"; ///< what save_to_disk puts beside the files of one split
const std::vector<std::string_view> tableExtensions = {".parquet", ".arrow"};

bool isThere(const fs::path &path)
{
    std::error_code failed;
    return fs::exists(path, failed);
}

/// One quoted for Python inside single quotes of a shell.
std::string quoted(const fs::path &path)
{
    std::string text;
    for (const char c : path.string()) {
        if (c == '"' || c == '\\')
            text += '\\';
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return '"' + text + '"';
}

std::string pythonLine(const std::string &imported, const std::string &expression, const fs::path &target)
{
    return "; make JSON lines of it first, with the Python package datasets: python3 -c 'from datasets import "
        + imported + "; " + expression + ".to_json(" + quoted(target) + ")'";
}

struct Listing {
    std::vector<fs::path> files;
    bool isWhole = true; ///< false: there were too many entries, or some could not be listed
};

/// Files below a folder with one of these extensions, in the order of their names.
Listing listingOf(const fs::path &folder, const std::vector<std::string_view> &extensions)
{
    Listing found;
    std::error_code failed;
    std::size_t seen = 0;
    auto entry = fs::recursive_directory_iterator(folder, failed);
    for (; !failed && entry != fs::recursive_directory_iterator() && seen < mostEntries;
         entry.increment(failed), ++seen)
        if (std::ranges::find(extensions, entry->path().extension().string()) != extensions.end())
            found.files.push_back(entry->path());
    found.isWhole = !failed && entry == fs::recursive_directory_iterator();
    std::ranges::sort(found.files);
    return found;
}

/// For advice, which may be of a part of them.
std::vector<fs::path> filesWith(const fs::path &folder, const std::vector<std::string_view> &extensions)
{
    return listingOf(folder, extensions).files;
}

/// "…/datasets--openai--gsm8k" of the Hub's cache is "openai/gsm8k".
std::string hubName(const fs::path &folder)
{
    constexpr std::string_view prefix = "datasets--";
    std::string name = folder.filename().string();
    if (!name.starts_with(prefix))
        return {};
    name.erase(0, prefix.size());
    if (const auto dashes = name.find("--"); dashes != std::string::npos)
        name.replace(dashes, 2, "/");
    return name;
}

std::string adviceForFile(const fs::path &file)
{
    const std::string extension = file.extension().string();
    const fs::path target = fs::path(file).replace_extension(".jsonl");
    if (extension == ".parquet")
        return pythonLine("Dataset", "Dataset.from_parquet(" + quoted(file) + ")", target);
    if (extension == ".arrow")
        return pythonLine("Dataset", "Dataset.from_file(" + quoted(file) + ")", target);
    return {};
}

std::string adviceForFolder(const fs::path &folder)
{
    const fs::path target = folder.string() + ".jsonl";
    std::vector<std::string_view> extensions = {".jsonl", ".ndjson", ".csv", ".tsv", ".gz", ".txt"};
    if (readsArrowFiles())
        extensions.insert(extensions.end(), tableExtensions.begin(), tableExtensions.end());
    else if (isThere(folder / savedState))
        return pythonLine("load_from_disk", "load_from_disk(" + quoted(folder) + ")", target);
    else if (isThere(folder / "dataset_dict.json"))
        return pythonLine("load_from_disk", "load_from_disk(" + quoted(folder) + ")[\"train\"]", target);
    if (const auto readable = filesWith(folder, extensions); !readable.empty()) {
        std::string names;
        for (std::size_t i = 0; i < std::min(mostNamed, readable.size()); ++i)
            names += (i == 0 ? "" : ", ") + readable[i].string();
        return "; name files in it that can be read, such as " + names;
    }
    if (const std::string name = hubName(folder); !name.empty())
        return pythonLine("load_dataset", "load_dataset(\"" + name + "\", split=\"train\")",
                          fs::path(name).filename().string() + ".jsonl");
    const auto tables = filesWith(folder, tableExtensions);
    return tables.empty() ? std::string() : adviceForFile(tables.front());
}

/// The files that save_to_disk wrote, as its state.json lists them.
Result<std::vector<fs::path>> savedFiles(const fs::path &folder)
{
    const fs::path state = folder / savedState;
    SECATEUR_TRY(text, readTextFile(state, longestState));
    SECATEUR_TRY(value, parseJson(text, state.string()));
    std::vector<fs::path> files;
    const auto list = value.find("_data_files");
    if (value.is_object() && list != value.end() && list->is_array())
        for (const auto &entry : *list) {
            const auto name = entry.is_object() ? entry.find("filename") : entry.end();
            if (name == entry.end() || !name->is_string() || fs::path(name->get<std::string>()).has_parent_path())
                return failure(ErrorCode::BadInput, state.string() + ": \"_data_files\" has no plain file names");
            files.push_back(folder / name->get<std::string>());
        }
    if (files.empty())
        return failure(ErrorCode::BadInput, state.string() + ": names no files in \"_data_files\"");
    return files;
}

/// "…/train" for "…/train-00000-of-00002.parquet".
std::string splitOf(const fs::path &file)
{
    std::string name = file.stem().string();
    if (const auto of = name.rfind("-of-"); of != std::string::npos)
        name.resize(name.find_last_not_of("0123456789", of == 0 ? 0 : of - 1) + 1);
    return (file.parent_path() / name).string();
}

} // namespace

bool readsArrowFiles()
{
#ifdef SECATEUR_ARROW
    return true;
#else
    return false;
#endif
}

Result<std::vector<fs::path>> datasetFiles(const fs::path &path)
{
    std::error_code failed;
    if (!readsArrowFiles() || !fs::is_directory(path, failed))
        return std::vector<fs::path>{path};
    if (isThere(path / savedState))
        return savedFiles(path);
    auto [tables, isWhole] = listingOf(path, tableExtensions);
    if (!isWhole && !tables.empty())
        return failure(ErrorCode::BadInput,
                       path.string() + ": its files could not all be listed; name the files instead of the folder");
    const bool single = !tables.empty()
        && std::ranges::all_of(tables, [&](const auto &file) { return splitOf(file) == splitOf(tables.front()); });
    return single ? std::move(tables) : std::vector<fs::path>{path};
}

std::string conversionAdvice(const fs::path &path)
{
    std::error_code failed;
    fs::path clean = path;
    if (!clean.has_filename())
        clean = clean.parent_path(); // "folder/"
    return fs::is_directory(clean, failed) ? adviceForFolder(clean) : adviceForFile(clean);
}

} // namespace secateur::data
