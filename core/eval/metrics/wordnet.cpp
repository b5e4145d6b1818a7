// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/eval/metrics/wordnet.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <functional>
#include <optional>

#include "core/base/file.h"

namespace secateur::eval {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char *, 4> PartNames = {"noun", "verb", "adj", "adv"};
constexpr std::uint64_t MaxFileBytes = std::uint64_t(64) << 20; ///< the largest has 15 MB

struct Ending {
    std::string_view inflected;
    std::string_view base;
};

/// WordNet's rules of detachment (morphy(7WN)), with "-ves" besides.
const std::vector<Ending> &endings(std::size_t part)
{
    static const std::array<std::vector<Ending>, 4> rules = {
        {{{"s", ""},
          {"ses", "s"},
          {"ves", "f"},
          {"xes", "x"},
          {"zes", "z"},
          {"ches", "ch"},
          {"shes", "sh"},
          {"men", "man"},
          {"ies", "y"}},
         {{"s", ""}, {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""}},
         {{"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"}},
         {}}};
    return rules[part];
}

/// The fields of a line, between blanks.
class Fields
{
public:
    explicit Fields(std::string_view line) : m_rest(line) { }

    /// Empty at the end.
    std::string_view next()
    {
        const auto begin = std::min(m_rest.find_first_not_of(" \t\r"), m_rest.size());
        m_rest.remove_prefix(begin);
        const auto field = m_rest.substr(0, m_rest.find_first_of(" \t\r"));
        m_rest.remove_prefix(field.size());
        return field;
    }

    std::optional<std::uint32_t> nextNumber(int base = 10)
    {
        const auto field = next();
        std::uint32_t value = 0;
        const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value, base);
        return error == std::errc() && end == field.data() + field.size() ? std::optional(value) : std::nullopt;
    }

private:
    std::string_view m_rest;
};

/// Calls `visit` with each line that is no comment and says where one stands that `visit` refuses.
Result<void> forEachLine(const fs::path &file, const std::string &text,
                         const std::function<bool(std::string_view)> &visit)
{
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size(); ++number) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        const std::string_view line(text.data() + begin, end - begin);
        if (!line.empty() && line.front() != ' ' && !visit(line))
            return failure(ErrorCode::BadInput,
                           file.string() + ", line " + std::to_string(number + 1)
                               + ": not a line of a WordNet database; install it anew, or choose another folder");
        begin = end + 1;
    }
    return {};
}

/// The single words of a line of data.POS: offset, file number, kind, number of words (hexadecimal), words with ids.
/// Adjectives may have a marker behind their name: "galore(ip)".
bool readSynset(std::string_view line, std::uint32_t &offset, std::vector<std::string> &names)
{
    Fields fields(line.substr(0, line.find('|')));
    const auto place = fields.nextNumber();
    fields.next();
    fields.next();
    const auto count = fields.nextNumber(16);
    if (!place || !count)
        return false;
    offset = *place;
    for (std::uint32_t i = 0; i < *count; ++i) {
        std::string_view name = fields.next();
        if (name.empty() || fields.next().empty())
            return false;
        if (name.ends_with(')'))
            name = name.substr(0, name.find('('));
        if (name.find('_') == std::string_view::npos)
            names.emplace_back(name);
    }
    return true;
}

/// A line of index.POS: lemma, kind, number of synsets, number of pointers, pointers, two more numbers, offsets.
bool readSenses(std::string_view line, std::string &lemma, std::vector<std::uint32_t> &offsets)
{
    Fields fields(line);
    lemma = fields.next();
    fields.next();
    const auto senses = fields.nextNumber();
    const auto pointers = fields.nextNumber();
    // Neither can be more than the line has characters.
    if (!senses || !pointers || *senses > line.size() || *pointers > line.size())
        return false;
    for (std::uint32_t i = 0; i < *pointers + 2; ++i)
        if (fields.next().empty())
            return false;
    for (std::uint32_t i = 0; i < *senses; ++i) {
        const auto offset = fields.nextNumber();
        if (!offset)
            return false;
        offsets.push_back(*offset);
    }
    return true;
}

bool hasDatabase(const fs::path &folder)
{
    std::error_code ignored;
    return fs::exists(folder / "index.noun", ignored);
}

/// The folder of the files themselves.
Result<fs::path> databaseFolder(const fs::path &folder)
{
    std::error_code ignored;
    for (const char *below : {"", "corpora/wordnet", "dict"})
        if (hasDatabase(folder / below))
            return folder / below;
    for (const char *archive : {"wordnet.zip", "corpora/wordnet.zip"})
        if (fs::exists(folder / archive, ignored))
            return failure(ErrorCode::Unsupported,
                           (folder / archive).string() + ": is read when it is unpacked beside itself");
    return failure(ErrorCode::NotFound,
                   folder.string()
                       + ": has no WordNet (index.noun, data.noun, noun.exc and so on); on Debian the "
                         "package wordnet-base puts one into /usr/share/wordnet");
}

