// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "core/data/calibration.h"

namespace secateur::data {

namespace {

using nlohmann::json;

/// Reads typed members of a JSON object that may have been edited by anyone.
class Members
{
public:
    Members(const json &object, std::string origin) : m_object(object), m_origin(std::move(origin)) { }

    [[nodiscard]] Result<void> checkObject() const
    {
        return m_object.is_object() ? Result<void>() : failure(ErrorCode::BadInput, m_origin + ": is not an object");
    }
    [[nodiscard]] Result<void> read(const char *key, std::uint64_t &target) const
    {
        const json *const value = find(key);
        if (!value || !value->is_number_unsigned())
            return refuse(key, "a whole number");
        target = value->get<std::uint64_t>();
        return {};
    }
    [[nodiscard]] Result<void> read(const char *key, std::string &target) const
    {
        const json *const value = find(key);
        if (!value || !value->is_string())
            return refuse(key, "text");
        target = value->get<std::string>();
        return {};
    }
    [[nodiscard]] Result<void> read(const char *key, std::vector<std::uint64_t> &target) const
    {
        SECATEUR_TRY(list, array(key));
        if (!std::all_of(list->begin(), list->end(), [](const json &item) { return item.is_number_unsigned(); }))
            return refuse(key, "a list of whole numbers");
        target = list->get<std::vector<std::uint64_t>>();
        return {};
    }
    [[nodiscard]] Result<void> read(const char *key, std::vector<std::string> &target) const
    {
        SECATEUR_TRY(list, array(key));
        if (!std::all_of(list->begin(), list->end(), [](const json &item) { return item.is_string(); }))
            return refuse(key, "a list of texts");
        target = list->get<std::vector<std::string>>();
        return {};
    }
    [[nodiscard]] Result<const json *> array(const char *key) const
    {
        const json *const value = find(key);
        if (!value || !value->is_array())
            return refuse(key, "a list");
        return value;
    }

private:
    [[nodiscard]] const json *find(const char *key) const
    {
        const auto found = m_object.find(key);
        return found == m_object.end() ? nullptr : &*found;
    }
    [[nodiscard]] tl::unexpected<Error> refuse(const std::string &key, const std::string &expected) const
    {
        return failure(ErrorCode::BadInput, m_origin + ": \"" + key + "\" is missing or not " + expected);
    }

    const json &m_object;
    std::string m_origin;
};

Result<Provenance::File> fileFromJson(const json &value, const std::string &origin)
{
    const Members members(value, origin);
    Provenance::File file;
    SECATEUR_CHECK(members.checkObject());
    SECATEUR_CHECK(members.read("name", file.name));
    SECATEUR_CHECK(members.read("bytes", file.bytes));
    SECATEUR_CHECK(members.read("sha256", file.sha256));
    SECATEUR_CHECK(members.read("records", file.records));
    SECATEUR_CHECK(members.read("template", file.fieldTemplate));
    if (value.contains("path"))
        SECATEUR_CHECK(members.read("path", file.path));
    if (const auto weight = value.find("weight"); weight != value.end()) {
        if (!weight->is_number() || !(weight->get<double>() >= 0))
            return failure(ErrorCode::BadInput, origin + ": \"weight\" is not a number from 0 up");
        file.weight = weight->get<double>();
        SECATEUR_CHECK(members.read("sequences", file.sequences));
    }
    if (value.contains("filter")) {
        SECATEUR_CHECK(members.read("filter", file.filter));
        SECATEUR_CHECK(members.read("filtered", file.filtered));
    }
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (file.sha256.size() != 64 || !std::all_of(file.sha256.begin(), file.sha256.end(), isHex))
        return failure(ErrorCode::BadInput, origin + ": \"sha256\" is not 64 lower-case hexadecimal digits");
    return file;
}

} // namespace

json toJson(const Provenance &provenance)
{
    json files = json::array();
    for (const auto &file : provenance.files) {
        files.push_back({{"name", file.name},
                         {"bytes", file.bytes},
                         {"sha256", file.sha256},
                         {"records", file.records},
                         {"template", file.fieldTemplate}});
        if (!file.path.empty())
            files.back()["path"] = file.path;
        if (file.weight) {
            files.back()["weight"] = *file.weight;
            files.back()["sequences"] = file.sequences;
        }
        if (!file.filter.empty()) {
            files.back()["filter"] = file.filter;
            files.back()["filtered"] = file.filtered;
        }
    }
    return {{"files", std::move(files)},
            {"preset", provenance.preset},
            {"template", provenance.fieldTemplate},
            {"seed", provenance.seed},
            {"length", provenance.length},
            {"max_length", provenance.maxLength},
            {"samples_requested", provenance.samplesRequested},
            {"bos", provenance.bos},
            {"sample_indices", provenance.sampleIndices},
            {"token_counts", provenance.tokenCounts},
            {"duplicates", provenance.duplicates},
            {"notices", provenance.notices}};
}

Result<Provenance> provenanceFromJson(const json &value, const std::string &origin)
{
    const Members members(value, origin);
    Provenance provenance;
    SECATEUR_CHECK(members.checkObject());
    SECATEUR_TRY(files, members.array("files"));
    for (std::size_t i = 0; i < files->size(); ++i) {
        SECATEUR_TRY(file, fileFromJson((*files)[i], origin + ", files[" + std::to_string(i) + "]"));
        provenance.files.push_back(std::move(file));
    }
    SECATEUR_CHECK(members.read("preset", provenance.preset));
    SECATEUR_CHECK(members.read("template", provenance.fieldTemplate));
    SECATEUR_CHECK(members.read("seed", provenance.seed));
    SECATEUR_CHECK(members.read("length", provenance.length));
    // Studies of before these were recorded lack them.
    if (value.contains("max_length"))
        SECATEUR_CHECK(members.read("max_length", provenance.maxLength));
    if (value.contains("samples_requested"))
        SECATEUR_CHECK(members.read("samples_requested", provenance.samplesRequested));
    SECATEUR_CHECK(members.read("bos", provenance.bos));
    SECATEUR_CHECK(members.read("sample_indices", provenance.sampleIndices));
    SECATEUR_CHECK(members.read("token_counts", provenance.tokenCounts));
    SECATEUR_CHECK(members.read("duplicates", provenance.duplicates));
    SECATEUR_CHECK(members.read("notices", provenance.notices));
    return provenance;
}

} // namespace secateur::data
