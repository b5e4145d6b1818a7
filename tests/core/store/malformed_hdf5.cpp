// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/store/malformed_hdf5.h"

#include <stdexcept>

#include <hdf5.h>

#include "core/base/sha256.h"
#include "core/store/layerwriter.h"
#include "tests/core/store/samplerun.h"
#include "tests/support/testsupport.h"

namespace secateur::test {

namespace {

namespace fs = std::filesystem;

constexpr const char *victim = "/masks/self_attn.q_proj"; ///< [24, 19], 3 bytes a row

const store::LayerHeader header{"20261124T034129123Z-1f0c77aa",
                                "2026-11-24T03:41:29Z",
                                std::string(64, 'f'),
                                "wanda",
                                "0.5",
                                "pruned",
                                std::string(64, 'e'),
                                0,
                                "0.1.0",
                                "tiny",
                                std::string(64, 'c'),
                                "f32",
                                "python.jsonl",
                                7,
                                3,
                                2048,
                                "1.13.1",
                                "workbench"};

/// Numbers that HDF5 returned: a test whose case cannot be made must not pass.
hid_t made(hid_t id)
{
    if (id < 0)
        throw std::runtime_error("HDF5 cannot make this malformed file");
    return id;
}

std::string imageText(const store::LayerResult &layer)
{
    const auto image = store::layerImage(header, layer);
    if (!image)
        throw std::runtime_error(image.error().detail);
    return {reinterpret_cast<const char *>(image->data()), image->size()};
}

/// A case that changes a sound file by the library's own functions.
MalformedCase edited(std::string name, std::string says, std::function<void(hid_t)> edit)
{
    const auto write = [edit = std::move(edit)](const fs::path &path) {
        writeFile(path, soundLayerFile());
        const hid_t file = made(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
        edit(file);
        made(H5Fclose(file));
    };
    return {std::move(name), write, false, std::move(says)};
}

MalformedCase harmless(std::string name, std::function<void(hid_t)> edit)
{
    MalformedCase result = edited(std::move(name), "", std::move(edit));
    result.mustLoad = true;
    return result;
}

void setText(hid_t object, const char *name, const std::string &value)
{
    if (H5Aexists(object, name) > 0)
        made(H5Adelete(object, name));
    const hid_t type = made(H5Tcopy(H5T_C_S1));
    made(H5Tset_size(type, value.size()));
    made(H5Tset_strpad(type, H5T_STR_NULLPAD));
    made(H5Tset_cset(type, H5T_CSET_UTF8));
    const hid_t space = made(H5Screate(H5S_SCALAR));
    const hid_t attribute = made(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
    made(H5Awrite(attribute, type, value.data()));
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
}

/// Replaces an attribute by one or two 64-bit numbers of another stored type.
void setCounts(hid_t object, const char *name, hid_t stored, std::vector<std::uint64_t> values)
{
    made(H5Adelete(object, name));
    const hsize_t size = values.size();
    const hid_t space = made(H5Screate_simple(1, &size, nullptr));
    const hid_t attribute = made(H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT));
    made(H5Awrite(attribute, H5T_NATIVE_UINT64, values.data()));
    H5Aclose(attribute);
    H5Sclose(space);
}

/// Copies all attributes of `from` to `to`, so that only the thing in question is wrong with `to`.
void copyAttributes(hid_t from, hid_t to)
{
    const int count = H5Aget_num_attrs(from);
    for (int i = 0; i < count; ++i) {
        const hid_t old =
            made(H5Aopen_by_idx(from, ".", H5_INDEX_NAME, H5_ITER_INC, hsize_t(i), H5P_DEFAULT, H5P_DEFAULT));
        char name[64] = {};
        H5Aget_name(old, sizeof name, name);
        const hid_t type = made(H5Aget_type(old));
        const hid_t space = made(H5Aget_space(old));
        std::vector<char> value(H5Tget_size(type) * std::size_t(H5Sget_simple_extent_npoints(space)));
        made(H5Aread(old, type, value.data()));
        const hid_t copy = made(H5Acreate2(to, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
        made(H5Awrite(copy, type, value.data()));
        H5Aclose(copy);
        H5Sclose(space);
        H5Tclose(type);
        H5Aclose(old);
    }
}

struct Replacement {
    hid_t type = H5T_STD_U8LE;
    std::vector<hsize_t> shape = {24, 3};
    std::function<void(hid_t)> describe; ///< of the creation properties
    bool write = true; ///< the old values
};

/// Puts a dataset of another kind in the place of one, with its attributes and, where it can, its values.
void replaceDataset(hid_t file, const char *path, const Replacement &replacement)
{
    const hid_t old = made(H5Dopen2(file, path, H5P_DEFAULT));
    const hid_t creation = made(H5Pcreate(H5P_DATASET_CREATE));
    replacement.describe(creation);
    const hid_t space = made(H5Screate_simple(int(replacement.shape.size()), replacement.shape.data(), nullptr));
    const hid_t fresh = made(H5Dcreate2(file, "/fresh", replacement.type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    copyAttributes(old, fresh);
    if (replacement.write) {
        std::vector<std::uint8_t> values(4096);
        made(H5Dread(old, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
        made(H5Dwrite(fresh, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
    }
    H5Dclose(fresh);
    H5Dclose(old);
    H5Sclose(space);
    H5Pclose(creation);
    made(H5Ldelete(file, path, H5P_DEFAULT));
    made(H5Lmove(file, "/fresh", file, path, H5P_DEFAULT, H5P_DEFAULT));
}

void chunked(hid_t creation)
{
    const hsize_t chunk[] = {24, 3};
    made(H5Pset_chunk(creation, 2, chunk));
}

void onMask(hid_t file, const std::function<void(hid_t)> &edit)
{
    const hid_t dataset = made(H5Dopen2(file, victim, H5P_DEFAULT));
    edit(dataset);
    H5Dclose(dataset);
}

/// Writes other bits into the mask, and the SHA-256 that belongs to them, as a forger would.
void forgeMask(hid_t file, std::uint8_t lastByte)
{
    onMask(file, [lastByte](hid_t dataset) {
        std::vector<std::uint8_t> values(72);
        made(H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
        values.back() = lastByte;
        made(H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
        setText(dataset, "sha256", sha256Hex(std::as_bytes(std::span(values))));
    });
}

/// The path of a second file beside the case's own, with the same mask at /masks/self_attn.q_proj.
std::string otherFile(hid_t file)
{
    std::string path(4096, '\0');
    path.resize(std::size_t(H5Fget_name(file, path.data(), path.size())));
    path += ".other";
    writeFile(path, soundLayerFile());
    return path;
}

void addLinks(std::vector<MalformedCase> &cases)
{
    cases.push_back(edited("70 soft link", "soft or external link", [](hid_t file) {
        made(H5Lmove(file, victim, file, "/masks/kept", H5P_DEFAULT, H5P_DEFAULT));
        made(H5Lcreate_soft("/masks/kept", file, victim, H5P_DEFAULT, H5P_DEFAULT));
    }));
    cases.push_back(edited("70 soft link to itself", "soft or external link", [](hid_t file) {
        made(H5Ldelete(file, victim, H5P_DEFAULT));
        made(H5Lcreate_soft(victim, file, victim, H5P_DEFAULT, H5P_DEFAULT));
    }));
    cases.push_back(edited("70 external link", "soft or external link", [](hid_t file) {
        const std::string other = otherFile(file);
        made(H5Ldelete(file, victim, H5P_DEFAULT));
        made(H5Lcreate_external(other.c_str(), victim, file, victim, H5P_DEFAULT, H5P_DEFAULT));
    }));
    cases.push_back(edited("70 external link in place of a group", "soft or external link", [](hid_t file) {
        const std::string other = otherFile(file);
        made(H5Ldelete(file, "/density", H5P_DEFAULT));
        made(H5Lcreate_external(other.c_str(), "/density", file, "/density", H5P_DEFAULT, H5P_DEFAULT));
    }));
    cases.push_back(edited("70 cyclic hard link among the masks", "is no dataset of this file", [](hid_t file) {
        made(H5Lcreate_hard(file, "/masks", file, "/masks/loop", H5P_DEFAULT, H5P_DEFAULT));
    }));
    cases.push_back(harmless("70 cyclic hard link at the root", [](hid_t file) {
        made(H5Lcreate_hard(file, "/", file, "/loop", H5P_DEFAULT, H5P_DEFAULT));
    }));
    cases.push_back(edited("70 named type in place of a mask", "is no dataset of this file", [](hid_t file) {
        made(H5Ldelete(file, victim, H5P_DEFAULT));
        const hid_t type = made(H5Tcopy(H5T_STD_U8LE));
        made(H5Tcommit2(file, victim, type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Tclose(type);
    }));
    cases.push_back(edited("70 a sublayer name with a blank", "is no sublayer name", [](hid_t file) {
        made(H5Lmove(file, victim, file, "/masks/self attn", H5P_DEFAULT, H5P_DEFAULT));
    }));
}

void addStorage(std::vector<MalformedCase> &cases)
{
    cases.push_back(edited("70 external storage", "not stored in chunks", [](hid_t file) {
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {24, 3},
                        [](hid_t creation) { made(H5Pset_external(creation, "/etc/passwd", 0, H5F_UNLIMITED)); },
                        false});
    }));
    cases.push_back(edited("70 virtual dataset", "not stored in chunks", [](hid_t file) {
        const std::string other = otherFile(file);
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {24, 3},
                        [&other](hid_t creation) {
                            const hsize_t shape[] = {24, 3};
                            const hid_t space = made(H5Screate_simple(2, shape, nullptr));
                            made(H5Pset_virtual(creation, space, other.c_str(), victim, space));
                            H5Sclose(space);
                        },
                        false});
    }));
    cases.push_back(edited("70 contiguous dataset", "not stored in chunks", [](hid_t file) {
        replaceDataset(file, victim, {H5T_STD_U8LE, {24, 3}, [](hid_t) {}, true});
    }));
    cases.push_back(edited("70 shape bomb", "stores only", [](hid_t file) {
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {1 << 20, 1 << 16},
                        [](hid_t creation) {
                            const hsize_t chunk[] = {256, 128};
                            made(H5Pset_chunk(creation, 2, chunk));
                        },
                        false});
        onMask(file, [](hid_t dataset) { setCounts(dataset, "shape", H5T_STD_U64LE, {1 << 20, 1 << 19}); });
    }));
    cases.push_back(edited("70 shape beyond any model", "impossible shape", [](hid_t file) {
        onMask(file, [](hid_t dataset) {
            setCounts(dataset, "shape", H5T_STD_U64LE, {std::uint64_t(1) << 40, std::uint64_t(1) << 40});
        });
    }));
    cases.push_back(edited("70 chunk bomb", "chunks larger than", [](hid_t file) {
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {1 << 15, 1 << 15},
                        [](hid_t creation) {
                            const hsize_t chunk[] = {1 << 15, 1 << 15};
                            made(H5Pset_chunk(creation, 2, chunk));
                        },
                        false});
        onMask(file, [](hid_t dataset) { setCounts(dataset, "shape", H5T_STD_U64LE, {1 << 15, 1 << 18}); });
    }));
    cases.push_back(edited("70 missing chunks", "lacks some of its data", [](hid_t file) {
        replaceDataset(file, victim, {H5T_STD_U8LE, {24, 3}, chunked, false});
    }));
    cases.push_back(edited("70 unlimited shape", "should have the shape", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setCounts(dataset, "shape", H5T_STD_U64LE, {24, 30}); });
    }));
    cases.push_back(edited("70 scale-offset filter", "uses filter 6", [](hid_t file) {
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {24, 3},
                        [](hid_t creation) {
                            chunked(creation);
                            made(H5Pset_scaleoffset(creation, H5Z_SO_INT, H5Z_SO_INT_MINBITS_DEFAULT));
                        },
                        true});
    }));
    cases.push_back(harmless("70 shuffle and deflate", [](hid_t file) {
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {24, 3},
                        [](hid_t creation) {
                            chunked(creation);
                            made(H5Pset_shuffle(creation));
                            made(H5Pset_deflate(creation, 9));
                            made(H5Pset_fletcher32(creation));
                        },
                        true});
    }));
}

