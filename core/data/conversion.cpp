// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/conversion.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <vector>

namespace secateur::data {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t mostEntries = 10'000; ///< of a folder that are looked at
constexpr std::size_t mostNamed = 3;

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

/// Files below a folder with one of these extensions, in the order of their names.
std::vector<fs::path> filesWith(const fs::path &folder, const std::vector<std::string_view> &extensions)
{
    std::vector<fs::path> found;
    std::error_code failed;
    std::size_t seen = 0;
    for (auto entry = fs::recursive_directory_iterator(folder, failed);
         !failed && entry != fs::recursive_directory_iterator() && seen < mostEntries; entry.increment(failed), ++seen)
        if (std::ranges::find(extensions, entry->path().extension().string()) != extensions.end())
            found.push_back(entry->path());
    std::ranges::sort(found);
    return found;
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
    if (isThere(folder / "state.json"))
        return pythonLine("load_from_disk", "load_from_disk(" + quoted(folder) + ")", target);
    if (isThere(folder / "dataset_dict.json"))
        return pythonLine("load_from_disk", "load_from_disk(" + quoted(folder) + ")[\"train\"]", target);
    if (const auto readable = filesWith(folder, {".jsonl", ".ndjson", ".csv", ".tsv", ".gz", ".txt"});
        !readable.empty()) {
        std::string names;
        for (std::size_t i = 0; i < std::min(mostNamed, readable.size()); ++i)
            names += (i == 0 ? "" : ", ") + readable[i].string();
        return "; name files in it that can be read, such as " + names;
    }
    if (const std::string name = hubName(folder); !name.empty())
        return pythonLine("load_dataset", "load_dataset(\"" + name + "\", split=\"train\")",
                          fs::path(name).filename().string() + ".jsonl");
    const auto tables = filesWith(folder, {".parquet", ".arrow"});
    return tables.empty() ? std::string() : adviceForFile(tables.front());
}

} // namespace

std::string conversionAdvice(const fs::path &path)
{
    std::error_code failed;
    fs::path clean = path;
    if (!clean.has_filename())
        clean = clean.parent_path(); // "folder/"
    return fs::is_directory(clean, failed) ? adviceForFolder(clean) : adviceForFile(clean);
}

} // namespace secateur::data
