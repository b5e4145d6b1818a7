// SPDX-License-Identifier: GPL-3.0-or-later
#include <stdexcept>
#include <utility>

#include <sys/stat.h>

#include "tests/support/malformed_safetensors.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

namespace fs = std::filesystem;
using Cases = std::vector<MalformedCase>;

const std::string kShard1 = "model-00001-of-00002.safetensors";
const std::string kShard2 = "model-00002-of-00002.safetensors";
const std::string kIndex = "model.safetensors.index.json";

/// A file whose only tensor has this name and two F32 weights.
std::string shard(std::string_view tensor)
{
    return safetensorsBytes(braced(tensorEntry(tensor, "F32", "[2]", "[0,8]")), std::string(8, '\0'));
}

std::string index(std::string_view weightMap, std::string_view metadata = "{\"total_size\":16}")
{
    return "{\"metadata\":" + std::string(metadata) + ",\"weight_map\":{" + std::string(weightMap) + "}}";
}

std::string twoShards(std::string_view second = kShard2)
{
    return "\"a\":\"" + kShard1 + "\",\"b\":\"" + std::string(second) + "\"";
}

/// A sound model: tensor a in the first shard, b in the second.
void writeSound(const fs::path &folder)
{
    fs::create_directories(folder);
    writeFile(folder / "config.json", "{\"model_type\":\"llama\"}");
    writeFile(folder / kIndex, index(twoShards()));
    writeFile(folder / kShard1, shard("a"));
    writeFile(folder / kShard2, shard("b"));
}

/// The sound model, spoiled by `change`.
MalformedCase changed(std::string name, std::function<void(const fs::path &)> change, std::string says)
{
    const auto write = [change = std::move(change)](const fs::path &folder) {
        writeSound(folder);
        change(folder);
    };
    return {std::move(name), write, false, std::move(says)};
}

/// The sound model with this index.
MalformedCase indexed(std::string name, std::string text, std::string says)
{
    return changed(
        std::move(name), [=](const fs::path &folder) { writeFile(folder / kIndex, text); }, std::move(says));
}

/// The sound model with its second shard replaced by a link.
MalformedCase linked(std::string name, std::function<fs::path(const fs::path &)> target, std::string says)
{
    const auto link = [target = std::move(target)](const fs::path &folder) {
        fs::remove(folder / kShard2);
        fs::create_symlink(target(folder), folder / kShard2);
    };
    return changed(std::move(name), link, std::move(says));
}

void makeFifo(const fs::path &path)
{
    if (::mkfifo(path.c_str(), 0600) != 0)
        throw std::runtime_error("cannot make a FIFO at " + path.string());
}

/// The layout of the Hugging Face cache: the folder is a link to snapshots/REVISION, whose files are links to blobs.
void writeCache(const fs::path &folder, const fs::path &secondBlob)
{
    const fs::path root = folder.string() + ".cache";
    const fs::path snapshot = root / "snapshots" / "0123abcd";
    const fs::path blobs = root / "blobs";
    fs::create_directories(snapshot);
    fs::create_directories(blobs);
    writeFile(blobs / "c0", "{}");
    writeFile(blobs / "11", index(twoShards()));
    writeFile(blobs / "a1", shard("a"));
    writeFile(blobs / "b2", shard("b"));
    writeFile(root / "outside.safetensors", shard("b"));
    const fs::path up = fs::path("..") / "..";
    fs::create_symlink(up / "blobs" / "c0", snapshot / "config.json");
    fs::create_symlink(up / "blobs" / "11", snapshot / kIndex);
    fs::create_symlink(up / "blobs" / "a1", snapshot / kShard1);
    fs::create_symlink(up / secondBlob, snapshot / kShard2);
    fs::create_directory_symlink(snapshot, folder);
}

void addPaths(Cases &cases)
{
    const std::string plain = "not the plain name of a .safetensors file";
    cases.push_back(indexed("41 shard ../../etc/passwd", index(twoShards("../../etc/passwd")), plain));
    cases.push_back(indexed("41 shard ../x.safetensors", index(twoShards("../x.safetensors")), plain));
    cases.push_back(indexed("41 shard sub/x.safetensors", index(twoShards("sub/x.safetensors")), plain));
    cases.push_back(indexed("41 shard ..", index(twoShards("..")), plain));
    cases.push_back(indexed("41 shard with NUL", index(twoShards("a\\u0000.safetensors")), plain));
    cases.push_back(indexed("41 shard is a pickle", index(twoShards("pytorch_model.bin")), plain));
    cases.push_back(indexed("41 shard is a number", index("\"a\":1"), plain));
    cases.push_back(indexed("42 shard /etc/passwd", index(twoShards("/etc/passwd")), plain));
    cases.push_back(indexed("42 shard /tmp/x.safetensors", index(twoShards("/tmp/x.safetensors")), plain));

    const std::string leaves = "is a link that leads out of the model's folder";
    cases.push_back(linked(
        "43 link to itself", [](const fs::path &) { return fs::path(kShard2); }, kShard2));
    cases.push_back(linked(
        "43 link to /etc/passwd", [](const fs::path &) { return "/etc/passwd"; }, leaves));
    cases.push_back(linked(
        "43 link to a sound file outside",
        [](const fs::path &folder) { return writeFile(folder.string() + ".outside", shard("b")); }, leaves));
    cases.push_back(linked(
        "43 link to the folder above", [](const fs::path &) { return ".."; }, leaves));
    cases.push_back(linked(
        "43 link to nothing", [](const fs::path &) { return "nothing"; }, kShard2));
    cases.push_back(changed(
        "43 config.json is a link to /etc/hostname",
        [](const fs::path &folder) {
            fs::remove(folder / "config.json");
            fs::create_symlink("/etc/hostname", folder / "config.json");
        },
        leaves));
    cases.push_back({"43 links of the Hugging Face cache",
                     [](const fs::path &folder) { writeCache(folder, fs::path("blobs") / "b2"); },
                     true,
                     {}});
    cases.push_back({"43 link of the Hugging Face cache to outside of its blobs",
                     [](const fs::path &folder) { writeCache(folder, "outside.safetensors"); }, false, leaves});
}