size_t passThrough(unsigned, size_t, const unsigned *, size_t bytes, size_t *, void **)
{
    return bytes;
}

void addUnknownFilter(std::vector<MalformedCase> &cases)
{
    cases.push_back(edited("70 unknown filter", "uses filter 32015", [](hid_t file) {
        const H5Z_class2_t filter = {H5Z_CLASS_T_VERS, 32015, 1, 1, "unknown", nullptr, nullptr, passThrough};
        made(H5Zregister(&filter));
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {24, 3},
                        [](hid_t creation) {
                            chunked(creation);
                            made(H5Pset_filter(creation, 32015, H5Z_FLAG_MANDATORY, 0, nullptr));
                        },
                        true});
        made(H5Fflush(file, H5F_SCOPE_GLOBAL));
        made(H5Zunregister(32015));
    }));
}

void addVersions(std::vector<MalformedCase> &cases)
{
    cases.push_back(edited("71 future version", "newer Secateur",
                           [](hid_t file) { setText(file, "secateur_schema_version", "2.0"); }));
    cases.push_back(
        harmless("71 newer minor version", [](hid_t file) { setText(file, "secateur_schema_version", "1.9"); }));
    cases.push_back(edited("71 version is no number", "should look like",
                           [](hid_t file) { setText(file, "secateur_schema_version", "one"); }));
    cases.push_back(edited("71 another schema", "should be \"secateur-masks\"",
                           [](hid_t file) { setText(file, "secateur_schema", "anndata"); }));
    cases.push_back(edited("71 future encoding", "newer Secateur", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setText(dataset, "encoding-version", "2.0"); });
    }));
    cases.push_back(edited("71 another encoding", "encoding-type", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setText(dataset, "encoding-type", "array"); });
    }));
    cases.push_back(edited("71 another bit order", "bit_order", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setText(dataset, "bit_order", "msb0"); });
    }));
    cases.push_back(edited("71 ones mean pruned", "true_means", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setText(dataset, "true_means", "pruned"); });
    }));
}

