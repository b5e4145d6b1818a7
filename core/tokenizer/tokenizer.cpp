// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tokenizer/tokenizer.h"

#include "core/base/file.h"
#include "core/tokenizer/bpetokenizer.h"
#include "core/tokenizer/ggufspec.h"
#include "core/tokenizer/jsonspec.h"
#include "core/tokenizer/specwriter.h"

namespace secateur::tokenizer {

namespace {

constexpr std::uint64_t MaxTokenizerBytes = 128 * 1024 * 1024;
constexpr std::uint64_t MaxConfigBytes = 16 * 1024 * 1024;

Result<std::shared_ptr<const Tokenizer>> fromFolder(const std::filesystem::path &folder)
{
    const auto path = folder / "tokenizer.json";
    std::error_code problem;
    if (!std::filesystem::exists(path, problem))
        return failure(ErrorCode::NotFound,
                       path.string()
                           + " does not exist. The model's tokenizer must be a fast one; "
                             "transformers' save_pretrained() writes the file");
    SECATEUR_TRY(text, readTextFile(path, MaxTokenizerBytes));
    std::string config;
    const auto configPath = folder / "tokenizer_config.json";
    if (std::filesystem::exists(configPath, problem)) {
        SECATEUR_TRY(read, readTextFile(configPath, MaxConfigBytes));
        config = std::move(read);
    }
    return Tokenizer::fromJson(text, config, path.string());
}

} // namespace

Result<std::shared_ptr<const Tokenizer>>
Tokenizer::fromJson(std::string_view tokenizerJson, std::string_view tokenizerConfigJson, const std::string &origin)
{
    SECATEUR_TRY(spec, readJsonSpec(tokenizerJson, tokenizerConfigJson, origin));
    std::string config =
        tokenizerConfigJson.empty() ? writeTokenizerConfigJson(spec) : std::string(tokenizerConfigJson);
    SourceTexts texts;
    texts.tokenizerJson = [text = std::string(tokenizerJson)] { return text; };
    texts.tokenizerConfigJson = [config = std::move(config)] { return config; };
    return BpeTokenizer::create(std::move(spec), std::move(texts));
}

Result<std::shared_ptr<const Tokenizer>> Tokenizer::fromGguf(const format::GgufFile &file)
{
    SECATEUR_TRY(spec, readGgufSpec(file));
    const auto kept = std::make_shared<const TokenizerSpec>(spec);
    SourceTexts texts;
    texts.tokenizerJson = [kept] { return writeTokenizerJson(*kept); };
    texts.tokenizerConfigJson = [kept] { return writeTokenizerConfigJson(*kept); };
    return BpeTokenizer::create(std::move(spec), std::move(texts));
}

Result<std::shared_ptr<const Tokenizer>> Tokenizer::forModel(const std::filesystem::path &model)
{
    std::error_code problem;
    if (std::filesystem::is_directory(model, problem))
        return fromFolder(model);
    SECATEUR_TRY(file, format::GgufFile::open(model));
    return fromGguf(file);
}

} // namespace secateur::tokenizer
