// SPDX-License-Identifier: GPL-3.0-or-later
#include <QtCore/QDirIterator>
#include <QtCore/QFile>
#include <QtCore/QProcess>

#include "tests/layering/layeringrules.h"
#include "tests/support/testsupport.h"

using namespace secateur::test;

namespace {

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Files below `folder` of the source tree, as paths from its root.
QStringList sources(const QString &folder, const QStringList &patterns)
{
    const QDir root(QStringLiteral(SECATEUR_SOURCE_DIR));
    QStringList paths;
    QDirIterator files(root.filePath(folder), patterns, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext())
        paths << root.relativeFilePath(files.next());
    paths.sort();
    return paths;
}

std::string listed(const std::vector<std::string> &problems)
{
    std::string text;
    for (const auto &problem : problems)
        text += problem + "\n";
    return text;
}

void append(std::vector<std::string> &all, const std::vector<std::string> &more)
{
    all.insert(all.end(), more.begin(), more.end());
}

} // namespace

class TestLayering : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void rulesNoticeBadIncludes_data();
    void rulesNoticeBadIncludes();
    void rulesAcceptGoodIncludes();
    void rulesNoticeBadForm();
    void rulesNoticeBadLibraries();
    void includesOfTheProject();
    void formOfTheProject();
    void librariesOfTheCommandLine();
};

void TestLayering::rulesNoticeBadIncludes_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("line");
    const auto add = [](const char *path, const char *line) {
        QTest::addRow("%s in %s", line, path) << QString::fromLatin1(path) << QByteArray(line);
    };
    add("core/base/file.h", "#include \"core/format/gguf.h\"");
    add("core/mask/bitmatrix.cpp", "#include \"core/store/study.h\"");
    add("core/format/gguf.cpp", "  #  include   \"core/tokenizer/tokenizer.h\"");
    add("core/engine/compare.cpp", "#include \"core/model/decoder.h\"");
    add("core/engine/compare.cpp", "#include \"app/cli/command.h\"");
    add("app/cli/command_prune.cpp", "#include \"core/prune/pruner.h\"");
    add("core/mask/bitmatrix.cpp", "#include \"tests/support/testsupport.h\"");
    add("core/mask/bitmatrix.cpp", "#include \"bitmatrix.h\"");
    add("core/mask/bitmatrix.cpp", "#include <core/base/result.h>");
    add("core/novel/thing.cpp", "#include \"core/base/result.h\"");
    add("core/store/study.cpp", "#include <QString>");
    add("core/store/study.cpp", "#include <QtCore/qglobal.h>");
    add("core/store/study.cpp", "#include <qstring.h>");
    add("app/cli/main.cpp", "#include <QCoreApplication>");
    add("core/engine/compare.cpp", "#include <torch/torch.h>");
    add("core/selection/select.cpp", "#include <ATen/ATen.h>");
    add("core/analysis/distance.cpp", "#include <c10/util/BFloat16.h>");
    add("core/engine/compare.cpp", "#include <hdf5.h>");
    add("core/store/study.h", "#include <hdf5.h>");
    add("core/store/study.h", "#include <H5Cpp.h>");
    add("app/cli/command.h", "#include <CLI/CLI.hpp>");
    add("core/data/dataset.cpp", "#include <openssl/evp.h>");
    add("core/model/block.cpp", "#include <dlfcn.h>");
}

void TestLayering::rulesNoticeBadIncludes()
{
    QFETCH(QString, path);
    QFETCH(QByteArray, line);
    const auto problems = checkIncludes(path.toStdString(), "// first line\n" + line.toStdString() + "\n");
    QCOMPARE(problems.size(), std::size_t(1));
    QVERIFY2(problems[0].rfind(path.toStdString() + ":2: ", 0) == 0, problems[0].c_str());
}

void TestLayering::rulesAcceptGoodIncludes()
{
    const auto none = [](const char *path, const char *content) {
        const auto problems = checkIncludes(path, content);
        if (!problems.empty())
            qWarning("%s", listed(problems).c_str());
        return problems.empty();
    };
    QVERIFY(none("core/store/study.cpp", "#include <hdf5.h>\n#include \"core/store/study.h\"\n#include <queue>\n"));
    QVERIFY(
        none("core/model/block.h", "#include <ATen/core/Tensor.h>\n#include \"core/architecture/modelconfig.h\"\n"));
    QVERIFY(none("app/cli/commandparser.cpp", "#include <CLI/CLI.hpp>\n#include \"core/engine/light.h\"\n"));
    QVERIFY(none("core/base/json.h", "#include <nlohmann/json.hpp>\n// #include \"core/store/study.h\"\n"));
}