void addMissing(std::vector<MalformedCase> &cases)
{
    for (const char *name : {"secateur_schema", "secateur_schema_version", "run", "created_utc", "source_model",
                             "method", "sparsity", "statistics", "calibration", "layer"})
        cases.push_back(edited(std::string("71 root lacks ") + name, std::string("\"") + name + "\" is missing",
                               [name](hid_t file) { made(H5Adelete(file, name)); }));
    for (const auto &[name, field] : store::originTexts)
        cases.push_back(
            harmless(std::string("71 root lacks ") + name, [name = name](hid_t file) { made(H5Adelete(file, name)); }));
    for (const char *name : {"encoding-type", "encoding-version", "bit_order", "true_means", "shape", "popcount",
                             "padding_bits", "sha256", "norm"})
        cases.push_back(
            edited(std::string("71 mask lacks ") + name, std::string("\"") + name + "\" is missing",
                   [name](hid_t file) { onMask(file, [name](hid_t dataset) { made(H5Adelete(dataset, name)); }); }));
    cases.push_back(edited("71 norm is missing", "is not in the file",
                           [](hid_t file) { made(H5Ldelete(file, "/norms/self_attn.q_proj", H5P_DEFAULT)); }));
    cases.push_back(edited("71 masks are missing", "is not in the file",
                           [](hid_t file) { made(H5Ldelete(file, "/masks", H5P_DEFAULT)); }));
    cases.push_back(
        harmless("71 density is missing", [](hid_t file) { made(H5Ldelete(file, "/density", H5P_DEFAULT)); }));
}