void addShards(Cases &cases)
{
    cases.push_back({"44 nothing wrong", writeSound, true, {}});
    cases.push_back(changed(
        "44 shard missing", [](const fs::path &folder) { fs::remove(folder / kShard2); }, kShard2));
    cases.push_back(changed(
        "44 index missing", [](const fs::path &folder) { fs::remove(folder / kIndex); },
        "says which tensor is in which of its files"));
    cases.push_back(changed(
        "44 no weights at all",
        [](const fs::path &folder) {
            for (const auto &name : {kIndex, kShard1, kShard2})
                fs::remove(folder / name);
        },
        "has no model.safetensors"));
    cases.push_back(changed(
        "44 config.json missing", [](const fs::path &folder) { fs::remove(folder / "config.json"); }, "config.json"));
    cases.push_back(changed(
        "44 tensor missing in its shard",
        [](const fs::path &folder) { writeFile(folder / kShard2, safetensorsBytes("{}", "")); }, "lacks tensor \"b\""));
}

void addDisagreements(Cases &cases)
{
    const auto bAnd = [](const std::string &other) {
        return [other](const fs::path &folder) {
            const auto entries =
                tensorEntry(other, "F32", "[1]", "[0,4]") + "," + tensorEntry("b", "F32", "[1]", "[4,8]");
            writeFile(folder / kShard2, safetensorsBytes(braced(entries), std::string(8, '\0')));
        };
    };
    cases.push_back(changed("45 tensor in two shards", bAnd("a"), "tensor \"a\" is also in " + kShard1));
    cases.push_back(changed("45 tensor not in the index", bAnd("c"), "tensor \"c\" is not in "));
    cases.push_back(
        indexed("45 tensor twice in the index", index(twoShards() + ",\"a\":\"" + kShard2 + "\""), "is repeated"));
    cases.push_back(indexed("45 shard not in the index", index("\"a\":\"" + kShard1 + "\""), "is not listed in"));
    cases.push_back(changed(
        "45 shard that the index does not know",
        [](const fs::path &folder) { writeFile(folder / "model-00003-of-00003.safetensors", shard("c")); },
        "model-00003-of-00003.safetensors: is not listed in"));
    cases.push_back(changed(
        "45 whole model beside its shards",
        [](const fs::path &folder) { writeFile(folder / "model.safetensors", shard("a")); },
        "model.safetensors: is not listed in"));
    cases.push_back(indexed("45 total_size too large", index(twoShards(), "{\"total_size\":17}"), "total_size is 17"));
    cases.push_back(indexed("45 total_size too small", index(twoShards(), "{\"total_size\":8}"), "total_size is 8"));
    cases.push_back(indexed("45 total_size 16.0", index(twoShards(), "{\"total_size\":16.0}"), "not a whole number"));
    auto unsaid = indexed("45 no total_size", index(twoShards(), "{}"), {});
    unsaid.mustLoad = true;
    cases.push_back(unsaid);
}

void addSpecialFiles(Cases &cases)
{
    for (const auto &name : {kShard2, kIndex, std::string("config.json")}) {
        const auto replace = [name](const fs::path &folder) {
            fs::remove(folder / name);
            makeFifo(folder / name);
        };
        cases.push_back(changed("46 FIFO as " + name, replace, "is not a regular file"));
    }
    cases.push_back(linked(
        "46 /dev/zero as shard", [](const fs::path &) { return "/dev/zero"; }, "leads out"));
    cases.push_back(changed(
        "46 folder as shard",
        [](const fs::path &folder) {
            fs::remove(folder / kShard2);
            fs::create_directory(folder / kShard2);
        },
        "is not a regular file"));
}

void addDocuments(Cases &cases)
{
    cases.push_back(indexed("46b index without weight_map", "{\"metadata\":{}}", "has no weight_map"));
    cases.push_back(indexed("46b index with an empty weight_map", index(""), "has no weight_map"));
    cases.push_back(indexed("46b index is an array", "[]", "has no weight_map"));
    cases.push_back(indexed("46b index is cut", "{\"weight_map\":{", kIndex));
    const auto config = [](std::string name, std::string text, std::string says) {
        return changed(
            std::move(name), [=](const fs::path &folder) { writeFile(folder / "config.json", text); }, std::move(says));
    };
    cases.push_back(config("46b config is an array", "[]", "is not a JSON object"));
    cases.push_back(config("46b config is empty", "", "config.json"));
    cases.push_back(config("46b config with a key twice", "{\"a\":1,\"a\":2}", "is repeated"));
    cases.push_back(config("46b config of 5 MB", "{}" + std::string(5'000'000, ' '), "at most"));
    cases.push_back(config("46b config nested 10 000 deep", std::string(10'000, '['), "nested"));
    const auto pickled = [](const fs::path &folder) {
        fs::create_directories(folder);
        writeFile(folder / "config.json", "{}");
        writeFile(folder / "pytorch_model.bin", "PK\x03\x04");
    };
    cases.push_back({"46b only a pickle", pickled, false, "save_pretrained"});
}

} // namespace

std::vector<MalformedCase> malformedFolders()
{
    Cases cases;
    addPaths(cases);
    addShards(cases);
    addDisagreements(cases);
    addSpecialFiles(cases);
    addDocuments(cases);
    return cases;
}

} // namespace secateur::test
