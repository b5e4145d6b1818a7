// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/help/manualtexts.h"

#include <utility>

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

namespace secateur::test {

namespace {

const QRegularExpression fence(QStringLiteral("^```(\\w*)\\n(.*?)^```$"),
                               QRegularExpression::MultilineOption | QRegularExpression::DotMatchesEverythingOption);

/// The text without its blocks of code.
QString prose(const QString &markdown)
{
    return QString(markdown).replace(fence, QStringLiteral("\n"));
}

/// Words as a shell has them, up to what ends a command.
std::vector<std::string> shellWords(const QString &line)
{
    std::vector<std::string> words;
    QString word;
    bool open = false; ///< a word has begun
    QChar quote;
    const auto end = [&] {
        const bool list = word.contains(QStringLiteral("[@]")); // zero or more words
        if (open && !list)
            words.push_back(word.contains(u'$') ? "1" : word.toStdString());
        word.clear();
        open = false;
    };
    for (const QChar letter : line) {
        if (!quote.isNull()) {
            if (letter == quote)
                quote = QChar();
            else
                word += letter;
        } else if (letter == u'"' || letter == u'\'') {
            quote = letter;
            open = true;
        } else if (letter == u' ') {
            end();
        } else if (QStringLiteral("|>;&)").contains(letter)) {
            break;
        } else {
            word += letter;
            open = true;
        }
    }
    end();
    return words;
}

} // namespace

std::vector<ManualLink> linksOf(const app::HelpBook::Page &page)
{
    static const QRegularExpression link(QStringLiteral("\\]\\(([^)]*)\\)"));
    std::vector<ManualLink> links;
    const QString text = prose(page.markdown);
    for (auto found = link.globalMatch(text); found.hasNext();)
        links.push_back({page.id, found.next().captured(1)});
    return links;
}

QStringList anchorsOf(const app::HelpBook::Page &page)
{
    static const QRegularExpression heading(QStringLiteral("^#+ (.+)$"), QRegularExpression::MultilineOption);
    QStringList anchors;
    const QString text = prose(page.markdown);
    for (auto found = heading.globalMatch(text); found.hasNext();)
        anchors << app::HelpBook::anchorOf(found.next().captured(1).trimmed());
    return anchors;
}

QStringList boldOf(const app::HelpBook::Page &page)
{
    static const QRegularExpression bold(QStringLiteral("\\*\\*([^*]+)\\*\\*"));
    static const QRegularExpression code(QStringLiteral("`[^`]*`"));
    QStringList words;
    const QString text = prose(page.markdown).remove(code);
    for (auto found = bold.globalMatch(text); found.hasNext();)
        words << found.next().captured(1).simplified();
    return words;
}

std::vector<ManualCommand> commandsOf(const app::HelpBook::Page &page)
{
    static const QRegularExpression call(QStringLiteral("(?:^|\\s|\\()secateur-cli (.*)$"));
    static const QRegularExpression code(QStringLiteral("`secateur-cli ([^`]+)`"));
    std::vector<ManualCommand> commands;
    for (auto block = fence.globalMatch(page.markdown); block.hasNext();) {
        const QString text = block.next().captured(2).replace(QStringLiteral("\\\n"), QStringLiteral(" "));
        for (const auto &line : text.split(u'\n'))
            if (const auto found = call.match(line); found.hasMatch())
                commands.push_back({page.id, line, shellWords(found.captured(1)), false});
    }
    const QString text = prose(page.markdown).replace(u'\n', u' ');
    for (auto found = code.globalMatch(text); found.hasNext();) {
        const QString words = found.next().captured(1);
        commands.push_back({page.id, words, shellWords(words), true});
    }
    return commands;
}

QString textsOfTheWindow()
{
    static const QRegularExpression joint(QStringLiteral("\"\\s*\\n\\s*\""));
    static const QRegularExpression quoted(QStringLiteral("\"((?:[^\"\\\\]|\\\\.)*)\""));
    static const QRegularExpression letter(QStringLiteral("\\\\u([0-9a-f]{4})"));
    QString all;
    for (const auto *const folder : {"app/pages", "app/window", "app/settings", "app/session", "app/jobs", "app/help",
                                     "widgets/common", "widgets/plots"}) {
        QDirIterator files(QStringLiteral(SECATEUR_SOURCE_DIR "/") + QLatin1String(folder),
                           {QStringLiteral("*.cpp"), QStringLiteral("*.h")});
        while (files.hasNext()) {
            QFile file(files.next());
            if (!file.open(QIODevice::ReadOnly))
                continue;
            const QString source = QString::fromUtf8(file.readAll()).remove(joint);
            for (auto found = quoted.globalMatch(source); found.hasNext();) {
                QString text = found.next().captured(1).remove(u'&');
                for (auto code = letter.match(text); code.hasMatch(); code = letter.match(text))
                    text.replace(code.captured(0), QChar(char16_t(code.captured(1).toUShort(nullptr, 16))));
                all += text + u'\n';
            }
        }
    }
    return all;
}

} // namespace secateur::test