void addTypes(std::vector<MalformedCase> &cases)
{
    const std::pair<const char *, hid_t> types[] = {
        {"71 mask of i8", H5T_STD_I8LE}, {"71 mask of u16", H5T_STD_U16LE}, {"71 mask of f32", H5T_IEEE_F32LE}};
    for (const auto &[name, type] : types)
        cases.push_back(edited(name, "values of type u8", [type = type](hid_t file) {
            replaceDataset(file, victim, {type, {24, 3}, chunked, true});
        }));
    cases.push_back(edited("71 mask of rank 1", "another rank", [](hid_t file) {
        replaceDataset(file, victim,
                       {H5T_STD_U8LE,
                        {72},
                        [](hid_t creation) {
                            const hsize_t chunk = 72;
                            made(H5Pset_chunk(creation, 1, &chunk));
                        },
                        true});
    }));
    const std::pair<const char *, hid_t> norms[] = {
        {"71 norm big-endian", H5T_IEEE_F32BE}, {"71 norm of f64", H5T_IEEE_F64LE}, {"71 norm of i32", H5T_STD_I32LE}};
    for (const auto &[name, type] : norms)
        cases.push_back(edited(name, "values of type f32", [type = type](hid_t file) {
            replaceDataset(file, "/norms/self_attn.q_proj",
                           {type,
                            {19},
                            [](hid_t creation) {
                                const hsize_t chunk = 19;
                                made(H5Pset_chunk(creation, 1, &chunk));
                            },
                            true});
        }));
    const std::pair<const char *, hid_t> counts[] = {{"71 popcount big-endian", H5T_STD_U64BE},
                                                     {"71 popcount signed", H5T_STD_I64LE},
                                                     {"71 popcount of 32 bits", H5T_STD_U32LE},
                                                     {"71 popcount of f64", H5T_IEEE_F64LE}};
    for (const auto &[name, type] : counts)
        cases.push_back(edited(name, "another type", [type = type](hid_t file) {
            onMask(file, [type](hid_t dataset) { setCounts(dataset, "popcount", type, {228}); });
        }));
    cases.push_back(edited("71 two popcounts", "should have 1 value", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setCounts(dataset, "popcount", H5T_STD_U64LE, {228, 228}); });
    }));
    cases.push_back(edited("71 text of variable length", "fixed length", [](hid_t file) {
        made(H5Adelete(file, "method"));
        const hid_t type = made(H5Tcopy(H5T_C_S1));
        made(H5Tset_size(type, H5T_VARIABLE));
        const hid_t space = made(H5Screate(H5S_SCALAR));
        const hid_t attribute = made(H5Acreate2(file, "method", type, space, H5P_DEFAULT, H5P_DEFAULT));
        const char *const value = "wanda";
        made(H5Awrite(attribute, type, &value));
        H5Aclose(attribute);
        H5Sclose(space);
        H5Tclose(type);
    }));
    cases.push_back(edited("71 text of 5000 bytes", "fixed length",
                           [](hid_t file) { setText(file, "method", std::string(5000, 'w')); }));
}