void TestLayering::rulesNoticeBadForm()
{
    const std::string spdx = "// SPDX-License-Identifier: GPL-3.0-or-later\n";
    QVERIFY(checkForm("core/base/a.h", spdx + "#pragma once\n").empty());
    QVERIFY(checkForm("run.sh", "#!/bin/bash\n# SPDX-License-Identifier: GPL-3.0-or-later\n").empty());
    QCOMPARE(checkForm("core/base/a.h", "#pragma once\n").size(), std::size_t(1));
    QCOMPARE(checkForm("core/base/a.h", spdx).size(), std::size_t(1));
    QCOMPARE(checkForm("core/base/a.cpp", "").size(), std::size_t(1));
    QCOMPARE(checkForm("core/base/a.cpp", spdx + std::string(450, '\n')).size(), std::size_t(1));
    QVERIFY(checkForm("core/base/a.cpp", spdx + std::string(449, '\n')).empty());
    QCOMPARE(checkForm("core/base/a.cpp", spdx + "    assert(x);\n").size(), std::size_t(1));
    QVERIFY(checkForm("core/base/a.cpp", spdx + "static_assert(sizeof(int) == 4);\n").empty());
}

void TestLayering::rulesNoticeBadLibraries()
{
    const char *const listing = "\tlinux-vdso.so.1 (0x00007ffd)\n"
                                "\tlibhdf5_serial.so.103 => /usr/lib/libhdf5_serial.so.103 (0x00007f)\n"
                                "\tlibtorch_cpu.so => /usr/lib/libtorch_cpu.so (0x00007f)\n"
                                "\t/opt/lib/libQt6Core.so.6 (0x00007f)\n";
    QCOMPARE(checkLibraries("x", listing, {"libtorch", "libQt"}).size(), std::size_t(2));
    QCOMPARE(checkLibraries("x", listing, {"libc10"}).size(), std::size_t(0));
}

void TestLayering::includesOfTheProject()
{
    std::vector<std::string> problems;
    int files = 0;
    for (const char *folder : {"core", "app", "widgets"}) {
        for (const auto &path :
             sources(QString::fromLatin1(folder), {QStringLiteral("*.h"), QStringLiteral("*.cpp")})) {
            append(
                problems,
                checkIncludes(path.toStdString(), read(QStringLiteral(SECATEUR_SOURCE_DIR "/") + path).toStdString()));
            ++files;
        }
    }
    QVERIFY2(files > 100, "the source tree was not found");
    QVERIFY2(problems.empty(), listed(problems).c_str());
}

void TestLayering::formOfTheProject()
{
    const QStringList patterns = {QStringLiteral("*.h"), QStringLiteral("*.cpp"), QStringLiteral("*.py"),
                                  QStringLiteral("*.sh"), QStringLiteral("CMakeLists.txt")};
    std::vector<std::string> problems;
    int files = 0;
    for (const char *folder : {"core", "app", "widgets", "tests", "packaging"}) {
        for (const auto &path : sources(QString::fromLatin1(folder), patterns)) {
            append(problems,
                   checkForm(path.toStdString(), read(QStringLiteral(SECATEUR_SOURCE_DIR "/") + path).toStdString()));
            ++files;
        }
    }
    QVERIFY2(files > 150, "the source tree was not found");
    QVERIFY2(problems.empty(), listed(problems).c_str());
}

void TestLayering::librariesOfTheCommandLine()
{
    // What ldd does: the loader lists all libraries, also those that libraries bring, and runs nothing.
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("LD_TRACE_LOADED_OBJECTS"), QStringLiteral("1"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(SECATEUR_BIN_DIR "/secateur-cli"), {});
    QVERIFY2(process.waitForFinished(), qPrintable(process.errorString()));
    const std::string libraries = process.readAllStandardOutput().toStdString();
    QVERIFY2(libraries.find("libc.so") != std::string::npos, "the loader listed nothing");
    const auto problems = checkLibraries("secateur-cli", libraries, {"libtorch", "libc10", "libQt", "libgomp"});
    QVERIFY2(problems.empty(), listed(problems).c_str());
}

QTEST_GUILESS_MAIN(TestLayering)
#include "tst_layering.moc"