/// "3.0" of "WordNet 3.0 Copyright" in the licence at the start of each file.
std::string versionIn(std::string_view text)
{
    text = text.substr(0, 4096);
    constexpr std::string_view name = "WordNet ";
    for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        const auto rest = text.substr(at + name.size());
        const auto version = rest.substr(0, rest.find_first_not_of("0123456789."));
        if (!version.empty())
            return std::string(version);
    }
    return {};
}

} // namespace

Result<std::shared_ptr<const WordNet>> WordNet::open(const fs::path &folder)
{
    SECATEUR_TRY(database, databaseFolder(folder));
    std::shared_ptr<WordNet> net(new WordNet);
    for (std::size_t part = 0; part < PartNames.size(); ++part)
        SECATEUR_CHECK(net->read(database, part));
    return net;
}

Result<void> WordNet::read(const fs::path &folder, std::size_t part)
{
    const auto file = [&](const std::string &name) { return folder / name; };
    const std::string name = PartNames[part];
    std::unordered_map<std::uint32_t, std::uint32_t> numbers; // of synsets by their offset
    SECATEUR_TRY(data, readTextFile(file("data." + name), MaxFileBytes));
    if (m_version.empty())
        m_version = versionIn(data);
    SECATEUR_CHECK(forEachLine(file("data." + name), data, [&](std::string_view line) {
        std::uint32_t offset = 0;
        std::vector<std::string> names;
        if (!readSynset(line, offset, names) || !numbers.emplace(offset, std::uint32_t(m_synsets.size())).second)
            return false;
        m_synsets.push_back(std::move(names));
        return true;
    }));
    SECATEUR_TRY(index, readTextFile(file("index." + name), MaxFileBytes));
    SECATEUR_CHECK(forEachLine(file("index." + name), index, [&](std::string_view line) {
        std::string lemma;
        std::vector<std::uint32_t> senses;
        if (!readSenses(line, lemma, senses))
            return false;
        for (std::uint32_t &sense : senses) {
            const auto number = numbers.find(sense);
            if (number == numbers.end())
                return false;
            sense = number->second;
        }
        m_parts[part].senses.insert_or_assign(std::move(lemma), std::move(senses));
        return true;
    }));
    SECATEUR_TRY(exceptions, readTextFile(file(name + ".exc"), MaxFileBytes));
    return forEachLine(file(name + ".exc"), exceptions, [&](std::string_view line) {
        Fields fields(line);
        auto &forms = m_parts[part].exceptions[std::string(fields.next())];
        forms.clear();
        for (auto form = fields.next(); !form.empty(); form = fields.next())
            forms.emplace_back(form);
        return !forms.empty();
    });
}

std::vector<std::string> WordNet::baseForms(const std::string &word, std::size_t part) const
{
    std::vector<std::string> forms = {word};
    const auto &exceptions = m_parts[part].exceptions;
    if (const auto listed = exceptions.find(word); listed != exceptions.end()) {
        forms.insert(forms.end(), listed->second.begin(), listed->second.end());
        return forms;
    }
    for (const Ending &ending : endings(part))
        if (word.ends_with(ending.inflected))
            forms.push_back(word.substr(0, word.size() - ending.inflected.size()).append(ending.base));
    return forms;
}

std::vector<std::string_view> WordNet::synonyms(std::string_view word) const
{
    std::vector<std::string_view> names;
    for (std::size_t part = 0; part < m_parts.size(); ++part)
        for (const std::string &form : baseForms(std::string(word), part)) {
            const auto senses = m_parts[part].senses.find(form);
            if (senses == m_parts[part].senses.end())
                continue;
            for (const std::uint32_t sense : senses->second)
                names.insert(names.end(), m_synsets[sense].begin(), m_synsets[sense].end());
        }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<fs::path> standardWordNetFolders()
{
    std::vector<fs::path> folders;
    if (const char *home = std::getenv("WNHOME"))
        folders.push_back(fs::path(home) / "dict");
    folders.emplace_back("/usr/share/wordnet");
    if (const char *home = std::getenv("HOME"))
        folders.push_back(fs::path(home) / "nltk_data" / "corpora" / "wordnet");
    std::erase_if(folders, [](const fs::path &folder) { return !hasDatabase(folder); });
    return folders;
}

std::shared_ptr<const WordNet> installedWordNet()
{
    static const std::shared_ptr<const WordNet> installed = []() -> std::shared_ptr<const WordNet> {
        for (const fs::path &folder : standardWordNetFolders())
            if (auto opened = WordNet::open(folder))
                return std::move(*opened);
        return nullptr;
    }();
    return installed;
}

} // namespace secateur::eval