void addContents(std::vector<MalformedCase> &cases)
{
    cases.push_back(edited("71 another mask than its checksum", "SHA-256", [](hid_t file) {
        onMask(file, [](hid_t dataset) {
            const std::vector<std::uint8_t> values(72, 0);
            made(H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
        });
    }));
    cases.push_back(edited("71 forged popcount", "weights, but says", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setCounts(dataset, "popcount", H5T_STD_U64LE, {1}); });
    }));
    cases.push_back(edited("71 padding bit set", "self_attn.q_proj", [](hid_t file) { forgeMask(file, 0x08); }));
    cases.push_back(edited("71 padding bits admitted", "padding bits 0", [](hid_t file) {
        onMask(file, [](hid_t dataset) { setCounts(dataset, "padding_bits", H5T_STD_U64LE, {1}); });
    }));
    cases.push_back(edited("71 density of another mask", "density", [](hid_t file) {
        made(H5Ldelete(file, "/density/mlp.down_proj", H5P_DEFAULT));
        replaceDataset(file, "/density/self_attn.q_proj",
                       {H5T_STD_U8LE,
                        {3, 3},
                        [](hid_t creation) {
                            const hsize_t chunk[] = {3, 3};
                            made(H5Pset_chunk(creation, 2, chunk));
                        },
                        true});
        const hid_t dataset = made(H5Dopen2(file, "/density/self_attn.q_proj", H5P_DEFAULT));
        const std::vector<std::uint8_t> values(9, 7);
        made(H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()));
        setText(dataset, "sha256", sha256Hex(std::as_bytes(std::span(values))));
        H5Dclose(dataset);
    }));
    cases.push_back(malformedBytes("71 empty file", "", "is no HDF5 file"));
    cases.push_back(malformedBytes("71 only a signature", "\x89HDF\r\n\x1a\n", "is no HDF5 file"));
    cases.push_back(malformedBytes("71 a text", "{\"not\": \"HDF5\"}", "is no HDF5 file"));
}

} // namespace

std::string soundLayerFile()
{
    return imageText(sampleLayer(0));
}

std::string smallestLayerFile()
{
    store::LayerResult layer;
    mask::BitMatrix kept(3, 9);
    kept.set(0, 8, true);
    kept.set(2, 3, true);
    layer.matrices = {{"mlp.up_proj", kept, {}}};
    layer.norms = {{"mlp.up_proj", {1, 2, 3, 4, 5, 6, 7, 8, 9}}};
    return imageText(layer);
}

int objectsWithTimes(const std::filesystem::path &path)
{
    const hid_t file = made(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
    int found = 0;
    const auto count = [](hid_t, const char *, const H5O_info_t *info, void *target) -> herr_t {
        *static_cast<int *>(target) += info->ctime != 0 || info->mtime != 0 || info->atime != 0 || info->btime != 0;
        return 0;
    };
    made(H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, count, &found, H5O_INFO_TIME));
    made(H5Fclose(file));
    return found;
}

std::vector<MalformedCase> malformedHdf5()
{
    std::vector<MalformedCase> cases;
    addLinks(cases);
    addStorage(cases);
    addUnknownFilter(cases);
    addVersions(cases);
    addMissing(cases);
    addTypes(cases);
    addContents(cases);
    return cases;
}

} // namespace secateur::test
